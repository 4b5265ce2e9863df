/// A language that Qwen3-ASR knows, by the English name that the model writes.
public struct Language: Sendable, Hashable, CustomStringConvertible {
    /// English name, such as `English`.
    public let name: String
    /// ISO 639-1 code where there is one, else ISO 639-3: `en`, `yue`.
    public let code: String
    /// Whether the script separates words by spaces.
    let separatesWords: Bool

    private init(_ name: String, _ code: String, separatesWords: Bool = true) {
        self.name = name
        self.code = code
        self.separatesWords = separatesWords
    }

    /// All of them, in the order of the model's documentation.
    public static let all: [Language] = [
        Language("Chinese", "zh", separatesWords: false), Language("English", "en"),
        Language("Cantonese", "yue", separatesWords: false), Language("Arabic", "ar"),
        Language("German", "de"), Language("French", "fr"), Language("Spanish", "es"),
        Language("Portuguese", "pt"), Language("Indonesian", "id"), Language("Italian", "it"),
        Language("Korean", "ko"), Language("Russian", "ru"), Language("Thai", "th", separatesWords: false),
        Language("Vietnamese", "vi"), Language("Japanese", "ja", separatesWords: false),
        Language("Turkish", "tr"), Language("Hindi", "hi"), Language("Malay", "ms"), Language("Dutch", "nl"),
        Language("Swedish", "sv"), Language("Danish", "da"), Language("Finnish", "fi"),
        Language("Polish", "pl"), Language("Czech", "cs"), Language("Filipino", "fil"),
        Language("Persian", "fa"), Language("Greek", "el"), Language("Romanian", "ro"),
        Language("Hungarian", "hu"), Language("Macedonian", "mk"),
    ]

    /// A language by its English name or code, in any case; nil if the model does not know it.
    public init?(_ nameOrCode: String) {
        let key = nameOrCode.lowercased()
        guard
            let found = Self.all.first(where: {
                $0.name.lowercased() == key || $0.code == key || ($0.code == "fil" && key == "tl")
            })
        else { return nil }
        self = found
    }

    /// The English name.
    public var description: String { name }
}
