internal import Tensors

extension MatMul {
    func cost(of call: OperatorCall) -> OperatorCost {
        // [..., M, K] × [..., K, N]: each element of the result takes K multiply-adds.
        OperatorCost(
            product: call, depth: call.shape(0).last ?? 0,
            isBatch: call.shape(1).dropLast(2).contains { $0 > 1 })
    }
}

extension Linear {
    func cost(of call: OperatorCall) -> OperatorCost {
        // What is added afterwards is not counted, as elsewhere.
        OperatorCost(product: call, depth: call.shape(0).last ?? 0, isBatch: false)
    }
}

extension FusedMatMul {
    func cost(of call: OperatorCall) -> OperatorCost {
        let (a, b) = (call.shape(0), call.shape(1))
        // A transposed has K next to last, or first where the rows were moved too.
        let depth = a.rank < 2 ? a.elementCount : a[transposesA ? a.rank - 2 : a.rank - 1]
        return OperatorCost(product: call, depth: depth, isBatch: b.dropLast(2).contains { $0 > 1 })
    }
}

extension Gemm {
    func cost(of call: OperatorCall) -> OperatorCost {
        let a = call.shape(0)
        return OperatorCost(product: call, depth: a.rank == 2 ? a[transposesA ? 0 : 1] : 0, isBatch: false)
    }
}

extension OperatorCost {
    /// Fewest rows that the product's own kernels compute.
    private static let kernelRows = MatrixProduct<Float>.kernelRows

    fileprivate init(product call: OperatorCall, depth: Int, isBatch: Bool) {
        let result = call.outputs.first
        let type = result?.elementType ?? .float32
        let count = result?.shape.elementCount ?? 0
        let columns = result?.shape.last ?? 1
        let usesKernels = type != .float64 && !isBatch && columns > 0 && count / columns >= Self.kernelRows
        self.init(
            moving: call, multiplyAdds: count * depth, type.isFloatingPoint ? .float32 : .none,
            kernel: !type.isFloatingPoint ? nil : usesKernels ? "float32 tiles" : "OpenBLAS")
    }
}

extension MatMulNBits {
    package func cost(of call: OperatorCall) -> OperatorCost {
        let rows = depth > 0 ? call.shape(0).elementCount / depth : 0
        return OperatorCost(
            moving: call, multiplyAdds: rows * depth * columns, quantizesActivations ? .int8 : .float32,
            kernel: kernel(rows: rows))
    }

    func kernel(rows: Int) -> String {
        guard quantizesActivations else { return "int\(bits) as floats" }
        return "int\(bits) " + (rows == 1 ? "row" : "tiles")
    }
}

extension MatMulNBitsGroup {
    func cost(of call: OperatorCall) -> OperatorCost {
        guard let first = products.first else { return OperatorCost(moving: call) }
        let rows = first.depth > 0 ? call.shape(0).elementCount / first.depth : 0
        return OperatorCost(
            moving: call, multiplyAdds: rows * first.depth * products.reduce(0) { $0 + $1.columns },
            first.quantizesActivations ? .int8 : .float32, kernel: first.kernel(rows: rows))
    }
}

extension MatMulNBitsSwiGLU {
    /// As for the products: what is done to each element afterwards is little.
    func cost(of call: OperatorCall) -> OperatorCost { products.cost(of: call) }
}

extension Conv {
    func cost(of call: OperatorCall) -> OperatorCost { cost(of: call, layers: 1) }

    fileprivate func cost(of call: OperatorCall, layers: Int) -> OperatorCost {
        let type = call.inputs.first??.elementType
        var x = call.shape(0)
        let usesKernels = groups == 1 && (3...4).contains(x.rank) && type != .float64
        var multiplyAdds = 0
        for layer in 0..<layers {
            let weights = call.shape(1 + 2 * layer)
            guard let geometry = try? ConvolutionGeometry(window, input: x, weights: weights) else { break }
            x = Shape([x[0], weights[0]] + geometry.output)
            // By the definition an element of the result takes as many multiply-adds as a channel has weights, padding
            // included; Winograd's method does less.
            multiplyAdds += x.elementCount * weights.dropFirst().reduce(1, *)
        }
        return OperatorCost(
            moving: call, multiplyAdds: multiplyAdds, .float32,
            kernel: usesKernels ? "convolution tiles" : "OpenBLAS")
    }
}

extension ConvGelu {
    func cost(of call: OperatorCall) -> OperatorCost {
        convolution.cost(of: call, layers: Self.layerCount(inputs: call.inputs.count))
    }
}
