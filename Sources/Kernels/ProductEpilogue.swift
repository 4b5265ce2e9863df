internal import CSIMD

/// What is done to the elements of a product before they are stored: `act(A · B + bias) + residual`.
package struct ProductEpilogue: ~Escapable {
    /// Functions of one number; see ``KernelTable/Activation``.
    package enum Activation: Sendable, CaseIterable {
        case none
        case gelu
        case silu
    }

    /// One number for each column.
    let bias: Span<Float>?
    let activation: Activation
    /// `[rows, columns]`
    let residual: Span<Float>?

    @_lifetime(copy bias, copy residual)
    package init(
        bias: Span<Float>? = nil, activation: Activation = .none, residual: Span<Float>? = nil
    ) {
        self.bias = bias
        self.activation = activation
        self.residual = residual
    }
}

extension ProductEpilogue.Activation {
    /// As the kernels take it.
    var code: Int {
        switch self {
        case .none: CSIMD_NO_ACTIVATION
        case .gelu: CSIMD_GELU
        case .silu: CSIMD_SILU
        }
    }
}
