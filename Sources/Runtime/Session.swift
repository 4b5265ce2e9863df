package import Kernels
package import ONNXFormat
package import Operators
package import Tensors
package import Threading

/// A model ready to run. Immutable: any number of runs may go on at a time.
package final class Session: Sendable {
    /// How a model is run.
    package struct Options: Sendable {
        package var pool: ThreadPool
        package var kernels: KernelTable
        /// Whether the graph is rewritten into an equivalent, faster one.
        package var fusion: Bool

        package init(pool: ThreadPool, kernels: KernelTable = .best, fusion: Bool = true) {
            self.pool = pool
            self.kernels = kernels
            self.fusion = fusion
        }
    }

    /// What a run must be given.
    package let inputs: [ValueInfo]
    package let outputs: [ValueInfo]
    /// How many nodes each rewrite pass changed.
    package let rewrites: [Rewrite]
    /// Layers of a decoder that can decode in place, see ``decode(_:cache:)``; nil for other graphs, and
    /// without fusion.
    package let decodingLayers: Int?
    /// Whether a decoder's keys and values are best kept in 16 bits: where products round their activations to
    /// bytes anyway, which is coarser by far.
    package let packsCache: Bool
    /// Steps of the plan that runs: how many events a run gives a recorder, those of branches aside.
    package var stepCount: Int { (decoding ?? whole).plan.steps.count }
    private let whole: Executable
    private let decoding: Executable?
    private let context: OperatorContext

    /// A plan with the names of what goes in and comes out.
    fileprivate struct Executable: Sendable {
        let plan: Plan
        let inputs: [ValueInfo]
        let inputIDs: [String: ComputeGraph.ValueID]
        let outputNames: [String]
    }

    /// Versions of the operator sets that the operators were written for.
    private static let supportedOpsets: [String: ClosedRange<Int>] = ["": 7...28, "com.microsoft": 1...1]

    /// An error for each operator set of a version that is not supported.
    package static func operatorSetErrors(_ opsets: [String: Int]) -> [SessionError] {
        supportedOpsets.sorted { $0.key < $1.key }.compactMap { domain, supported in
            guard let version = opsets[domain], !supported.contains(version) else { return nil }
            return .operatorSet(domain: domain, version: version, supported: supported)
        }
    }

    /// - Throws: ``SessionError`` that lists every operator that cannot be run.
    package init(_ model: Model, options: Options) throws(SessionError) {
        let opsets = model.operatorSets
        if let error = Self.operatorSetErrors(opsets).first { throw error }
        context = OperatorContext(pool: options.pool, kernels: options.kernels)
        inputs = model.graph.requiredInputs
        outputs = model.graph.outputs
        let graph = ComputeGraph(model.graph)
        // Before passes remove nodes that nobody reads: nothing of a file is skipped without a word.
        let refusals = graph.refusals(opsets: opsets)
        if !refusals.isEmpty { throw .unsupported(refusals) }
        let rewritten = RewrittenGraph(graph, opsets: opsets, fusion: options.fusion, context: context)
        whole = try Executable(rewritten.graph, model, opsets)
        decoding = try rewritten.decoding.map { (decoding) throws(SessionError) in
            try Executable(decoding.graph, model, opsets)
        }
        decodingLayers = rewritten.decoding?.layers
        packsCache = graph.quantizesActivations
        rewrites = rewritten.rewrites
    }

    /// The mapped files that hold the weights.
    package var weightFiles: [MappedFile] {
        var files: [ObjectIdentifier: MappedFile] = [:]
        for case let file? in whole.plan.constants.map({ $0?.mappedFile }) {
            files[ObjectIdentifier(file)] = file
        }
        return files.values.sorted { $0.path < $1.path }
    }

    /// The kernels that the session runs with.
    package var kernels: KernelTable { context.kernels }

    /// Runs the graph.
    ///
    /// - Parameters:
    ///   - inputs: a tensor for each of ``inputs`` by name.
    ///   - observer: sees the outputs of every step, and may replace them.
    ///   - recorder: is told when each step ran.
    /// - Returns: the graph's outputs by name.
    package func run(
        _ inputs: [String: Tensor], observer: StepObserver? = nil, recorder: RunRecorder? = nil
    ) throws(RunError) -> [String: Tensor] {
        try run(whole, inputs, context, observer, recorder)
    }

    /// Runs a decoder graph for positions that follow those in a cache, and appends their keys and values.
    ///
    /// - Parameters:
    ///   - inputs: a tensor for each of ``inputs`` by name, but none for `past_keys` and `past_values`.
    ///   - cache: of ``decodingLayers`` layers. What it holds after an error is undefined.
    ///   - recorder: is told when each step ran.
    /// - Returns: the graph's outputs by name without `present_keys` and `present_values`; `logits` are those
    ///   of the last position, `[batch, 1, vocabulary]`.
    /// - Precondition: ``decodingLayers`` is not nil.
    package func decode(
        _ inputs: [String: Tensor], cache: DecodingCache, recorder: RunRecorder? = nil
    ) throws(RunError) -> [String: Tensor] {
        guard let decoding else { preconditionFailure("not a decoder") }
        var context = context
        context.cache = cache
        return try run(decoding, inputs, context, nil, recorder)
    }

    private func run(
        _ executable: Executable, _ tensors: [String: Tensor], _ context: OperatorContext,
        _ observer: StepObserver?, _ recorder: RunRecorder?
    ) throws(RunError) -> [String: Tensor] {
        let start = recorder == nil ? 0 : MonotonicClock.now
        defer { recorder?.recordCall(start: start) }
        try check(tensors, executable)
        var context = context
        if let recorder { context.pool = context.pool.recording(to: recorder.loops) }
        let fed = tensors.compactMap { name, tensor in executable.inputIDs[name].map { ($0, tensor) } }
        let results = try executable.plan.run(feeding: fed, context, observer: observer, recorder: recorder)
        return Dictionary(zip(executable.outputNames, results), uniquingKeysWith: { first, _ in first })
    }

    /// Names, types, ranks and dimensions; a symbol stands for one number throughout.
    private func check(_ tensors: [String: Tensor], _ executable: Executable) throws(RunError) {
        for name in tensors.keys where executable.inputIDs[name] == nil {
            throw .input(name: name, reason: "is unknown to the graph")
        }
        var symbols: [String: Int] = [:]
        for input in executable.inputs {
            guard let tensor = tensors[input.name] else {
                throw .input(name: input.name, reason: "is missing")
            }
            if let type = input.elementType, tensor.elementType != type {
                throw .input(name: input.name, reason: "is \(tensor.elementType), expected \(type)")
            }
            guard let dimensions = input.dimensions else { continue }
            guard dimensions.count == tensor.rank else {
                throw .input(
                    name: input.name, reason: "has shape \(tensor.shape), expected rank \(dimensions.count)")
            }
            for (axis, dimension) in dimensions.enumerated() {
                let expected: Int?
                switch dimension {
                case .fixed(let size): expected = size
                case .symbol(let symbol): expected = symbols.updateValueIfAbsent(tensor.shape[axis], symbol)
                case .unknown: expected = nil
                }
                if let expected, expected != tensor.shape[axis] {
                    throw .input(
                        name: input.name,
                        reason: "has shape \(tensor.shape), expected \(expected) along axis \(axis)")
                }
            }
        }
    }
}

extension Session.Executable {
    fileprivate init(_ graph: ComputeGraph, _ model: Model, _ opsets: [String: Int]) throws(SessionError) {
        plan = try Plan(graph, opsets: opsets, registry: .standard)
        let ids = Dictionary(
            graph.inputs.map { (graph.values[$0].name, $0) }, uniquingKeysWith: { first, _ in first })
        inputs = model.graph.requiredInputs.filter { ids[$0.name] != nil }
        inputIDs = ids
        outputNames = graph.outputs.map { graph.values[$0].name }
    }
}

extension ComputeGraph {
    /// Whether products with quantised weights make bytes of their activations, too.
    fileprivate var quantizesActivations: Bool {
        nodes.contains { $0.type == "MatMulNBits" && $0.integer("accuracy_level") == 4 }
    }
}

extension [String: Int] {
    /// What the key stands for; if nothing yet, from now on `value`.
    fileprivate mutating func updateValueIfAbsent(_ value: Int, _ key: String) -> Int {
        if let known = self[key] { return known }
        self[key] = value
        return value
    }
}
