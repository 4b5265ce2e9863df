/// The alphabet in which byte-level vocabularies spell tokens: one visible character for each byte.
///
/// Printable characters of Latin-1 stand for themselves; the other bytes, in order, are U+0100 and what follows.
enum ByteAlphabet {
    /// The scalar that stands for each byte.
    static let scalars: [Unicode.Scalar] = {
        var next: UInt32 = 0x100
        return (0...255).map { (byte: UInt32) in
            let isVisible = 0x21...0x7E ~= byte || 0xA1...0xAC ~= byte || 0xAE...0xFF ~= byte
            guard !isVisible else { return Unicode.Scalar(UInt8(byte)) }
            defer { next += 1 }
            return Unicode.Scalar(next) ?? " "
        }
    }()

    /// The byte that each scalar from U+0000 on stands for, if it does.
    private static let bytes: [UInt8?] = {
        var bytes = [UInt8?](repeating: nil, count: 0x144)
        for (byte, scalar) in scalars.enumerated() { bytes[Int(scalar.value)] = UInt8(byte) }
        return bytes
    }()

    /// The spelling of `bytes`, in UTF-8.
    static func spelling(of bytes: some Sequence<UInt8>) -> [UInt8] {
        var result: [UInt8] = []
        for byte in bytes { result.append(utf8Of: scalars[Int(byte)]) }
        return result
    }

    /// Appends the bytes that `token`, in UTF-8, spells to `result`. A token that has any other character, as added tokens
    /// may, stands for its own UTF-8.
    static func append(bytesOf token: ArraySlice<UInt8>, to result: inout [UInt8]) {
        let table = bytes
        let count = result.count
        var position = token.startIndex
        while position < token.endIndex {
            // Only scalars of one or two bytes are in the alphabet.
            let lead = UInt32(token[position])
            var scalar = lead
            if lead >= 0x80 {
                guard lead < 0xE0 else { break }
                position += 1
                scalar = (lead & 0x1F) << 6 | UInt32(token[position]) & 0x3F
            }
            guard scalar < table.count, let byte = table[Int(scalar)] else { break }
            result.append(byte)
            position += 1
        }
        if position < token.endIndex {
            result.removeLast(result.count - count)
            result.append(contentsOf: token)
        }
    }
}
