internal import Transcription

/// What two profiles took for the same: an operator, layer, kernel, node or overhead of a stage. One may lack it.
struct PairedRow {
    let stage: String
    let name: String
    let first: ProfileRow?
    let second: ProfileRow?

    var firstTime: Double? { first?.time.median }
    var secondTime: Double? { second?.time.median }
    var longest: Double { max(firstTime ?? 0, secondTime ?? 0) }
    /// What the second takes more than the first.
    var difference: Double { (secondTime ?? 0) - (firstTime ?? 0) }

    /// Whether the slowest repeat of the one is faster than the fastest of the other.
    var isClear: Bool {
        guard let first = first?.time, let second = second?.time else { return true }
        return first.largest < second.smallest || second.largest < first.smallest
    }

    /// All rows of both without loading, those first that take longest.
    static func all(_ first: Profile, _ second: Profile, by grouping: Grouping) -> [PairedRow] {
        struct Key: Hashable {
            let stage: String
            let name: String
        }
        var pairs: [Key: (first: ProfileRow?, second: ProfileRow?)] = [:]
        for row in first.rows(by: grouping) where row.stage != "load" {
            pairs[Key(stage: row.stage, name: row.name), default: (nil, nil)].first = row
        }
        for row in second.rows(by: grouping) where row.stage != "load" {
            pairs[Key(stage: row.stage, name: row.name), default: (nil, nil)].second = row
        }
        return pairs.map { key, pair in
            PairedRow(stage: key.stage, name: key.name, first: pair.first, second: pair.second)
        }.sorted { ($1.longest, $0.stage, $0.name) < ($0.longest, $1.stage, $1.name) }
    }
}
