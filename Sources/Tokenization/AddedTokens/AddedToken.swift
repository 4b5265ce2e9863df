/// A token that is found in the text itself, before it is cut into words.
struct AddedToken: Sendable, Equatable {
    let id: Int
    let content: String

    /// Whether it is a mark of the format, left out of text for people.
    let isSpecial: Bool

    /// Whether it is looked for in the normalized text rather than in the text as it is.
    let isNormalized: Bool

    /// Whether it is found only where no letter, digit or the like is next to it.
    let isSingleWord: Bool

    /// Whether it takes the white space before it.
    let stripsLeft: Bool

    /// Whether it takes the white space behind it.
    let stripsRight: Bool
}

/// Which added tokens are recognized in a text.
package enum AddedTokenRecognition: Sendable, CaseIterable {
    /// All, which is what a prompt that the program composes needs.
    case all

    /// Those that are not special; the spelling of a special token is text. This is what the reference calls
    /// `encode_special_tokens`.
    case exceptSpecial

    /// None: the spelling of any added token is text. Use it for what people type, so that they cannot end a
    /// turn or begin another one. Not all tokens that steer a model are special.
    case none
}
