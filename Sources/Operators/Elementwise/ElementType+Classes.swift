import Tensors

/// Sets of element types that operators name in their checks.
extension ElementType {
    static let floats: [ElementType] = [.float32, .float64, .float16, .bfloat16]
    static let signedNumbers = floats + [.int32, .int64, .int8, .int16]
    static let numbers = signedNumbers + [.uint8, .uint16, .uint32, .uint64]
    static let all = ElementType.allCases

    /// The values of an integer type that is narrower than its compute type.
    var narrowBounds: ClosedRange<Int64>? {
        switch self {
        case .bool: 0...1
        case .int8, .int16: -1 << (8 * byteWidth - 1)...1 << (8 * byteWidth - 1) - 1
        case .uint8, .uint16, .uint32: 0...1 << (8 * byteWidth) - 1
        default: nil
        }
    }

    /// The type that operators compute in: the narrow ones are converted to it and back.
    var computeType: ElementType {
        switch self {
        case .float16, .bfloat16: .float32
        case .bool, .int8, .int16, .uint8, .uint16: .int32
        case .uint32: .int64
        case .float32, .float64, .int32, .int64, .uint64: self
        }
    }
}

/// A computation that is the same for all types of numbers.
protocol NumberComputation {
    func compute<T: Number>(_ type: T.Type) throws(OperatorError) -> Tensor
}

/// A computation that only moves elements, so that all types of one width are treated alike.
protocol ElementMove {
    func move<Word: CastableElement>(_ type: Word.Type) throws(OperatorError) -> Tensor
}

extension ElementType {
    /// Runs a computation whose operands have this type's ``computeType``.
    func dispatch(_ computation: some NumberComputation) throws(OperatorError) -> Tensor {
        switch computeType {
        case .float32: try computation.compute(Float.self)
        case .float64: try computation.compute(Double.self)
        case .int64: try computation.compute(Int64.self)
        case .uint64: try computation.compute(UInt64.self)
        default: try computation.compute(Int32.self)
        }
    }

    /// The unsigned integers of this type's width, as which a move sees its operands.
    var word: ElementType {
        switch byteWidth {
        case 1: .uint8
        case 2: .uint16
        case 4: .uint32
        default: .uint64
        }
    }

    /// Runs a move whose operands are read as ``word``s.
    func dispatch(_ move: some ElementMove) throws(OperatorError) -> Tensor {
        let result =
            switch word {
            case .uint8: try move.move(UInt8.self)
            case .uint16: try move.move(UInt16.self)
            case .uint32: try move.move(UInt32.self)
            default: try move.move(UInt64.self)
            }
        return result.reinterpreted(as: self)
    }
}

extension Tensor {
    /// The bits of each element as an unsigned integer, contiguous and aligned.
    var words: Tensor { reinterpreted(as: elementType.word).contiguous() }
}
