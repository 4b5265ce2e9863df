import Kernels
import Threading

/// A product with random weights of a few bits, and its plain reference.
struct NBitsCase: Sendable, CustomStringConvertible {
    enum ZeroPoints: Sendable { case absent, packed, floats }

    var rows: Int
    var columns: Int
    var depth: Int
    var bits = 4
    var blockSize = 32
    var zeroPoints = ZeroPoints.packed
    var hasBias = false
    /// Whether weights, zero points and activations are the largest and smallest that there are, in rows of the same
    /// sign too.
    var isExtreme = false

    var description: String {
        "\(rows)×\(depth)×\(columns), \(bits) bits, blocks of \(blockSize), zero points \(zeroPoints)"
            + (hasBias ? ", bias" : "") + (isExtreme ? ", extreme" : "")
    }

    var blocks: Int { (depth + blockSize - 1) / blockSize }
}

/// The numbers of a case. Weights stand one byte off alignment, as they may in a file.
struct NBitsData {
    private(set) var shape: NBitsCase
    var activations: [Float]
    let values: [UInt8]
    let scales: [Float]
    let packedZeroPoints: [UInt8]
    let floatZeroPoints: [Float]
    let bias: [Float]
    private let unaligned: [UInt8]

    init(_ shape: NBitsCase, seed: Int = 1) {
        self.shape = shape
        var numbers = Numbers(seed: seed)
        let cells = shape.columns * shape.blocks
        let (valueCount, pointCount) = (
            cells * shape.blockSize * shape.bits / 8, shape.columns * ((shape.blocks * shape.bits + 7) / 8)
        )
        scales = numbers.floats(cells, in: 0.01...0.1)
        if shape.isExtreme {
            activations = (0..<shape.rows * shape.depth).map { index in
                let (row, k) = index.quotientAndRemainder(dividingBy: shape.depth)
                return [1, -1, k % 2 == 0 ? 1 : -1, k % 3 == 0 ? 1 : -1][row % 4]
            }
            values = (0..<valueCount).map { $0 * shape.columns / valueCount % 2 == 0 ? 0 : 0xFF }
            packedZeroPoints = (0..<pointCount).map { $0 * shape.columns / pointCount % 3 == 0 ? 0xFF : 0 }
        } else {
            activations = numbers.floats(shape.rows * shape.depth, in: -2...3)
            values = numbers.bytes(valueCount)
            packedZeroPoints = numbers.bytes(pointCount)
        }
        floatZeroPoints = numbers.floats(cells, in: 0...Float(1 << shape.bits))
        bias = numbers.floats(shape.columns)
        var bytes: [UInt8] = [0]
        bytes += values
        scales.withUnsafeBytes { bytes += $0 }
        switch shape.zeroPoints {
        case .absent: break
        case .packed: bytes += packedZeroPoints
        case .floats: floatZeroPoints.withUnsafeBytes { bytes += $0 }
        }
        unaligned = bytes
    }

    /// The same weights with one of the rows.
    func row(_ index: Int) -> NBitsData {
        var result = self
        result.shape.rows = 1
        result.activations = Array(activations[index * shape.depth..<(index + 1) * shape.depth])
        return result
    }

    /// Runs the kernels.
    func product(_ kernels: KernelTable, quantized: Bool, pool: ThreadPool, groups: [Int32]? = nil) -> [Float]
    {
        if quantized {
            let rows = kernels.quantizeRows(
                activations.span, rows: shape.rows, depth: shape.depth, blockSize: shape.blockSize,
                bits: shape.bits, on: pool)
            let product = withWeights { NBitsProduct($0, bias: $1, owner: self) }
            let count = product.outputCount(rows: shape.rows)
            let padded = CacheLines(count)
            padded.write(0..<count) { kernels.matMulNBits(rows, [product], into: &$0, on: pool) }
            return Array(padded.array.prefix(shape.rows * shape.columns))
        }
        var output = [Float](repeating: .nan, count: shape.rows * shape.columns)
        var span = output.mutableSpan
        withWeights { weights, bias in
            if let groups {
                kernels.matMulNBits(
                    activations.span, rows: shape.rows, weights, groups: groups.span, bias: bias,
                    into: &span, on: pool)
            } else {
                kernels.matMulNBits(
                    activations.span, rows: shape.rows, weights, bias: bias, into: &span, on: pool)
            }
        }
        return output
    }

    /// Runs `body` with the weights and the bias, if there is one.
    func withWeights<Result>(_ body: (borrowing NBitsWeights, Span<Float>?) -> Result) -> Result {
        let bytes = unaligned.span.bytes
        let valueEnd = 1 + values.count
        let scaleEnd = valueEnd + scales.count * 4
        let rest = bytes.extracting(scaleEnd..<bytes.byteCount)
        let zeroPoints: NBitsWeights.ZeroPoints =
            switch shape.zeroPoints {
            case .absent: .middle
            case .packed: .packed(rest)
            case .floats: .floats(rest)
            }
        let weights = NBitsWeights(
            columns: shape.columns, depth: shape.depth, bits: shape.bits, blockSize: shape.blockSize,
            values: bytes.extracting(1..<valueEnd), scales: bytes.extracting(valueEnd..<scaleEnd),
            zeroPoints: zeroPoints)
        return body(weights, shape.hasBias ? bias.span : nil)
    }

    /// `weight - zero point` and the scale of an element.
    func weight(_ n: Int, _ k: Int, block: Int) -> (Double, Double) {
        let perRow = shape.blocks * shape.blockSize
        let q: UInt8
        if shape.bits == 8 {
            q = values[n * perRow + k]
        } else {
            q = values[(n * perRow + k) / 2] >> UInt8(k % 2 * 4) & 15
        }
        let zero: Double
        switch shape.zeroPoints {
        case .absent: zero = shape.bits == 8 ? 128 : 8
        case .floats: zero = Double(floatZeroPoints[n * shape.blocks + block])
        case .packed:
            let stride = (shape.blocks * shape.bits + 7) / 8
            zero =
                shape.bits == 8
                ? Double(packedZeroPoints[n * stride + block])
                : Double(packedZeroPoints[n * stride + block / 2] >> UInt8(block % 2 * 4) & 15)
        }
        return (Double(q) - zero, Double(scales[n * shape.blocks + block]))
    }

    /// The product in float64, of the same quantised activations if asked.
    func reference(quantized: Bool, groups: [Int32]? = nil) -> [Double] {
        var result: [Double] = []
        for m in 0..<shape.rows {
            let row = Array(activations[m * shape.depth..<(m + 1) * shape.depth])
            let values = quantized ? Self.quantizeAndBack(row, shape.blockSize) : row.map { Double($0) }
            for n in 0..<shape.columns {
                var sum = shape.hasBias ? Double(bias[n]) : 0
                for k in 0..<shape.depth {
                    let (w, scale) = weight(n, k, block: groups.map { Int($0[k]) } ?? k / shape.blockSize)
                    sum += values[k] * w * scale
                }
                result.append(sum)
            }
        }
        return result
    }

    /// Activations after quantisation, as the definition says: the quantisation itself in float32.
    static func quantizeAndBack(_ row: [Float], _ blockSize: Int) -> [Double] {
        var result: [Double] = []
        for start in stride(from: 0, to: row.count, by: blockSize) {
            let block = row[start..<min(row.count, start + blockSize)]
            let largest = block.reduce(0) { max($0, abs($1)) }
            let inverse = 127 / largest
            let scale = inverse.isFinite ? Double(largest / 127) : 0
            for a in block {
                let q = inverse.isFinite ? (a * inverse).rounded(.toNearestOrEven) : 0
                result.append(Double(q) * scale)
            }
        }
        return result
    }
}
