/// Numbers as the page says them: three digits that matter, a unit that suits them, a point as decimal sign.
enum Quantity {
    /// `time` in seconds.
    static func time(_ time: Double) -> String {
        switch abs(time) {
        case 0: "0 ms"
        case ..<0.9995e-3: digits(time * 1e6) + " µs"
        case ..<0.9995: digits(time * 1e3) + " ms"
        default: digits(time) + " s"
        }
    }

    /// Milliseconds without the unit, for columns.
    static func milliseconds(_ time: Double) -> String {
        grouped(time * 1e3, decimals: 2)
    }

    /// A number at an axis that goes to `largest`: all in one unit, and no more digits than they need.
    static func tick(_ time: Double, largest: Double) -> String {
        let (scale, unit) = largest < 1e-3 ? (1e6, "µs") : largest < 1 ? (1e3, "ms") : (1, "s")
        let value = (time * scale * 1e4).rounded() / 1e4
        guard value != 0 else { return "0" }
        let decimals = zip(0..., [1.0, 10, 100, 1_000]).first {
            abs(value * $1 - (value * $1).rounded()) < 1e-6
        }
        return grouped(value, decimals: decimals?.0 ?? 4) + " " + unit
    }

    static func bytes(_ bytes: Double) -> String {
        switch abs(bytes) {
        case ..<1e3: digits(bytes) + " B"
        case ..<1e6: digits(bytes / 1e3) + " kB"
        case ..<1e9: digits(bytes / 1e6) + " MB"
        default: digits(bytes / 1e9) + " GB"
        }
    }

    static func share(_ part: Double) -> String {
        grouped(part * 100, decimals: 1) + " %"
    }

    /// A number without a unit.
    static func digits(_ value: Double) -> String {
        let size = abs(value)
        return grouped(value, decimals: size >= 99.95 ? 0 : size >= 9.995 ? 1 : 2)
    }

    static func shape(_ dims: [Int]) -> String {
        dims.isEmpty ? "scalar" : dims.map { "\($0)" }.joined(separator: "×")
    }

    static func shapes(_ shapes: [[Int]]) -> String {
        shapes.map(shape).joined(separator: ", ")
    }

    /// With a thin space between thousands. Written here because a page has tens of thousands of numbers, and
    /// formats of Foundation take ten times as long.
    static func grouped(_ value: Double, decimals: Int) -> String {
        let scale = [1.0, 10, 100, 1_000, 10_000][min(max(decimals, 0), 4)]
        let scaled = (abs(value) * scale).rounded()
        guard scaled < 1e15 else { return value.isNaN ? "–" : "\(Float(value))" }
        let (whole, fraction) = Int(scaled).quotientAndRemainder(dividingBy: Int(scale))
        var text = value < 0 && scaled > 0 ? "−" : ""
        let digits = "\(whole)"
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.utf8.count - index).isMultiple(of: 3) { text += "\u{202F}" }
            text.append(digit)
        }
        guard scale > 1 else { return text }
        let padded = "\(Int(scale) + fraction)"
        return text + "." + padded.dropFirst()
    }
}

extension String {
    /// An operator without the domain that it belongs to, for charts. Tables have the whole name.
    var withoutDomain: String {
        split(separator: ".").last.map(String.init) ?? self
    }
}
