internal import Foundation

extension TextReport {
    /// What came of looking for the first wrong node.
    func lines(_ bisection: Bisection) -> [String] {
        let place = "\(bisection.subject) \(bisection.item)"
        guard let culprit = bisection.culprit else {
            return [
                colored(
                    "\(place): no wrong node: \(bisection.comparedCount) values agree, each computed from the "
                        + "reference's own, within \(number(bisection.largestError))", passes: true)
            ]
        }
        var lines = [
            colored("\(place): first wrong node: \(culprit.node) (\(culprit.type))", passes: false)
        ]
        if let step = culprit.fusedStep { lines.append("    computed by the fused step \(step)") }
        if culprit.region.count > 1 || culprit.region.first.map({ $0 != culprit.node }) ?? false {
            lines.append("    it stands for: " + culprit.region.joined(separator: ", "))
        }
        if !culprit.attributes.isEmpty {
            lines.append(
                "    attributes: "
                    + culprit.attributes.map { "\($0.name) = \($0.value)" }.joined(separator: ", "))
        }
        lines += culprit.inputs.map { "    reads \($0.name): \($0.description)" }
        lines += culprit.outputs.map { "    gives \($0.name): \($0.description)" }
        switch culprit.fault {
        case .failure(let message): lines.append("    \(message)")
        case .output(let name, let comparison): lines += self.lines(name, comparison)
        }
        return lines
    }

    private func lines(_ name: String, _ comparison: TensorComparison) -> [String] {
        guard let errors = comparison.errors else {
            return ["    \(name): expected \(comparison.expected), found \(comparison.found)"]
        }
        return [
            "    \(name): relative L2 \(number(errors.relativeL2)), max abs \(number(errors.maxAbsolute)), "
                + "limit \(limit(comparison.tolerance)); the worst elements:"
        ] + worst(errors)
    }
}
