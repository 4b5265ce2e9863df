package import Kernels
package import ONNXFormat
internal import Operators
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
    private let plan: Plan
    private let context: OperatorContext
    private let inputIDs: [String: ComputeGraph.ValueID]
    private let outputIDs: [String: ComputeGraph.ValueID]

    /// Versions of the operator sets that the operators were written for.
    private static let supportedOpsets: [String: ClosedRange<Int>] = ["": 7...28, "com.microsoft": 1...1]

    /// - Throws: ``SessionError`` that lists every operator that cannot be run.
    package init(_ model: Model, options: Options) throws(SessionError) {
        let opsets = model.operatorSets
        for (domain, supported) in Self.supportedOpsets {
            guard let version = opsets[domain] else { continue }
            guard supported.contains(version) else {
                throw .operatorSet(domain: domain, version: version, supported: supported)
            }
        }
        context = OperatorContext(pool: options.pool, kernels: options.kernels)
        var graph = ComputeGraph(model.graph)
        var passes: [any RewritePass] = [ConstantAlignment()]
        if options.fusion { passes.append(ConstantFolding(registry: .standard, context: context)) }
        for pass in passes { _ = pass.apply(to: &graph, opsets: opsets) }
        plan = try Plan(graph, opsets: opsets, registry: .standard)

        inputIDs = Dictionary(
            graph.inputs.map { (graph.values[$0].name, $0) }, uniquingKeysWith: { first, _ in first })
        outputIDs = Dictionary(
            zip(model.graph.outputs.map(\.name), graph.outputs), uniquingKeysWith: { first, _ in first })
        inputs = model.graph.requiredInputs
        outputs = model.graph.outputs
    }

    /// Runs the graph.
    ///
    /// - Parameters:
    ///   - inputs: a tensor for each of ``inputs`` by name.
    ///   - observer: sees the outputs of every step, and may replace them.
    /// - Returns: the graph's outputs by name.
    package func run(
        _ inputs: [String: Tensor], observer: StepObserver? = nil
    ) throws(RunError) -> [String: Tensor] {
        try check(inputs)
        let fed = inputs.compactMap { name, tensor in inputIDs[name].map { ($0, tensor) } }
        let results = try plan.run(feeding: fed, context, observer: observer)
        return Dictionary(zip(outputs.map(\.name), results), uniquingKeysWith: { first, _ in first })
    }

    /// Names, types, ranks and dimensions; a symbol stands for one number throughout.
    private func check(_ tensors: [String: Tensor]) throws(RunError) {
        for name in tensors.keys where inputIDs[name] == nil {
            throw .input(name: name, reason: "is unknown to the graph")
        }
        var symbols: [String: Int] = [:]
        for input in inputs {
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

extension [String: Int] {
    /// What the key stands for; if nothing yet, from now on `value`.
    fileprivate mutating func updateValueIfAbsent(_ value: Int, _ key: String) -> Int {
        if let known = self[key] { return known }
        self[key] = value
        return value
    }
}
