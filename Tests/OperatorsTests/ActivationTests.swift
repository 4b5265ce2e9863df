import Foundation
import Operators
import Tensors
import Testing

@Suite struct ActivationTests {
    struct Function: Sendable, CustomStringConvertible {
        let type: String
        var domain = ""
        var attributes: OperatorAttributes = [:]
        let definition: @Sendable (Double) -> Double

        var description: String { "\(type) \(attributes.values.keys.sorted())" }
    }

    static let functions: [Function] = [
        Function(type: "Gelu") { 0.5 * $0 * erfc(-$0 / 2.0.squareRoot()) },
        Function(type: "Gelu", domain: "com.microsoft") { 0.5 * $0 * erfc(-$0 / 2.0.squareRoot()) },
        Function(type: "Gelu", attributes: ["approximate": .string("tanh")]) {
            0.5 * $0 * (1 + tanh((2 / Double.pi).squareRoot() * ($0 + 0.044715 * $0 * $0 * $0)))
        },
        Function(type: "FastGelu", domain: "com.microsoft") {
            0.5 * $0 * (1 + tanh((2 / Double.pi).squareRoot() * ($0 + 0.044715 * $0 * $0 * $0)))
        },
        Function(type: "QuickGelu", domain: "com.microsoft") { $0 / (1 + exp(-1.702 * $0)) },
        Function(type: "Swish") { $0 / (1 + exp(-$0)) },
        Function(type: "Swish", attributes: ["alpha": .float(0.5)]) { $0 / (1 + exp(-0.5 * $0)) },
        Function(type: "HardSwish") { $0 * max(0, min(1, $0 / 6 + 0.5)) },
        Function(type: "HardSigmoid", attributes: ["alpha": .float(0.25), "beta": .float(0.75)]) {
            max(0, min(1, 0.25 * $0 + 0.75))
        },
        Function(type: "Softplus") { max($0, 0) + log1p(exp(-abs($0))) },
        Function(type: "Softsign") { $0 / (1 + abs($0)) },
        Function(type: "Mish") { $0 * tanh(max($0, 0) + log1p(exp(-abs($0)))) },
        Function(type: "Elu") { $0 < 0 ? expm1($0) : $0 },
        Function(type: "Elu", attributes: ["alpha": .float(2)]) { $0 < 0 ? 2 * expm1($0) : $0 },
        Function(type: "Celu", attributes: ["alpha": .float(2)]) { $0 < 0 ? 2 * expm1($0 / 2) : $0 },
        Function(type: "Selu") {
            1.05070102214813232421875 * ($0 < 0 ? 1.67326319217681884765625 * expm1($0) : $0)
        },
        Function(type: "LeakyRelu") { $0 < 0 ? Double(0.01 as Float) * $0 : $0 },
        Function(type: "LeakyRelu", attributes: ["alpha": .float(0.5)]) { $0 < 0 ? 0.5 * $0 : $0 },
        Function(type: "ThresholdedRelu") { $0 > 1 ? $0 : 0 },
    ]

    private static let grid = (-3_200...3_200).map { Float($0) / 256 } + [-80, -30, 30, 80, 1e-6, -1e-6]

    @Test(arguments: functions)
    func equalsItsDefinition(function: Function) throws {
        let x = Tensor(Self.grid)
        let expected = Self.grid.map { function.definition(Double($0)) }
        let result = try run(function.type, domain: function.domain, opset: 24, function.attributes, [x])[0]
        #expect(relativeDistance(result.doubles, expected) < 2e-7)
        let worst = zip(result.doubles, expected).map { abs($0 - $1) / (1 + abs($1)) }.max() ?? 0
        #expect(worst < 5e-7)
        let strided = try run(
            function.type, domain: function.domain, opset: 24, function.attributes,
            [x.sliced(axis: 0, start: x.elementCount - 1, count: 500, step: -3)])[0]
        let some = (0..<500).map { expected[x.elementCount - 1 - 3 * $0] }
        #expect(relativeDistance(strided.doubles, some) < 2e-7)
        let double = try run(
            function.type, domain: function.domain, opset: 24, function.attributes,
            [x.converted(Double.init)])[0]
        #expect(relativeDistance(double.doubles, expected) < 1e-7)
        let half = try run(
            function.type, domain: function.domain, opset: 24, function.attributes,
            [x.converted(Float16.init)])[0]
        #expect(half.elementType == .float16)
        #expect(relativeDistance(half.doubles, expected) < 1e-3)
    }

    @Test(arguments: functions, [0, 1, 15, 16, 17])
    func writesEveryElement(function: Function, count: Int) throws {
        var numbers = Numbers()
        let x = numbers.tensor(count)
        let result = try run(function.type, domain: function.domain, opset: 24, function.attributes, [x])[0]
        #expect(result.shape == x.shape)
        #expect(relativeDistance(result.doubles, x.doubles.map(function.definition)) < 1e-6)
    }

    @Test(arguments: functions)
    func keepsNaN(function: Function) throws {
        let x = Tensor([1, .nan, 2] as [Float])
        let result = try run(function.type, domain: function.domain, opset: 24, function.attributes, [x])[0]
        #expect(result.doubles[1].isNaN)
        #expect(!result.doubles[0].isNaN && !result.doubles[2].isNaN)
    }

    @Test(arguments: ["BiasGelu", "FastGelu"])
    func addsBias(type: String) throws {
        var numbers = Numbers()
        let (x, bias) = (numbers.tensor(3, 4, 19), numbers.tensor(19))
        let biases = bias.doubles
        let sums = Tensor(
            x.doubles.enumerated().map { Float($1 + biases[$0 % 19]) }, shape: x.shape)
        let plain = type == "BiasGelu" ? "Gelu" : "FastGelu"
        let expected = try run(plain, domain: "com.microsoft", [sums])[0].doubles
        let result = try run(type, domain: "com.microsoft", [x.strided, bias])[0]
        #expect(relativeDistance(result.doubles, expected) < 1e-6)
        let doubles = [x, bias].map { $0.converted(Double.init) }
        #expect(
            relativeDistance(try run(type, domain: "com.microsoft", doubles)[0].doubles, expected) < 1e-6)
    }

    @Test func broadcastsSlopes() throws {
        let x = Tensor([-1, 2, -3, 4, -5, 6] as [Float], shape: [2, 3])
        let slopes = Tensor([10, 20, 30] as [Float])
        #expect(try run("PRelu", [x, slopes])[0].doubles == [-10, 2, -90, 4, -100, 6])
        let scalar = Tensor(scalar: 2 as Float)
        #expect(try run("PRelu", [x, scalar])[0].doubles == [-2, 2, -6, 4, -10, 6])
        let integers = Tensor([-2, 3] as [Int32])
        #expect(try run("PRelu", [integers, Tensor([4] as [Int32])])[0].doubles == [-8, 3])
    }
}
