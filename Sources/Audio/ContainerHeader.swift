/// What the sizes in a WAV or AIFF header say about the file that libsndfile does not tell.
///
/// libsndfile trims or mends wrong sizes quietly. A recorder that was stopped hard leaves 0 in them, a copy
/// that was cut short leaves more than there is.
struct ContainerHeader {
    /// The data have a size of 0 although bytes follow.
    private(set) var isUnfinished = false
    /// How many bytes the file should be longer.
    private(set) var missingByteCount = 0

    /// Sizes from here on mean "unknown" in streamed files: 0xFFFFFFFF of FFmpeg, 0x7FFFF000 and so on of SoX.
    private static let unknownSize = 0x7FFF_0000

    /// More chunks than any real file has before its data.
    private static let maximumChunkCount = 1_000

    /// Nil if the file is neither WAV nor AIFF.
    init?(of file: InputFile) throws(AudioError) {
        let start = try file.bytes(at: 0, count: 12)
        guard start.count == 12 else { return nil }
        let isLittleEndian: Bool
        switch (String(decoding: start[0..<4], as: UTF8.self), String(decoding: start[8..<12], as: UTF8.self))
        {
        case ("RIFF", "WAVE"): isLittleEndian = true
        case ("RIFX", "WAVE"), ("FORM", "AIFF"), ("FORM", "AIFC"): isLittleEndian = false
        default: return nil
        }

        // The size of the whole, in bytes 4 to 7, is wrong in many a sound file; that of the data counts.
        var offset = 12
        for _ in 0..<Self.maximumChunkCount {
            let chunk = try file.bytes(at: offset, count: 8)
            guard chunk.count == 8 else { return }
            let chunkSize = Self.size(chunk[4..<8], isLittleEndian: isLittleEndian)
            if chunk.has(Array("data".utf8), at: 0) || chunk.has(Array("SSND".utf8), at: 0) {
                isUnfinished = chunkSize == 0 && file.size > offset + 8
                if chunkSize < Self.unknownSize {
                    missingByteCount = max(0, offset + 8 + chunkSize - file.size)
                }
                return
            }
            // Chunks begin at even offsets.
            offset += 8 + chunkSize + chunkSize % 2
        }
    }

    private static func size(_ bytes: ArraySlice<UInt8>, isLittleEndian: Bool) -> Int {
        isLittleEndian
            ? bytes.reversed().reduce(0) { $0 << 8 | Int($1) } : bytes.reduce(0) { $0 << 8 | Int($1) }
    }
}
