import Foundation

/// Synthetic sound with known values.
enum Signals {
    /// The sweep of `tools/audio-fixtures.py`, from 200 to 3,000 Hz in 1.5 s, at any rate.
    static func chirp(rate: Int, amplitude: Double = 0.5, duration: Double = 1.5) -> [Float] {
        (0..<Int(Double(rate) * duration)).map { index in
            let time = Double(index) / Double(rate)
            return Float(amplitude * sin(2 * .pi * (200 * time + 2800 / 3 * time * time)))
        }
    }

    /// White noise within ±`amplitude`, the same for the same seed.
    static func noise(count: Int, amplitude: Float = 0.5, seed: UInt64 = 1) -> [Float] {
        var generator = Generator(state: seed)
        return (0..<count).map { _ in Float.random(in: -amplitude...amplitude, using: &generator) }
    }

    /// Noise whose loudness wanders, with stretches of exact silence: what cuts are looked for in.
    static func speechLike(count: Int, seed: UInt64) -> [Float] {
        var generator = Generator(state: seed)
        var samples: [Float] = []
        while samples.count < count {
            let length = Int.random(in: 200...6_000, using: &generator)
            let loudness: Float = Bool.random(using: &generator) ? 0 : .random(in: 0...0.9, using: &generator)
            samples += (0..<length).map { _ in loudness * Float.random(in: -1...1, using: &generator) }
        }
        return Array(samples[..<count])
    }

    /// SplitMix64.
    struct Generator: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var value = state
            value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
            value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
            return value ^ (value >> 31)
        }
    }
}

/// The relative distance of two signals over what both have: √(Σ(a − b)² / Σb²). The ends, where filters and
/// codecs start up, are left out.
func relativeError(_ signal: [Float], _ reference: [Float], skipping edge: Int = 800) -> Double {
    var difference = 0.0
    var energy = 0.0
    for index in edge..<(min(signal.count, reference.count) - edge) {
        difference += pow(Double(signal[index] - reference[index]), 2)
        energy += pow(Double(reference[index]), 2)
    }
    return (difference / energy).squareRoot()
}
