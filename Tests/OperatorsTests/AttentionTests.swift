import Foundation
import Operators
import Tensors
import Testing
import Threading

/// The attention core, and the operators in what recorded calls do not cover.
@Suite struct AttentionTests {
    typealias Options = ScaledDotProductAttention.Options

    struct Setting: Sendable, CustomStringConvertible {
        let description: String
        var heads = 4
        var keyHeads = 2
        var length = 7
        var keys = 9
        var options = Options()

        init(_ description: String, _ change: (inout Setting) -> Void = { _ in }) {
            self.description = description
            change(&self)
        }
    }

    /// The definition, in double precision: `[batch, sequence, heads, value size]` and the weights.
    private func reference(
        _ q: Tensor, _ k: Tensor, _ v: Tensor, _ bias: Tensor?, _ options: Options
    ) -> (output: [Double], weights: [Double]) {
        let (batch, heads, length, size) = (q.shape[0], q.shape[1], q.shape[2], q.shape[3])
        let (keyHeads, keys, width) = (k.shape[1], k.shape[2], v.shape[3])
        let (queries, keyValues, values) = (q.doubles, k.doubles, v.doubles)
        let biases = bias?.broadcast(to: [batch, heads, length, keys]).doubles
        let scale = options.scale.map(Double.init) ?? 1 / Double(size).squareRoot()
        var output = [Double](repeating: 0, count: batch * length * heads * width)
        var weights: [Double] = []
        for (entry, head, query) in places(batch, heads, length) {
            let keyHead = entry * keyHeads + head / (heads / keyHeads)
            let row = (entry * heads + head) * length + query
            let position = query + (options.offsets?[entry] ?? 0)
            var scores = (0..<keys).map { key -> Double in
                let isSeen =
                    key < options.keyCounts?[entry] ?? keys
                    && key >= position - (options.leftWindow ?? 1_000)
                    && key <= position + (options.rightWindow ?? 1_000)
                guard isSeen else { return -.infinity }
                var score = 0.0
                for index in 0..<size {
                    score += queries[row * size + index] * keyValues[(keyHead * keys + key) * size + index]
                }
                score *= scale
                if options.softcap > 0 {
                    score = Double(options.softcap) * tanh(score / Double(options.softcap))
                }
                return score + (biases?[row * keys + key] ?? 0)
            }
            let sink = options.sinks.map { Double($0[head]) }
            let maximum = max(scores.max() ?? -.infinity, sink ?? -.infinity)
            scores = scores.map { maximum == -.infinity ? 0 : exp($0 - maximum) }
            let total = scores.reduce(0, +) + (sink.map { exp($0 - maximum) } ?? 0)
            if total > 0 { scores = scores.map { $0 / total } }
            weights += scores
            for key in 0..<keys {
                for index in 0..<width {
                    output[((entry * length + query) * heads + head) * width + index] +=
                        scores[key] * values[(keyHead * keys + key) * width + index]
                }
            }
        }
        return (output, weights)
    }

    private func places(_ batch: Int, _ heads: Int, _ length: Int) -> [(Int, Int, Int)] {
        (0..<batch).flatMap { entry in
            (0..<heads).flatMap { head in (0..<length).map { (entry, head, $0) } }
        }
    }

    static let settings: [Setting] = [
        Setting("plain"),
        Setting("one key head") { $0.keyHeads = 1 },
        Setting("as many key heads") { $0.keyHeads = 4 },
        Setting("one query") { $0.length = 1 },
        Setting("one key") { $0.keys = 1 },
        Setting("no keys") { $0.keys = 0 },
        Setting("no queries") { $0.length = 0 },
        Setting("scale") { $0.options.scale = 0.3 },
        Setting("soft cap") { $0.options.softcap = 0.7 },
        Setting("causal") { $0.options.rightWindow = 0 },
        Setting("causal after a cache") {
            $0.options.rightWindow = 0
            $0.options.offsets = [2, 0]
        },
        Setting("causal before the keys") {
            $0.options.rightWindow = 0
            $0.options.offsets = [-3, -100]
        },
        Setting("beyond the keys") {
            $0.options.rightWindow = 0
            $0.options.leftWindow = 2
            $0.options.offsets = [5, 100]
        },
        Setting("window") {
            $0.options.leftWindow = 2
            $0.options.rightWindow = 1
        },
        Setting("key counts") { $0.options.keyCounts = [3, 0] },
        Setting("sinks") { $0.options.sinks = [0, 5, -100, 1] },
        Setting("sinks without keys") {
            $0.options.sinks = [0, 5, -100, 1]
            $0.options.keyCounts = [0, 1]
        },
        Setting("several tiles") {
            $0.length = 150
            $0.keys = 170
            $0.options.rightWindow = 0
            $0.options.offsets = [20, 3]
        },
        Setting("several tiles in a window") {
            $0.length = 150
            $0.keys = 170
            $0.options.rightWindow = 3
            $0.options.leftWindow = 30
        },
    ]

    @Test(arguments: settings, [1, 3])
    func equalsTheDefinition(setting: Setting, threads: Int) throws {
        var numbers = Numbers()
        let pool = ThreadPool(threads: threads)
        let q = numbers.tensor(2, setting.heads, setting.length, 5)
        let k = numbers.tensor(2, setting.keyHeads, setting.keys, 5)
        let v = numbers.tensor(2, setting.keyHeads, setting.keys, 3)
        let biases: [Tensor?] = [
            nil, numbers.tensor(2, setting.heads, setting.length, setting.keys),
            numbers.tensor(setting.length, 1), numbers.tensor(1, setting.heads, 1, setting.keys),
        ]
        for bias in biases {
            let expected = reference(q, k, v, bias, setting.options)
            for isStrided in [false, true] {
                let attention = try ScaledDotProductAttention(
                    queries: isStrided ? q.strided : q, keys: isStrided ? k.strided : k,
                    values: isStrided ? v.strided : v, bias: isStrided ? bias?.strided : bias,
                    options: setting.options)
                let output = try attention.run(on: pool)
                #expect(output.shape == [2, setting.length, setting.heads, 3])
                #expect(relativeDistance(output.doubles, expected.output) < 1e-6)
                let weights = try attention.scores(.weights, on: pool)
                #expect(weights.shape == [2, setting.heads, setting.length, setting.keys])
                #expect(relativeDistance(weights.doubles, expected.weights) < 1e-6)
            }
        }
    }

    /// Keys and values as views of a cache with room: `[layers, heads, capacity, size]`.
    @Test func readsCachesInPlace() throws {
        var numbers = Numbers()
        let cache = numbers.tensor(3, 2, 40, 8)
        let layer = cache.sliced(axis: 0, start: 1, count: 1).sliced(axis: 2, start: 0, count: 17)
        let q = numbers.tensor(1, 1, 32).reshaped([1, 1, 4, 8]).transposed([0, 2, 1, 3])
        let expected = reference(q, layer, layer, nil, Options()).output
        let attention = try ScaledDotProductAttention(queries: q, keys: layer, values: layer)
        #expect(relativeDistance(try attention.run(on: ThreadPool(threads: 2)).doubles, expected) < 1e-6)
    }

    @Test func givesUniformWeightsToMaskedRows() throws {
        var numbers = Numbers()
        let (q, k) = (numbers.tensor(1, 1, 2, 4), numbers.tensor(1, 1, 3, 4))
        let least = Tensor(repeating: -Float.greatestFiniteMagnitude, shape: [2, 3])
        let pool = ThreadPool(threads: 1)
        let uniform = try ScaledDotProductAttention(queries: q, keys: k, values: k, bias: least)
            .scores(.weights, on: pool)
        #expect(uniform.doubles.allSatisfy { abs($0 - 1 / 3) < 1e-6 })
        let nothing = Tensor(repeating: -Float.infinity, shape: [2, 3])
        let zeros = try ScaledDotProductAttention(queries: q, keys: k, values: k, bias: nothing).run(on: pool)
        #expect(zeros.doubles.allSatisfy { $0 == 0 })
    }

    /// ONNX Runtime cannot run these forms on CPUs.
    @Test func takesPackedProjections() throws {
        var numbers = Numbers()
        let parts = (0..<3).map { _ in numbers.tensor(2, 3, 2, 1, 4) }
        func pack(_ parts: ArraySlice<Tensor>) -> Tensor {
            let values = parts.map { $0.array(Float.self) }
            let rows = 12
            let packed = (0..<rows).flatMap { row in values.flatMap { $0[row * 4..<(row + 1) * 4] } }
            return Tensor(packed, shape: [2, 3, 2, parts.count, 4])
        }
        let plain = parts.map { $0.reshaped([2, 3, 8]) }
        let bias = numbers.tensor(24)
        let attributes: OperatorAttributes = ["num_heads": .int(2)]
        func attend(_ inputs: [Tensor?]) throws -> [Double] {
            try run("MultiHeadAttention", domain: "com.microsoft", attributes, inputs)[0].doubles
        }
        let expected = try attend([plain[0], plain[1], plain[2], bias])
        let packed = try attend([pack(parts[...]), nil, nil, bias])
        #expect(relativeDistance(packed, expected) < 1e-6)
        let withoutBias = try attend([plain[0], plain[1], plain[2]])
        #expect(relativeDistance(try attend([plain[0], pack(parts[1...])]), withoutBias) < 1e-6)
    }

    /// Head normalisation, which ONNX Runtime does not do on CPUs.
    @Test func normalizesQueriesAndKeys() throws {
        var numbers = Numbers()
        let (q, k, v) = (numbers.tensor(1, 3, 16), numbers.tensor(1, 3, 8), numbers.tensor(1, 3, 8))
        let weights = [numbers.tensor(8), numbers.tensor(8)]
        let attributes: OperatorAttributes = [
            "num_heads": .int(2), "kv_num_heads": .int(1), "qk_norm_epsilon": .float(1e-3),
        ]
        let lengths: [Tensor?] = [nil, nil, Tensor([2] as [Int32]), Tensor([3] as [Int32])]
        let rest: [Tensor?] = [Tensor?](repeating: nil, count: 7) + weights
        let fused = try run(
            "GroupQueryAttention", domain: "com.microsoft", attributes, [q, k, v] + lengths + rest)[0]
        func normalize(_ x: Tensor, _ weight: Tensor) throws -> Tensor {
            try run(
                "RMSNormalization", ["epsilon": .float(1e-3)],
                [x.reshaped([1, 3, x.shape[2] / 8, 8]), weight])[0].reshaped(x.shape)
        }
        let inputs = [try normalize(q, weights[0]), try normalize(k, weights[1]), v] + lengths
        let apart = try run("GroupQueryAttention", domain: "com.microsoft", attributes, inputs)[0]
        #expect(relativeDistance(fused.doubles, apart.doubles) < 1e-6)
    }

    /// One call for all rows, and calls row by row with a cache, agree.
    @Test(arguments: [nil, 2, 4] as [Int?])
    func continuesFromACache(window: Int?) throws {
        var numbers = Numbers()
        let rows = (0..<3).map { numbers.tensor(1, 6, $0 == 0 ? 16 : 8) }
        var attributes: [String: AttributeValue] = ["num_heads": .int(2), "kv_num_heads": .int(1)]
        if let window { attributes["local_window_size"] = .int(window) }
        func attend(_ range: Range<Int>, _ past: [Tensor?]) throws -> [Tensor] {
            let chunk: [Tensor?] = rows.map {
                $0.sliced(axis: 1, start: range.lowerBound, count: range.count)
            }
            let lengths: [Tensor?] = [
                Tensor([Int32(range.upperBound - 1)]), Tensor([Int32(range.upperBound)]),
            ]
            return try run(
                "GroupQueryAttention", domain: "com.microsoft", OperatorAttributes(attributes),
                chunk + past + lengths, outputs: 3)
        }
        let whole = try attend(0..<6, [nil, nil])
        var past: [Tensor?] = [nil, nil]
        for range in [0..<2, 2..<3, 3..<6] {
            let step = try attend(range, past)
            let expected = whole[0].sliced(axis: 1, start: range.lowerBound, count: range.count)
            #expect(relativeDistance(step[0].doubles, expected.doubles) < 1e-6)
            past = [step[1], step[2]]
        }
        #expect(past[0]?.doubles == whole[1].doubles)
    }
}
