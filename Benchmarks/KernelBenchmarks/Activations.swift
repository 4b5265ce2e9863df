import Kernels

extension KernelBenchmarks {
    /// Functions of one number at the width of the encoder's hidden layer, the decoder's gate, and softmax.
    func addActivations() {
        for activation in KernelTable.Activation.allCases {
            let count = 143 * 4096
            add("\(activation) 143 × 4096", .numbers(count)) { this in
                let input = Self.floats(count)
                var output = input
                return { _ in
                    var span = output.mutableSpan
                    this.kernels.apply(activation, input.span, into: &span)
                }
            }
        }
        for rows in [1, 158] {
            let count = rows * 6144
            add("SiLU product \(rows) × 6144", .numbers(count), calls: rows == 1 ? 20 : 1) { this in
                let (gate, up) = (Self.floats(count), Self.floats(count))
                var output = gate
                return { _ in
                    var span = output.mutableSpan
                    this.kernels.siluProduct(gate: gate.span, up: up.span, into: &span)
                }
            }
        }
        for (rows, length) in [(16 * 104, 104), (16 * 158, 158), (16, 2000)] {
            let count = rows * length
            add("softmax \(rows) × \(length)", .numbers(count)) { this in
                let input = Self.floats(count)
                var output = input
                return { _ in
                    var span = output.mutableSpan
                    this.kernels.softmax(input.span, rowLength: length, into: &span)
                }
            }
        }
    }
}
