extension Tokenizer {
    /// The added tokens as the file lists them.
    static func readAddedTokens(_ field: JSONField) throws(TokenizerError) -> [AddedToken] {
        if field.isNull { return [] }
        var tokens: [AddedToken] = []
        var contents: Set<[UInt8]> = []
        for element in try field.elements() {
            let token = try AddedToken(element)
            guard !token.content.isEmpty else {
                throw .unsupported(file: field.file, field: "\(element.path).content", value: "empty")
            }
            guard contents.insert(Array(token.content.utf8)).inserted else {
                throw .duplicateToken(file: field.file, field: element.path, token: token.content)
            }
            tokens.append(token)
        }
        return tokens
    }

    /// Adds those tokens to the vocabulary that are not part of it.
    static func insert(
        _ tokens: [AddedToken], into vocabulary: inout Vocabulary, file: String
    ) throws(TokenizerError) {
        for (index, token) in tokens.enumerated() {
            let content = Array(token.content.utf8)
            if let known = vocabulary.id(of: content.span) {
                guard known == token.id else {
                    throw .conflictingID(
                        file: file, field: "added_tokens[\(index)].id", token: token.content, id: token.id,
                        vocabularyID: known)
                }
            } else {
                _ = vocabulary.insert(content.span, id: token.id)
            }
        }
    }

    /// The contents of those tokens that are decoded to other text than their content, and which tokens count as
    /// special in decoding.
    ///
    /// The reference decodes a token that is looked for in normalized text to its normalized content, and tells
    /// by that whether it is special.
    static func decodings(
        of tokens: [AddedToken], normalized: (String) -> [UInt8]
    ) -> (contents: [Int: [UInt8]], specialIDs: Set<Int>) {
        let specialContents = Set(tokens.lazy.filter(\.isSpecial).map { Array($0.content.utf8) })
        var contents: [Int: [UInt8]] = [:]
        var specialIDs: Set<Int> = []
        for token in tokens {
            let content = Array(token.content.utf8)
            let decoded = token.isNormalized ? normalized(token.content) : content
            if decoded != content { contents[token.id] = decoded }
            if specialContents.contains(decoded) { specialIDs.insert(token.id) }
        }
        return (contents, specialIDs)
    }
}

extension AddedToken {
    init(_ field: JSONField) throws(TokenizerError) {
        let members = try field.members(
            "id", "content", "single_word", "lstrip", "rstrip", "normalized", "special")
        id = try members.required("id").integer()
        content = try members.required("content").string()
        isSpecial = try members.required("special").bool()
        isNormalized = try members.required("normalized").bool()
        isSingleWord = try members.required("single_word").bool()
        stripsLeft = try members.required("lstrip").bool()
        stripsRight = try members.required("rstrip").bool()
    }
}
