/// What a call of an operator does, by the formula of its operator rather than by counting.
package struct OperatorCost: Sendable, Equatable {
    /// What multiply-adds are done with.
    package enum Arithmetic: Sendable {
        case float32
        /// Products of bytes, of weights of fewer bits too.
        case int8
        case none
    }

    /// Those of matrix products, convolutions and attention; arithmetic of other operators is not counted: memory
    /// is what bounds them.
    package var multiplyAdds = 0
    package var arithmetic = Arithmetic.none
    /// Operands, each byte once, wherever it was read from.
    package var bytesRead: Int
    /// Results.
    package var bytesWritten: Int
    /// What computed it; nil if the operator has but one way.
    package var kernel: String?

    package init(
        multiplyAdds: Int = 0, _ arithmetic: Arithmetic = .none, bytesRead: Int, bytesWritten: Int,
        kernel: String? = nil
    ) {
        self.multiplyAdds = multiplyAdds
        self.arithmetic = arithmetic
        self.bytesRead = bytesRead
        self.bytesWritten = bytesWritten
        self.kernel = kernel
    }

    /// All of the inputs read and all of the outputs written; nothing if these are only views.
    init(
        moving call: OperatorCall, multiplyAdds: Int = 0, _ arithmetic: Arithmetic = .none,
        kernel: String? = nil
    ) {
        let isFree = call.onlyMakesViews
        self.init(
            multiplyAdds: multiplyAdds, arithmetic, bytesRead: isFree ? 0 : call.inputBytes,
            bytesWritten: call.outputBytes, kernel: isFree ? Self.view : kernel)
    }

    /// Of an operator that reads of its first input only what it writes.
    init(selecting call: OperatorCall, kernel: String? = nil) {
        self.init(moving: call, kernel: kernel)
        guard !call.onlyMakesViews, let first = call.inputs.first, let source = first else { return }
        bytesRead += min(call.outputBytes, source.byteCount) - source.byteCount
    }

    /// The kernel's name where nothing runs.
    static let view = "view"
}

extension Operator {
    package func cost(of call: OperatorCall) -> OperatorCost {
        OperatorCost(moving: call)
    }
}
