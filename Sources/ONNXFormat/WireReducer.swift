/// Copies of a file's messages just what protobuf-c has to parse.
///
/// Weights lie in fields that may be gigabytes long, and protobuf-c copies every field; so `raw_data` is
/// replaced by its offset and length. On the way the nesting is bounded, which protobuf-c does not do: it
/// calls itself for every message inside a message. Fields that nobody reads are dropped.
struct WireReducer {
    /// The reduced message.
    private(set) var output = WireWriter()
    /// Bytes that the fields it keeps take in the file, about: lengths are padded in ``output``.
    private(set) var plainByteCount = 0
    private let byteLimit: Int

    /// Messages inside messages. A graph in an attribute of a node is three levels deeper than that node's.
    static let depthLimit = 64

    /// - Parameter fileSize: bounds what the reduced message may grow to. Lengths are padded, so that
    ///   it can be larger than the file.
    init(fileSize: Int) {
        byteLimit = min(Int(Int32.max), fileSize.multipliedReportingOverflow(by: 3).partialValue + (1 << 20))
    }

    /// Appends the reduced form of a message that lies at `range` of `bytes`.
    mutating func reduce(
        _ bytes: RawSpan, _ range: Range<Int>, as message: WireMessage, depth: Int = 1
    ) throws(ModelProblem) {
        guard depth <= Self.depthLimit else { throw .nestedTooDeeply(limit: Self.depthLimit) }
        var reader = WireReader(bytes, range: range)
        var seen: UInt64 = 0
        while let field = try Self.next(&reader) {
            guard output.bytes.count <= byteLimit else { throw .expandsTooFar(limit: byteLimit) }
            switch message.rule(field.number) {
            case .drop: break
            case .keep: keep(field, of: bytes)
            case .presence:
                try Self.requireBytes(field)
                output.bytes(field.number, [])
                plainByteCount += 2
            case .payload:
                try Self.requireBytes(field)
                output.fixed64(Self.offsetField, UInt64(field.payload.lowerBound))
                output.fixed64(Self.lengthField, UInt64(field.payload.count))
            case .many(let inner): try nest(field, of: bytes, as: inner, depth: depth)
            case .one(let inner):
                // Protobuf would merge the two; nothing writes such files, so that it is not relied on.
                guard seen & (1 << UInt64(field.number)) == 0 else {
                    throw .corrupt("field \(field.number) occurs twice at byte \(field.payload.lowerBound)")
                }
                seen |= 1 << UInt64(field.number)
                try nest(field, of: bytes, as: inner, depth: depth)
            }
        }
    }

    private mutating func nest(
        _ field: WireField, of bytes: RawSpan, as message: WireMessage, depth: Int
    ) throws(ModelProblem) {
        try Self.requireBytes(field)
        output.tag(field.number, .bytes)
        let start = output.openLength()
        try reduce(bytes, field.payload, as: message, depth: depth + 1)
        output.closeLength(at: start)
        plainByteCount += 2
    }

    private mutating func keep(_ field: WireField, of bytes: RawSpan) {
        output.tag(field.number, field.kind)
        if field.kind == .bytes { output.append(varint: UInt64(field.payload.count)) }
        output.append(bytes, field.payload)
        plainByteCount += field.payload.count + 1
    }

    private static func requireBytes(_ field: WireField) throws(ModelProblem) {
        guard field.kind == .bytes else {
            throw .corrupt("field \(field.number) has the wrong type at byte \(field.payload.lowerBound)")
        }
    }

    private static func next(_ reader: inout WireReader) throws(ModelProblem) -> WireField? {
        do {
            return try reader.next()
        } catch {
            switch error {
            case .truncated(let offset): throw .corrupt("a field at byte \(offset) ends past its message")
            case .malformed(let offset): throw .corrupt("no protobuf field at byte \(offset)")
            }
        }
    }

    /// Fields of this engine's `TensorProto` that ONNX does not have.
    private static let offsetField = 1001
    private static let lengthField = 1002
}
