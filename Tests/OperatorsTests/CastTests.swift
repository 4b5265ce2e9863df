import Operators
import Tensors
import Testing

@Suite struct CastTests {
    private func cast(_ tensor: Tensor, to type: ElementType) throws -> Tensor {
        try call("Cast", [tensor], ["to": .int(Int(type.rawValue))])[0]
    }

    @Test(arguments: ElementType.allCases, ElementType.allCases)
    func smallNumbersSurviveAllPairs(source: ElementType, target: ElementType) throws {
        let start = try cast(Tensor([UInt8(0), 1, 1, 0]), to: source)
        let result = try cast(start, to: target)
        #expect(result.elementType == target)
        #expect(result.doubles == [0, 1, 1, 0])
        let like = try call("CastLike", [start, result])[0]
        #expect(like.elementType == target && like.doubles == [0, 1, 1, 0])
        #expect(try cast(cast(Tensor([Float]()), to: source), to: target).shape == [0])
    }

    @Test func integersKeepTheirLowBits() throws {
        let x = int64s(200, -1, 1 << 40 | 7, .min)
        #expect(try cast(x, to: .int8).array(Int8.self) == [-56, -1, 7, 0])
        #expect(try cast(x, to: .uint16).array(UInt16.self) == [200, 65_535, 7, 0])
        #expect(try cast(x, to: .uint64).array(UInt64.self)[1] == .max)
        #expect(try cast(x, to: .bool).array(Bool.self) == [true, true, true, true])
        let large = Tensor([UInt64.max])
        #expect(try cast(large, to: .float32).array(Float.self) == [18_446_744_073_709_551_616])
        #expect(try cast(large, to: .float64).array(Double.self) == [18_446_744_073_709_551_616])
    }

    @Test func floatsSaturate() throws {
        let x = Tensor([Float.nan, .infinity, -.infinity, 3e9, -3e9, 2.9, -2.9, -0.5, 255.9])
        #expect(try cast(x, to: .int32).array(Int32.self) == [0, .max, .min, .max, .min, 2, -2, 0, 255])
        #expect(try cast(x, to: .uint8).array(UInt8.self) == [0, 255, 0, 255, 0, 2, 0, 0, 255])
        #expect(
            try cast(x, to: .int64).array(Int64.self)
                == [0, .max, .min, 3_000_000_000, -3_000_000_000, 2, -2, 0, 255])
        #expect(try cast(x, to: .uint64).array(UInt64.self)[1...2] == [.max, 0])
        #expect(try cast(x, to: .bool).array(Bool.self).allSatisfy { $0 })
        let edges = Tensor([Double(Int64.min), 0x1p63, -0x1p63 - 2048, 0x1p64])
        #expect(try cast(edges, to: .int64).array(Int64.self) == [.min, .max, .min, .max])
        #expect(try cast(edges, to: .uint64).array(UInt64.self) == [0, 1 << 63, 0, .max])
    }

    @Test func sixteenBitTypesRoundToNearest() throws {
        let x = Tensor([Float(1) + 0x1p-11, 1 + 0x1.8p-10, 70_000, -0.0, .nan])
        let half = try cast(x, to: .float16).array(Float16.self)
        #expect(half[..<4] == [1, 1 + 0x1p-9, .infinity, 0] && half[4].isNaN)
        #expect(half[3].sign == .minus)
        let brain = try cast(Tensor([Float(1) + 0x1p-8, 1 + 0x1.8p-7]), to: .bfloat16)
        #expect(brain.doubles == [1, 1 + 0x1p-6])
    }

    @Test func unknownTypesAreRefused() {
        for code in [0, 8, 17, 1000, Int.max] {
            #expect(throws: OperatorError.unsupported("element type \(code)")) {
                try call("Cast", [int64s(1)], ["to": .int(code)])
            }
        }
    }
}
