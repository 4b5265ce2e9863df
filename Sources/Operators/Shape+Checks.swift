package import Tensors

extension Shape {
    /// A shape computed from a model's numbers.
    package static func result(_ dimensions: [Int]) throws(OperatorError) -> Shape {
        try result(Axes(dimensions))
    }

    /// ``result(_:)`` of dimensions that are no array.
    package static func result(_ dimensions: Axes) throws(OperatorError) -> Shape {
        guard let shape = Shape(checking: dimensions), shape.elementCount <= ResultLimit.elements else {
            throw .invalid("result of shape \(dimensions) is negative or too large")
        }
        return shape
    }

    /// The shape that two operands are broadcast to.
    package static func broadcastResult(_ a: Shape, _ b: Shape) throws(OperatorError) -> Shape {
        if a == b { return a }
        guard let shape = Shape.broadcast(a, b), shape.elementCount <= ResultLimit.elements else {
            throw .invalid("shapes \(a) and \(b) cannot be broadcast together")
        }
        return shape
    }

    /// An axis attribute or input, negative ones counted from the end.
    package func requiredAxis(_ axis: Int) throws(OperatorError) -> Int {
        guard let resolved = self.axis(axis) else {
            throw .invalid("axis \(axis) is out of range for shape \(self)")
        }
        return resolved
    }
}
