import Tensors
import Testing

/// Against arrays, for as many numbers as lie in the value itself and for more.
@Suite struct AxesTests {
    @Test(arguments: [0, 1, 2, 5, 6, 7, 8, 64])
    func numbersAreThoseOfTheArray(count: Int) {
        let numbers = (0..<count).map { $0 * $0 - 7 }
        let axes = Axes(numbers)
        #expect(Array(axes) == numbers)
        #expect(axes.count == count)
        #expect(axes.description == "\(numbers)")
        #expect(Axes(count: count) { numbers[$0] } == axes)
        #expect(Axes(repeating: 3, count: count).allSatisfy { $0 == 3 })
    }

    @Test(arguments: [1, 2, 5, 6, 7, 8])
    func numbersAreReplacedRemovedAndInserted(count: Int) {
        let numbers = (1...count).map { $0 * 10 }
        let axes = Axes(numbers)
        for axis in 0..<count {
            var replaced = numbers
            replaced[axis] = -1
            #expect(Array(axes.replacing(axis, with: -1)) == replaced)
            var removed = numbers
            removed.remove(at: axis)
            #expect(Array(axes.removing(axis)) == removed)
        }
        for axis in 0...count {
            var inserted = numbers
            inserted.insert(5, at: axis)
            #expect(Array(axes.inserting(5, at: axis)) == inserted)
        }
        #expect(Array(axes) == numbers)
    }

    @Test(arguments: [1, 6, 7, 9])
    func equalAxesHaveEqualNumbersAndHashes(count: Int) {
        let axes = Axes(repeating: 4, count: count)
        #expect(axes != Axes(repeating: 4, count: count - 1))
        for axis in 0..<count {
            let other = axes.replacing(axis, with: 5)
            #expect(other != axes)
            #expect(other.replacing(axis, with: 4) == axes)
            #expect(Set([axes, other, other.replacing(axis, with: 4)]).count == 2)
        }
    }
}
