/// Finds the matches of a pattern in a text, by backtracking with a stack of its own: the depth of the program's
/// stack depends on the pattern, never on the text.
struct PatternMatcher {
    let pattern: Pattern

    /// Where to go on when what was tried last fails.
    private struct Choice {
        let instruction: Int

        /// The position to go on from.
        var position: Int

        /// Positions from here up to `position` are tried too, one scalar less each time.
        let lowest: Int
    }

    /// The open choices of all matches in progress. A lookahead uses those above where it began.
    private var choices: [Choice] = []

    /// Instructions that have been run, and scalars that they took.
    private var steps = 0
    private let stepLimit: Int
    private let byteCount: Int

    /// - Parameter byteCount: Of all the text that is to be matched. It bounds the steps: patterns of published
    ///   tokenizers take some tens for a byte.
    init(_ pattern: Pattern, byteCount: Int) {
        self.pattern = pattern
        self.byteCount = byteCount
        stepLimit = 1_000_000 + 1_000 * byteCount
    }

    /// Where each match in `range` of `text` is, as if nothing stood around the range.
    ///
    /// Like the reference, an empty match counts unless it is where the last match ended.
    mutating func matches(
        in text: [UInt8], _ range: Range<Int>
    ) throws(TextEncodingError) -> [Range<Int>] {
        var result: [Range<Int>] = []
        var start = range.lowerBound
        while start <= range.upperBound {
            if let end = try match(text, from: start, to: range.upperBound),
                end > start || result.last?.upperBound != end
            {
                result.append(start..<end)
                if end > start {
                    start = end
                    continue
                }
            }
            start = start < range.upperBound ? text.scalar(at: start).end : start + 1
        }
        return result
    }

    /// The end of the match that begins at `start`.
    private mutating func match(
        _ text: [UInt8], from start: Int, to end: Int, instruction: Int = 0
    ) throws(TextEncodingError) -> Int? {
        let floor = choices.count
        defer { choices.removeLast(choices.count - floor) }
        var current = instruction
        var position = start
        while true {
            steps += 1
            guard steps <= stepLimit else {
                throw .patternTakesTooLong(steps: stepLimit, byteCount: byteCount)
            }
            switch pattern.instructions[current] {
            case .take(let set):
                if position < end {
                    let scalar = text.scalar(at: position)
                    if set.contains(scalar.value) {
                        position = scalar.end
                        current += 1
                        continue
                    }
                }
            case .takeAll(let set, let minimum, let maximum):
                if let taken = take(
                    set, minimum: minimum, maximum: maximum, of: text, from: position, to: end)
                {
                    current += 1
                    if taken.lowest < taken.end {
                        let less = text.scalarStart(before: taken.end)
                        choices.append(Choice(instruction: current, position: less, lowest: taken.lowest))
                    }
                    position = taken.end
                    continue
                }
            case .attempt(let alternative):
                choices.append(Choice(instruction: alternative, position: position, lowest: position))
                current += 1
                continue
            case .jump(let target):
                current = target
                continue
            case .lookahead(let isNegative, let next):
                let isFound = try match(text, from: position, to: end, instruction: current + 1) != nil
                if isFound != isNegative {
                    current = next
                    continue
                }
            case .succeed:
                return position
            }
            // What was tried has failed.
            guard choices.count > floor, var choice = choices.popLast() else { return nil }
            current = choice.instruction
            position = choice.position
            if choice.lowest < choice.position {
                choice.position = text.scalarStart(before: choice.position)
                choices.append(choice)
            }
        }
    }

    /// Takes scalars of `set`: where the last one ends, and where the last one that must be taken does.
    private mutating func take(
        _ set: ScalarSet, minimum: Int, maximum: Int, of text: [UInt8], from start: Int, to end: Int
    ) -> (lowest: Int, end: Int)? {
        var position = start
        var lowest = start
        var count = 0
        while position < end, count < maximum {
            let scalar = text.scalar(at: position)
            guard set.contains(scalar.value) else { break }
            position = scalar.end
            count += 1
            if count == minimum { lowest = position }
        }
        steps += count
        return count < minimum ? nil : (lowest, position)
    }
}
