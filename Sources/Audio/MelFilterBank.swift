import Glibc

/// Triangular filters on Slaney's mel scale, each of area 1 ("Slaney norm"): librosa's `filters.mel` with its
/// defaults, and Whisper's.
struct MelFilterBank: Sendable {
    /// One filter: weights of neighbouring frequency bins.
    struct Band: Sendable {
        /// The bin of the first weight.
        let firstBin: Int
        let weights: [Float]
    }

    /// From low to high.
    let bands: [Band]

    /// `bandCount` filters from 0 to half of `sampleRate` hertz over the bins of a DFT of `transformLength` points.
    init(bandCount: Int, sampleRate: Int, transformLength: Int) {
        let highest = Self.mel(ofHertz: Double(sampleRate) / 2)
        // Filter m rises from corner m to corner m + 1 and falls to corner m + 2.
        let corners = (0..<(bandCount + 2)).map { index in
            Self.hertz(ofMel: highest * Double(index) / Double(bandCount + 1))
        }
        bands = (0..<bandCount).map { band in
            let (low, centre, high) = (corners[band], corners[band + 1], corners[band + 2])
            var firstBin = 0
            var weights: [Float] = []
            for bin in 0...(transformLength / 2) {
                let frequency = Double(bin * sampleRate) / Double(transformLength)
                let height = min((frequency - low) / (centre - low), (high - frequency) / (high - centre))
                guard height > 0 else { continue }
                if weights.isEmpty { firstBin = bin }
                weights.append(Float(height * 2 / (high - low)))
            }
            return Band(firstBin: firstBin, weights: weights)
        }
    }

    // Slaney's scale (Auditory Toolbox, 1998): 3 mel per 200 Hz up to 1,000 Hz, which is 15 mel; above it
    // 27 mel for each factor of 6.4.

    private static func mel(ofHertz frequency: Double) -> Double {
        frequency < 1_000 ? frequency * 3 / 200 : 15 + log(frequency / 1_000) * 27 / log(6.4)
    }

    private static func hertz(ofMel mel: Double) -> Double {
        mel < 15 ? mel * 200 / 3 : 1_000 * exp((mel - 15) * log(6.4) / 27)
    }
}
