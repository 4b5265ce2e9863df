import Tensors
import Testing

@Suite struct ShapeTests {
    @Test func scalarHasOneElement() {
        #expect(Shape([]).elementCount == 1)
        #expect(Shape([]).rowMajorStrides == [])
    }

    @Test func stridesOfTheLastAxisAreOne() {
        #expect(Shape([2, 3, 4]).rowMajorStrides == [12, 4, 1])
    }

    @Test(arguments: [
        [-1], [2, -3], [Int.max], [1 << 31, 1 << 31], [0, -1], [0, 1 << 40, 1 << 40],
    ])
    func numbersOfAFileAreChecked(dimensions: [Int]) {
        #expect(Shape(checking: dimensions) == nil)
    }

    @Test func zerosAreAllowed() {
        #expect(Shape(checking: [0, 5])?.elementCount == 0)
    }

    @Test(arguments: [
        ([2, 3], [3], [2, 3]), ([2, 1], [1, 4], [2, 4]), ([], [5], [5]), ([0], [1], [0]), ([1], [0], [0]),
    ])
    func broadcasting(_ a: [Int], _ b: [Int], _ expected: [Int]) {
        #expect(Shape.broadcast(Shape(a), Shape(b)) == Shape(expected))
        #expect(Shape.broadcast(Shape(b), Shape(a)) == Shape(expected))
    }

    @Test func unequalDimensionsDoNotBroadcast() {
        #expect(Shape.broadcast([2, 3], [2]) == nil)
        #expect(Shape.broadcast([0], [2]) == nil)
    }

    @Test func axesCountFromEitherEnd() {
        let shape: Shape = [4, 5]
        #expect(shape.axis(-1) == 1)
        #expect(shape.axis(1) == 1)
        #expect(shape.axis(2) == nil)
        #expect(shape.axis(-3) == nil)
    }
}
