package import Transcription

/// The events of a profile's last repeat in the Trace Event Format, which `chrome://tracing` and Perfetto open: a track
/// for each thread, on the first the stages with what happened in them, on the others their parts in loops.
///
/// Format: https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU. Times are in microseconds, to
/// the nanosecond. Beginnings and ends are rounded, and durations are what lies between less one, so that events
/// which nest still do.
package struct TraceDocument {
    /// The file: one JSON object, with an event on each line.
    package let text: String
    private static let process = 1

    /// Nil if the profile holds no events.
    package init?(_ profile: Profile) {
        guard let timeline = profile.timeline else { return nil }
        var text = """
            {"displayTimeUnit":"ms","otherData":{"engine":\(profile.engine.name.quotedForJSON),\
            "model":\(profile.model.path.quotedForJSON),"variant":\(profile.model.variant.quotedForJSON),\
            "audio":\(profile.audio.path.quotedForJSON),"dropped_events":\(profile.droppedEvents)},
            "traceEvents":[

            """
        text += Self.metadata("process_name", nil, "\(profile.engine.name) \(profile.engine.version)")
        for (index, name) in timeline.threads.enumerated() {
            text += ",\n" + Self.metadata("thread_name", index, name)
            text += ",\n" + Self.metadata("thread_sort_index", index, nil)
        }
        for event in timeline.events { text += ",\n" + Self.line(event, profile.nodes) }
        self.text = text + "\n]}\n"
    }

    /// Names something, or puts a thread in its place.
    private static func metadata(_ kind: String, _ thread: Int?, _ name: String?) -> String {
        let argument = name.map { "\"name\":\($0.quotedForJSON)" } ?? "\"sort_index\":\(thread ?? 0)"
        return """
            {"ph":"M","pid":\(process),"tid":\((thread ?? 0) + 1),"ts":0,"name":"\(kind)","args":{\(argument)}}
            """
    }

    private static func line(_ event: Profile.Event, _ nodes: [Profile.Node]) -> String {
        let start = nanoseconds(event.start)
        // A nanosecond less: a viewer that adds up in floating point could take neighbours that touch for overlapping.
        let duration = max(0, nanoseconds(event.start + event.duration) - start - 1)
        let node = event.node.flatMap { nodes.indices.contains($0) ? nodes[$0] : nil }
        let name = event.kind == .waiting ? "waiting" : event.name
        return """
            {"ph":"X","cat":"\(event.kind.rawValue)","name":\(name.quotedForJSON),"pid":\(process),\
            "tid":\(event.thread + 1),"ts":\(microseconds(start)),"dur":\(microseconds(duration)),\
            "args":{\(arguments(event, node).joined(separator: ","))}}
            """
    }

    private static func arguments(_ event: Profile.Event, _ node: Profile.Node?) -> [String] {
        guard let node else { return [] }
        var arguments = ["\"op\":\(node.op.quotedForJSON)"]
        if event.kind == .waiting || event.kind == .loop {
            arguments.append("\"node\":\(node.name.quotedForJSON)")
        }
        guard event.kind == .node else { return arguments }
        arguments.append("\"kernel\":\(node.kernel.quotedForJSON)")
        if let layer = node.layer { arguments.append("\"layer\":\(layer)") }
        arguments.append("\"inputs\":[\(shapes(event.inputs))],\"outputs\":[\(shapes(event.outputs))]")
        arguments.append("\"bytes_read\":\(event.bytesRead),\"bytes_written\":\(event.bytesWritten)")
        if event.duration > 0 {
            let bytes = Double(event.bytesRead) + Double(event.bytesWritten)
            arguments.append("\"GB/s\":\(rate(bytes / event.duration))")
        }
        guard event.multiplyAdds > 0 else { return arguments }
        arguments.append("\"multiply_adds\":\(event.multiplyAdds)")
        if event.duration > 0 {
            let unit = node.arithmetic == .int8 ? "GOP/s" : "GFLOP/s"
            arguments.append("\"\(unit)\":\(rate(2 * Double(event.multiplyAdds) / event.duration))")
        }
        return arguments
    }

    private static func shapes(_ shapes: [[Int]]) -> String {
        shapes.map { "\"\(Quantity.shape($0))\"" }.joined(separator: ",")
    }

    /// In 10⁹ per second, to a thousandth.
    private static func rate(_ perSecond: Double) -> Double {
        (perSecond / 1e6).rounded() / 1e3
    }

    private static func nanoseconds(_ seconds: Double) -> Int {
        Int((seconds * 1e9).rounded())
    }

    private static func microseconds(_ nanoseconds: Int) -> String {
        let (whole, fraction) = abs(nanoseconds).quotientAndRemainder(dividingBy: 1_000)
        return "\(nanoseconds < 0 ? "-" : "")\(whole).\(String(1_000 + fraction).dropFirst())"
    }
}

extension String {
    /// A string of JSON.
    fileprivate var quotedForJSON: String {
        var quoted = "\""
        for scalar in unicodeScalars {
            switch scalar {
            case "\"", "\\": quoted += "\\\(scalar)"
            case _ where scalar.value < 0x20:
                let digits = String(scalar.value, radix: 16)
                quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}
