internal import Foundation

/// The files of a published model: which ones serve each part.
struct ModelDirectory: Sendable {
    /// One of the graphs that a model is made of.
    enum Part: String, CaseIterable {
        case encoder
        case decoderInit = "decoder_init"
        case decoderStep = "decoder_step"
    }

    let url: URL
    /// `fp32` or `int4`.
    let variant: Variant

    /// - Throws: ``TranscriptionError/missing(_:)`` if the directory or one of the graphs does not exist.
    init(_ url: URL, variant: Variant) throws(TranscriptionError) {
        var isDirectory: ObjCBool = false
        guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isDirectory) else {
            throw .missing("\(url.path): no such model directory")
        }
        guard isDirectory.boolValue else { throw .missing("\(url.path): not a directory") }
        self.url = url
        let hasQuantisedDecoder = [Part.decoderInit, .decoderStep].contains { part in
            Self.exists(Self.file(part, .int4, in: url))
        }
        switch variant {
        case .auto: self.variant = hasQuantisedDecoder ? .int4 : .fp32
        case .fp32: self.variant = .fp32
        case .int4:
            guard hasQuantisedDecoder else {
                throw .missing("\(url.path): has no int4 decoder (decoder_init.int4.onnx)")
            }
            self.variant = .int4
        }
        for part in Part.allCases where !Self.exists(graph(part)) {
            throw .missing("\(graph(part).path): no such file")
        }
    }

    /// The graph of a part; the FP32 one where there is no quantised one.
    func graph(_ part: Part) -> URL {
        let quantised = Self.file(part, .int4, in: url)
        return variant == .int4 && Self.exists(quantised) ? quantised : Self.file(part, .fp32, in: url)
    }

    var configuration: URL { url.appending(path: "config.json") }
    var tokenizer: URL { url.appending(path: "tokenizer.json") }
    var embeddings: URL { url.appending(path: "embed_tokens.bin") }

    private static func file(_ part: Part, _ variant: Variant, in directory: URL) -> URL {
        directory.appending(path: part.rawValue + (variant == .int4 ? ".int4" : "") + ".onnx")
    }

    private static func exists(_ file: URL) -> Bool {
        FileManager.default.fileExists(atPath: file.path)
    }
}
