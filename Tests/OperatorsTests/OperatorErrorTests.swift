import Operators
import Tensors
import Testing

/// Wrong attributes and inputs are errors, whatever numbers they hold, and never end the process.
@Suite struct OperatorErrorTests {
    struct Mistake: Sendable, CustomTestStringConvertible {
        let type: String
        let inputs: [Tensor?]
        let attributes: OperatorAttributes

        init(_ type: String, _ inputs: [Tensor?], _ attributes: OperatorAttributes = [:]) {
            self.type = type
            self.inputs = inputs
            self.attributes = attributes
        }

        var testDescription: String { "\(type) \(inputs.map { $0?.shape.description ?? "-" })" }
    }

    static let matrix = counting([2, 3])
    static let huge = int64s(1 << 31, 1 << 31)

    static let mistakes: [Mistake] = [
        Mistake("Add", [matrix]), Mistake("Add", [matrix, counting([2])]),
        Mistake("Add", [matrix, int64s(1)]),
        Mistake("Add", [Tensor([true]), Tensor([true])]), Mistake("Neg", [Tensor([UInt8(1)])]),
        Mistake("Sqrt", [int64s(1)]), Mistake("And", [matrix, matrix]), Mistake("Sum", []),
        Mistake("Clip", [matrix, counting([2])]), Mistake("Where", [matrix, matrix, matrix]),
        Mistake("Where", [Tensor([true]), matrix, int64s(1)]), Mistake("Cast", [matrix]),
        Mistake("Reshape", [matrix, int64s(4)]), Mistake("Reshape", [matrix, int64s(-1, -1)]),
        Mistake("Reshape", [matrix, int64s(-2, -3)]), Mistake("Reshape", [matrix, int64s(.max, .max)]),
        Mistake("Reshape", [matrix, int64s(4, -1)]), Mistake("Reshape", [matrix, int64s(1, 1, 0)]),
        Mistake("Reshape", [counting([0]), int64s(0, -1)], ["allowzero": .int(1)]),
        Mistake("Reshape", [matrix, matrix]), Mistake("Flatten", [matrix], ["axis": .int(3)]),
        Mistake("Flatten", [matrix], ["axis": .int(.min)]), Mistake("Squeeze", [matrix, int64s(0)]),
        Mistake("Squeeze", [matrix, int64s(.min)]), Mistake("Unsqueeze", [matrix]),
        Mistake("Unsqueeze", [matrix, int64s(0, 0)]), Mistake("Unsqueeze", [matrix, int64s(3)]),
        Mistake("Transpose", [matrix], ["perm": .ints([0, 0])]),
        Mistake("Transpose", [matrix], ["perm": .ints([0, 1, 2])]),
        Mistake("Expand", [matrix, int64s(4)]), Mistake("Expand", [matrix, int64s(-1)]),
        Mistake("Expand", [counting([1, 1]), huge]), Mistake("Tile", [matrix, int64s(2)]),
        Mistake("Tile", [matrix, int64s(2, -1)]), Mistake("Tile", [matrix, int64s(.max, .max)]),
        Mistake("Tile", [matrix, huge]), Mistake("Concat", [matrix]),
        Mistake("Concat", [matrix, counting([3, 2])], ["axis": .int(0)]),
        Mistake("Concat", [matrix, int64s(1)], ["axis": .int(0)]),
        Mistake("Concat", [matrix], ["axis": .int(2)]),
        Mistake("Slice", [matrix, int64s(0)]), Mistake("Slice", [matrix, int64s(0), int64s(1, 2)]),
        Mistake("Slice", [matrix, int64s(0), int64s(1), int64s(2)]),
        Mistake("Slice", [matrix, int64s(0), int64s(1), int64s(0), int64s(0)]),
        Mistake("Slice", [matrix, int64s(0, 0), int64s(1, 1), int64s(1, -1)]),
        Mistake("Split", [matrix, int64s(1, 2)]), Mistake("Split", [matrix, int64s(-1, 3)]),
        Mistake("Split", [matrix, int64s(.max, .max)]), Mistake("Split", [matrix], ["num_outputs": .int(0)]),
        Mistake("Split", [matrix], ["num_outputs": .int(.max)]),
        Mistake("Pad", [matrix, int64s(1)]), Mistake("Pad", [matrix, int64s(0, .max, 0, .max)]),
        Mistake("Pad", [matrix, int64s(0, .min, 0, .min)]), Mistake("Pad", [matrix, int64s(0, -2, 0, -2)]),
        Mistake("Pad", [matrix, int64s(1, 1), nil, int64s(5)]),
        Mistake("Pad", [counting([0]), int64s(1, 1)], ["mode": .string("edge")]),
        Mistake("Pad", [matrix, int64s(0, .max, 0, .max)], ["mode": .string("wrap")]),
        Mistake("Pad", [matrix, int64s(1, 1, 1, 1)], ["mode": .string("other")]),
        Mistake("ConstantOfShape", [huge]), Mistake("ConstantOfShape", [int64s(-1)]),
        Mistake("ConstantOfShape", [int64s(1)], ["value": .tensor(matrix)]), Mistake("Constant", []),
        Mistake("Gather", [matrix, int64s(2)]), Mistake("Gather", [matrix, int64s(-3)]),
        Mistake("Gather", [matrix, int64s(.min)]), Mistake("Gather", [matrix, matrix]),
        Mistake("Gather", [matrix, int64s(0)], ["axis": .int(2)]),
        Mistake("Gather", [Tensor(scalar: Float(1)), int64s(0)]),
        Mistake("GatherElements", [matrix, int64s(0)]),
        Mistake("GatherElements", [matrix, Tensor([Int64(9)], shape: [1, 1])]),
        Mistake("GatherElements", [matrix, Tensor([Int64](repeating: 0, count: 12), shape: [3, 4])]),
        Mistake("GatherND", [matrix, int64s(0, 0, 0)]), Mistake("GatherND", [matrix, int64s(0, 9)]),
        Mistake("GatherND", [matrix, int64s(0)], ["batch_dims": .int(1)]),
        Mistake("GatherND", [matrix, int64s(0)], ["batch_dims": .int(-1)]),
        Mistake("ScatterElements", [matrix, Tensor([Int64(5)], shape: [1, 1]), counting([1, 1])]),
        Mistake("ScatterElements", [matrix, Tensor([Int64(0)], shape: [1, 1]), counting([2])]),
        Mistake("ScatterElements", [matrix, int64s(0), int64s(0)]),
        Mistake("ScatterND", [matrix, int64s(5), counting([3])]),
        Mistake("ScatterND", [matrix, int64s(0), counting([2])]),
        Mistake("ScatterND", [matrix, int64s(0), counting([3])], ["reduction": .string("mean")]),
        Mistake("Trilu", [counting([3])]), Mistake("Trilu", [matrix, int64s(1, 2)]),
        Mistake("OneHot", [int64s(0), Tensor(scalar: Int64(-1)), counting([2])]),
        Mistake("OneHot", [int64s(0), Tensor(scalar: Int64.max), counting([2])]),
        Mistake("OneHot", [int64s(0), int64s(2), counting([3])]),
        Mistake("OneHot", [int64s(0), int64s(2), counting([2])], ["axis": .int(5)]),
        Mistake("ReduceSum", [matrix, int64s(2)]), Mistake("ReduceSum", [matrix, int64s(0, -2)]),
        Mistake("ReduceSum", [Tensor([true])]), Mistake("ArgMax", [counting([0])]),
        Mistake("ArgMax", [matrix], ["axis": .int(7)]), Mistake("CumSum", [matrix]),
        Mistake("CumSum", [matrix, int64s(0, 1)]), Mistake("TopK", [matrix, int64s(4)]),
        Mistake("TopK", [matrix, int64s(-1)]), Mistake("TopK", [matrix]),
        Mistake("Range", [matrix, matrix, matrix]),
    ]

    @Test(arguments: mistakes)
    func isRefused(_ mistake: Mistake) {
        #expect(throws: OperatorError.self) { try call(mistake.type, mistake.inputs, mistake.attributes) }
    }

    /// What a caller does not want computed is refused, whichever operator it is of.
    @Test func resultsAboveTheLimitAreRefused() throws {
        let shape = int64s(11)
        let calls: [() throws -> [Tensor]] = [
            {
                try run(
                    "Range", [Tensor(scalar: Int64(0)), Tensor(scalar: Int64(11)), Tensor(scalar: Int64(1))])
            },
            { try run("ConstantOfShape", [shape]) }, { try run("Expand", [counting([1]), shape]) },
            { try run("MatMul", [counting([11, 1]), counting([1, 1])]) },
            { try run("Add", [counting([11, 1]), counting([1, 1])]) },
        ]
        for call in calls {
            #expect(try call()[0].elementCount == 11)
            ResultLimit.$elements.withValue(10) { _ = #expect(throws: OperatorError.self) { try call() } }
        }
    }
}
