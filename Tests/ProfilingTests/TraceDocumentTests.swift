import Foundation
import Profiling
import Testing
import Transcription

/// The trace against the Trace Event Format.
@Suite struct TraceDocumentTests {
    @Test func aProfileWithoutEventsHasNoTrace() {
        var profile = SampleProfile.pocket
        profile.timeline = nil
        #expect(TraceDocument(profile) == nil)
    }

    @Test func everyProcessAndThreadIsNamed() throws {
        let trace = try Trace(SampleProfile.pocket)
        #expect(trace.processNames == [1: "qwen3-asr 0"])
        #expect(trace.threadNames == [1: "main", 2: "qwen3-asr-1"])
        for event in trace.events {
            #expect(trace.processNames[event.pid] != nil)
            #expect(trace.threadNames[event.tid] != nil)
        }
    }

    @Test func completeEventsNest() throws {
        let trace = try Trace(SampleProfile.pocket)
        #expect(trace.events.count == SampleProfile.pocket.timeline?.events.count)
        try trace.expectNesting()
        let stages = trace.events.filter { $0.cat == "stage" }
        #expect(stages.map(\.name) == ["encode", "decode"])
        for event in trace.events where event.tid == 1 && event.cat != "stage" {
            #expect(stages.contains { $0.start <= event.start && event.end <= $0.end })
        }
    }

    @Test func timesAddUp() throws {
        let profile = SampleProfile.pocket
        let trace = try Trace(profile)
        for node in profile.nodes {
            let events = trace.events.filter { $0.cat == "node" && $0.name == node.name }
            let expected = (profile.timeline?.events ?? []).filter {
                $0.kind == .node && $0.name == node.name
            }
            #expect(events.count == expected.count && !events.isEmpty)
            let sum = events.reduce(0) { $0 + $1.dur }
            #expect(abs(sum - 1e6 * expected.reduce(0) { $0 + $1.duration }) < 0.002 * Double(events.count))
        }
    }

    @Test func argumentsTellTheWork() throws {
        let trace = try Trace(SampleProfile.pocket)
        let product = try #require(trace.events.first { $0.cat == "node" && $0.args.op == "MatMulNBits" })
        #expect(product.args.kernel == "int4 row")
        #expect(product.args.layer == 3)
        #expect(product.args.inputs == ["1×1×2048"])
        #expect(product.args.outputs == ["1×1×6144"])
        #expect(product.args.multiplyAdds == 12_582_912)
        #expect(product.args.bytesRead == 7_077_888)
        let seconds = product.dur / 1e6
        #expect(abs(try #require(product.args.operationRate) - 2 * 12_582_912 / seconds / 1e9) < 0.01)
        #expect(trace.events.contains { $0.cat == "loop" && $0.tid == 2 && $0.args.node == product.name })
        #expect(trace.events.contains { $0.cat == "waiting" && $0.name == "waiting" })
    }

    @Test func namesAreEscaped() throws {
        var profile = SampleProfile.pocket
        let name = "a\"b\\c\n\u{1}</script>"
        profile.engine.name = name
        profile.timeline?.threads[1] = name
        profile.timeline?.events[0].name = name
        let trace = try Trace(profile)
        #expect(trace.processNames[1] == name + " 0")
        #expect(trace.threadNames[2] == name)
        #expect(trace.events[0].name == name)
    }
}

/// A trace as a viewer reads it.
struct Trace {
    struct Event: Decodable {
        let ph, name: String
        let cat: String
        let pid, tid: Int
        let ts, dur: Double
        let args: Arguments

        /// Nanoseconds, which the file has exactly.
        var start: Int { Int((ts * 1e3).rounded()) }
        var end: Int { start + Int((dur * 1e3).rounded()) }
    }

    struct Arguments: Decodable {
        let op, kernel, node: String?
        let layer, multiplyAdds, bytesRead: Int?
        let inputs, outputs: [String]?
        let operationRate: Double?

        enum CodingKeys: String, CodingKey {
            case op, kernel, node, layer, inputs, outputs
            case multiplyAdds = "multiply_adds"
            case bytesRead = "bytes_read"
            case operationRate = "GOP/s"
        }
    }

    private struct Kind: Decodable { let ph: String }

    private struct Metadata: Decodable {
        struct Name: Decodable { let name: String? }
        let name: String
        let pid, tid: Int
        let args: Name
    }

    private struct File<Event: Decodable>: Decodable { let traceEvents: [Event] }

    private enum Entry: Decodable {
        case complete(Event)
        case metadata(Metadata)

        init(from decoder: any Decoder) throws {
            switch try Kind(from: decoder).ph {
            case "X": self = .complete(try Event(from: decoder))
            case "M": self = .metadata(try Metadata(from: decoder))
            case let other:
                throw DecodingError.dataCorrupted(
                    .init(codingPath: decoder.codingPath, debugDescription: "unexpected phase \(other)"))
            }
        }
    }

    private(set) var events: [Event] = []
    private(set) var processNames: [Int: String] = [:]
    private(set) var threadNames: [Int: String] = [:]

    init(_ profile: Profile) throws {
        let text = try #require(TraceDocument(profile)?.text)
        for entry in try JSONDecoder().decode(File<Entry>.self, from: Data(text.utf8)).traceEvents {
            switch entry {
            case .complete(let event): events.append(event)
            case .metadata(let data) where data.name == "process_name":
                processNames[data.pid] = data.args.name
            case .metadata(let data) where data.name == "thread_name": threadNames[data.tid] = data.args.name
            case .metadata: break
            }
        }
    }

    /// On each thread, two events are apart or one holds the other.
    func expectNesting() throws {
        for thread in Set(events.map(\.tid)) {
            var open: [Event] = []
            for event in events.filter({ $0.tid == thread }).sorted(by: {
                ($0.start, $1.end) < ($1.start, $0.end)
            }) {
                while let last = open.last, last.end <= event.start { open.removeLast() }
                if let last = open.last {
                    #expect(event.end <= last.end, "\(event.name) crosses the end of \(last.name)")
                }
                open.append(event)
            }
        }
    }
}
