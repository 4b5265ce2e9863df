import CSoxr

/// A streaming converter of one channel to 16 kHz: soxr at its high quality, as librosa uses it.
final class Resampler {
    private let handle: soxr_t
    private let sourceRate: Int
    private var inputFrameCount = 0
    private var outputSampleCount = 0
    private var block = [Float](repeating: 0, count: 8_192)

    /// - Throws: soxr's message.
    init(from sourceRate: Int) throws(Failure) {
        var error: soxr_error_t?
        var quality = soxr_quality_spec(UInt(SOXR_HQ), 0)
        let handle = soxr_create(
            Double(sourceRate), Double(SpeechFormat.sampleRate), 1, &error, nil, &quality, nil)
        if let error { throw Failure(reason: String(cString: error)) }
        guard let handle else { throw Failure(reason: "soxr made no resampler") }
        self.handle = handle
        self.sourceRate = sourceRate
    }

    deinit {
        soxr_delete(handle)
    }

    /// What soxr says is wrong.
    struct Failure: Error {
        let reason: String
    }

    /// Resamples the first `count` values of `input` and appends what is ready, which lags behind by the
    /// filter's length.
    func append(_ input: [Float], count: Int, to output: inout [Float]) throws(Failure) {
        inputFrameCount += count
        var rest = input.span.extracting(..<count)
        while !rest.isEmpty {
            rest = rest.extracting(droppingFirst: try process(rest, into: &output))
        }
    }

    /// Appends what the filter holds back; in all there will be
    /// ``SpeechFormat/sampleCount(ofFrames:sourceRate:)`` samples, cut or filled up with zeros as librosa does.
    func finish(appendingTo output: inout [Float]) throws(Failure) {
        let expected = SpeechFormat.sampleCount(ofFrames: inputFrameCount, sourceRate: sourceRate)
        while true {
            let before = outputSampleCount
            _ = try process(nil, into: &output)
            if outputSampleCount == before { break }
        }
        let excess = outputSampleCount - expected
        if excess > 0 {
            output.removeLast(min(excess, output.count))
        } else {
            output.append(contentsOf: repeatElement(0, count: -excess))
        }
        outputSampleCount = expected
    }

    /// One call of soxr; nil means the end of the input. Returns how much of the input was taken.
    private func process(_ input: Span<Float>?, into output: inout [Float]) throws(Failure) -> Int {
        var taken = 0
        var produced = 0
        let error =
            if let input {
                input.withUnsafeBufferPointer {
                    soxr_process(handle, $0.baseAddress, $0.count, &taken, &block, block.count, &produced)
                }
            } else {
                soxr_process(handle, nil, 0, &taken, &block, block.count, &produced)
            }
        if let error { throw Failure(reason: String(cString: error)) }
        output.append(contentsOf: block[..<produced])
        outputSampleCount += produced
        return taken
    }
}
