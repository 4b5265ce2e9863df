import Foundation
import Transcription

/// `config.json`, the fields that the pipeline reads and what it checks of them.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzConfig(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let path = FuzzDirectory.write(start, count, "config.json")
    guard let configuration = try? ModelConfiguration(file: URL(filePath: path)) else { return 0 }
    let decoder = configuration.decoder
    precondition(decoder.vocabSize > 0 && configuration.encoder.outputDim == decoder.hiddenSize)
    precondition(configuration.specialTokens.eosTokenIds.allSatisfy { (0..<decoder.vocabSize).contains($0) })
    return 0
}
