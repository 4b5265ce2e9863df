// MARK: Sets

extension PatternParser {
    /// What matches one scalar, and the scalar if it is a single one that the pattern spells out.
    typealias Item = (set: ScalarSet, literal: Unicode.Scalar?)

    /// Reads what follows `[` to the closing bracket.
    mutating func parseClass() throws(PatternError) -> ScalarSet {
        let isNegative = skip("^")
        if isNegative, ignoresCase { throw PatternError("'[^…]' within (?i:…)") }
        var set = ScalarSet([])
        var isFirst = true
        while !skip("]") {
            let scalar = try next("'['")
            if scalar == "[" || scalar == "&" && peek() == "&" || scalar == "-" && !isFirst && peek() != "]" {
                throw PatternError("'\(scalar)' within '[…]'")
            }
            let item = scalar == "\\" ? try parseEscape() : (ScalarSet(scalar), literal: scalar)
            if let first = item.literal, peek() == "-", position + 1 < scalars.count,
                scalars[position + 1] != "]"
            {
                position += 1
                set = set.union(try parseRange(from: first))
            } else {
                set = set.union(try folded(item))
            }
            isFirst = false
        }
        guard !isFirst else { throw PatternError("an empty '[]'") }
        return isNegative ? set.inverted : set
    }

    /// The scalars from `first` to the literal that comes next.
    private mutating func parseRange(from first: Unicode.Scalar) throws(PatternError) -> ScalarSet {
        var last: Unicode.Scalar? = try next("'['")
        if last == "\\" { last = try parseEscape().literal }
        guard let last, first <= last, !ignoresCase else { throw PatternError("a range within '[…]'") }
        return ScalarSet([first.value...last.value])
    }

    /// What stands behind a backslash.
    mutating func parseEscape() throws(PatternError) -> Item {
        let scalar = try next("an escape")
        let literal: Unicode.Scalar
        switch scalar {
        case "s": return (.whitespace, nil)
        case "S": return (ScalarSet.whitespace.inverted, nil)
        case "d": return (try parseCategory("Nd"), nil)
        case "D": return (try parseCategory("Nd").inverted, nil)
        case "p", "P":
            guard skip("{") else { throw PatternError("'\\\(scalar)' without '{'") }
            var name = ""
            while !skip("}") { name.unicodeScalars.append(try next("'{'")) }
            let set = try parseCategory(name)
            return (scalar == "p" ? set : set.inverted, nil)
        case "r": literal = "\r"
        case "n": literal = "\n"
        case "t": literal = "\t"
        case "f": literal = "\u{0C}"
        case "v": literal = "\u{0B}"
        default:
            guard scalar.isASCII, !scalar.properties.isAlphabetic, !("0"..."9" ~= scalar) else {
                throw PatternError("the escape '\\\(scalar)'")
            }
            literal = scalar
        }
        return (ScalarSet(literal), literal)
    }

    private func parseCategory(_ name: String) throws(PatternError) -> ScalarSet {
        guard let set = ScalarSet(generalCategory: name) else { throw PatternError("the category {\(name)}") }
        return set
    }
}

// MARK: Case

extension PatternParser {
    /// The set of `item`, widened by the other cases of its scalar where the pattern ignores case.
    func folded(_ item: Item) throws(PatternError) -> ScalarSet {
        guard ignoresCase else { return item.set }
        guard let literal = item.literal, literal.isASCII else {
            throw PatternError("anything but ASCII within (?i:…)")
        }
        guard literal.properties.isAlphabetic else { return item.set }
        var scalars = [literal.value | 0x20, literal.value & ~0x20]
        // The two scalars outside ASCII that fold to an ASCII letter.
        if scalars[0] == 0x6B { scalars.append(0x212A) }
        if scalars[0] == 0x73 { scalars.append(0x017F) }
        return ScalarSet(scalars.map { $0...$0 })
    }

    /// Refuses two literals that fold to a single scalar, such as "ss" to "ß": a set matches only one scalar.
    func checkFolding(of previous: PatternSyntax?, and part: PatternSyntax) throws(PatternError) {
        guard case .set(_, let first?) = previous, case .set(_, let second?) = part else { return }
        let pair = "\(first)\(second)".lowercased()
        guard !["ff", "fi", "fl", "ss", "st"].contains(pair) else {
            throw PatternError("'\(pair)' within (?i:…)")
        }
    }
}
