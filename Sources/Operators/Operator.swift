package import Kernels
package import Tensors
package import Threading

/// What one node of a graph computes: an ONNX operator with its attributes bound.
package protocol Operator: Sendable {
    /// Reads and checks the attributes, so that a bad node is found at load.
    init(_ node: OperatorNode) throws(OperatorError)

    /// Computes the outputs.
    ///
    /// - Returns: one tensor for each output of the operator, in ONNX's order; trailing ones that the node
    ///   does not name may be left out.
    func run(_ inputs: OperatorInputs, _ context: OperatorContext) throws(OperatorError) -> [Tensor]

    /// The inputs, if any, that a run reads from the first to the last byte, one after the other, in one loop, and that
    /// take most of its time: threads without work bring what they will read of them to their caches before.
    var streamedInputs: [Int] { get }

    /// What computes the same from the other inputs alone: constants are checked once instead of in each run.
    ///
    /// - Parameters:
    ///   - constants: the inputs that are the same in each run, nil in place of the others and of omitted ones.
    ///   - variables: the inputs that are known only to a run, by their places.
    /// - Returns: nil if that gains nothing, or other inputs are constant than those that the operator checks. Then each
    ///   run is given all of them.
    func bound(to constants: [Tensor?], variables: [Int]) -> (any Operator)?

    /// What a call that has run took; asked only where a profile is made. Operators that multiply matrices, or
    /// leave parts of their inputs unread, say so; for all others there is a default.
    func cost(of call: OperatorCall) -> OperatorCost
}

extension Operator {
    package var streamedInputs: [Int] { [] }
    package func bound(to constants: [Tensor?], variables: [Int]) -> (any Operator)? { nil }
}

/// A node as an operator sees it at load.
package struct OperatorNode: Sendable {
    package let type: String
    /// Empty for ONNX's own operators.
    package let domain: String
    /// Version of the domain's operator set that the model imports.
    package let opset: Int
    package let attributes: OperatorAttributes
    package let inputCount: Int
    package let outputCount: Int
    /// Outputs among the first ``outputCount`` that the graph does not want.
    package let omittedOutputs: Set<Int>

    package init(
        type: String, domain: String = "", opset: Int, attributes: OperatorAttributes = [:],
        inputCount: Int, outputCount: Int = 1, omittedOutputs: Set<Int> = []
    ) {
        self.type = type
        self.domain = domain
        self.opset = opset
        self.attributes = attributes
        self.inputCount = inputCount
        self.outputCount = outputCount
        self.omittedOutputs = omittedOutputs
    }
}

/// What operators run with.
package struct OperatorContext: Sendable {
    package var pool: ThreadPool
    package let kernels: KernelTable
    /// Keys and values of the decoding that a run is a step of; nil for other runs.
    package var cache: DecodingCache?

    package init(pool: ThreadPool, kernels: KernelTable = .best) {
        self.pool = pool
        self.kernels = kernels
    }
}
