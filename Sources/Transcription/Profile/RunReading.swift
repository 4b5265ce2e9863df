internal import Runtime
internal import Threading

/// The recorded runs of a stage, with the times of nested steps and of waiting sorted out.
struct RunReading {
    struct Step {
        let recorded: RunRecorder.Step
        let plan: Plan
        /// Nanoseconds, without those of steps within.
        let time: UInt64
        /// The part of ``time`` in which the thread waited for others.
        let waiting: UInt64
        let containsSteps: Bool
    }

    /// In the order of their ends.
    let steps: [Step]
    /// Nanoseconds of plans' runs that were no step's.
    let betweenSteps: UInt64
    /// Nanoseconds of sessions' calls that were no run's.
    let aroundRuns: UInt64

    init(_ recorder: RunRecorder) {
        var steps: [Step] = []
        var stepTime: UInt64 = 0
        /// Steps that ended and are not known to be within another one.
        var outermost: [RunRecorder.Step] = []
        var waits = recorder.loops.events(of: 0).lazy.filter { $0.kind == .waiting }.makeIterator()
        var wait = waits.next()
        for step in recorder.steps {
            var time = step.end - step.start
            var containsSteps = false
            while let inner = outermost.last, inner.start >= step.start {
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
            stepTime += time
            steps.append(
                Step(
                    recorded: step, plan: recorder.runs[step.run].plan, time: time, waiting: waiting,
                    containsSteps: containsSteps))
        }
        self.steps = steps
        var runTime: UInt64 = 0
        var last: RunRecorder.Run?
        for run in recorder.runs {
            if let last, run.end <= last.end { continue }
            runTime += run.end - run.start
            last = run
        }
        betweenSteps = runTime - min(runTime, stepTime)
        let callTime = recorder.calls.reduce(0) { $0 + ($1.end - $1.start) }
        aroundRuns = callTime - min(callTime, runTime)
    }
}
