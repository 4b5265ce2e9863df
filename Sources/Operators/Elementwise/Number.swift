internal import Foundation
import Tensors

/// The types that operators compute in; elements of other types are converted to one of them and back.
///
/// Integers wrap around on overflow, as NumPy's do; nothing here traps.
protocol Number: CastableElement, Comparable, Numeric {
    static func sum(_ a: Self, _ b: Self) -> Self
    static func difference(_ a: Self, _ b: Self) -> Self
    static func product(_ a: Self, _ b: Self) -> Self
    /// Integers are rounded towards zero; by zero gives the dividend, callers check first.
    static func quotient(_ a: Self, _ b: Self) -> Self
    /// With the sign of the divisor.
    static func floorRemainder(_ a: Self, _ b: Self) -> Self
    /// With the sign of the dividend.
    static func truncatedRemainder(_ a: Self, _ b: Self) -> Self
    /// Integers to a negative power are rounded towards zero.
    static func power(_ a: Self, _ b: Self) -> Self
    /// NaN if either is.
    static func smaller(_ a: Self, _ b: Self) -> Self
    static func larger(_ a: Self, _ b: Self) -> Self
    static func negative(_ a: Self) -> Self
    static func absolute(_ a: Self) -> Self
    static func sign(_ a: Self) -> Self
    /// The bounds that maximum and minimum start from.
    static var lowest: Self { get }
    static var highest: Self { get }
    /// The type in which many are added up.
    associatedtype Total: Number
    var asTotal: Total { get }
    init(rounding total: Total)
}

extension Number {
    @inline(__always) static func smaller(_ a: Self, _ b: Self) -> Self { a < b || a != a ? a : b }
    @inline(__always) static func larger(_ a: Self, _ b: Self) -> Self { a > b || a != a ? a : b }
}

// MARK: Integers

extension Number where Self: FixedWidthInteger {
    @inline(__always) static func sum(_ a: Self, _ b: Self) -> Self { a &+ b }
    @inline(__always) static func difference(_ a: Self, _ b: Self) -> Self { a &- b }
    @inline(__always) static func product(_ a: Self, _ b: Self) -> Self { a &* b }

    @inline(__always)
    static func quotient(_ a: Self, _ b: Self) -> Self { a.dividedReportingOverflow(by: b).partialValue }

    @inline(__always)
    static func truncatedRemainder(_ a: Self, _ b: Self) -> Self {
        a.remainderReportingOverflow(dividingBy: b).partialValue
    }

    @inline(__always)
    static func floorRemainder(_ a: Self, _ b: Self) -> Self {
        let remainder = truncatedRemainder(a, b)
        return remainder != 0 && (remainder < 0) != (b < 0) ? remainder &+ b : remainder
    }

    static func power(_ a: Self, _ b: Self) -> Self {
        if b < 0 {
            if a == 1 { return 1 }
            guard Self.isSigned && a == 0 &- 1 else { return 0 }
            return b & 1 == 0 ? 1 : a
        }
        var (result, factor, exponent) = (1 as Self, a, b)
        while exponent > 0 {
            if exponent & 1 == 1 { result = result &* factor }
            factor = factor &* factor
            exponent >>= 1
        }
        return result
    }

    @inline(__always) static func negative(_ a: Self) -> Self { 0 &- a }
    @inline(__always) static func absolute(_ a: Self) -> Self { a < 0 ? 0 &- a : a }
    @inline(__always) static func sign(_ a: Self) -> Self { a.signum() }
    static var lowest: Self { .min }
    static var highest: Self { .max }
    @inline(__always) var asTotal: Self { self }
    @inline(__always) init(rounding total: Self) { self = total }
}

extension Int32: Number {}
extension Int64: Number {}
extension UInt64: Number {}

// MARK: Floating point

/// Number types with the functions that ONNX defines on real numbers.
protocol RealNumber: Number, BinaryFloatingPoint {
    static func exponential(_ x: Self) -> Self
    static func logarithm(_ x: Self) -> Self
    static func errorFunction(_ x: Self) -> Self
    static func sine(_ x: Self) -> Self
    static func cosine(_ x: Self) -> Self
    static func hyperbolicTangent(_ x: Self) -> Self
}

extension Number where Self: BinaryFloatingPoint {
    @inline(__always) static func sum(_ a: Self, _ b: Self) -> Self { a + b }
    @inline(__always) static func difference(_ a: Self, _ b: Self) -> Self { a - b }
    @inline(__always) static func product(_ a: Self, _ b: Self) -> Self { a * b }
    @inline(__always) static func quotient(_ a: Self, _ b: Self) -> Self { a / b }

    @inline(__always)
    static func truncatedRemainder(_ a: Self, _ b: Self) -> Self { a.truncatingRemainder(dividingBy: b) }

    @inline(__always)
    static func floorRemainder(_ a: Self, _ b: Self) -> Self {
        let remainder = truncatedRemainder(a, b)
        if remainder == 0 { return Self(signOf: b, magnitudeOf: remainder) }
        return (remainder < 0) != (b < 0) ? remainder + b : remainder
    }

    @inline(__always) static func negative(_ a: Self) -> Self { -a }
    @inline(__always) static func absolute(_ a: Self) -> Self { a.magnitude }
    @inline(__always) static func sign(_ a: Self) -> Self { a > 0 ? 1 : a < 0 ? -1 : a }
    static var lowest: Self { -.infinity }
    static var highest: Self { .infinity }
}

extension Float: RealNumber {
    @inline(__always) var asTotal: Double { Double(self) }
    @inline(__always) init(rounding total: Double) { self = Float(total) }
    static func power(_ a: Float, _ b: Float) -> Float { powf(a, b) }
    static func exponential(_ x: Float) -> Float { expf(x) }
    static func logarithm(_ x: Float) -> Float { logf(x) }
    static func errorFunction(_ x: Float) -> Float { erff(x) }
    static func sine(_ x: Float) -> Float { sinf(x) }
    static func cosine(_ x: Float) -> Float { cosf(x) }
    static func hyperbolicTangent(_ x: Float) -> Float { tanhf(x) }
}

extension Double: RealNumber {
    @inline(__always) var asTotal: Double { self }
    @inline(__always) init(rounding total: Double) { self = total }
    static func power(_ a: Double, _ b: Double) -> Double { pow(a, b) }
    static func exponential(_ x: Double) -> Double { exp(x) }
    static func logarithm(_ x: Double) -> Double { log(x) }
    static func errorFunction(_ x: Double) -> Double { erf(x) }
    static func sine(_ x: Double) -> Double { sin(x) }
    static func cosine(_ x: Double) -> Double { cos(x) }
    static func hyperbolicTangent(_ x: Double) -> Double { tanh(x) }
}
