/// What becomes of the matches of a pattern that splits a text, named as in the file.
enum SplitBehavior: String, Sendable, CaseIterable {
    case removed = "Removed"
    case isolated = "Isolated"
    case mergedWithPrevious = "MergedWithPrevious"
    case mergedWithNext = "MergedWithNext"
    case contiguous = "Contiguous"
}

extension SplitBehavior {
    /// The pieces of `range`, none of them empty.
    ///
    /// The matches are in order and do not overlap. If `inverts`, what is between them counts as the matches.
    func pieces(of range: Range<Int>, matches: [Range<Int>], inverts: Bool) -> [Range<Int>] {
        var parts: [(range: Range<Int>, isMatch: Bool)] = []
        var start = range.lowerBound
        for match in matches {
            if start < match.lowerBound { parts.append((start..<match.lowerBound, inverts)) }
            parts.append((match, !inverts))
            start = match.upperBound
        }
        if start < range.upperBound { parts.append((start..<range.upperBound, inverts)) }
        return merge(parts).filter { !$0.isEmpty }
    }

    private func merge(_ parts: [(range: Range<Int>, isMatch: Bool)]) -> [Range<Int>] {
        switch self {
        case .isolated:
            return parts.map(\.range)
        case .removed:
            return parts.filter { !$0.isMatch }.map(\.range)
        case .contiguous:
            return merge(parts) { wasMatch, isMatch in wasMatch == isMatch }
        case .mergedWithPrevious:
            return merge(parts) { wasMatch, isMatch in isMatch && !wasMatch }
        case .mergedWithNext:
            return merge(parts.reversed()) { wasMatch, isMatch in isMatch && !wasMatch }.reversed()
        }
    }

    /// Joins each part to the one before it if `joins` says so of whether the two are matches.
    ///
    /// There is no match before the first part, as in the reference.
    private func merge(
        _ parts: [(range: Range<Int>, isMatch: Bool)],
        where joins: (_ wasMatch: Bool, _ isMatch: Bool) -> Bool
    ) -> [Range<Int>] {
        var result: [Range<Int>] = []
        var wasMatch = false
        for (range, isMatch) in parts {
            if let last = result.last, joins(wasMatch, isMatch) {
                result[result.count - 1] =
                    min(last.lowerBound, range.lowerBound)..<max(last.upperBound, range.upperBound)
            } else {
                result.append(range)
            }
            wasMatch = isMatch
        }
        return result
    }
}
