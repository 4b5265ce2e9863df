internal import Tensors

/// An element type that results are compared in.
protocol ComparedElement: TensorElement {
    var comparedValue: Double { get }
    /// `|self - other|`, exact where ``comparedValue`` is not.
    func absoluteDifference(from other: Self) -> Double
}

extension ComparedElement {
    func absoluteDifference(from other: Self) -> Double { abs(comparedValue - other.comparedValue) }
}

extension ComparedElement where Self: BinaryFloatingPoint {
    var comparedValue: Double { Double(self) }
}

extension ComparedElement where Self: FixedWidthInteger {
    var comparedValue: Double { Double(self) }

    func absoluteDifference(from other: Self) -> Double {
        // The difference of two 64-bit integers can be 1 although both are the same `Double`.
        Double((self > other ? self &- other : other &- self).magnitudeOfBits)
    }
}

extension FixedWidthInteger {
    /// The bits read as an unsigned number.
    fileprivate var magnitudeOfBits: Magnitude { Magnitude(truncatingIfNeeded: self) }
}

extension Float: ComparedElement {}
extension Double: ComparedElement {}
extension Float16: ComparedElement {}
extension BFloat16: ComparedElement { var comparedValue: Double { Double(floatValue) } }
extension Int8: ComparedElement {}
extension Int16: ComparedElement {}
extension Int32: ComparedElement {}
extension Int64: ComparedElement {}
extension UInt8: ComparedElement {}
extension UInt16: ComparedElement {}
extension UInt32: ComparedElement {}
extension UInt64: ComparedElement {}
