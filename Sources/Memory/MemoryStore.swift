internal import Synchronization

/// Blocks that wait to be used again, by size.
///
/// Without a lock: a place is emptied and filled by one atomic exchange. A block that finds all places of its
/// size taken, or the store full, goes back to the system.
package final class MemoryStore: Sendable {
    package static let shared = MemoryStore(capacity: 192 << 20)

    /// Smaller blocks are as large. The allocator takes several times as long as the store, because it has to align them.
    private static let smallestSize = 1 << 8
    private static let largestSize = 1 << 31
    /// Sizes between two powers of two.
    private static let steps = 4
    /// Blocks that are kept of one size.
    private static let placesPerSize = 8

    /// Most bytes that are kept.
    private let capacity: Int
    /// Addresses of blocks, 0 where there is none; ``placesPerSize`` for each size.
    private let places: InlineArray<768, Atomic<UInt>>
    private let keptBytes = Atomic<Int>(0)

    package init(capacity: Int) {
        self.capacity = capacity
        places = InlineArray { _ in Atomic(0) }
    }

    /// The size of the block that is allocated for some bytes: at most a quarter more.
    package static func roundedUp(_ byteCount: Int) -> Int {
        sizeClass(byteCount)?.size ?? byteCount
    }

    /// A block of ``roundedUp(_:)`` bytes, or of up to twice as many, if one is kept.
    package func take(_ byteCount: Int) -> (base: UnsafeMutableRawPointer, byteCount: Int)? {
        guard var (index, size) = Self.sizeClass(byteCount) else { return nil }
        for _ in 0...Self.steps {
            for place in index * Self.placesPerSize..<(index + 1) * Self.placesPerSize {
                guard places[place].load(ordering: .relaxed) != 0 else { continue }
                if let block = UnsafeMutableRawPointer(
                    bitPattern: places[place].exchange(0, ordering: .acquiring))
                {
                    keptBytes.subtract(size, ordering: .relaxed)
                    return (block, size)
                }
            }
            guard let next = Self.sizeClass(size + 1) else { return nil }
            (index, size) = next
        }
        return nil
    }

    /// Keeps a block that was allocated for some bytes.
    ///
    /// - Returns: false if there is no room for it.
    package func keep(_ block: UnsafeMutableRawPointer, _ byteCount: Int) -> Bool {
        guard let (index, size) = Self.sizeClass(byteCount) else { return false }
        guard keptBytes.add(size, ordering: .relaxed).newValue <= capacity else {
            keptBytes.subtract(size, ordering: .relaxed)
            return false
        }
        for place in index * Self.placesPerSize..<(index + 1) * Self.placesPerSize
        where places[place].compareExchange(
            expected: 0, desired: UInt(bitPattern: block), ordering: .releasing
        ).exchanged {
            return true
        }
        keptBytes.subtract(size, ordering: .relaxed)
        return false
    }

    /// Gives all blocks that are kept back to the system.
    ///
    /// Memory that was just given back costs little to get again for blocks of other sizes; less than other memory,
    /// which on a virtual machine may have to come from its host.
    package func removeAll() {
        for place in 0..<places.count {
            guard
                let block = UnsafeMutableRawPointer(
                    bitPattern: places[place].exchange(0, ordering: .acquiring))
            else { continue }
            keptBytes.subtract(Self.size(ofClass: place / Self.placesPerSize), ordering: .relaxed)
            block.deallocate()
        }
    }

    /// The class of a block's size: `steps` to each power of two. Nil for what is not kept.
    private static func sizeClass(_ byteCount: Int) -> (index: Int, size: Int)? {
        guard byteCount <= largestSize else { return nil }
        let last = max(smallestSize, byteCount) - 1
        let power = Int.bitWidth - 1 - last.leadingZeroBitCount
        let unit = (1 << power) / steps
        let step = (last - (1 << power)) / unit
        return ((power - firstPower) * steps + step, (1 << power) + (step + 1) * unit)
    }

    private static func size(ofClass index: Int) -> Int {
        let power = index / steps + firstPower
        return (1 << power) + (index % steps + 1) * (1 << power) / steps
    }

    private static let firstPower = smallestSize.trailingZeroBitCount - 1
}
