internal import CSIMD

/// Weights and bias of one MatMulNBits, checked and ready to be multiplied again and again.
///
/// Unchecked because of the addresses: what they point to is only read, and the owner keeps it where it is.
package struct NBitsProduct: @unchecked Sendable {
    /// Columns of the product.
    package let columns: Int
    let weights: CSIMDNBitsWeights
    let bias: UnsafePointer<Float>?
    private let owner: any Sendable

    /// - Parameters:
    ///   - weights: not with zero points that are floats.
    ///   - bias: one per column of the product.
    ///   - owner: something that keeps the memory of both where it is as long as it lives.
    package init(_ weights: borrowing NBitsWeights, bias: Span<Float>?, owner: any Sendable) {
        if let bias { precondition(bias.count == weights.columns) }
        columns = weights.columns
        self.weights = weights.withKernelArguments { weights, floatZeroPoints in
            precondition(floatZeroPoints == nil, "zero points are no integers")
            return weights
        }
        if let bias {
            self.bias = bias.withUnsafeBufferPointer { $0.baseAddress }
        } else {
            self.bias = nil
        }
        self.owner = owner
    }

    /// Numbers that the product of some rows takes where several lie behind each other: each begins a cache line.
    package func outputCount(rows: Int) -> Int { (rows * columns + 15) & ~15 }

    /// Columns that threads are given together for many rows: the widest panel of any kernel.
    private static let panelUnit = 64
    /// Likewise for one row.
    private static let rowUnit = 16

    static func unit(rows: Int) -> Int { rows == 1 ? rowUnit : panelUnit }

    /// Parts of so many columns.
    func parts(of unit: Int) -> Int { (columns + unit - 1) / unit }

    /// Some columns of the product of some rows.
    ///
    /// - Parameters:
    ///   - columns: from a multiple of the panel's on.
    ///   - output: of the first of them.
    func multiply(
        _ rows: CSIMDQuantizedRows, columns: Range<Int>, _ output: CSIMDResult,
        _ scratch: UnsafeMutableRawPointer, by matMul: KernelFunctions.MatMulNBits
    ) {
        // Kernels count columns from the product's first.
        var output = output
        output.elements -= columns.lowerBound
        withUnsafePointer(to: weights) { weights in
            withUnsafePointer(to: rows) { rows in
                matMul(weights, rows, bias, columns.lowerBound, columns.upperBound, output, scratch)
            }
        }
    }

    /// Asks for the beginning of some columns, which a kernel will read first.
    func prefetch(columns: Range<Int>) {
        for column in columns {
            let start = weights.values + column * weights.value_row_bytes
            csimd_prefetch_l2(start)
            csimd_prefetch_l2(start + min(64, weights.value_row_bytes - 1))
        }
    }
}
