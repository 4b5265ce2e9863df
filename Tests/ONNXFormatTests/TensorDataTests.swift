import ONNXFormat
import Tensors
import TestSupport
import Testing

/// Values of initializers that contradict their type or dimensions.
@Suite("Tensor data")
struct TensorDataTests {
    let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    private func refusal(
        type: Int = 1, _ dimensions: [Int], _ values: ModelWriter.Body
    ) throws -> String {
        try directory.refusal(
            of: ModelWriter.model { $0.initializer("w", type: type, dimensions, values) })
    }

    private func load(
        type: Int = 1, _ dimensions: [Int], _ values: ModelWriter.Body
    ) throws -> Tensor {
        let model = try directory.load(
            ModelWriter.model { $0.initializer("w", type: type, dimensions, values) })
        return try #require(model.graph.initializers["w"])
    }

    @Test("raw bytes that are not dimensions times element size", arguments: [0, 7, 9, 16])
    func rawByteCount(count: Int) throws {
        let message = try refusal([2]) { $0.bytes(9, [UInt8](repeating: 1, count: count)) }
        #expect(message == #"tensor "w": float32 [2] takes 8 bytes, found \#(count)"#)
    }

    @Test("typed values that are not as many as the dimensions say")
    func typedCount() throws {
        let message = try refusal(type: 6, [2, 2]) { $0.packed(5, [1, 2, 3]) }
        #expect(message == #"tensor "w": expected 4 elements in int32_data, found 3"#)
        let wrongField = try refusal(type: 7, [1]) { $0.packed(5, [1]) }
        #expect(wrongField == #"tensor "w": expected 1 elements in int64_data, found 0"#)
        #expect(try refusal([1]) { _ in }.contains("expected 1 elements in float_data, found 0"))
    }

    @Test(
        "dimensions that are negative or too many elements",
        arguments: [[-1], [2, -3], [1 << 62], [1 << 31, 1 << 31], [Int.max, Int.max], [0, 1 << 62, 4]])
    func dimensions(dimensions: [Int]) throws {
        let message = try refusal(dimensions) { $0.bytes(9, [0, 0, 0, 0]) }
        #expect(message == #"tensor "w": dimensions \#(dimensions) are negative or too large"#)
    }

    @Test("a huge tensor in a small file")
    func hugeTensor() throws {
        let message = try refusal([1 << 40]) { $0.bytes(9, [0, 0, 0, 0]) }
        #expect(message.contains("takes 4398046511104 bytes, found 4"))
    }

    @Test("more axes than anything has")
    func rank() throws {
        let message = try refusal([Int](repeating: 1, count: 65)) { $0.bytes(9, [0, 0, 0, 0]) }
        #expect(message == #"tensor "w": has 65 dimensions, at most 64 are supported"#)
    }

    @Test(
        "element types of ONNX that are not supported",
        arguments: [(8, "string"), (14, "complex64"), (17, "float8e4m3fn"), (21, "uint4"), (22, "int4")])
    func unsupportedType(type: Int, name: String) throws {
        let message = try refusal(type: type, [1]) { $0.bytes(9, [0]) }
        #expect(message == #"tensor "w": element type \#(name) is not supported"#)
    }

    @Test("element types that do not exist", arguments: [0, 99, -1])
    func unknownType(type: Int) throws {
        let message = try refusal(type: type, [1]) { $0.bytes(9, [0]) }
        #expect(message == #"tensor "w": unknown element type \#(type)"#)
    }

    @Test(
        "values out of range of their type", arguments: [(2, 256), (2, -1), (3, 128), (10, -1), (4, 65536)])
    func outOfRange(type: Int, value: Int) throws {
        let message = try refusal(type: type, [1]) { $0.packed(5, [value]) }
        #expect(message.contains("value \(value) is out of range for"))
    }

    @Test("values in two places, segments")
    func conflicts() throws {
        let twice = try refusal([1]) {
            $0.bytes(9, [0, 0, 0, 0])
            $0.bytes(4, [0, 0, 0, 0])
        }
        #expect(twice == #"tensor "w": its values are given more than once"#)
        let external = try refusal([1]) {
            $0.bytes(9, [0, 0, 0, 0])
            $0.external("data")
        }
        #expect(external == twice)
        let segment = try refusal([1]) {
            $0.message(3) { $0.int(1, 0) }
            $0.bytes(9, [0, 0, 0, 0])
        }
        #expect(segment == #"tensor "w": a tensor in segments is not supported"#)
    }

    @Test("an empty raw_data beside typed values, unpacked values, empty tensors")
    func oddities() throws {
        let beside = try load(type: 7, [2]) {
            $0.bytes(9, [])
            $0.int(7, 5)
            $0.int(7, -6)
        }
        #expect(beside.array(Int64.self) == [5, -6])
        #expect(try load([0, 3]) { _ in }.elementCount == 0)
        #expect(try load([3, 0]) { $0.bytes(9, []) }.shape == [3, 0])
        #expect(try load([]) { $0.float(4, 2.5) }.array(Float.self) == [2.5])
    }

    @Test("truth values other than 0 and 1 become true")
    func bools() throws {
        #expect(try load(type: 9, [3]) { $0.bytes(9, [0, 1, 2]) }.array(Bool.self) == [false, true, true])
        #expect(try load(type: 9, [2]) { $0.packed(5, [0, 7]) }.array(Bool.self) == [false, true])
    }

    @Test("raw values need not be aligned")
    func unaligned() throws {
        for padding in 0..<8 {
            let bytes = ModelWriter.model { graph in
                graph.text(2, String(repeating: "n", count: padding))
                graph.initializer("w", [2]) { $0.bytes(9, [0, 0, 128, 63, 0, 0, 0, 64]) }
            }
            let tensor = try #require(try directory.load(bytes).graph.initializers["w"])
            #expect(tensor.array(Float.self) == [1, 2])
        }
    }
}
