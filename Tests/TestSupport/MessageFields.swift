import ONNXFormat

/// A protobuf message as a list of its fields, to change one thing of a real file.
package struct MessageFields {
    private struct Field {
        let number: Int
        /// With its tag.
        var encoded: [UInt8]
        /// Without tag, and without length if it has one.
        var payload: [UInt8]
    }

    private var fields: [Field] = []

    /// - Precondition: the bytes are a well-formed message without groups.
    package init(_ bytes: [UInt8]) {
        var position = 0
        func varint() -> Int {
            var (value, shift) = (0, 0)
            repeat {
                value |= Int(bytes[position] & 0x7F) << shift
                shift += 7
                position += 1
            } while bytes[position - 1] & 0x80 != 0
            return value
        }
        while position < bytes.count {
            let start = position
            let tag = varint()
            var payloadStart = position
            switch tag & 7 {
            case 0: _ = varint()
            case 1: position += 8
            case 5: position += 4
            default:
                let count = varint()
                payloadStart = position
                position += count
            }
            fields.append(
                Field(
                    number: tag >> 3, encoded: Array(bytes[start..<position]),
                    payload: Array(bytes[payloadStart..<position])))
        }
    }

    package var encoded: [UInt8] { fields.flatMap(\.encoded) }

    /// What a field holds that is text; empty if there is none.
    package func text(_ number: Int) -> String {
        String(decoding: fields.last { $0.number == number }?.payload ?? [], as: UTF8.self)
    }

    package mutating func remove(_ number: Int) {
        fields.removeAll { $0.number == number }
    }

    mutating func append(_ body: ModelWriter.Body) {
        fields += MessageFields(ModelWriter.message(body)).fields
    }

    /// Puts a field in place of all of its number.
    mutating func set(_ number: Int, _ body: ModelWriter.Body) {
        remove(number)
        append(body)
    }

    /// Brings the fields of a number into the opposite order.
    package mutating func reverse(_ number: Int) {
        let indices = fields.indices.filter { fields[$0].number == number }
        let reversed = indices.reversed().map { fields[$0] }
        for (index, field) in zip(indices, reversed) { fields[index] = field }
    }

    /// Changes the message in a field; of several, the first whose name, the text in field `naming.field`, is
    /// that given.
    ///
    /// - Returns: whether there is one.
    package mutating func edit(
        _ number: Int, naming: (field: Int, name: String)? = nil, _ change: (inout MessageFields) -> Void
    ) -> Bool {
        for index in fields.indices where fields[index].number == number {
            var inner = MessageFields(fields[index].payload)
            if let naming, inner.text(naming.field) != naming.name { continue }
            change(&inner)
            fields[index] =
                MessageFields(
                    ModelWriter.message { $0.bytes(number, inner.encoded) }
                ).fields[0]
            return true
        }
        return false
    }
}
