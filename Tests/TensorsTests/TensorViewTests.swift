import Tensors
import Testing

@Suite struct TensorViewTests {
    let matrix = Tensor((0..<12).map(Float.init), shape: [3, 4])

    @Test func transposeSharesMemory() {
        let transposed = matrix.transposed([1, 0])
        #expect(transposed.sharesStorage(with: matrix))
        #expect(!transposed.isContiguous)
        #expect(transposed.array(Float.self) == [0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11])
    }

    @Test func sliceWithNegativeStep() {
        let slice = matrix.sliced(axis: 1, start: 3, count: 2, step: -2)
        #expect(slice.array(Float.self) == [3, 1, 7, 5, 11, 9])
    }

    @Test func emptySliceHasNoElements() {
        #expect(matrix.sliced(axis: 0, start: 0, count: 0).array(Float.self) == [])
    }

    @Test func broadcastRepeatsWithoutCopying() {
        let row = matrix.sliced(axis: 0, start: 1, count: 1).broadcast(to: [2, 2, 4])
        #expect(row.sharesStorage(with: matrix))
        #expect(row.array(Float.self) == [4, 5, 6, 7, 4, 5, 6, 7, 4, 5, 6, 7, 4, 5, 6, 7])
    }

    @Test func reshapeOfAStridedViewCopies() {
        let reshaped = matrix.transposed([1, 0]).reshaped([2, 6])
        #expect(reshaped.array(Float.self) == [0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11])
    }

    @Test func viewsOfViews() {
        let view = matrix.insertingAxis(1).transposed([2, 1, 0]).sliced(axis: 2, start: 1, count: 2)
        #expect(view.shape == [4, 1, 2])
        #expect(view.droppingAxis(1).array(Float.self) == [4, 8, 5, 9, 6, 10, 7, 11])
        #expect(matrix.selecting(axis: 1, index: 2).array(Float.self) == [2, 6, 10])
    }

    /// For as many axes as lie in a value itself and for more.
    @Test(arguments: 5...9)
    func viewsOfManyAxes(rank: Int) {
        let dimensions = [2, 3, 1, 2, 2, 1, 3, 2, 2].prefix(rank).map { $0 }
        let shape = Shape(dimensions)
        let tensor = Tensor((0..<shape.elementCount).map(Float.init), shape: shape)
        let strides = shape.rowMajorStrides.map { $0 }
        // The view's elements in order, found by their places in the tensor.
        func elements(_ dimensions: [Int], _ strides: [Int], from start: Int = 0) -> [Float] {
            guard let count = dimensions.first else { return [Float(start)] }
            return (0..<count).flatMap {
                elements(
                    Array(dimensions.dropFirst()), Array(strides.dropFirst()), from: start + $0 * strides[0])
            }
        }
        for turn in 0..<rank {
            let order = (0..<rank).map { (rank - 1 - $0 + turn) % rank }
            let (turned, steps) = (order.map { dimensions[$0] }, order.map { strides[$0] })
            let transposed = tensor.transposed(order)
            #expect(transposed.shape == Shape(turned))
            #expect(transposed.array(Float.self) == elements(turned, steps))
            #expect(transposed.reshaped([shape.elementCount]).array(Float.self) == elements(turned, steps))
            let backwards = transposed.sliced(axis: 0, start: turned[0] - 1, count: turned[0], step: -1)
            let reversed = elements(
                turned, [-steps[0]] + steps.dropFirst(), from: (turned[0] - 1) * steps[0])
            #expect(backwards.array(Float.self) == reversed)
            let repeated = transposed.broadcast(to: Shape([2] + turned))
            #expect(repeated.array(Float.self) == elements([2] + turned, [0] + steps))
        }
    }

    /// Every width of element goes through a copy of its own.
    @Test func copiesOfEveryWidth() {
        func check<Element: TensorElement & Equatable>(_ values: [Element]) {
            let transposed = Tensor(values, shape: [2, 3]).transposed([1, 0])
            #expect(
                transposed.array(Element.self)
                    == [values[0], values[3], values[1], values[4], values[2], values[5]])
        }
        check([1, 2, 3, 4, 5, 6] as [UInt8])
        check([1, 2, 3, 4, 5, 6] as [Float16])
        check([1, 2, 3, 4, 5, 6] as [Int32])
        check([1, 2, 3, 4, 5, 6] as [Double])
        check([true, false, true, false, true, true])
    }

    @Test func bfloat16RoundsToNearestEven() {
        #expect(BFloat16(1.0).floatValue == 1)
        #expect(BFloat16(Float(bitPattern: 0x3F80_8000)).bitPattern == 0x3F80)
        #expect(BFloat16(Float(bitPattern: 0x3F81_8000)).bitPattern == 0x3F82)
        #expect(BFloat16(.nan).floatValue.isNaN)
        #expect(BFloat16(.infinity).floatValue == .infinity)
    }
}
