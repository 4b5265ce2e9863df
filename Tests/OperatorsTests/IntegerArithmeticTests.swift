import Operators
import Tensors
import Testing

@Suite struct IntegerArithmeticTests {
    @Test func overflowWrapsAround() throws {
        let least = Tensor([Int64.min, 1])
        let minusOne = Tensor([Int64(-1)])
        #expect(try call("Div", [least, minusOne])[0].array(Int64.self) == [.min, -1])
        #expect(try call("Mod", [least, minusOne])[0].array(Int64.self) == [0, 0])
        #expect(try call("Mod", [least, minusOne], ["fmod": .int(1)])[0].array(Int64.self) == [0, 0])
        #expect(try call("Add", [least, minusOne])[0].array(Int64.self) == [.max, 0])
        #expect(try call("Neg", [least])[0].array(Int64.self) == [.min, -1])
        #expect(try call("Abs", [least])[0].array(Int64.self) == [.min, 1])
        let narrow = Tensor([Int8.min, 100])
        #expect(try call("Div", [narrow, Tensor([Int8(-1)])])[0].array(Int8.self) == [.min, -100])
        #expect(try call("Add", [narrow, narrow])[0].array(Int8.self) == [0, -56])
        let unsigned = Tensor([UInt32.max])
        #expect(try call("Mul", [unsigned, unsigned])[0].array(UInt32.self) == [1])
        #expect(try call("Greater", [unsigned, Tensor([UInt32(1)])])[0].array(Bool.self) == [true])
    }

    @Test func divisionRoundsTowardsZero() throws {
        let a = Tensor([Int32(7), -7, 7, -7])
        let b = Tensor([Int32(2), 2, -2, -2])
        #expect(try call("Div", [a, b])[0].array(Int32.self) == [3, -3, -3, 3])
        #expect(try call("Mod", [a, b])[0].array(Int32.self) == [1, 1, -1, -1])
        #expect(try call("Mod", [a, b], ["fmod": .int(1)])[0].array(Int32.self) == [1, -1, 1, -1])
    }

    @Test(arguments: ["Div", "Mod"], [ElementType.int8, .int32, .int64, .uint16, .uint64])
    func divisionByZeroIsAnError(name: String, type: ElementType) throws {
        let code = AttributeValue.int(Int(type.rawValue))
        let a = try call("Cast", [int64s(4, 5)], ["to": code])[0]
        let b = try call("Cast", [int64s(2, 0)], ["to": code])[0]
        #expect(throws: OperatorError.invalid("integer division by zero")) { try call(name, [a, b]) }
    }

    @Test func powers() throws {
        let base = Tensor([Int64(-1), 1, 2, 3])
        #expect(try call("Pow", [base, int64s(3)])[0].array(Int64.self) == [-1, 1, 8, 27])
        #expect(try call("Pow", [base, int64s(-3)])[0].array(Int64.self) == [-1, 1, 0, 0])
        #expect(try call("Pow", [base, int64s(2)])[0].array(Int64.self) == [1, 1, 4, 9])
        #expect(try call("Pow", [base, int64s(64)])[0].array(Int64.self)[2] == 0)
        let mixed = try call("Pow", [Tensor([Float(4), 9]), int64s(2, 3)])[0]
        #expect(mixed.array(Float.self) == [16, 729])
        let truncated = try call("Pow", [int64s(2, 9), Tensor([Float(0.5)])])[0]
        #expect(truncated.array(Int64.self) == [1, 3])
        #expect(throws: OperatorError.self) { try call("Pow", [int64s(0, 1), int64s(-1)]) }
        // A scalar exponent of 2 and an exponent of the same values take different ways.
        let x = varied([33])
        let square = try call("Pow", [x, Tensor(scalar: Float(2))])[0].array(Float.self)
        let power = try call("Pow", [x, Tensor(repeating: Float(2), shape: [33])])[0].array(Float.self)
        #expect(square == power)
        #expect(
            try call("Pow", [Tensor([Float(3)]), Tensor([Float(2)], shape: [1, 1])])[0].shape == [1, 1])
    }
}
