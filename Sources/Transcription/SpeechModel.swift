internal import Foundation
internal import Kernels
internal import ONNXFormat
internal import Operators
internal import Runtime
internal import Tensors
internal import Threading
internal import Tokenization

/// The graphs, the tokenizer and the embedding table of one model directory, checked against each other.
struct SpeechModel: Sendable {
    let directory: ModelDirectory
    let configuration: ModelConfiguration
    let tokenizer: Tokenizer
    let embeddings: EmbeddingTable
    let encoder: AudioEncoder
    let decoder: TextDecoder
    /// The largest files that are mapped.
    private let weightFiles: [MappedFile]

    /// Loads all parts at a time.
    static func load(
        _ directory: ModelDirectory, options: Session.Options
    ) async throws -> SpeechModel {
        BLAS.stopThreads()
        let configuration = try ModelConfiguration(file: directory.configuration)
        async let tokenizer = loadTokenizer(directory.tokenizer, configuration)
        let embeddings = try EmbeddingTable(file: directory.embeddings, configuration)
        let weights = WeightFiles()
        func session(_ part: ModelDirectory.Part) throws(TranscriptionError) -> Session {
            let file = directory.graph(part)
            do {
                return try Session(Model.load(path: file.path, weights: weights), options: options)
            } catch let error as ModelFormatError {
                throw .model("\(error)")
            } catch {
                throw .model("\(file.path): \(error)")
            }
        }
        let encoder = try AudioEncoder(
            session(.encoder), configuration, file: directory.graph(.encoder).path)
        let (prefill, step) = try (session(.decoderInit), session(.decoderStep))
        let decoder = try TextDecoder(
            prefill: prefill, step: step, configuration, embeddings: embeddings, directory)
        let weightFiles = encoder.session.weightFiles + prefill.weightFiles
        populate(weightFiles)
        return try await SpeechModel(
            directory: directory, configuration: configuration, tokenizer: tokenizer,
            embeddings: embeddings, encoder: encoder, decoder: decoder, weightFiles: weightFiles)
    }

    /// Makes the weights' pages present in the background, while the tokenizer is loaded and the first audio is
    /// read. Not where they might displace what other programs need.
    private static func populate(_ files: [MappedFile]) {
        let byteCount = files.reduce(0) { $0 + $1.byteCount }
        guard byteCount <= ProcessInfo.processInfo.physicalMemory / 2 else { return }
        Thread.detachNewThread {
            for file in files { file.populate() }
        }
    }

    /// Gives the weights' pages back to the system, on all threads of a pool.
    func releaseWeights(on pool: ThreadPool) {
        let parts = weightFiles.flatMap { file in (0..<file.partCount).map { (file, $0) } }
        pool.parallelFor(parts.count) { range in
            for (file, part) in parts[range] { file.release(part: part) }
        }
    }

    private static func loadTokenizer(
        _ file: URL, _ configuration: ModelConfiguration
    ) async throws(TranscriptionError) -> Tokenizer {
        let tokenizer: Tokenizer
        do {
            tokenizer = try Tokenizer(contentsOf: file.path)
        } catch .unreadable(let file, let reason) {
            throw .missing("\(file): \(reason)")
        } catch {
            throw .model("\(error)")
        }
        guard tokenizer.vocabularySize <= configuration.decoder.vocabSize else {
            throw .model(
                "\(file.path): has \(tokenizer.vocabularySize) tokens, more than decoder.vocab_size "
                    + "\(configuration.decoder.vocabSize) of config.json")
        }
        return tokenizer
    }
}

extension TranscriptionError {
    /// A failure of the pipeline's own runs; cancellation is not one of them.
    init(_ error: RunError, in part: String) {
        self = .execution("\(part): \(error)")
    }
}
