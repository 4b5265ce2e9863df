/// Names for files that libsndfile does not read, told by their first bytes, so that a message can say what
/// was found.
enum ForeignFormat {
    /// How many bytes from the start are looked at.
    static let prefixLength = 512

    /// The name of the format that `bytes` begin, or "this kind of file" if nothing is known about it.
    static func name(ofPrefix bytes: [UInt8]) -> String {
        for signature in signatures where bytes.has(signature.bytes, at: signature.offset) {
            return signature.name
        }
        if bytes.has([0x1A, 0x45, 0xDF, 0xA3], at: 0) {
            return bytes.contains(Array("webm".utf8)) ? "WebM" : "Matroska"
        }
        if bytes.has(Array("OggS".utf8), at: 0) { return oggCodec(bytes) }
        if bytes.has(Array("RIFF".utf8), at: 0) {
            return bytes.has(Array("AVI ".utf8), at: 8) ? "AVI" : "RIFF"
        }
        // ADTS: twelve bits of ones, then a layer of 00 where MPEG audio has another.
        if bytes.count > 1, bytes[0] == 0xFF, bytes[1] & 0xF6 == 0xF0 { return "AAC" }
        if isText(bytes) { return "text" }
        return "this kind of file"
    }

    private static let signatures: [(name: String, offset: Int, bytes: [UInt8])] = [
        ("M4A (MP4)", 4, Array("ftypM4A".utf8)), ("M4B (MP4)", 4, Array("ftypM4B".utf8)),
        ("QuickTime", 4, Array("ftypqt".utf8)), ("3GP", 4, Array("ftyp3g".utf8)),
        ("MP4", 4, Array("ftyp".utf8)), ("QuickTime", 4, Array("moov".utf8)),
        ("AAC", 0, Array("ADIF".utf8)), ("AMR", 0, Array("#!AMR".utf8)),
        ("Windows Media (ASF)", 0, [0x30, 0x26, 0xB2, 0x75, 0x8E, 0x66, 0xCF, 0x11]),
        ("Flash video", 0, Array("FLV".utf8)), ("WavPack", 0, Array("wvpk".utf8)),
        ("Monkey's Audio", 0, Array("MAC ".utf8)), ("TTA", 0, Array("TTA1".utf8)),
        ("RealMedia", 0, Array(".RMF".utf8)), ("DSD", 0, Array("DSD ".utf8)),
        ("MIDI", 0, Array("MThd".utf8)), ("MPEG programme stream", 0, [0, 0, 1, 0xBA]),
        ("PDF", 0, Array("%PDF".utf8)), ("ZIP", 0, [0x50, 0x4B, 3, 4]), ("gzip", 0, [0x1F, 0x8B]),
        ("PNG", 0, [0x89, 0x50, 0x4E, 0x47]), ("JPEG", 0, [0xFF, 0xD8, 0xFF]), ("GIF", 0, Array("GIF8".utf8)),
    ]

    private static func oggCodec(_ bytes: [UInt8]) -> String {
        for (name, marker) in [
            ("Ogg Speex", "Speex   "), ("Ogg Theora", "theora"), ("Ogg Skeleton", "fishead"),
        ]
        where bytes.contains(Array(marker.utf8)) {
            return name
        }
        return "Ogg"
    }

    /// UTF-8 without control characters. The last character may have been cut in two by the prefix's end.
    private static func isText(_ bytes: [UInt8]) -> Bool {
        let hasOnlyPrintable = bytes.allSatisfy { $0 >= 0x20 && $0 != 0x7F || (0x09...0x0D).contains($0) }
        guard hasOnlyPrintable, !bytes.isEmpty else { return false }
        return (0...min(3, bytes.count - 1)).contains { cut in
            String(validating: bytes.dropLast(cut), as: UTF8.self) != nil
        }
    }
}

extension [UInt8] {
    /// Whether `other` stands at `offset`.
    func has(_ other: [UInt8], at offset: Int) -> Bool {
        count >= offset + other.count && self[offset..<offset + other.count].elementsEqual(other)
    }
}
