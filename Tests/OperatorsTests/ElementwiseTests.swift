import Foundation
import Operators
import Tensors
import Testing

@Suite struct ElementwiseTests {
    static let shapes: [(Shape, Shape)] = [
        ([], []), ([1], []), ([0], [1]), ([0, 3], [3]), ([15], [15]), ([16], [16]), ([17], [1]), ([1], [17]),
        ([3, 5], [3, 5]), ([3, 5], [5]), ([3, 1], [1, 5]), ([2, 3, 4], [2, 1, 4]), ([2, 1, 1], [3, 1]),
        ([1, 1, 7], [4, 3, 1]), ([40, 1, 700], [3, 1]), ([200, 500], [200, 500]), ([200, 500], [200, 1]),
    ]
    static let functions: [(String, @Sendable (Float, Float) -> Float)] = [
        ("Add", { $0 + $1 }), ("Sub", { $0 - $1 }), ("Mul", { $0 * $1 }), ("Div", { $0 / $1 }),
        ("Min", { min($0, $1) }), ("Max", { max($0, $1) }),
    ]

    @Test(arguments: shapes)
    func binaryOperatorsBroadcast(left: Shape, right: Shape) throws {
        let a = varied(left)
        let b = varied(right, seed: 7)
        let shape = try #require(Shape.broadcast(left, right))
        let pairs = zip(
            a.broadcast(to: shape).array(Float.self), b.broadcast(to: shape).array(Float.self))
        for (name, function) in Self.functions {
            let result = try call(name, [a, b], threads: 3)[0]
            #expect(result.shape == shape)
            #expect(result.array(Float.self) == pairs.map { function($0, $1) }, "\(name)")
        }
        let less = try call("Less", [a, b], threads: 3)[0]
        #expect(less.array(Bool.self) == pairs.map { $0 < $1 })
    }

    @Test func remaindersHaveTheSignOfTheDivisor() throws {
        let a = Tensor([5, -5, 5, -5, 0, -0.0, 1, -1, 1, .infinity] as [Float])
        let b = Tensor([3, 3, -3, -3, -2, 2, .infinity, .infinity, 0, 2] as [Float])
        let floored = try call("Mod", [a, b])[0].array(Float.self)
        #expect(floored[..<8] == [2, 1, -1, -2, 0, 0, 1, .infinity])
        #expect(floored[4].sign == .minus && floored[5].sign == .plus)
        #expect(floored[8].isNaN && floored[9].isNaN)
        let truncated = try call("Mod", [a, b], ["fmod": .int(1)])[0].array(Float.self)
        #expect(truncated[..<8] == [2, -2, 2, -2, 0, 0, 1, -1])
    }

    @Test func operandsMayBeViews() throws {
        let a = varied([4, 6, 8])
        let views = [
            a.transposed([2, 0, 1]), a.sliced(axis: 1, start: 5, count: 3, step: -2).transposed([2, 0, 1]),
            a.sliced(axis: 2, start: 1, count: 3, step: 3).transposed([2, 0, 1]),
        ]
        for view in views {
            let plain = Tensor(view.array(Float.self), shape: view.shape)
            for other in [view, plain, a.transposed([2, 0, 1]).sliced(axis: 2, start: 0, count: 1)] {
                guard Shape.broadcast(view.shape, other.shape) != nil else { continue }
                let result = try call("Sub", [view, other])[0]
                let expected = try call("Sub", [plain, other.contiguous()])[0]
                #expect(result.array(Float.self) == expected.array(Float.self))
            }
            let negated = try call("Neg", [view])[0]
            #expect(negated.array(Float.self) == plain.array(Float.self).map { -$0 })
        }
    }

    static let unary: [(String, @Sendable (Double) -> Double)] = [
        ("Abs", { abs($0) }), ("Neg", { -$0 }), ("Exp", { exp($0) }), ("Erf", { erf($0) }),
        ("Sin", { sin($0) }), ("Cos", { cos($0) }), ("Tanh", { tanh($0) }), ("Floor", { floor($0) }),
        ("Ceil", { ceil($0) }), ("Round", { rint($0) }), ("Reciprocal", { 1 / $0 }),
        ("Sigmoid", { 1 / (1 + exp(-$0)) }), ("Relu", { max(0, $0) }),
        ("Sign", { $0 > 0 ? 1 : -1 }),
    ]

    @Test(arguments: unary.map(\.0), [0, 1, 15, 16, 17, 100_000])
    func unaryOperatorsAgreeWithTheCLibrary(name: String, count: Int) throws {
        let function = try #require(Self.unary.first { $0.0 == name }).1
        let x = varied([count])
        let result = try call(name, [x], threads: 3)[0].array(Float.self)
        #expect(result.count == count)
        for (found, value) in zip(result, x.array(Float.self)) {
            let expected = function(Double(value))
            guard abs(Double(found) - expected) > 3e-7 * abs(expected) else { continue }
            Issue.record("\(name)(\(value)) is \(found), expected \(expected)")
            break
        }
        let double = try call(name, [x].map { try call("Cast", [$0], ["to": .int(11)])[0] })[0]
        #expect(zip(double.array(Double.self), x.array(Float.self)).allSatisfy { $0 == function(Double($1)) })
    }

    @Test func squareRootsAndLogarithms() throws {
        let x = Tensor([Float(0), 1, 4, .infinity, -1])
        let roots = try call("Sqrt", [x])[0].array(Float.self)
        #expect(roots[..<4] == [0, 1, 2, .infinity] && roots[4].isNaN)
        let logarithms = try call("Log", [x])[0].array(Float.self)
        #expect(logarithms[..<2] == [-.infinity, 0] && logarithms[3] == .infinity && logarithms[4].isNaN)
    }

    @Test(arguments: [ElementType.float16, .bfloat16])
    func sixteenBitTypesAreComputedInFloat(type: ElementType) throws {
        let code = AttributeValue.int(Int(type.rawValue))
        let a = try call("Cast", [Tensor([Float(1.5), 60_000, -2])], ["to": code])[0]
        let sum = try call("Mul", [a, a])[0]
        #expect(sum.elementType == type)
        let expected: [Double] = type == .float16 ? [2.25, .infinity, 4] : [2.25, 3_590_324_224, 4]
        #expect(sum.doubles == expected)
        #expect(try call("Exp", [try call("Sub", [a, a])[0]])[0].doubles == [1, 1, 1])
    }

    @Test func notANumberSpreads() throws {
        let nan = Tensor([Float.nan, 1])
        let one = Tensor([Float(1), .nan])
        for name in ["Min", "Max", "Add"] {
            #expect(try call(name, [nan, one])[0].array(Float.self).allSatisfy(\.isNaN))
        }
        #expect(try call("Relu", [nan])[0].array(Float.self)[0].isNaN)
        #expect(try call("Equal", [nan, nan])[0].array(Bool.self) == [false, true])
        #expect(try call("IsNaN", [nan])[0].array(Bool.self) == [true, false])
        let infinities = Tensor([Float.infinity, -.infinity, 1])
        #expect(try call("IsInf", [infinities])[0].array(Bool.self) == [true, true, false])
        let negative = try call("IsInf", [infinities], ["detect_positive": .int(0)])[0]
        #expect(negative.array(Bool.self) == [false, true, false])
    }

    @Test func logicReadsAnyByteButZeroAsTrue() throws {
        let a = Tensor([UInt8(0), 2, 255, 0]).reinterpreted(as: .bool)
        let b = Tensor([UInt8(0), 1, 0, 7]).reinterpreted(as: .bool)
        #expect(try call("And", [a, b])[0].array(Bool.self) == [false, true, false, false])
        #expect(try call("Or", [a, b])[0].array(Bool.self) == [false, true, true, true])
        #expect(try call("Xor", [a, b])[0].array(Bool.self) == [false, false, true, true])
        #expect(try call("Not", [a])[0].array(Bool.self) == [true, false, false, true])
    }

    @Test func whereTakesAnyType() throws {
        let condition = Tensor([true, false, true])
        let x = int64s(1, 2, 3)
        let y = Tensor(scalar: Int64(9))
        #expect(try call("Where", [condition, x, y])[0].array(Int64.self) == [1, 9, 3])
        let columns = try call("Where", [condition, y, Tensor([Int64(1), 2], shape: [2, 1])])[0]
        #expect(columns.shape == [2, 3])
        #expect(columns.array(Int64.self) == [9, 1, 9, 9, 2, 9])
    }

    @Test func clipLimitsAreInputsOrAttributes() throws {
        let x = Tensor([Float(-2), 0.5, 2])
        let attributes: OperatorAttributes = ["min": .float(-1), "max": .float(1)]
        #expect(try call("Clip", [x], attributes, opset: 6)[0].array(Float.self) == [-1, 0.5, 1])
        #expect(try call("Clip", [x, nil, Tensor(scalar: Float(1))])[0].array(Float.self) == [-2, 0.5, 1])
        let crossed = [x, Tensor(scalar: Float(3)), Tensor(scalar: Float(1))]
        #expect(try call("Clip", crossed)[0].array(Float.self) == [1, 1, 1])
        #expect(try call("Clip", [x])[0].array(Float.self) == [-2, 0.5, 2])
    }

    @Test func sumAndMeanTakeAnyNumberOfInputs() throws {
        let inputs = [Tensor([Float(1), 2]), Tensor([Float(3)]), Tensor(scalar: Float(5))]
        #expect(try call("Sum", inputs)[0].array(Float.self) == [9, 10])
        #expect(try call("Mean", inputs)[0].array(Float.self) == [3, Float(10) / 3])
        #expect(try call("Max", [inputs[0]])[0].array(Float.self) == [1, 2])
    }
}
