internal import Transcription

/// What chooses a table and its rows. Hidden until the script that makes it work has begun.
struct TableControls {
    private let views: [String]
    private let stages: [String]

    init(views: [String], _ profiles: Profile...) {
        self.views = views
        var stages: [String] = []
        for profile in profiles {
            let names = profile.nodes.map(\.stage) + profile.overheads.map(\.stage)
            for name in names where name != "load" && !stages.contains(name) { stages.append(name) }
        }
        let order = profiles.flatMap { $0.stages.map(\.name) }
        self.stages = stages.sorted {
            (order.firstIndex(of: $0) ?? .max) < (order.firstIndex(of: $1) ?? .max)
        }
    }

    private static let titles = [
        "kind": "Kinds of work", "op": "Operators", "kernel": "Kernels", "layer": "Layers", "node": "Nodes",
    ]

    var markup: Markup {
        let buttons = views.map { view -> Markup in
            "<button type=\"button\" data-view=\"\(view)\">\(Self.titles[view] ?? view)</button>"
        }
        let options = stages.map { stage -> Markup in "<option>\(stage)</option>" }
        return """
            <div class="controls" hidden>
            <div class="tabs" role="group" aria-label="Rows">\(buttons)</div>
            <label>Stage <select id="stage-filter"><option value="">all</option>\(options)</select></label>
            <label class="search">Filter <input id="filter" type="search" autocomplete="off" spellcheck="false" \
            placeholder="words in a row"></label>
            <output id="count"></output>
            </div>

            """
    }
}
