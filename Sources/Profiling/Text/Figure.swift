/// Numbers as tables of text show them: three digits that matter, and a unit.
enum Figure {
    static func time(_ seconds: Double) -> String {
        switch abs(seconds) {
        case 0: "0"
        case ..<999.5e-6: digits(seconds * 1e6) + " µs"
        case ..<0.9995: digits(seconds * 1e3) + " ms"
        default: digits(seconds) + " s"
        }
    }

    static func bytes(_ bytes: Double) -> String {
        switch bytes {
        case ..<999.5e3: digits(bytes / 1e3) + " kB"
        case ..<999.5e6: digits(bytes / 1e6) + " MB"
        default: digits(bytes / 1e9) + " GB"
        }
    }

    /// A rate in billions per second, without the unit; empty if there is none.
    static func billions(_ count: Double, per seconds: Double) -> String {
        count > 0 && seconds > 0 ? digits(count / seconds * 1e-9) : ""
    }

    static func percent(_ share: Double, decimals: Int? = nil) -> String {
        guard share.isFinite else { return "" }
        return fixed(share * 100, decimals: decimals ?? (abs(share) < 0.0995 ? 1 : 0)) + " %"
    }

    /// With its sign.
    static func change(_ share: Double) -> String {
        share == 0 ? "0 %" : (share > 0 ? "+" : "") + percent(share)
    }

    static func digits(_ value: Double) -> String {
        let size = abs(value)
        let decimals =
            switch size {
            case 99.95...: 0
            case 9.995...: 1
            case 0.9995...: 2
            case 0.09995...: 3
            default: 4
            }
        return fixed(value, decimals: decimals)
    }

    /// Shapes as `1×1×2048, 2048 → 1×1×6144`.
    static func shapes(_ inputs: [[Int]], _ outputs: [[Int]]) -> String {
        func text(_ shapes: [[Int]]) -> String {
            shapes.map { $0.isEmpty ? "scalar" : $0.map(String.init).joined(separator: "×") }
                .joined(separator: ", ")
        }
        return text(inputs) + " → " + text(outputs)
    }

    private static func fixed(_ value: Double, decimals: Int) -> String {
        let scale = [1.0, 10, 100, 1_000, 10_000][decimals]
        guard abs(value) < 1e15 else { return "\(Float(value))" }
        let scaled = (abs(value) * scale).rounded()
        let sign = value < 0 && scaled > 0 ? "-" : ""
        guard decimals > 0 else { return sign + "\(Int(scaled))" }
        let (whole, fraction) = Int(scaled).quotientAndRemainder(dividingBy: Int(scale))
        return sign + "\(whole)." + "\(Int(scale) + fraction)".dropFirst()
    }
}
