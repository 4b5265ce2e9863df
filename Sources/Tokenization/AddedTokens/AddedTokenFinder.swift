/// Finds added tokens in text, the leftmost first, of several at one place the longest.
struct AddedTokenFinder: Sendable {
    /// A part of a text, or a token that stands in place of one.
    enum Section: Equatable {
        case text(Range<Int>)
        case token(Int)
    }

    private struct Candidate: Sendable {
        let content: [UInt8]
        let token: AddedToken
    }

    /// The tokens by the first byte of their contents, longest first.
    private var candidates: [[Candidate]] = Array(repeating: [], count: 256)

    private var isEmpty = true

    /// A finder of tokens that are spelled in a text as `spelling` says.
    init(_ tokens: [AddedToken], spelling: (String) -> [UInt8]) {
        for token in tokens {
            let content = spelling(token.content)
            guard let first = content.first else { continue }
            candidates[Int(first)].append(Candidate(content: content, token: token))
            isEmpty = false
        }
        for index in candidates.indices {
            candidates[index].sort { $0.content.count > $1.content.count }
        }
    }

    /// The sections of `text`, in order. Texts among them are not empty.
    func sections(of text: [UInt8], in range: Range<Int>, recognizing recognition: AddedTokenRecognition)
        -> [Section]
    {
        guard !isEmpty, recognition != .none else { return range.isEmpty ? [] : [.text(range)] }
        var sections: [Section] = []
        var textStart = range.lowerBound
        var position = range.lowerBound
        while position < range.upperBound {
            guard let candidate = candidate(in: text, at: position, to: range.upperBound) else {
                position += 1
                continue
            }
            let match = position..<position + candidate.content.count
            // A token that is not wanted here still takes its text, as in the reference.
            position = match.upperBound
            let token = candidate.token
            if recognition == .exceptSpecial, token.isSpecial { continue }
            if token.isSingleWord, Self.touchesWord(match, in: text, range) { continue }
            var (start, end) = (match.lowerBound, match.upperBound)
            if token.stripsLeft { start = max(Self.spaceStart(before: start, in: text, range), textStart) }
            if token.stripsRight { end = Self.spaceEnd(after: end, in: text, range) }
            if textStart < start { sections.append(.text(textStart..<start)) }
            // A token of white space may have been taken whole by the one before it. As in the reference it
            // vanishes only if it strips too.
            if start < end { sections.append(.token(token.id)) }
            textStart = end
        }
        if textStart < range.upperBound { sections.append(.text(textStart..<range.upperBound)) }
        return sections
    }

    private func candidate(in text: [UInt8], at position: Int, to end: Int) -> Candidate? {
        for candidate in candidates[Int(text[position])]
        where candidate.content.count <= end - position && text[position...].starts(with: candidate.content) {
            return candidate
        }
        return nil
    }
}

// MARK: Surroundings

extension AddedTokenFinder {
    private static func touchesWord(_ match: Range<Int>, in text: [UInt8], _ range: Range<Int>) -> Bool {
        match.lowerBound > range.lowerBound && isWord(text.scalar(before: match.lowerBound).value)
            || match.upperBound < range.upperBound && isWord(text.scalar(at: match.upperBound).value)
    }

    /// What `\w` matches in Unicode's definition for regular expressions.
    private static func isWord(_ value: UInt32) -> Bool {
        // The standard library may know a newer Unicode than the reference.
        guard let properties = Unicode.Scalar(value)?.properties, !ScalarSet.unassigned.contains(value) else {
            return false
        }
        switch properties.generalCategory {
        case .nonspacingMark, .spacingMark, .enclosingMark, .decimalNumber, .connectorPunctuation: return true
        default: return properties.isAlphabetic || properties.isJoinControl
        }
    }

    private static func spaceStart(before position: Int, in text: [UInt8], _ range: Range<Int>) -> Int {
        var start = position
        while start > range.lowerBound {
            let scalar = text.scalar(before: start)
            guard ScalarSet.whitespace.contains(scalar.value) else { break }
            start = scalar.start
        }
        return start
    }

    private static func spaceEnd(after position: Int, in text: [UInt8], _ range: Range<Int>) -> Int {
        var end = position
        while end < range.upperBound {
            let scalar = text.scalar(at: end)
            guard ScalarSet.whitespace.contains(scalar.value) else { break }
            end = scalar.end
        }
        return end
    }
}
