import Kernels

extension KernelBenchmarks {
    /// The encoder's and the decoder's norms, without and with a sum that is kept, and the addition alone.
    func addNormalisation() {
        addNorm("LayerNorm", rows: 143, length: 1024) { kernels, input, scale, bias, output in
            kernels.layerNorm(input, scale: scale, bias: bias, epsilon: 1e-5, into: &output)
        }
        for (rows, length) in [(1, 2048), (158, 2048), (158 * 16, 128)] {
            addNorm("RMSNorm", rows: rows, length: length) { kernels, input, scale, _, output in
                kernels.rmsNorm(input, scale: scale, epsilon: 1e-6, into: &output)
            }
        }
        addSummedNorm("sum + LayerNorm", rows: 143, length: 1024) {
            kernels, input, sum, scale, output in
            kernels.layerNorm(
                input, adding: input, sum: &sum, scale: scale, bias: scale, epsilon: 1e-5, into: &output)
        }
        addSummedNorm("sum + RMSNorm", rows: 158, length: 2048) { kernels, input, sum, scale, output in
            kernels.rmsNorm(input, adding: input, sum: &sum, scale: scale, epsilon: 1e-6, into: &output)
        }
        let count = 158 * 2048
        add("addition 158 × 2048", .numbers(count)) { this in
            let (a, b) = (Self.floats(count), Self.floats(count))
            var output = [Float](repeating: 0, count: count)
            return { _ in
                var span = output.mutableSpan
                this.kernels.add(a.span, b.span, into: &span)
            }
        }
    }

    private func addNorm(
        _ name: String, rows: Int, length: Int,
        _ norm:
            @escaping (KernelTable, Span<Float>, Span<Float>, Span<Float>, inout MutableSpan<Float>) -> Void
    ) {
        let count = rows * length
        add("\(name) \(rows) × \(length)", .numbers(count), calls: rows == 1 ? 100 : 1) { this in
            let (input, scale) = (Self.floats(count), Self.floats(length))
            var output = [Float](repeating: 0, count: count)
            return { _ in
                var span = output.mutableSpan
                norm(this.kernels, input.span, scale.span, scale.span, &span)
            }
        }
    }

    private func addSummedNorm(
        _ name: String, rows: Int, length: Int,
        _ norm:
            @escaping (
                KernelTable, Span<Float>, inout MutableSpan<Float>, Span<Float>, inout MutableSpan<Float>
            ) -> Void
    ) {
        let count = rows * length
        add("\(name) \(rows) × \(length)", .numbers(count)) { this in
            let (input, scale) = (Self.floats(count), Self.floats(length))
            var (sum, output) = (input, input)
            return { _ in
                var sums = sum.mutableSpan
                var span = output.mutableSpan
                norm(this.kernels, input.span, &sums, scale.span, &span)
            }
        }
    }
}
