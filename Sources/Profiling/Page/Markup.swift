/// Part of a page of HTML, or of a drawing in it.
///
/// What a literal says is markup; what is put into it is text, and escaped so that it stays text, in content and in
/// quoted attributes. Only other markup is put in as it is.
struct Markup: ExpressibleByStringInterpolation, Sendable {
    private(set) var source: String

    init(stringLiteral value: String) {
        source = value
    }

    init(stringInterpolation: StringInterpolation) {
        source = stringInterpolation.source
    }

    static func += (left: inout Markup, right: Markup) {
        left.source += right.source
    }

    struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var source = ""

        init(literalCapacity: Int, interpolationCount: Int) {
            source.reserveCapacity(literalCapacity + 8 * interpolationCount)
        }

        mutating func appendLiteral(_ literal: String) {
            source += literal
        }

        mutating func appendInterpolation(_ text: String) {
            source += text.escapedForHTML
        }

        mutating func appendInterpolation(_ number: Int) {
            source += "\(number)"
        }

        /// A length or coordinate of a drawing, to a hundredth.
        mutating func appendInterpolation(_ number: Double) {
            let rounded = number.isFinite ? (number * 100).rounded() / 100 : 0
            source += rounded == rounded.rounded() && abs(rounded) < 1e9 ? "\(Int(rounded))" : "\(rounded)"
        }

        mutating func appendInterpolation(_ markup: Markup) {
            source += markup.source
        }

        mutating func appendInterpolation(_ parts: [Markup]) {
            for part in parts { source += part.source }
        }
    }
}

extension String {
    fileprivate var escapedForHTML: String {
        let isPlain = utf8.allSatisfy { byte in
            byte >= 0x20 && byte < 0x7F && byte != UInt8(ascii: "&") && byte != UInt8(ascii: "<")
                && byte != UInt8(ascii: ">") && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "'")
        }
        if isPlain { return self }
        var escaped = ""
        escaped.reserveCapacity(utf8.count)
        for scalar in unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "'": escaped += "&#39;"
            case "\n", "\t": escaped.unicodeScalars.append(scalar)
            // HTML allows no other control characters, not even by their numbers.
            case _ where scalar.properties.generalCategory == .control: escaped += "\u{FFFD}"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}
