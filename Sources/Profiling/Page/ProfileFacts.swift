internal import Foundation
internal import Transcription

/// What a page says first of a profile.
struct ProfileFacts {
    let profile: Profile

    init(_ profile: Profile) {
        self.profile = profile
    }

    var recording: String {
        URL(filePath: profile.audio.path).lastPathComponent
    }

    var engine: String {
        "\(profile.engine.name) \(profile.engine.version)"
    }

    var model: String {
        "\(URL(filePath: profile.model.path).lastPathComponent), \(profile.model.variant)"
    }

    var settings: String {
        let threads = "\(profile.engine.threads) thread\(profile.engine.threads == 1 ? "" : "s")"
        return "\(profile.engine.instructionSet), \(threads)\(profile.engine.fusion ? "" : ", not fused")"
    }

    var line: Markup {
        let parts = [engine, model, settings, profile.machine.processor]
        return "\(parts.map { part -> Markup in "<span>\(part)</span> " })"
    }

    /// The text, which tells whether the right thing was measured.
    var said: Markup {
        profile.text.isEmpty ? "" : "<blockquote>\(profile.text)</blockquote>\n"
    }

    /// Name, number, and what it is made of.
    var entries: [(name: String, value: String, detail: String)] {
        let total = Statistics(profile.total)
        let steps = Statistics(profile.steps.flatMap { $0 })
        var entries = [
            ("Transcription", Quantity.time(total.median), "± \(Quantity.time(total.spread))"),
            (
                "Speed",
                total.median > 0 ? Quantity.digits(profile.audio.duration / total.median) + " ×" : "–",
                "real time, \(Quantity.digits(profile.audio.duration)) s of audio"
            ),
            (
                "First token", Quantity.time(Statistics(profile.timeToFirstToken).median),
                "\(profile.tokens.prompt) tokens of prompt"
            ),
            (
                "Decoding", steps.median > 0 ? Quantity.digits(1 / steps.median) + " /s" : "–",
                "tokens, \(Quantity.time(steps.median)) each"
            ),
        ]
        if let load = profile.stages.first(where: { $0.name == "load" }) {
            entries.append(("Loading", Quantity.time(Statistics(load.times).median), "once"))
        }
        entries.append(
            (
                "Peak memory", Quantity.bytes(Double(profile.memory.peak)),
                "\(Quantity.bytes(Double(profile.memory.anonymous))) not mapped"
            ))
        return entries
    }

    var figures: Markup {
        let items = entries.map { entry -> Markup in
            "<div><dt>\(entry.name)</dt><dd>\(entry.value)<small>\(entry.detail)</small></dd></div>\n"
        }
        return "<dl class=\"figures\">\n\(items)</dl>\n"
    }
}

extension Profile {
    /// Seconds that a decoding step needs at least to read what it reads; nil without limits or steps.
    var memoryBoundOfStep: Double? {
        guard let limits = machine.limits, limits.memoryRead > 0, let count = steps.last?.count, count > 0
        else {
            return nil
        }
        let bytes = nodes.filter { $0.stage == "decode" }.reduce(0) { $0 + Double($1.bytesRead) }
        return bytes / Double(count) / limits.memoryRead
    }
}
