/// A priority queue of numbers that hands out the smallest first.
struct MinimumHeap {
    private var elements: [UInt64] = []

    mutating func removeAll() {
        elements.removeAll(keepingCapacity: true)
    }

    /// - Complexity: O(log *n*).
    mutating func insert(_ element: UInt64) {
        var index = elements.count
        elements.append(element)
        while index > 0 {
            let parent = (index - 1) / 2
            guard elements[parent] > element else { break }
            elements[index] = elements[parent]
            index = parent
        }
        elements[index] = element
    }

    /// - Complexity: O(log *n*).
    mutating func popMinimum() -> UInt64? {
        guard let minimum = elements.first, let last = elements.popLast() else { return nil }
        guard !elements.isEmpty else { return minimum }
        var index = 0
        while true {
            var child = 2 * index + 1
            if child + 1 < elements.count, elements[child + 1] < elements[child] { child += 1 }
            guard child < elements.count, elements[child] < last else { break }
            elements[index] = elements[child]
            index = child
        }
        elements[index] = last
        return minimum
    }
}
