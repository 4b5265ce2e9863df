import Operators
import Tensors
import Testing

@Suite struct ShapeOperatorTests {
    static let reshapes: [(Shape, [Int64], Bool, Shape)] = [
        ([2, 3], [3, 2], false, [3, 2]), ([2, 3], [-1], false, [6]), ([2, 3], [0, -1], false, [2, 3]),
        ([2, 3], [], false, []), ([0, 3], [3, 0, 5], true, [3, 0, 5]), ([0, 3], [0, -1], false, [0, 3]),
        ([1], [], false, []), ([2, 3, 4], [0, 0, 2, -1], false, [2, 3, 2, 2]),
    ]

    @Test(arguments: reshapes)
    func reshape(from: Shape, to: [Int64], allowsZero: Bool, expected: Shape) throws {
        let attributes: OperatorAttributes = ["allowzero": .int(allowsZero ? 1 : 0)]
        guard from.elementCount == expected.elementCount else {
            #expect(throws: OperatorError.self) {
                try call("Reshape", [counting(from), Tensor(to)], attributes)
            }
            return
        }
        let data = counting(from)
        let result = try call("Reshape", [data, Tensor(to)], attributes)[0]
        #expect(result.shape == expected)
        #expect(result.array(Float.self) == data.array(Float.self))
    }

    @Test func reshapeOfAViewIsAViewWherePossible() throws {
        let data = counting([4, 6, 8])
        let half = try call("Slice", [data, int64s(4), int64s(8), int64s(2)])[0]
        let split = try call("Reshape", [half, int64s(2, 2, 6, 2, 2)])[0]
        #expect(split.sharesStorage(with: data))
        #expect(split.array(Float.self) == half.array(Float.self))
        let merged = try call("Reshape", [half, int64s(24, 4)])[0]
        #expect(merged.sharesStorage(with: data))
        let flat = try call("Reshape", [half, int64s(-1)])[0]
        #expect(flat.array(Float.self) == half.array(Float.self))
        let swapped = try call("Transpose", [data])[0]
        #expect(
            try call("Reshape", [swapped, int64s(6, 32)])[0].array(Float.self) == swapped.array(Float.self))
        let expanded = try call("Expand", [counting([2, 1, 3]), int64s(2, 4, 3)])[0]
        #expect(
            try call("Reshape", [expanded, int64s(8, 3)])[0].array(Float.self) == expanded.array(Float.self))
    }

    @Test func axesOfSizeOne() throws {
        let data = counting([1, 3, 1, 5])
        #expect(try call("Squeeze", [data])[0].shape == [3, 5])
        #expect(try call("Squeeze", [data, int64s(-2)])[0].shape == [1, 3, 5])
        #expect(try call("Squeeze", [data], ["axes": .ints([0, 2])], opset: 11)[0].shape == [3, 5])
        #expect(try call("Unsqueeze", [counting([3]), int64s(-1, 0)])[0].shape == [1, 3, 1])
        let old = try call("Unsqueeze", [counting([3, 4])], ["axes": .ints([1, 3])], opset: 11)[0]
        #expect(old.shape == [3, 1, 4, 1])
        #expect(try call("Flatten", [counting([2, 3, 4])], ["axis": .int(-1)])[0].shape == [6, 4])
        #expect(try call("Flatten", [counting([2, 3, 4])], ["axis": .int(0)])[0].shape == [1, 24])
        #expect(try call("Flatten", [counting([2, 0, 4])])[0].shape == [2, 0])
    }

    @Test func transposeAndExpand() throws {
        let data = counting([2, 3])
        #expect(try call("Transpose", [data])[0].array(Float.self) == [0, 3, 1, 4, 2, 5])
        let moved = try call("Transpose", [counting([2, 3, 4])], ["perm": .ints([1, 0, 2])])[0]
        #expect(moved.shape == [3, 2, 4])
        let expanded = try call("Expand", [counting([3, 1]), int64s(2, 1, 2)])[0]
        #expect(expanded.shape == [2, 3, 2])
        #expect(expanded.array(Float.self) == [0, 0, 1, 1, 2, 2, 0, 0, 1, 1, 2, 2])
        #expect(try call("Expand", [counting([3]), int64s(1)])[0].shape == [3])
        let tiled = try call("Tile", [counting([2, 2]), int64s(2, 3)])[0]
        #expect(tiled.shape == [4, 6])
        #expect(tiled.array(Float.self)[..<12] == [0, 1, 0, 1, 0, 1, 2, 3, 2, 3, 2, 3])
        #expect(try call("Tile", [counting([2, 2]), int64s(0, 1)])[0].shape == [0, 2])
    }

    @Test(arguments: [7, 8, 9, 16, 33], [1, 8, 15, 16, 17, 40])
    func transposedCopies(rows: Int, columns: Int) throws {
        let data = counting([2, rows, 3, columns])
        for (permutation, middle) in [([0, 2, 3, 1], false), ([2, 3, 0, 1], false), ([3, 2, 0, 1], true)] {
            let view = middle ? data.sliced(axis: 1, start: rows - 1, count: rows, step: -1) : data
            let result = try call("Transpose", [view], ["perm": .ints(permutation)])[0]
            let values = result.array(Float.self)
            var place = [0, 0, 0, 0]
            for (index, value) in values.enumerated() {
                var rest = index
                for axis in (0..<4).reversed() {
                    place[permutation[axis]] = rest % result.shape[axis]
                    rest /= result.shape[axis]
                }
                let row = middle ? rows - 1 - place[1] : place[1]
                let expected = ((place[0] * rows + row) * 3 + place[2]) * columns + place[3]
                guard value != Float(expected) else { continue }
                Issue.record("element \(index) is \(value), expected \(expected)")
                return
            }
        }
    }

    static let slices: [(start: Int64, end: Int64, step: Int64, expected: [Float])] = [
        (0, 5, 1, [0, 1, 2, 3, 4]), (1, .max, 2, [1, 3]), (-3, -1, 1, [2, 3]),
        (4, .min, -1, [4, 3, 2, 1, 0]),
        (.max, .min, -2, [4, 2, 0]), (-1, -4, -1, [4, 3, 2]), (3, 1, 1, []), (9, 10, 1, []), (0, 0, 1, []),
        (.min, .max, .max, [0]), (.max, .min, .min, [4]), (-9, 2, 1, [0, 1]), (2, -6, -1, [2, 1, 0]),
    ]

    @Test(arguments: slices)
    func slice(range: (start: Int64, end: Int64, step: Int64, expected: [Float])) throws {
        let inputs = [int64s(range.start), int64s(range.end), int64s(-1), int64s(range.step)]
        let result = try call("Slice", [counting([5])] + inputs)[0]
        #expect(result.array(Float.self) == range.expected)
        let columns = try call("Slice", [counting([2, 5])] + inputs)[0]
        #expect(columns.array(Float.self) == range.expected + range.expected.map { $0 + 5 })
        #expect(try call("Slice", [counting([2, 0])] + inputs)[0].shape == [2, 0])
    }

    @Test func sliceByAttributes() throws {
        let attributes: OperatorAttributes = ["starts": .ints([1, 0]), "ends": .ints([2, -1])]
        #expect(try call("Slice", [counting([3, 3])], attributes, opset: 9)[0].array(Float.self) == [3, 4])
        let last: OperatorAttributes = ["starts": .ints([2]), "ends": .ints([9]), "axes": .ints([1])]
        #expect(try call("Slice", [counting([3, 3])], last, opset: 9)[0].array(Float.self) == [2, 5, 8])
    }

    @Test func split() throws {
        let data = counting([2, 7])
        let parts = try call("Split", [data, int64s(3, 0, 4)], ["axis": .int(-1)], outputs: 3)
        #expect(parts.map(\.shape) == [[2, 3], [2, 0], [2, 4]])
        #expect(parts[2].array(Float.self) == [3, 4, 5, 6, 10, 11, 12, 13])
        let shorter = try call("Split", [data], ["axis": .int(1), "num_outputs": .int(3)], outputs: 3)
        #expect(shorter.map { $0.shape[1] } == [3, 3, 1])
        let halves = try call("Split", [data], opset: 11, outputs: 2)
        #expect(halves.map(\.shape) == [[1, 7], [1, 7]])
        let old = try call(
            "Split", [data], ["split": .ints([6, 1]), "axis": .int(1)], opset: 11, outputs: 2)
        #expect(old[1].array(Float.self) == [6, 13])
    }

    @Test(arguments: [1, 3])
    func concat(threads: Int) throws {
        let a = counting([2, 3])
        let b = counting([2, 1])
        let columns = try call("Concat", [a, b, a], ["axis": .int(-1)], threads: threads)[0]
        #expect(columns.array(Float.self) == [0, 1, 2, 0, 0, 1, 2, 3, 4, 5, 1, 3, 4, 5])
        let rows = try call("Concat", [a, counting([0, 3]), a.reshaped([2, 3])], ["axis": .int(0)])[0]
        #expect(rows.shape == [4, 3])
        let wide = varied([300, 700])
        let doubled = try call("Concat", [wide, wide], ["axis": .int(1)], threads: threads)[0]
        #expect(doubled.sliced(axis: 1, start: 700, count: 700).array(Float.self) == wide.array(Float.self))
        #expect(
            try call("Concat", [Tensor([true]), Tensor([false])], ["axis": .int(0)])[0].elementType == .bool)
    }

    @Test func shapesAndSizes() throws {
        let data = counting([2, 3, 4])
        #expect(try call("Shape", [data])[0].array(Int64.self) == [2, 3, 4])
        #expect(
            try call("Shape", [data], ["start": .int(-2), "end": .int(99)])[0].array(Int64.self) == [3, 4])
        #expect(try call("Shape", [data], ["start": .int(2), "end": .int(1)])[0].shape == [0])
        #expect(try call("Shape", [Tensor(scalar: Float(1))])[0].shape == [0])
        #expect(try call("Size", [data])[0].array(Int64.self) == [24])
        #expect(try call("Identity", [data])[0].sharesStorage(with: data))
    }

    static let pads: [(String, [Int64], [Float])] = [
        ("constant", [2, 1], [9, 9, 0, 1, 2, 9]), ("edge", [2, 1], [0, 0, 0, 1, 2, 2]),
        ("reflect", [2, 1], [2, 1, 0, 1, 2, 1]), ("wrap", [2, 1], [1, 2, 0, 1, 2, 0]),
        ("constant", [-1, 1], [1, 2, 9]), ("edge", [-1, -1], [1]),
        ("reflect", [5, 0], [1, 0, 1, 2, 1, 0, 1, 2]),
        ("wrap", [0, 4], [0, 1, 2, 0, 1, 2, 0]), ("constant", [-3, 0], []), ("constant", [0, 0], [0, 1, 2]),
    ]

    @Test(arguments: pads)
    func pad(mode: String, pads: [Int64], expected: [Float]) throws {
        let mode: OperatorAttributes = ["mode": .string(mode)]
        let fill = Tensor(scalar: Float(9))
        #expect(try call("Pad", [counting([3]), Tensor(pads), fill], mode)[0].array(Float.self) == expected)
        let rows = try call("Pad", [counting([3, 2]), Tensor(pads), fill, int64s(-2)], mode)[0]
        #expect(
            rows.sliced(axis: 1, start: 0, count: 1).array(Float.self).map { $0 == 9 ? 9 : $0 / 2 }
                == expected)
    }

    @Test func padByAttributes() throws {
        let attributes: OperatorAttributes = ["pads": .ints([0, 1, 1, 0]), "value": .float(7)]
        let result = try call("Pad", [counting([1, 2])], attributes, opset: 2)[0]
        #expect(result.array(Float.self) == [7, 0, 1, 7, 7, 7])
    }

    @Test func constants() throws {
        #expect(try call("Constant", [], ["value_int": .int(3)])[0].array(Int64.self) == [3])
        #expect(try call("Constant", [], ["value_floats": .floats([1, 2])])[0].array(Float.self) == [1, 2])
        #expect(try call("Constant", [], ["value_ints": .ints([1, 2])])[0].array(Int64.self) == [1, 2])
        #expect(try call("Constant", [], ["value_float": .float(1)])[0].shape == [])
        #expect(try call("Constant", [], ["value": .tensor(counting([2]))])[0].shape == [2])
        let zeros = try call("ConstantOfShape", [int64s(2, 3)])[0]
        #expect(zeros.array(Float.self) == [0, 0, 0, 0, 0, 0])
        let ones = try call("ConstantOfShape", [Tensor([Int64]())], ["value": .tensor(int64s(1))])[0]
        #expect(ones.shape == [] && ones.array(Int64.self) == [1])
    }

    @Test func ranges() throws {
        func range<T: TensorElement>(_ start: T, _ limit: T, _ delta: T) throws -> [Double] {
            try call("Range", [Tensor(scalar: start), Tensor(scalar: limit), Tensor(scalar: delta)])[0]
                .doubles
        }
        #expect(try range(Int64(0), 5, 2) == [0, 2, 4])
        #expect(try range(Int64(5), 0, -2) == [5, 3, 1])
        #expect(try range(Int32(3), 3, 1) == [])
        #expect(try range(Int64.min, .min + 2, .max) == [Double(Int64.min)])
        #expect(try range(Int64(0), -2, .min) == [0])
        #expect(try range(Float(1), 2, 0.25) == [1, 1.25, 1.5, 1.75])
        #expect(try range(Double(1), 0, 1) == [])
        #expect(try range(Float16(-2048), 1, 1).count == 2049, "a distance that 16 bits do not hold")
        #expect(try range(BFloat16(254), BFloat16(258), BFloat16(1)) == [254, 255, 256, 256])
        #expect(throws: OperatorError.self) { try range(Int64(0), 5, 0) }
        #expect(throws: OperatorError.self) { try range(Int64.min, .max, 1) }
        #expect(throws: OperatorError.self) { try range(Int64(0), .max, 1) }
        #expect(throws: OperatorError.self) { try range(Float(0), 1, 0) }
        #expect(throws: OperatorError.self) { try range(Float.nan, 1, 1) }
        #expect(throws: OperatorError.self) { try range(Float(0), .infinity, 1) }
    }
}
