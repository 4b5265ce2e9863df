/// Appends protobuf fields to a buffer.
package struct WireWriter: Sendable {
    package private(set) var bytes: [UInt8] = []

    package init() {}

    /// An integer, a truth value or an enumeration.
    package mutating func varint(_ field: Int, _ value: UInt64) {
        tag(field, .varint)
        append(varint: value)
    }

    /// A signed integer, as `int32` and `int64` are written.
    package mutating func int(_ field: Int, _ value: Int) {
        varint(field, UInt64(bitPattern: Int64(value)))
    }

    package mutating func float(_ field: Int, _ value: Float) {
        tag(field, .fixed32)
        append(littleEndian: value.bitPattern)
    }

    package mutating func fixed64(_ field: Int, _ value: UInt64) {
        tag(field, .fixed64)
        append(littleEndian: value)
    }

    /// Text, bytes, a packed list or a message that is already encoded.
    package mutating func bytes(_ field: Int, _ value: [UInt8]) {
        tag(field, .bytes)
        append(varint: UInt64(value.count))
        bytes.append(contentsOf: value)
    }

    package mutating func text(_ field: Int, _ value: String) {
        bytes(field, Array(value.utf8))
    }

    package mutating func message(_ field: Int, _ body: (inout WireWriter) -> Void) {
        var inner = WireWriter()
        body(&inner)
        bytes(field, inner.bytes)
    }

    /// A list of integers in packed form.
    package mutating func packed(_ field: Int, _ values: some Sequence<Int>) {
        var inner = WireWriter()
        for value in values { inner.append(varint: UInt64(bitPattern: Int64(value))) }
        bytes(field, inner.bytes)
    }

    /// Fields that are already encoded.
    package mutating func append(_ other: [UInt8]) {
        bytes.append(contentsOf: other)
    }
}

// MARK: Pieces of fields, for the reducer

extension WireWriter {
    mutating func tag(_ field: Int, _ kind: WireField.Kind) {
        append(varint: UInt64(field) << 3 | UInt64(kind.rawValue))
    }

    mutating func append(varint value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    /// Copies a part of a file.
    mutating func append(_ source: RawSpan, _ range: Range<Int>) {
        bytes.reserveCapacity(bytes.count + range.count)
        for offset in range { bytes.append(source.unsafeLoad(fromByteOffset: offset, as: UInt8.self)) }
    }

    /// Leaves room for a length, to be written by ``closeLength(at:)`` when the content's end is known.
    mutating func openLength() -> Int {
        bytes.append(contentsOf: repeatElement(0, count: Self.paddedLength))
        return bytes.count
    }

    /// - Parameter start: what ``openLength()`` returned.
    mutating func closeLength(at start: Int) {
        var rest = bytes.count - start
        for index in 0..<Self.paddedLength {
            let more: UInt8 = index == Self.paddedLength - 1 ? 0 : 0x80
            bytes[start - Self.paddedLength + index] = UInt8(rest & 0x7F) | more
            rest >>= 7
        }
    }

    /// Bytes of a length that was padded with zeros, so that it need not be known beforehand. Protobuf allows
    /// as much, and five bytes hold the length of any message.
    private static let paddedLength = 5

    private mutating func append(littleEndian value: some FixedWidthInteger) {
        for index in 0..<value.bitWidth / 8 {
            bytes.append(UInt8(truncatingIfNeeded: value >> (8 * index)))
        }
    }
}
