internal import Operators
internal import Runtime
internal import Tensors
internal import Threading

/// Collects the events of one transcription.
struct TimelineRecorder {
    private let beginning: UInt64
    private let threads: Int
    private var events: [Profile.Event] = []
    /// Steps of the stage being read, without those that contain others, in the order of time.
    private var steps: [(start: UInt64, end: UInt64, node: Int, name: String)] = []

    init(beginning: UInt64, threads: Int) {
        self.beginning = beginning
        self.threads = threads
    }

    mutating func add(_ kind: Profile.Event.Kind, _ name: String, start: UInt64, end: UInt64) {
        events.append(event(kind, name, thread: 0, start: start, end: end))
    }

    mutating func add(_ step: RunReading.Step, node: Int) {
        let recorded = step.recorded
        var event = event(.node, recorded.name, thread: 0, start: recorded.start, end: recorded.end)
        event.node = node
        event.inputs = recorded.call.inputs.compactMap { $0?.shape.dimensions }
        event.outputs = recorded.call.outputs.map(\.shape.dimensions)
        event.multiplyAdds = recorded.cost.multiplyAdds
        event.bytesRead = recorded.cost.bytesRead
        event.bytesWritten = recorded.cost.bytesWritten
        events.append(event)
        if !step.containsSteps { steps.append((recorded.start, recorded.end, node, recorded.name)) }
    }

    /// Adds what the threads did for the steps added since the last time.
    mutating func addLoops(of recorder: LoopRecorder) {
        for thread in 0..<threads {
            var index = 0
            for loop in recorder.events(of: thread) {
                while index < steps.count, steps[index].end <= loop.start { index += 1 }
                guard index < steps.count, steps[index].start <= loop.start else { continue }
                var event = event(
                    loop.kind == .part ? .loop : .waiting, steps[index].name, thread: thread,
                    start: loop.start, end: loop.end)
                event.node = steps[index].node
                events.append(event)
            }
        }
        steps.removeAll(keepingCapacity: true)
    }

    var timeline: Profile.Timeline {
        Profile.Timeline(
            threads: (0..<threads).map { $0 == 0 ? "transcription" : "worker \($0)" },
            events: events.sorted {
                $0.start != $1.start ? $0.start < $1.start : $0.duration > $1.duration
            })
    }

    private func event(
        _ kind: Profile.Event.Kind, _ name: String, thread: Int, start: UInt64, end: UInt64
    ) -> Profile.Event {
        Profile.Event(
            kind: kind, thread: thread, name: name, start: Double(start - beginning) * 1e-9,
            duration: Double(end - start) * 1e-9)
    }
}
