package import Transcription

/// What some nodes of one stage took together, or one of its overheads.
package struct ProfileRow: Sendable, Equatable {
    package let stage: String
    package let name: String
    /// Empty for overheads.
    package private(set) var nodes: [Profile.Node] = []
    /// Seconds in each repeat.
    package private(set) var times: [Double]
    /// The part of ``times`` in which the caller waited for other threads.
    package private(set) var waiting: [Double]
    /// Calls in a repeat.
    package private(set) var calls = 0
    /// Of what is done in a repeat.
    package private(set) var work = Work()

    package var isOverhead: Bool { nodes.isEmpty }
    package var time: Statistics { Statistics(times) }

    init(_ overhead: Profile.Overhead) {
        stage = overhead.stage
        name = overhead.name
        times = overhead.times
        waiting = overhead.times.map { _ in 0 }
    }

    init(stage: String, name: String, repeats: Int) {
        self.stage = stage
        self.name = name
        times = [Double](repeating: 0, count: repeats)
        waiting = times
    }

    mutating func add(_ node: Profile.Node) {
        nodes.append(node)
        for index in times.indices {
            if node.times.indices.contains(index) { times[index] += node.times[index] }
            if node.waiting.indices.contains(index) { waiting[index] += node.waiting[index] }
        }
        calls += node.calls
        work.add(node)
    }
}

extension Profile {
    /// Repeats that were measured.
    package var repeats: Int { total.count }

    /// Nodes put together, in the order in which each row's first node ran, then the overheads.
    ///
    /// - Parameter stage: leaves out all others; nil for all.
    package func rows(by grouping: Grouping, stage: String? = nil) -> [ProfileRow] {
        struct Key: Hashable {
            let stage: String
            let name: String
        }
        var rows: [ProfileRow] = []
        var places: [Key: Int] = [:]
        for node in nodes where stage == nil || node.stage == stage {
            let key = Key(stage: node.stage, name: grouping.name(of: node))
            let place: Int
            if let known = places[key] {
                place = known
            } else {
                place = rows.count
                places[key] = place
                rows.append(ProfileRow(stage: key.stage, name: key.name, repeats: repeats))
            }
            rows[place].add(node)
        }
        return rows + overheads.filter { stage == nil || $0.stage == stage }.map { ProfileRow($0) }
    }
}
