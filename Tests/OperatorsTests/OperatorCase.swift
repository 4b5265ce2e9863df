import Foundation
import Kernels
import Operators
import Tensors
import Threading

/// One call of an operator with the outputs another implementation gave, as `tools/contrib-fixtures.py`
/// writes it.
struct OperatorCase: Decodable, Sendable, CustomStringConvertible {
    let name: String
    let op: String
    let domain: String
    let opset: Int
    let attributes: [String: Attribute]
    let inputs: [Value?]
    /// Nil where nothing is compared.
    let outputs: [Value?]
    /// Largest relative L2 distance.
    let tolerance: Double

    var description: String { name }

    /// A tensor: ONNX's name of the type in lower case, shape, and little-endian bytes in base 64. NaN stands
    /// for elements of outputs that are not compared.
    struct Value: Decodable, Sendable {
        let type: String
        /// `float16` if a float32 tensor is stored so.
        let stored: String?
        let shape: [Int]
        let data: Data

        var tensor: Tensor {
            let shape = Shape(shape)
            switch type {
            case "float32" where stored == "float16":
                return Tensor(elements(Float16.self).map(Float.init), shape: shape)
            case "float32": return Tensor(elements(Float.self), shape: shape)
            case "float64": return Tensor(elements(Double.self), shape: shape)
            case "float16": return Tensor(elements(Float16.self), shape: shape)
            case "bfloat16": return Tensor(elements(BFloat16.self), shape: shape)
            case "int32": return Tensor(elements(Int32.self), shape: shape)
            case "int64": return Tensor(elements(Int64.self), shape: shape)
            case "uint32": return Tensor(elements(UInt32.self), shape: shape)
            case "uint64": return Tensor(elements(UInt64.self), shape: shape)
            case "uint8": return Tensor(elements(UInt8.self), shape: shape)
            case "bool": return Tensor(elements(Bool.self), shape: shape)
            default: fatalError("type \(type) in a fixture")
            }
        }

        private func elements<Element: BitwiseCopyable>(_ type: Element.Type) -> [Element] {
            let width = MemoryLayout<Element>.stride
            return data.withUnsafeBytes { bytes in
                (0..<bytes.count / width).map {
                    bytes.loadUnaligned(fromByteOffset: $0 * width, as: Element.self)
                }
            }
        }
    }

    /// A one-entry dictionary from the kind to the value.
    struct Attribute: Decodable, Sendable {
        let float: Float?
        let int: Int?
        let string: String?
        let floats: [Float]?
        let ints: [Int]?

        var value: AttributeValue {
            if let float { return .float(float) }
            if let int { return .int(int) }
            if let string { return .string(string) }
            if let floats { return .floats(floats) }
            return .ints(ints ?? [])
        }
    }

    /// Runs this engine's operator.
    func run(on pool: ThreadPool, kernels: KernelTable = .best) throws -> [Tensor] {
        guard let type = OperatorRegistry.standard.implementation(type: op, domain: domain) else {
            throw OperatorError.unsupported("\(domain) \(op)")
        }
        let node = OperatorNode(
            type: op, domain: domain, opset: opset,
            attributes: OperatorAttributes(attributes.mapValues(\.value)), inputCount: inputs.count,
            outputCount: outputs.count)
        return try type.init(node).run(
            OperatorInputs(inputs.map { $0?.tensor }), OperatorContext(pool: pool, kernels: kernels))
    }

    /// What is wrong with this engine's outputs; nil if nothing is.
    func difference(on pool: ThreadPool, kernels: KernelTable = .best) throws -> String? {
        let results = try run(on: pool, kernels: kernels)
        for (index, expected) in outputs.enumerated() {
            guard let expected = expected?.tensor else { continue }
            guard index < results.count else { return "output \(index) is missing" }
            let result = results[index]
            if result.elementType != expected.elementType || result.shape != expected.shape {
                return "output \(index): \(result.elementType) \(result.shape),"
                    + " expected \(expected.elementType) \(expected.shape)"
            }
            let distance = relativeDistance(result.doubles, expected.doubles)
            if !(distance <= tolerance) { return "output \(index): relative L2 \(distance)" }
        }
        return nil
    }
}

/// Distance of two lists by their Euclidean norm, over the norm of the second. Infinities must be at the same
/// places; NaN in the second list matches anything.
func relativeDistance(_ found: [Double], _ expected: [Double]) -> Double {
    guard found.count == expected.count else { return .infinity }
    var squares = 0.0
    var norm = 0.0
    for (x, y) in zip(found, expected) {
        if y.isNaN || x == y {
            norm += y.isFinite ? y * y : 0
            continue
        }
        guard x.isFinite && y.isFinite else { return .infinity }
        squares += (x - y) * (x - y)
        norm += y * y
    }
    return squares == 0 ? 0 : (squares / max(norm, 1e-30)).squareRoot()
}

extension Tensor {
    /// All elements as doubles, in row-major order.
    var doubles: [Double] {
        switch elementType {
        case .float32: array(Float.self).map(Double.init)
        case .float64: array(Double.self)
        case .float16: array(Float16.self).map(Double.init)
        case .bfloat16: array(BFloat16.self).map { Double($0.floatValue) }
        case .int32: array(Int32.self).map(Double.init)
        case .int64: array(Int64.self).map(Double.init)
        case .uint32: array(UInt32.self).map(Double.init)
        case .uint64: array(UInt64.self).map { Double($0) }  // `Double.init` would be init(bitPattern:)
        case .int8: array(Int8.self).map(Double.init)
        case .uint8: array(UInt8.self).map(Double.init)
        case .int16: array(Int16.self).map(Double.init)
        case .uint16: array(UInt16.self).map(Double.init)
        case .bool: array(Bool.self).map { $0 ? 1 : 0 }
        }
    }
}
