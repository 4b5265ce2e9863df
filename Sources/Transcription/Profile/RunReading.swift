internal import Runtime
internal import Threading

/// Recorded runs, with the times of nested steps and of waiting sorted out.
struct RunReading {
    struct Step {
        let recorded: RunRecorder.Step
        /// Nanoseconds, without those of steps within.
        let time: UInt64
        /// The part of ``time`` in which the thread waited for others.
        let waiting: UInt64
        let containsSteps: Bool
    }

    /// A call of a session.
    struct Call {
        let end: UInt64
        /// Nanoseconds that were no step's.
        let aroundSteps: UInt64
    }

    /// In the order of their ends, as calls.
    let steps: [Step]
    let calls: [Call]

    init(_ recorder: RunRecorder) {
        var steps: [Step] = []
        /// Steps that ended and are not known to be within another one.
        var outermost: [RunRecorder.Step] = []
        var waits = recorder.loops.events(of: 0).lazy.filter { $0.kind == .waiting }.makeIterator()
        var wait = waits.next()
        for step in recorder.steps {
            var time = step.end - step.start
            var containsSteps = false
            while let inner = outermost.last, inner.run > step.run {
                time -= inner.end - inner.start
                containsSteps = true
                outermost.removeLast()
            }
            outermost.append(step)
            var waiting: UInt64 = 0
            while let next = wait, next.end <= step.end {
                if next.start >= step.start { waiting += next.end - next.start }
                wait = waits.next()
            }
            steps.append(Step(recorded: step, time: time, waiting: waiting, containsSteps: containsSteps))
        }
        self.steps = steps
        var next = 0
        calls = recorder.calls.map { call in
            var stepTime: UInt64 = 0
            while next < steps.count, steps[next].recorded.end <= call.end {
                stepTime += steps[next].time
                next += 1
            }
            let time = call.end - call.start
            return Call(end: call.end, aroundSteps: time - min(time, stepTime))
        }
    }
}
