import Foundation
import Operators
import Tensors
import Testing

@Suite struct SoftmaxTests {
    /// The definition along one axis, in double precision.
    private func reference(_ x: Tensor, axis: Int, isLogarithm: Bool) -> [Double] {
        let stride = x.shape.rowMajorStrides[axis]
        let values = x.doubles
        return values.indices.map { index in
            let place = index / stride % x.shape[axis]
            let row = (0..<x.shape[axis]).map { values[index + ($0 - place) * stride] }
            let maximum = row.max() ?? 0
            let total = row.map { exp($0 - maximum) }.reduce(0, +)
            return isLogarithm
                ? values[index] - maximum - log(total) : exp(values[index] - maximum) / total
        }
    }

    @Test(arguments: [1, 15, 16, 17, 33, 200], [-3, -1, 0, 1, 2])
    func normalizesAlongAnAxis(width: Int, axis: Int) throws {
        var numbers = Numbers()
        let x = numbers.tensor(3, width, 5)
        for (type, isLogarithm) in [("Softmax", false), ("LogSoftmax", true)] {
            let expected = reference(x, axis: axis < 0 ? axis + 3 : axis, isLogarithm: isLogarithm)
            for input in [x, x.strided] {
                let result = try run(type, ["axis": .int(axis)], [input])[0]
                #expect(result.shape == x.shape)
                #expect(relativeDistance(result.doubles, expected) < 1e-6)
            }
            let double = try run(type, ["axis": .int(axis)], [x.converted(Double.init)])[0]
            #expect(relativeDistance(double.doubles, expected) < 1e-14)
            let half = try run(type, ["axis": .int(axis)], [x.converted(Float16.init)])[0]
            #expect(relativeDistance(half.doubles, expected) < 2e-3)
        }
    }

    /// Before opset 13 the axes from the given one on form one row.
    @Test(arguments: [(0, 60), (1, 20), (2, 5), (-1, 5)])
    func flattensInOldVersions(axis: Int, width: Int) throws {
        var numbers = Numbers()
        let x = numbers.tensor(3, 4, 5)
        let expected = reference(x.reshaped([60 / width, width]), axis: 1, isLogarithm: false)
        let result = try run("Softmax", opset: 11, ["axis": .int(axis)], [x])[0]
        #expect(result.shape == [3, 4, 5])
        #expect(relativeDistance(result.doubles, expected) < 1e-6)
    }

    @Test func knowsItsDefaultAxis() throws {
        let x = Tensor(repeating: 1 as Float, shape: [2, 4, 5])
        #expect(try run("Softmax", opset: 11, [x])[0].doubles.allSatisfy { abs($0 - 0.05) < 1e-8 })
        #expect(try run("Softmax", opset: 13, [x])[0].doubles.allSatisfy { abs($0 - 0.2) < 1e-8 })
    }

    @Test(arguments: [1, 7, 16, 40])
    func survivesMaskedRows(width: Int) throws {
        let masked = Tensor(repeating: -Float.greatestFiniteMagnitude, shape: [2, width])
        let uniform = try run("Softmax", [masked])[0].doubles
        #expect(uniform.allSatisfy { abs($0 * Double(width) - 1) < 1e-6 })
        // As in ONNX Runtime.
        let infinite = Tensor(repeating: -Float.infinity, shape: [2, width])
        #expect(try run("Softmax", [infinite])[0].doubles.allSatisfy(\.isNaN))
    }

    @Test func survivesLargeNumbers() throws {
        let x = Tensor([1e38, -1e38, 1e38, -.infinity] as [Float])
        #expect(try run("Softmax", [x])[0].doubles == [0.5, 0, 0.5, 0])
        #expect(try run("Softmax", [Tensor([1, .nan, 3] as [Float])])[0].doubles.allSatisfy(\.isNaN))
    }

    @Test func takesEmptyTensorsAndScalars() throws {
        for shape in [[0], [0, 3], [3, 0]] as [Shape] {
            #expect(try run("Softmax", [Tensor([] as [Float], shape: shape)])[0].shape == shape)
        }
        #expect(try run("Softmax", [Tensor(scalar: 3 as Float)])[0].doubles == [1])
    }
}
