/// Removes repetitions from a text as Qwen3-ASR's own tools do: more than 20 equal characters in a row become
/// one, and so does a pattern of 1 to 20 characters that stands 20 times or more in a row.
package func removingRepetitions(_ text: String, threshold: Int = 20) -> String {
    var characters = Array(text.unicodeScalars)
    guard characters.count >= threshold else { return text }
    characters = collapsingRuns(characters, threshold: threshold)
    characters = collapsingPatterns(characters, threshold: threshold)
    var result = String.UnicodeScalarView()
    result.append(contentsOf: characters)
    return String(result)
}

private func collapsingRuns(_ characters: [Unicode.Scalar], threshold: Int) -> [Unicode.Scalar] {
    var result: [Unicode.Scalar] = []
    var index = 0
    while index < characters.count {
        var end = index + 1
        while end < characters.count && characters[end] == characters[index] { end += 1 }
        let count = end - index
        result.append(contentsOf: repeatElement(characters[index], count: count > threshold ? 1 : count))
        index = end
    }
    return result
}

private func collapsingPatterns(_ characters: [Unicode.Scalar], threshold: Int) -> [Unicode.Scalar] {
    let longestPattern = 20
    var result: [Unicode.Scalar] = []
    var index = 0
    scan: while index < characters.count {
        for length in 1...longestPattern where index + length * threshold <= characters.count {
            var end = index + length
            while end < characters.count && characters[end] == characters[end - length] { end += 1 }
            let repetitions = (end - index) / length
            if repetitions >= threshold {
                result.append(contentsOf: characters[index..<index + length])
                index += repetitions * length
                continue scan
            }
        }
        result.append(characters[index])
        index += 1
    }
    return result
}
