/// Why bytes are not a protobuf message.
enum WireError: Error, Equatable {
    case truncated(offset: Int)
    case malformed(offset: Int)
}

/// One field of a protobuf message, as it lies in the file.
struct WireField {
    enum Kind: UInt8 {
        case varint = 0
        case fixed64 = 1
        case bytes = 2
        case fixed32 = 5
    }

    let number: Int
    let kind: Kind
    /// Offsets in the file of what follows the tag, without the length of ``Kind/bytes``.
    let payload: Range<Int>
}

/// Walks the fields of one message without looking into them.
///
/// Offsets count from the start of `bytes`; every one is checked against the message's end, which is checked
/// against the file's.
struct WireReader: ~Escapable {
    private let bytes: RawSpan
    private var position: Int
    private let end: Int

    /// - Parameter range: where the message lies, within `bytes`.
    @_lifetime(copy bytes)
    init(_ bytes: RawSpan, range: Range<Int>) {
        precondition(range.lowerBound >= 0 && range.upperBound <= bytes.byteCount)
        self.bytes = bytes
        position = range.lowerBound
        end = range.upperBound
    }

    /// The next field; nil at the end of the message.
    @_lifetime(self: copy self)
    mutating func next() throws(WireError) -> WireField? {
        guard position < end else { return nil }
        let start = position
        let tag = try varint()
        guard
            let number = Int(exactly: tag >> 3), number >= 1, number < 1 << 29,
            let kind = WireField.Kind(rawValue: UInt8(truncatingIfNeeded: tag & 7))
        else { throw .malformed(offset: start) }

        let payload: Range<Int>
        switch kind {
        case .varint:
            let first = position
            _ = try varint()
            payload = first..<position
        case .fixed64: payload = try skip(8)
        case .fixed32: payload = try skip(4)
        case .bytes:
            guard let count = Int(exactly: try varint()) else { throw .malformed(offset: start) }
            payload = try skip(count)
        }
        return WireField(number: number, kind: kind, payload: payload)
    }

    @_lifetime(self: copy self)
    private mutating func skip(_ count: Int) throws(WireError) -> Range<Int> {
        guard count <= end - position else { throw .truncated(offset: position) }
        defer { position += count }
        return position..<position + count
    }

    @_lifetime(self: copy self)
    private mutating func varint() throws(WireError) -> UInt64 {
        var value: UInt64 = 0
        for index in 0..<10 {
            guard position < end else { throw .truncated(offset: position) }
            let byte = bytes.unsafeLoad(fromByteOffset: position, as: UInt8.self)
            position += 1
            value |= UInt64(byte & 0x7F) << UInt64(7 * index)
            if byte & 0x80 == 0 { return value }
        }
        throw .malformed(offset: position)
    }
}
