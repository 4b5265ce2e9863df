extension Profile {
    /// One profile of several repeats of the same transcription, whose times become lists.
    ///
    /// - Parameter repeats: profiles of one repeat each, in their order; counts are those of the last one. A node
    ///   that a repeat did not run took no time in it.
    /// - Returns: nil without any repeat.
    public static func merging(_ repeats: [Profile]) -> Profile? {
        guard var merged = repeats.last else { return nil }
        merged.total = repeats.flatMap(\.total)
        merged.timeToFirstToken = repeats.flatMap(\.timeToFirstToken)
        merged.steps = repeats.flatMap(\.steps)
        merged.droppedEvents = repeats.reduce(0) { $0 + $1.droppedEvents }
        merged.memory.peak = repeats.map(\.memory.peak).max() ?? 0
        let stages = repeats.map { Table($0.stages.map { ($0.name, $0.times) }) }
        for (index, stage) in merged.stages.enumerated() where stage.name != PipelineStage.load.rawValue {
            merged.stages[index].times = stages.flatMap { $0.times(at: index, stage.name) }
        }
        let nodes = repeats.map { Table($0.nodes.map { ($0.key, $0.times) }) }
        let waiting = repeats.map { Table($0.nodes.map { ($0.key, $0.waiting) }) }
        for (index, node) in merged.nodes.enumerated() {
            merged.nodes[index].times = nodes.flatMap { $0.times(at: index, node.key) }
            merged.nodes[index].waiting = waiting.flatMap { $0.times(at: index, node.key) }
        }
        let overheads = repeats.map { Table($0.overheads.map { ($0.key, $0.times) }) }
        for (index, overhead) in merged.overheads.enumerated()
        where overhead.stage != PipelineStage.load.rawValue {
            merged.overheads[index].times = overheads.flatMap { $0.times(at: index, overhead.key) }
        }
        return merged
    }

    /// Times by key, or by place where several have the same key.
    private struct Table {
        private let entries: [(key: String, times: [Double])]
        private let places: [String: Int]

        init(_ entries: [(String, [Double])]) {
            self.entries = entries
            places = Dictionary(
                entries.enumerated().map { ($1.0, $0) }, uniquingKeysWith: { first, _ in first })
        }

        func times(at index: Int, _ key: String) -> [Double] {
            if entries.indices.contains(index), entries[index].key == key { return entries[index].times }
            return places[key].map { entries[$0].times } ?? [0]
        }
    }
}

extension Profile.Node {
    fileprivate var key: String { [stage, name, op, kernel].joined(separator: "\n") }
}

extension Profile.Overhead {
    fileprivate var key: String { stage + "\n" + name }
}
