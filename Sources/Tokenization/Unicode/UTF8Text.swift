// Text is kept as arrays of valid UTF-8, because tokens are sequences of bytes and `String` compares by
// canonical equivalence, which would make one token of two.

extension [UInt8] {
    /// The scalar that begins at `position`, and where the next one does.
    ///
    /// The array must be valid UTF-8 and `position` the first byte of a scalar.
    @inline(__always)
    func scalar(at position: Int) -> (value: UInt32, end: Int) {
        let lead = UInt32(self[position])
        if lead < 0x80 { return (lead, position + 1) }
        let second = UInt32(self[position + 1]) & 0x3F
        if lead < 0xE0 { return ((lead & 0x1F) << 6 | second, position + 2) }
        let third = UInt32(self[position + 2]) & 0x3F
        if lead < 0xF0 { return ((lead & 0x0F) << 12 | second << 6 | third, position + 3) }
        let fourth = UInt32(self[position + 3]) & 0x3F
        return ((lead & 0x07) << 18 | second << 12 | third << 6 | fourth, position + 4)
    }

    /// The scalar that ends before `end`, and where it begins.
    func scalar(before end: Int) -> (value: UInt32, start: Int) {
        let start = scalarStart(before: end)
        return (scalar(at: start).value, start)
    }

    /// Where the scalar that ends before `end` begins.
    @inline(__always)
    func scalarStart(before end: Int) -> Int {
        var start = end - 1
        while self[start] & 0xC0 == 0x80 { start -= 1 }
        return start
    }

    /// Appends the UTF-8 of `scalar`.
    mutating func append(utf8Of scalar: Unicode.Scalar) {
        let value = scalar.value
        switch value {
        case ..<0x80:
            append(UInt8(value))
        case ..<0x800:
            append(UInt8(0xC0 | value >> 6))
            append(UInt8(0x80 | value & 0x3F))
        case ..<0x10000:
            append(UInt8(0xE0 | value >> 12))
            append(UInt8(0x80 | value >> 6 & 0x3F))
            append(UInt8(0x80 | value & 0x3F))
        default:
            append(UInt8(0xF0 | value >> 18))
            append(UInt8(0x80 | value >> 12 & 0x3F))
            append(UInt8(0x80 | value >> 6 & 0x3F))
            append(UInt8(0x80 | value & 0x3F))
        }
    }
}
