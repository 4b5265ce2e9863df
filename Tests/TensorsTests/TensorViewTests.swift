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
