import Tensors

/// ONNX Cast: converts elements to the type of the attribute `to`.
///
/// Where ONNX leaves the result open, numbers too large for an integer type become its nearest value and NaN
/// becomes 0. `saturate` and `round_mode` concern 8-bit floating point only, which this engine does not have.
struct Cast: Operator {
    private let target: ElementType

    init(_ node: OperatorNode) throws(OperatorError) {
        let code = try node.attributes.requiredInt("to")
        guard let type = Int32(exactly: code).flatMap(ElementType.init(rawValue:)) else {
            throw .unsupported("element type \(code)")
        }
        target = type
    }

    func run(_ inputs: OperatorInputs, _ context: OperatorContext) throws(OperatorError) -> [Tensor] {
        [try inputs.tensor(0, "input").cast(to: target, context)]
    }
}

/// ONNX CastLike: converts elements to the type of a second input.
struct CastLike: Operator {
    init(_ node: OperatorNode) {}

    func run(_ inputs: OperatorInputs, _ context: OperatorContext) throws(OperatorError) -> [Tensor] {
        let target = try inputs.tensor(1, "target_type").elementType
        return [try inputs.tensor(0, "input").cast(to: target, context)]
    }
}

/// A type that ``Cast`` converts from and to.
protocol CastableElement: TensorElement {
    static var isInteger: Bool { get }
    /// Converts from another type; `isInteger` and the accessors below choose the way when compiled.
    static func cast<Source: CastableElement>(_ value: Source) -> Self
    var asFloat: Float { get }
    var asDouble: Double { get }
    /// The low 64 bits of an integer, sign-extended.
    var asBits: Int64 { get }
}

/// An integer type; its own conversion is named, because the generic one of the standard library is slow.
protocol CastableInteger: CastableElement, FixedWidthInteger {
    init(truncating value: Double)
}

private struct CastMap<Source: CastableElement, Target: CastableElement>: UnaryMap {
    @inline(__always) static func apply(_ x: Source) -> Target { Target.cast(x) }
}

extension Tensor {
    /// The elements converted as ONNX's Cast does; this tensor if it has the type already.
    func cast(to target: ElementType, _ context: OperatorContext) -> Tensor {
        if target == elementType { return self }
        return switch elementType {
        case .float32: cast(from: Float.self, to: target, context)
        case .float64: cast(from: Double.self, to: target, context)
        case .int32: cast(from: Int32.self, to: target, context)
        case .int64: cast(from: Int64.self, to: target, context)
        case .uint64: cast(from: UInt64.self, to: target, context)
        default: widened(context).cast(to: target, context)
        }
    }

    /// A narrow type as its compute type, which holds all its values. That others are reached from there
    /// saves half of the loops.
    private func widened(_ context: OperatorContext) -> Tensor {
        switch elementType {
        case .float16: Elementwise.map(CastMap<Float16, Float>.self, self, context)
        case .bfloat16: Elementwise.map(CastMap<BFloat16, Float>.self, self, context)
        case .int8: Elementwise.map(CastMap<Int8, Int32>.self, self, context)
        case .int16: Elementwise.map(CastMap<Int16, Int32>.self, self, context)
        case .uint8: Elementwise.map(CastMap<UInt8, Int32>.self, self, context)
        case .uint16: Elementwise.map(CastMap<UInt16, Int32>.self, self, context)
        case .uint32: Elementwise.map(CastMap<UInt32, Int64>.self, self, context)
        // A file may hold bytes other than 0 and 1, which Swift's Bool must not see.
        case .bool: Elementwise.map(CastMap<UInt8, Int32>.self, reinterpreted(as: .uint8), context)
        case .float32, .float64, .int32, .int64, .uint64: self
        }
    }

    private func cast<Source: CastableElement>(
        from source: Source.Type, to target: ElementType, _ context: OperatorContext
    ) -> Tensor {
        switch target {
        case .float32: Elementwise.map(CastMap<Source, Float>.self, self, context)
        case .float64: Elementwise.map(CastMap<Source, Double>.self, self, context)
        case .float16: Elementwise.map(CastMap<Source, Float16>.self, self, context)
        case .bfloat16: Elementwise.map(CastMap<Source, BFloat16>.self, self, context)
        case .int8: Elementwise.map(CastMap<Source, Int8>.self, self, context)
        case .int16: Elementwise.map(CastMap<Source, Int16>.self, self, context)
        case .int32: Elementwise.map(CastMap<Source, Int32>.self, self, context)
        case .int64: Elementwise.map(CastMap<Source, Int64>.self, self, context)
        case .uint8: Elementwise.map(CastMap<Source, UInt8>.self, self, context)
        case .uint16: Elementwise.map(CastMap<Source, UInt16>.self, self, context)
        case .uint32: Elementwise.map(CastMap<Source, UInt32>.self, self, context)
        case .uint64: Elementwise.map(CastMap<Source, UInt64>.self, self, context)
        case .bool: Elementwise.map(CastMap<Source, Bool>.self, self, context)
        }
    }
}

// MARK: Integers

extension CastableInteger {
    static var isInteger: Bool { true }
    @inline(__always) var asFloat: Float { Float(asBits) }
    @inline(__always) var asDouble: Double { Double(asBits) }
    @inline(__always) var asBits: Int64 { Int64(truncatingIfNeeded: self) }

    @inline(__always)
    static func cast<Source: CastableElement>(_ value: Source) -> Self {
        if Source.isInteger { return Self(truncatingIfNeeded: value.asBits) }
        let number = value.asDouble
        // Both bounds are exact: -2^n or 0 below, 2^n above.
        if number > -1 + Double(Self.min) && number < Double(sign: .plus, exponent: valueBits, significand: 1)
        {
            return Self(truncating: number)
        }
        return number > 0 ? .max : number < 0 ? .min : 0
    }

    /// Bits without the sign.
    @inline(__always)
    private static var valueBits: Int { isSigned ? bitWidth - 1 : bitWidth }
}

extension Int8: CastableInteger {
    @inline(__always) init(truncating value: Double) { self.init(value) }
}

extension Int16: CastableInteger {
    @inline(__always) init(truncating value: Double) { self.init(value) }
}

extension Int32: CastableInteger {
    @inline(__always) init(truncating value: Double) { self.init(value) }
}

extension Int64: CastableInteger {
    @inline(__always) init(truncating value: Double) { self.init(value) }
}

extension UInt8: CastableInteger {
    @inline(__always) init(truncating value: Double) { self.init(value) }
}

extension UInt16: CastableInteger {
    @inline(__always) init(truncating value: Double) { self.init(value) }
}

extension UInt32: CastableInteger {
    @inline(__always) init(truncating value: Double) { self.init(value) }
}

extension UInt64: CastableInteger {
    @inline(__always) init(truncating value: Double) { self.init(value) }
    @inline(__always) var asFloat: Float { Float(self) }
    @inline(__always) var asDouble: Double { Double(self) }
}

extension Bool: CastableElement {
    static var isInteger: Bool { true }
    @inline(__always) var asFloat: Float { self ? 1 : 0 }
    @inline(__always) var asDouble: Double { self ? 1 : 0 }
    @inline(__always) var asBits: Int64 { self ? 1 : 0 }

    @inline(__always)
    static func cast<Source: CastableElement>(_ value: Source) -> Bool {
        Source.isInteger ? value.asBits != 0 : value.asDouble != 0
    }
}

// MARK: Floating point

extension CastableElement where Self: BinaryFloatingPoint {
    static var isInteger: Bool { false }
    @inline(__always) var asFloat: Float { Float(self) }
    @inline(__always) var asDouble: Double { Double(self) }
    @inline(__always) var asBits: Int64 { 0 }
}

extension Float: CastableElement {
    @inline(__always) static func cast<Source: CastableElement>(_ value: Source) -> Float { value.asFloat }
}

extension Double: CastableElement {
    @inline(__always) static func cast<Source: CastableElement>(_ value: Source) -> Double { value.asDouble }
}

extension Float16: CastableElement {
    @inline(__always)
    static func cast<Source: CastableElement>(_ value: Source) -> Float16 { Float16(value.asDouble) }
}

extension BFloat16: CastableElement {
    static var isInteger: Bool { false }
    @inline(__always) var asFloat: Float { floatValue }
    @inline(__always) var asDouble: Double { Double(floatValue) }
    @inline(__always) var asBits: Int64 { 0 }

    @inline(__always)
    static func cast<Source: CastableElement>(_ value: Source) -> BFloat16 { BFloat16(value.asFloat) }
}
