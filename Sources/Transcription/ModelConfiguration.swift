package import Foundation
internal import Tensors

/// What `config.json` of a model directory says, as far as the pipeline needs it.
package struct ModelConfiguration: Decodable, Sendable, Equatable {
    package struct Encoder: Decodable, Sendable, Equatable {
        package let outputDim: Int
        package let numMelBins: Int
    }

    package struct Decoder: Decodable, Sendable, Equatable {
        package let numLayers: Int
        package let hiddenSize: Int
        package let numAttentionHeads: Int
        package let numKeyValueHeads: Int
        package let headDim: Int
        package let vocabSize: Int
    }

    package struct SpecialTokens: Decodable, Sendable, Equatable {
        package let eosTokenIds: [Int]
        package let imStartTokenId: Int
        package let imEndTokenId: Int
        package let audioStartTokenId: Int
        package let audioEndTokenId: Int
        package let audioPadTokenId: Int
        package let asrTextTokenId: Int
    }

    package let encoder: Encoder
    package let decoder: Decoder
    package let specialTokens: SpecialTokens
    /// `float16` or `float32`; absent in older exports.
    package let embedTokensDtype: String?

    /// - Throws: ``TranscriptionError`` that names the file and the field.
    package init(file: URL) throws(TranscriptionError) {
        let data = try Self.contents(of: file)
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        do {
            self = try decoder.decode(Self.self, from: data)
        } catch let error as DecodingError {
            throw .model("\(file.path): \(error.fieldAndReason)")
        } catch {
            throw .model("\(file.path): not valid JSON")
        }
        try checkRanges(file)
    }

    /// Far more than any configuration has.
    private static let maximumBytes = 1 << 20

    /// Through a mapping, which is of regular files only: reading a FIFO or a device might not end.
    private static func contents(of file: URL) throws(TranscriptionError) -> Data {
        let mapping: MappedFile
        do {
            mapping = try MappedFile(path: file.path)
        } catch {
            throw .init(error)
        }
        guard mapping.byteCount <= maximumBytes else {
            throw .model(
                "\(file.path): \(mapping.byteCount) bytes are too many, the limit is \(maximumBytes)")
        }
        var data = Data(capacity: mapping.byteCount)
        for offset in 0..<mapping.byteCount {
            data.append(mapping.bytes.unsafeLoad(fromByteOffset: offset, as: UInt8.self))
        }
        return data
    }

    private func checkRanges(_ file: URL) throws(TranscriptionError) {
        let positive = [
            ("encoder.output_dim", encoder.outputDim), ("encoder.num_mel_bins", encoder.numMelBins),
            ("decoder.num_layers", decoder.numLayers), ("decoder.hidden_size", decoder.hiddenSize),
            ("decoder.num_attention_heads", decoder.numAttentionHeads),
            ("decoder.num_key_value_heads", decoder.numKeyValueHeads),
            ("decoder.head_dim", decoder.headDim), ("decoder.vocab_size", decoder.vocabSize),
        ]
        for (field, value) in positive where !(1...(1 << 24)).contains(value) {
            throw .model("\(file.path): \(field) is \(value), expected a positive number")
        }
        guard encoder.numMelBins == 128 else {
            throw .model("\(file.path): encoder.num_mel_bins is \(encoder.numMelBins), supported: 128")
        }
        guard encoder.outputDim == decoder.hiddenSize else {
            throw .model(
                "\(file.path): encoder.output_dim is \(encoder.outputDim) "
                    + "but decoder.hidden_size is \(decoder.hiddenSize)")
        }
        guard decoder.numAttentionHeads.isMultiple(of: decoder.numKeyValueHeads) else {
            throw .model(
                "\(file.path): decoder.num_attention_heads is \(decoder.numAttentionHeads), no multiple of "
                    + "decoder.num_key_value_heads \(decoder.numKeyValueHeads)")
        }
        guard !specialTokens.eosTokenIds.isEmpty else {
            throw .model("\(file.path): special_tokens.eos_token_ids is empty")
        }
        for (field, id) in specialTokens.named where !(0..<decoder.vocabSize).contains(id) {
            throw .model(
                "\(file.path): special_tokens.\(field) is \(id), "
                    + "not below decoder.vocab_size \(decoder.vocabSize)")
        }
    }
}

extension ModelConfiguration.SpecialTokens {
    fileprivate var named: [(String, Int)] {
        eosTokenIds.map { ("eos_token_ids", $0) } + [
            ("im_start_token_id", imStartTokenId), ("im_end_token_id", imEndTokenId),
            ("audio_start_token_id", audioStartTokenId), ("audio_end_token_id", audioEndTokenId),
            ("audio_pad_token_id", audioPadTokenId), ("asr_text_token_id", asrTextTokenId),
        ]
    }
}

extension DecodingError {
    /// `decoder.vocab_size: is missing`, in the spelling of the file.
    fileprivate var fieldAndReason: String {
        switch self {
        case .keyNotFound(let key, let context): "\(Self.field(context.codingPath + [key])): is missing"
        case .typeMismatch(let type, let context): "\(Self.field(context.codingPath)): is not \(type)"
        case .valueNotFound(_, let context): "\(Self.field(context.codingPath)): is null"
        // All that Foundation says of `1.5` for an integer, too.
        case .dataCorrupted(let context) where context.codingPath.isEmpty:
            "not valid JSON, or a number in it is too large or not whole"
        case .dataCorrupted(let context): "\(Self.field(context.codingPath)): \(context.debugDescription)"
        @unknown default: "\(self)"
        }
    }

    private static func field(_ path: [any CodingKey]) -> String {
        if path.isEmpty { return "document" }
        return path.map { key in
            key.stringValue.reduce(into: "") { name, letter in
                if letter.isUppercase { name += "_" }
                name += letter.lowercased()
            }
        }.joined(separator: ".")
    }
}
