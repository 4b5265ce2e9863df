/// A regular expression, compiled to instructions for a backtracking matcher.
struct Pattern: Sendable {
    enum Instruction {
        /// Take one scalar of the set, or fail.
        case take(ScalarSet)

        /// Take as many scalars of the set as there are, within the bounds, and give them back one by one.
        case takeAll(ScalarSet, minimum: Int, maximum: Int)

        /// Go on with the next instruction; if that fails, at `alternative`.
        case attempt(alternative: Int)
        case jump(Int)

        /// Go on at `next` if the instructions that follow match here, or do not.
        case lookahead(isNegative: Bool, next: Int)
        case succeed
    }

    private(set) var instructions: [Instruction] = []

    private static let maximumSize = 10_000

    /// - Throws: ``PatternError`` if the pattern is not understood.
    init(_ pattern: String) throws(PatternError) {
        try append(try PatternParser.parse(pattern))
        try append(.succeed)
    }

    /// A pattern that matches `text` itself.
    init(literal text: String) throws(PatternError) {
        try append(.sequence(text.unicodeScalars.map { .set(ScalarSet($0), literal: $0) }))
        try append(.succeed)
    }
}

// MARK: Compiling

extension Pattern {
    private mutating func append(_ instruction: Instruction) throws(PatternError) {
        guard instructions.count < Self.maximumSize else { throw PatternError("it is too long") }
        instructions.append(instruction)
    }

    private mutating func append(_ syntax: PatternSyntax) throws(PatternError) {
        switch syntax {
        case .set(let set, _):
            try append(.take(set))
        case .sequence(let parts):
            for part in parts { try append(part) }
        case .alternatives(let alternatives):
            try append(alternatives)
        case .repetition(.set(let set, _), let minimum, let maximum):
            try append(.takeAll(set, minimum: minimum, maximum: maximum ?? .max))
        case .repetition(let part, let minimum, let maximum):
            try append(part, minimum: minimum, maximum: maximum)
        case .lookahead(let part, let isNegative):
            let start = instructions.count
            try append(.lookahead(isNegative: isNegative, next: 0))
            try append(part)
            try append(.succeed)
            instructions[start] = .lookahead(isNegative: isNegative, next: instructions.count)
        }
    }

    private mutating func append(_ alternatives: [PatternSyntax]) throws(PatternError) {
        var jumps: [Int] = []
        for alternative in alternatives.dropLast() {
            let start = instructions.count
            try append(.attempt(alternative: 0))
            try append(alternative)
            jumps.append(instructions.count)
            try append(.jump(0))
            instructions[start] = .attempt(alternative: instructions.count)
        }
        if let last = alternatives.last { try append(last) }
        for jump in jumps { instructions[jump] = .jump(instructions.count) }
    }

    private mutating func append(
        _ part: PatternSyntax, minimum: Int, maximum: Int?
    ) throws(PatternError) {
        for _ in 0..<minimum { try append(part) }
        guard let maximum else {
            let start = instructions.count
            try append(.attempt(alternative: 0))
            try append(part)
            try append(.jump(start))
            instructions[start] = .attempt(alternative: instructions.count)
            return
        }
        var attempts: [Int] = []
        for _ in minimum..<maximum {
            attempts.append(instructions.count)
            try append(.attempt(alternative: 0))
            try append(part)
        }
        for attempt in attempts { instructions[attempt] = .attempt(alternative: instructions.count) }
    }
}
