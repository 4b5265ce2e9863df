/// Reads the regular expressions that tokenizers split text with.
///
/// This is the part of Oniguruma's syntax that published byte-level tokenizers use, which a general engine would
/// match by other Unicode tables than the reference. Everything else is refused rather than guessed:
/// literals, escapes, classes, `\s \S \d \D \p{…} \P{…}` with general categories, groups, alternatives,
/// greedy quantifiers, lookahead, and `(?i:…)` of ASCII letters.
struct PatternParser {
    let scalars: [Unicode.Scalar]
    var position = 0
    private var depth = 0
    private(set) var ignoresCase = false

    private static let maximumDepth = 32

    /// The tree of `pattern`.
    static func parse(_ pattern: String) throws(PatternError) -> PatternSyntax {
        var parser = PatternParser(scalars: Array(pattern.unicodeScalars))
        let syntax = try parser.parseAlternatives()
        guard parser.peek() == nil else { throw PatternError("unbalanced ')'") }
        return syntax
    }

    private init(scalars: [Unicode.Scalar]) {
        self.scalars = scalars
    }

    func peek() -> Unicode.Scalar? {
        position < scalars.count ? scalars[position] : nil
    }

    mutating func skip(_ text: String) -> Bool {
        guard scalars[position...].starts(with: text.unicodeScalars) else { return false }
        position += text.unicodeScalars.count
        return true
    }

    mutating func next(_ context: String) throws(PatternError) -> Unicode.Scalar {
        guard let scalar = peek() else { throw PatternError("it ends within \(context)") }
        position += 1
        return scalar
    }
}

// MARK: Structure

extension PatternParser {
    private mutating func parseAlternatives() throws(PatternError) -> PatternSyntax {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.maximumDepth else { throw PatternError("groups nested too deeply") }
        var alternatives = [try parseSequence()]
        while skip("|") { alternatives.append(try parseSequence()) }
        return alternatives.count == 1 ? alternatives[0] : .alternatives(alternatives)
    }

    private mutating func parseSequence() throws(PatternError) -> PatternSyntax {
        var parts: [PatternSyntax] = []
        while let scalar = peek(), scalar != "|", scalar != ")" {
            let part = try parseQuantified()
            if ignoresCase { try checkFolding(of: parts.last, and: part) }
            parts.append(part)
        }
        return parts.count == 1 ? parts[0] : .sequence(parts)
    }

    private mutating func parseQuantified() throws(PatternError) -> PatternSyntax {
        let part = try parseAtom()
        let minimum: Int
        let maximum: Int?
        switch peek() {
        case "?": (minimum, maximum) = (0, 1)
        case "*": (minimum, maximum) = (0, nil)
        case "+": (minimum, maximum) = (1, nil)
        case "{": (minimum, maximum) = try parseInterval()
        default: return part
        }
        position += 1
        if let scalar = peek(), "?*+{".unicodeScalars.contains(scalar) {
            throw PatternError("a quantifier after a quantifier")
        }
        if case .lookahead = part { throw PatternError("a quantifier after a lookahead") }
        guard !part.matchesEmpty else { throw PatternError("a quantifier after what may match nothing") }
        return .repetition(part, minimum: minimum, maximum: maximum)
    }

    /// Reads `{2}`, `{2,}` or `{2,3}` up to the closing brace.
    private mutating func parseInterval() throws(PatternError) -> (minimum: Int, maximum: Int?) {
        position += 1
        let start = position
        while let scalar = peek(), scalar != "}" { position += 1 }
        guard peek() == "}" else { throw PatternError("'{' without '}'") }
        let text = scalars[start..<position].map(String.init).joined()
        let bounds = text.split(separator: ",", omittingEmptySubsequences: false)
        let limit = 1000
        guard bounds.count <= 2, let minimum = Int(bounds[0]), 0...limit ~= minimum else {
            throw PatternError("the quantifier {\(text)}")
        }
        guard bounds.count == 2 else { return (minimum, minimum) }
        if bounds[1].isEmpty { return (minimum, nil) }
        guard let maximum = Int(bounds[1]), minimum...limit ~= maximum else {
            throw PatternError("the quantifier {\(text)}")
        }
        return (minimum, maximum)
    }

    private mutating func parseAtom() throws(PatternError) -> PatternSyntax {
        let scalar = try next("the pattern")
        switch scalar {
        case "(":
            return try parseGroup()
        case "[":
            return .set(try parseClass(), literal: nil)
        case "\\":
            let item = try parseEscape()
            return .set(try folded(item), literal: item.literal)
        case ".", "^", "$", "*", "+", "?", "{", "}", "]":
            throw PatternError("'\(scalar)' here")
        default:
            return .set(try folded((ScalarSet(scalar), scalar)), literal: scalar)
        }
    }

    private mutating func parseGroup() throws(PatternError) -> PatternSyntax {
        let outerIgnoresCase = ignoresCase
        defer { ignoresCase = outerIgnoresCase }
        let isNegative = skip("?!")
        let isLookahead = isNegative || skip("?=")
        if !isLookahead, skip("?i:") {
            ignoresCase = true
        } else if !isLookahead, !skip("?:"), peek() == "?" {
            throw PatternError(
                "the group (?\(position + 1 < scalars.count ? String(scalars[position + 1]) : "")…")
        }
        let content = try parseAlternatives()
        guard skip(")") else { throw PatternError("'(' without ')'") }
        return isLookahead ? .lookahead(content, isNegative: isNegative) : content
    }
}
