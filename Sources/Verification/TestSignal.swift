internal import Foundation

/// A signal that has something in every mel band: a gliding voice-like tone over noise.
enum TestSignal {
    /// Samples at 16 kHz within ±1, the same on every call.
    static func samples(seconds: Double) -> [Float] {
        var state: UInt32 = 12_345
        var phase = 0.0
        return (0..<Int(seconds * 16_000)).map { index in
            let time = Double(index) / 16_000
            phase += 2 * .pi * (140 + 60 * sin(2 * .pi * 0.8 * time)) / 16_000
            let tone = (1...12).reduce(0.0) { $0 + sin(Double($1) * phase) / Double($1) }
            state = state &* 1_664_525 &+ 1_013_904_223
            let noise = Double(state >> 8) / Double(1 << 24) - 0.5
            return Float(0.2 * tone * (0.6 + 0.4 * sin(2 * .pi * 3 * time)) + 0.05 * noise)
        }
    }
}
