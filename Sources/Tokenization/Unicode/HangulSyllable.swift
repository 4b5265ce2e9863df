/// A precomposed Hangul syllable, whose decomposition is arithmetic rather than a table (Unicode, section 3.12).
struct HangulSyllable {
    private static let syllables: UInt32 = 0xAC00
    private static let leads: UInt32 = 0x1100
    private static let vowels: UInt32 = 0x1161
    private static let trails: UInt32 = 0x11A7
    private static let leadCount: UInt32 = 19
    private static let vowelCount: UInt32 = 21

    /// One more than there are, because the first number means that there is no trailing consonant.
    private static let trailCount: UInt32 = 28
    private static let syllableCount = leadCount * vowelCount * trailCount

    private let index: UInt32

    init?(_ scalar: UInt32) {
        guard scalar &- Self.syllables < Self.syllableCount else { return nil }
        index = scalar - Self.syllables
    }

    /// The two or three jamo that the syllable consists of.
    var parts: [UInt32] {
        let trail = index % Self.trailCount
        let vowel = index / Self.trailCount % Self.vowelCount
        let lead = index / (Self.trailCount * Self.vowelCount)
        return [Self.leads + lead, Self.vowels + vowel] + (trail == 0 ? [] : [Self.trails + trail])
    }

    /// The syllable made of a leading consonant and a vowel, or of such a syllable and a trailing consonant.
    static func composite(of first: UInt32, _ second: UInt32) -> UInt32? {
        if first &- leads < leadCount, second &- vowels < vowelCount {
            return syllables + ((first - leads) * vowelCount + second - vowels) * trailCount
        }
        if let syllable = HangulSyllable(first), syllable.index % trailCount == 0,
            second &- (trails + 1) < trailCount - 1
        {
            return first + second - trails
        }
        return nil
    }
}
