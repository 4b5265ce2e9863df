import Operators
import Tensors
import Testing

@Suite struct IndexingTests {
    @Test func gather() throws {
        let data = counting([3, 4])
        let rows = try call("Gather", [data, Tensor([Int64(2), -3], shape: [1, 2])])[0]
        #expect(rows.shape == [1, 2, 4])
        #expect(rows.array(Float.self) == [8, 9, 10, 11, 0, 1, 2, 3])
        let columns = try call("Gather", [data, Tensor([Int32(-1), 0])], ["axis": .int(1)])[0]
        #expect(columns.array(Float.self) == [3, 0, 7, 4, 11, 8])
        #expect(try call("Gather", [data, Tensor([Int64]())])[0].shape == [0, 4])
        for axis in [0, 1] {
            let view = try call("Gather", [data, Tensor(scalar: Int64(1))], ["axis": .int(axis)])[0]
            #expect(view.sharesStorage(with: data))
            #expect(view.array(Float.self) == (axis == 0 ? [4, 5, 6, 7] : [1, 5, 9]))
        }
        let few = try call("Gather", [data.transposed([1, 0]), int64s(3, 0)])[0]
        #expect(few.array(Float.self) == [3, 7, 11, 0, 4, 8])
    }

    @Test func gatherElements() throws {
        let data = counting([3, 3])
        let indices = Tensor([Int64(1), -1, 0, 2, 0, 0], shape: [2, 3])
        #expect(try call("GatherElements", [data, indices])[0].array(Float.self) == [3, 7, 2, 6, 1, 2])
        let along = try call("GatherElements", [data, indices], ["axis": .int(-1)])[0]
        #expect(along.array(Float.self) == [1, 2, 0, 5, 3, 3])
        let part = try call("GatherElements", [data, Tensor([Int64(2)], shape: [1, 1])])[0]
        #expect(part.array(Float.self) == [6])
    }

    @Test func gatherND() throws {
        let data = counting([2, 2, 2])
        let pairs = try call("GatherND", [data, Tensor([Int64(0), 1, -1, 0], shape: [2, 2])])[0]
        #expect(pairs.shape == [2, 2] && pairs.array(Float.self) == [2, 3, 4, 5])
        let batched = try call(
            "GatherND", [data, Tensor([Int64(1), 0], shape: [2, 1])], ["batch_dims": .int(1)])[0]
        #expect(batched.array(Float.self) == [2, 3, 4, 5])
        let whole = try call("GatherND", [data, Tensor([Int64](), shape: [1, 0])])[0]
        #expect(whole.shape == [1, 2, 2, 2])
        #expect(try call("GatherND", [data, Tensor([Int64](), shape: [0, 1])])[0].shape == [0, 2, 2])
    }

    static let reductions: [(String, [Float])] = [
        ("none", [0, 9, 2, 5]), ("add", [0, 15, 2, 8]), ("mul", [0, 45, 2, 15]), ("max", [0, 9, 2, 5]),
        ("min", [0, 1, 2, 3]),
    ]

    @Test(arguments: reductions)
    func scatter(reduction: String, expected: [Float]) throws {
        let attributes: OperatorAttributes = ["reduction": .string(reduction)]
        let data = counting([4])
        let indices = int64s(1, -1, 1)
        let updates = Tensor([Float(5), 5, 9])
        #expect(
            try call("ScatterElements", [data, indices, updates], attributes)[0].array(Float.self) == expected
        )
        let places = Tensor([Int64(1), -1, 1], shape: [3, 1])
        #expect(try call("ScatterND", [data, places, updates], attributes)[0].array(Float.self) == expected)
        let half = AttributeValue.int(Int(ElementType.float16.rawValue))
        let narrow = try [data, updates].map { try call("Cast", [$0], ["to": half])[0] }
        let result = try call("ScatterElements", [narrow[0], indices, narrow[1]], attributes)[0]
        #expect(result.elementType == .float16 && result.doubles == expected.map(Double.init))
        #expect(data.array(Float.self) == [0, 1, 2, 3])
    }

    @Test func scatterSlicesAndColumns() throws {
        let data = Tensor([Float](repeating: 0, count: 6), shape: [3, 2])
        let rows = try call("ScatterND", [data, Tensor([Int64(2)], shape: [1, 1]), counting([1, 2])])[0]
        #expect(rows.array(Float.self) == [0, 0, 0, 0, 0, 1])
        let columns = try call(
            "Scatter",
            [data, Tensor([Int64(1), 0], shape: [2, 1]), Tensor([Float(7), 8], shape: [2, 1])],
            ["axis": .int(1)], opset: 9)[0]
        #expect(columns.array(Float.self) == [0, 7, 8, 0, 0, 0])
        let none = Tensor([Int64](), shape: [0, 2])
        #expect(
            try call("ScatterElements", [data, none, counting([0, 2])])[0].array(Float.self) == [
                0, 0, 0, 0, 0, 0,
            ])
    }

    /// Indices that are repeated along the last axes, as `Expand` leaves them, against the same ones written out.
    @Test(arguments: [[2, 2, 3], [2, 2, 2], [1, 2, 3], [2, 0, 3]] as [Shape], ["none", "add"])
    func scatterRepeatedIndices(shape: Shape, reduction: String) throws {
        let data = counting([2, 4, 3])
        let updates = counting(shape)
        let columns = Tensor(
            (0..<shape[0] * shape[1]).map { Int64($0 * 3 % 4) - 2 }, shape: [shape[0], shape[1], 1])
        let repeated = columns.broadcast(to: shape)
        let written = Tensor(repeated.array(Int64.self), shape: shape)
        let attributes: OperatorAttributes = ["axis": .int(1), "reduction": .string(reduction)]
        let expected = try call("ScatterElements", [data, written, updates], attributes)[0]
        let found = try call("ScatterElements", [data, repeated, updates], attributes)[0]
        #expect(found.array(Float.self) == expected.array(Float.self))
        #expect(throws: OperatorError.self) {
            try call(
                "ScatterElements",
                [data, Tensor(scalar: Int64(4)).broadcast(to: [2, 4, 3]), counting([2, 4, 3])], attributes)
        }
    }

    @Test(arguments: [true, false], [Int64.min, -3, -1, 0, 1, 4, .max])
    func trilu(isUpper: Bool, k: Int64) throws {
        for shape in [[3, 4], [2, 3, 3], [0, 2], [4, 1]] as [Shape] {
            let attributes: OperatorAttributes = ["upper": .int(isUpper ? 1 : 0)]
            let result = try call("Trilu", [counting(shape), Tensor(scalar: k)], attributes)[0]
            let (rows, columns) = (shape[shape.rank - 2], shape[shape.rank - 1])
            for (place, value) in result.array(Float.self).enumerated() {
                let distance = Int64(place % columns - place / columns % rows)
                #expect(value == ((isUpper ? distance >= k : distance <= k) ? Float(place) : 0))
            }
        }
    }

    @Test func nonZeroAndOneHot() throws {
        let places = try call("NonZero", [Tensor([Float(0), 2, .nan, 0], shape: [2, 2])])[0]
        #expect(places.shape == [2, 2] && places.array(Int64.self) == [0, 1, 1, 0])
        #expect(try call("NonZero", [Tensor(scalar: true)])[0].shape == [0, 1])
        #expect(try call("NonZero", [counting([0, 3])])[0].shape == [2, 0])
        let values = Tensor([Float(-1), 1])
        let hot = try call(
            "OneHot", [int64s(2, -1, 7), Tensor(scalar: Int64(3)), values], ["axis": .int(0)])[0]
        #expect(hot.shape == [3, 3] && hot.array(Float.self) == [-1, -1, -1, -1, -1, -1, 1, 1, -1])
        #expect(
            try call("OneHot", [int64s(.min), Tensor(scalar: Float(2)), values])[0].array(Float.self) == [
                -1, -1,
            ])
    }
}
