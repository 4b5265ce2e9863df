import Kernels
import Tensors
import Threading

/// A function of one element.
protocol UnaryMap: SendableMetatype {
    associatedtype Input: TensorElement
    associatedtype Output: TensorElement
    /// Cost of an element in units of an addition; decides how many are worth a thread.
    static var cost: Int { get }
    static func apply(_ x: Input) -> Output
    /// All elements of a row. Functions with a vector kernel override the scalar loop.
    static func row(_ x: Span<Input>, _ output: inout MutableSpan<Output>, _ kernels: KernelTable)
}

/// A function of two elements.
protocol BinaryMap: SendableMetatype {
    associatedtype Left: TensorElement
    associatedtype Right: TensorElement
    associatedtype Output: TensorElement
    static var cost: Int { get }
    static func apply(_ a: Left, _ b: Right) -> Output
}

extension UnaryMap {
    static var cost: Int { 1 }

    @inline(__always)
    static func row(_ x: Span<Input>, _ output: inout MutableSpan<Output>, _ kernels: KernelTable) {
        for index in 0..<x.count { output[index] = apply(x[index]) }
    }
}

extension BinaryMap {
    static var cost: Int { 1 }
}

/// The loops of all elementwise operators.
enum Elementwise {
    /// The least number of additions that is worth waking a thread.
    private static let grain = 32_768

    static func map<Map: UnaryMap>(
        _ function: Map.Type, _ input: Tensor, _ context: OperatorContext
    ) -> Tensor {
        let plain = input.aligned()
        let nest = LoopNest(plain.shape, plain)
        guard nest.steps[0] == 1 || plain.isContiguous else {
            return map(function, plain.contiguous(), context)
        }
        return .build(
            Map.Output.self, plain.shape, rows: plain.elementCount, grain: grain / Map.cost, on: context.pool
        ) { range, output in
            let x = plain.stridedSpan(Map.Input.self)
            var runs = nest.runs(in: range)
            while let run = runs.next() {
                var target = output.part(run.start..<run.start + run.count)
                let offset = run.offsets[0]
                Map.row(x.extracting(offset..<offset + run.count), &target, context.kernels)
            }
        }
    }

    static func map<Map: BinaryMap>(
        _ function: Map.Type, _ left: Tensor, _ right: Tensor, _ context: OperatorContext
    ) throws(OperatorError) -> Tensor {
        let shape = try Shape.broadcastResult(left.shape, right.shape)
        let a = left.aligned()
        let b = right.aligned()
        let nest = LoopNest(shape, a, b)
        return .build(
            Map.Output.self, shape, rows: shape.elementCount, grain: grain / Map.cost, on: context.pool
        ) { range, output in
            let a = a.stridedSpan(Map.Left.self)
            let b = b.stridedSpan(Map.Right.self)
            var runs = nest.runs(in: range)
            while let run = runs.next() {
                var target = output.part(run.start..<run.start + run.count)
                row(function, a, b, run, nest.steps, &target)
            }
        }
    }

    /// One run; the usual strides get loops that the compiler vectorises.
    @inline(__always)
    private static func row<Map: BinaryMap>(
        _ function: Map.Type, _ a: Span<Map.Left>, _ b: Span<Map.Right>, _ run: LoopNest.Run,
        _ steps: SIMD4<Int>, _ output: inout MutableSpan<Map.Output>
    ) {
        let (start, other, count) = (run.offsets[0], run.offsets[1], run.count)
        switch (steps[0], steps[1]) {
        case (1, 1):
            let a = a.extracting(start..<start + count)
            let b = b.extracting(other..<other + count)
            for index in 0..<count { output[index] = Map.apply(a[index], b[index]) }
        case (1, 0):
            let a = a.extracting(start..<start + count)
            let b = b[other]
            for index in 0..<count { output[index] = Map.apply(a[index], b) }
        case (0, 1):
            let a = a[start]
            let b = b.extracting(other..<other + count)
            for index in 0..<count { output[index] = Map.apply(a, b[index]) }
        default:
            for index in 0..<count {
                output[index] = Map.apply(a[start + index * steps[0]], b[other + index * steps[1]])
            }
        }
    }
}
