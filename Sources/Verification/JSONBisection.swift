internal import Tensors

/// What came of looking for the first wrong node.
struct JSONBisection: Encodable {
    struct Value: Encodable {
        let name: String
        let type: String
        let shape: [Int]

        init(_ value: Culprit.Value) {
            name = value.name
            type = value.description.elementType.description
            shape = value.description.shape.dimensions
        }
    }

    struct Node: Encodable {
        let name: String
        let type: String
        let attributes: [String: String]
        let inputs: [Value]
        let outputs: [Value]
        let fusedStep: String?
        let region: [String]
        var output: String?
        var error: String?
        var relativeL2: Double?
        var maxAbsoluteError: Double?
        var worst: [JSONCheck.Element]?

        private enum CodingKeys: String, CodingKey {
            case name, type, attributes, inputs, outputs, fusedStep, region, output, error,
                relativeL2 = "relative_l2", maxAbsoluteError, worst
        }

        init(_ culprit: Culprit) {
            name = culprit.node
            type = culprit.type
            attributes = Dictionary(
                culprit.attributes.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
            inputs = culprit.inputs.map(Value.init)
            outputs = culprit.outputs.map(Value.init)
            fusedStep = culprit.fusedStep
            region = culprit.region
            switch culprit.fault {
            case .failure(let message): error = message
            case .output(let name, let comparison):
                output = name
                relativeL2 = comparison.errors?.relativeL2
                maxAbsoluteError = comparison.errors?.maxAbsolute
                worst = comparison.errors?.worst.map(JSONCheck.Element.init)
                if comparison.errors == nil {
                    error = "expected \(comparison.expected), found \(comparison.found)"
                }
            }
        }
    }

    let part: String
    let item: String
    let compared: Int
    let largestError: Double
    let firstWrongNode: Node?

    private enum CodingKeys: String, CodingKey {
        case part, item = "case", compared, largestError, firstWrongNode
    }

    init(_ bisection: Bisection) {
        part = bisection.subject
        item = bisection.item
        compared = bisection.comparedCount
        largestError = bisection.largestError
        firstWrongNode = bisection.culprit.map(Node.init)
    }
}
