import Glibc

/// Power spectra of windowed frames by an exact discrete Fourier transform of any even length N, as two matrix
/// products.
///
/// With a window w that is symmetric about N/2, as the periodic Hann window is,
/// Re X[k] = Σ w[n] (x[n] + x[N−n]) cos 2πkn/N over n = 1…N/2 − 1, plus the term of n = N/2, and
/// Im X[k] = −Σ w[n] (x[n] − x[N−n]) sin 2πkn/N over n = 1…N/2 − 1; w[0] = 0 removes n = 0. Half of the work of
/// the plain product, and the window costs nothing.
struct FoldedTransform: Sendable {
    let length: Int
    /// N/2 + 1.
    let binCount: Int
    /// [binCount, N/2]: w[n] cos 2πkn/N for n = 1…N/2.
    private let cosines: [Float]
    /// [binCount, N/2 − 1]: w[n] sin 2πkn/N for n = 1…N/2 − 1.
    private let sines: [Float]

    /// The matrices for `length` points and the periodic Hann window of that length.
    init(length: Int) {
        self.length = length
        binCount = length / 2 + 1
        let half = length / 2
        var cosines: [Float] = []
        var sines: [Float] = []
        for bin in 0..<binCount {
            for n in 1...half {
                let window = 0.5 - 0.5 * cos(2 * Double.pi * Double(n) / Double(length))
                // Reduced first: the cosine of a small angle is the more exact one.
                let angle = 2 * Double.pi * Double(bin * n % length) / Double(length)
                cosines.append(Float(window * cos(angle)))
                if n < half { sines.append(Float(window * sin(angle))) }
            }
        }
        self.cosines = cosines
        self.sines = sines
    }

    /// Room for one block of frames; reused from block to block.
    struct Workspace {
        fileprivate var even: [Float]
        fileprivate var odd: [Float]
        fileprivate var imaginary: [Float]
        /// [binCount, frame count of the block]: |X|².
        fileprivate(set) var power: [Float]

        init(for transform: FoldedTransform, frameCapacity: Int) {
            even = [Float](repeating: 0, count: frameCapacity * transform.length / 2)
            odd = [Float](repeating: 0, count: frameCapacity * (transform.length / 2 - 1))
            imaginary = [Float](repeating: 0, count: frameCapacity * transform.binCount)
            power = imaginary
        }
    }

    /// Fills `workspace.power` with the spectra of `frameCount` frames, the f-th of which begins at
    /// `samples[f * hop]`.
    func powerSpectra(of samples: Span<Float>, frameCount: Int, hop: Int, in workspace: inout Workspace) {
        let half = length / 2
        for frame in 0..<frameCount {
            let points = samples.extracting((frame * hop)..<(frame * hop + length))
            for n in 1..<half {
                workspace.even[frame * half + n - 1] = points[n] + points[length - n]
                workspace.odd[frame * (half - 1) + n - 1] = points[n] - points[length - n]
            }
            workspace.even[frame * half + half - 1] = points[half]
        }
        MatrixProduct.multiply(
            cosines, byTransposeOf: workspace.even, rows: binCount, columns: frameCount, depth: half,
            into: &workspace.power)
        MatrixProduct.multiply(
            sines, byTransposeOf: workspace.odd, rows: binCount, columns: frameCount, depth: half - 1,
            into: &workspace.imaginary)
        for index in 0..<(binCount * frameCount) {
            let (real, imaginary) = (workspace.power[index], workspace.imaginary[index])
            workspace.power[index] = real * real + imaginary * imaginary
        }
    }
}
