import Transcription

/// A profile made by hand, of two nodes and an overhead.
struct SampleProfile {
    var products: [Double] = [0.030, 0.031, 0.029]
    var sums: [Double] = [0.010, 0.010, 0.011]
    var limits: Profile.Limits? = Profile.Limits(memoryRead: 10e9, float32: 100e9, int8: 400e9)

    var profile: Profile {
        let overhead = products.map { _ in 0.001 }
        let total = zip(products, sums).map { $0 + $1 + 0.001 }
        func node(_ name: String, _ op: String, _ times: [Double], layer: Int?) -> Profile.Node {
            Profile.Node(
                stage: "decode", name: name, op: op, kernel: op == "MatMul" ? "float32 tiles" : op,
                layer: layer, inputs: [[1, 8], [8, 4]], outputs: [[1, 4]], calls: 3, times: times,
                waiting: times.map { $0 / 4 }, multiplyAdds: op == "MatMul" ? 1_000_000 : 0,
                arithmetic: op == "MatMul" ? .float32 : .none, bytesRead: 40_000_000, bytesWritten: 10_000_000
            )
        }
        return Profile(
            engine: Profile.Engine(
                name: "qwen3-asr", version: "1", instructionSet: "avx2", threads: 2, fusion: true),
            model: Profile.Model(path: "/models/small", variant: "int4"),
            audio: Profile.Audio(path: "/tmp/speech.wav", duration: 2), text: "hello",
            tokens: Profile.Tokens(prompt: 20, generated: 4),
            machine: Profile.Machine(processor: "A processor", cores: 2, limits: limits),
            memory: Profile.Memory(peak: 2_000_000_000, anonymous: 100_000_000), total: total,
            timeToFirstToken: total.map { $0 / 2 },
            stages: [
                Profile.Stage(name: "load", times: [0.5]), Profile.Stage(name: "decode", times: total),
            ],
            nodes: [
                node("product", "MatMul", products, layer: 0), node("sum", "Add", sums, layer: nil),
            ],
            overheads: [Profile.Overhead(stage: "decode", name: "choosing tokens", times: overhead)],
            steps: products.map { [$0 / 3, $0 / 3, $0 / 3] }, droppedEvents: 0)
    }
}
