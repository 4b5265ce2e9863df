extension Profile {
    /// One stage of the pipeline.
    public struct Stage: Sendable, Equatable, Codable {
        /// `load`, `audio`, `mel`, `encode`, `prefill`, `decode` or `text`.
        public var name: String
        /// Its time in each repeat; that of `load` is measured once.
        public var times: [Double]

        package init(name: String, times: [Double]) {
            self.name = name
            self.times = times
        }
    }

    /// What a stage does beside running nodes.
    public struct Overhead: Sendable, Equatable, Codable {
        /// Name of the stage.
        public var stage: String
        /// What it is.
        public var name: String
        /// Its time in each repeat.
        public var times: [Double]

        package init(stage: String, name: String, times: [Double]) {
            self.stage = stage
            self.name = name
            self.times = times
        }
    }

    /// What a node's arithmetic is done with.
    public enum Arithmetic: String, Sendable, Equatable, Codable {
        /// 32-bit floats.
        case float32
        /// Products of 8-bit integers.
        case int8
        /// Nothing that is counted: data is only moved.
        case none
    }

    /// One step of a plan: a node of a graph, or what several were fused into.
    public struct Node: Sendable, Equatable, Codable {
        /// Name of the stage that runs it.
        public var stage: String
        /// The node's name in the graph.
        public var name: String
        /// The operator, with its domain unless that is ONNX's own.
        public var op: String
        /// What computed it, such as `int4 row`.
        public var kernel: String
        /// Number of the transformer's layer, from 0; nil for what belongs to none.
        public var layer: Int?
        /// Shapes of its inputs in the first call; omitted inputs are left out.
        public var inputs: [[Int]]
        /// Shapes of its outputs in the first call.
        public var outputs: [[Int]]
        /// Calls in a repeat.
        public var calls: Int
        /// Time of all calls in each repeat.
        public var times: [Double]
        /// The part of ``times`` in which the caller waited for other threads.
        public var waiting: [Double]
        /// Multiply-adds of all calls in a repeat.
        public var multiplyAdds: Int
        /// What the multiply-adds are done with.
        public var arithmetic: Arithmetic
        /// Bytes of all operands in a repeat.
        public var bytesRead: Int
        /// Bytes of all results in a repeat.
        public var bytesWritten: Int

        enum CodingKeys: String, CodingKey {
            case stage, name, op, kernel, layer, inputs, outputs, calls, times, waiting
            case multiplyAdds = "multiply_adds"
            case arithmetic
            case bytesRead = "bytes_read"
            case bytesWritten = "bytes_written"
        }

        package init(
            stage: String, name: String, op: String, kernel: String, layer: Int?, inputs: [[Int]],
            outputs: [[Int]], calls: Int, times: [Double], waiting: [Double], multiplyAdds: Int,
            arithmetic: Arithmetic, bytesRead: Int, bytesWritten: Int
        ) {
            self.stage = stage
            self.name = name
            self.op = op
            self.kernel = kernel
            self.layer = layer
            self.inputs = inputs
            self.outputs = outputs
            self.calls = calls
            self.times = times
            self.waiting = waiting
            self.multiplyAdds = multiplyAdds
            self.arithmetic = arithmetic
            self.bytesRead = bytesRead
            self.bytesWritten = bytesWritten
        }
    }
}
