import Transcription

/// Profiles that nothing was run for.
enum SampleProfile {
    /// Two stages, two threads, two repeats. Times do not lie on whole nanoseconds, and events touch.
    static var pocket: Profile {
        var events: [Profile.Event] = []
        let third = 1.0 / 3000
        events.append(.init(kind: .stage, thread: 0, name: "encode", start: 0, duration: 3 * third))
        events.append(
            .init(
                kind: .node, thread: 0, name: "conv", start: 0, duration: 2 * third, node: 0,
                inputs: [[1, 1, 128, 100], [480, 1, 3, 3]], outputs: [[1, 480, 64, 50]],
                multiplyAdds: 13_824_000,
                bytesRead: 68_480, bytesWritten: 6_144_000))
        events.append(
            .init(kind: .overhead, thread: 0, name: "between steps", start: 2 * third, duration: third))
        events.append(.init(kind: .stage, thread: 0, name: "decode", start: 3 * third, duration: 4 * third))
        for step in 0..<2 {
            let start = Double(3 + 2 * step) * third
            events.append(
                .init(
                    kind: .node, thread: 0, name: "layers.3/<up>", start: start, duration: 2 * third, node: 1,
                    inputs: [[1, 1, 2048]], outputs: [[1, 1, 6144]], multiplyAdds: 12_582_912,
                    bytesRead: 7_077_888, bytesWritten: 24_576))
            for thread in 0..<2 {
                events.append(
                    .init(
                        kind: .loop, thread: thread, name: "layers.3/<up>", start: start,
                        duration: Double(1 + thread) * third, node: 1))
            }
            events.append(
                .init(
                    kind: .waiting, thread: 0, name: "layers.3/<up>", start: start + third, duration: third,
                    node: 1))
        }
        return Profile(
            engine: .init(
                name: "qwen3-asr", version: "0", instructionSet: "avx512", threads: 2, fusion: true),
            model: .init(path: "/models/pocket", variant: "int4"),
            audio: .init(path: "/audio/four-two-seven.wav", duration: 2), text: "four two seven",
            tokens: .init(prompt: 38, generated: 3),
            machine: .init(
                processor: "a processor", cores: 2,
                limits: .init(memoryRead: 1.9e10, float32: 2.6e11, int8: 1.1e12)),
            memory: .init(peak: 200_000_000, anonymous: 20_000_000), total: [7 * third, 8 * third],
            timeToFirstToken: [3 * third, 3 * third],
            stages: [
                .init(name: "load", times: [0.2]), .init(name: "encode", times: [3 * third, 3 * third]),
                .init(name: "decode", times: [4 * third, 5 * third]),
            ],
            nodes: [
                .init(
                    stage: "encode", name: "conv", op: "Conv", kernel: "convolution", layer: nil,
                    inputs: [[1, 1, 128, 100], [480, 1, 3, 3]], outputs: [[1, 480, 64, 50]], calls: 1,
                    times: [2 * third, 2 * third], waiting: [0, 0], multiplyAdds: 13_824_000,
                    arithmetic: .float32, bytesRead: 68_480, bytesWritten: 6_144_000),
                .init(
                    stage: "decode", name: "layers.3/<up>", op: "MatMulNBits", kernel: "int4 row", layer: 3,
                    inputs: [[1, 1, 2048]], outputs: [[1, 1, 6144]], calls: 2, times: [4 * third, 5 * third],
                    waiting: [2 * third, third], multiplyAdds: 25_165_824, arithmetic: .int8,
                    bytesRead: 14_155_776, bytesWritten: 49_152),
            ],
            overheads: [
                .init(stage: "load", name: "making the sessions", times: [0.2]),
                .init(stage: "encode", name: "between steps", times: [third, third]),
            ],
            steps: [[2 * third, 2 * third], [2 * third, 3 * third]], droppedEvents: 0,
            timeline: .init(threads: ["main", "qwen3-asr-1"], events: events))
    }
}
