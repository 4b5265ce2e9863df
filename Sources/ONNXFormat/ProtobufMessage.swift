internal import COnnxProto
internal import CProtobufC
internal import Glibc

/// A reduced message parsed by protobuf-c. This file and `ProtobufMessage+Fields.swift` are all that sees
/// protobuf-c's pointers.
enum ProtobufMessage {
    /// Parses a `ModelProto`. What `body` gets is valid until it returns.
    static func withModel<Result>(
        _ reduced: WireReducer, _ body: (Onnx__ModelProto) throws(ModelProblem) -> Result
    ) throws(ModelProblem) -> Result {
        try with(reduced, onnx__model_proto__unpack, onnx__model_proto__free_unpacked, body)
    }

    /// Parses a `TensorProto`. What `body` gets is valid until it returns.
    static func withTensor<Result>(
        _ reduced: WireReducer, _ body: (Onnx__TensorProto) throws(ModelProblem) -> Result
    ) throws(ModelProblem) -> Result {
        try with(reduced, onnx__tensor_proto__unpack, onnx__tensor_proto__free_unpacked, body)
    }

    private typealias Allocator = UnsafeMutablePointer<ProtobufCAllocator>

    private static func with<Message, Result>(
        _ reduced: WireReducer,
        _ unpack: (Allocator?, Int, UnsafePointer<UInt8>?) -> UnsafeMutablePointer<Message>?,
        _ free: (UnsafeMutablePointer<Message>?, Allocator?) -> Void,
        _ body: (Message) throws(ModelProblem) -> Result
    ) throws(ModelProblem) -> Result {
        let limit = AllocationBudget.limit(byteCount: reduced.plainByteCount)
        let budget = UnsafeMutablePointer<AllocationBudget>.allocate(capacity: 1)
        budget.initialize(to: AllocationBudget(limit: limit))
        defer { budget.deallocate() }
        var allocator = ProtobufCAllocator(
            alloc: AllocationBudget.allocate, free: AllocationBudget.free, allocator_data: budget)

        let parsed = reduced.output.bytes.withUnsafeBufferPointer {
            unpack(&allocator, $0.count, $0.baseAddress)
        }
        guard let parsed else {
            throw budget.pointee.isExceeded
                ? .expandsTooFar(limit: limit) : .corrupt("protobuf cannot parse it")
        }
        defer { free(parsed, &allocator) }
        return try body(parsed.pointee)
    }
}

/// What protobuf-c may allocate for one message. An empty node is two bytes in a file and 146 in memory: a
/// small file must not take the machine's memory.
private struct AllocationBudget {
    let limit: Int
    var used = 0
    var isExceeded = false

    /// Real graphs take up to 17 times what their fields take in the file; the constant lets small odd ones
    /// pass.
    static func limit(byteCount: Int) -> Int { (64 << 20) + 24 * byteCount }

    /// In front of each block is its size, for ``free``; malloc's alignment is kept.
    private static let headerSize = 16

    static let allocate: @convention(c) (UnsafeMutableRawPointer?, Int) -> UnsafeMutableRawPointer? = {
        context, size in
        guard let budget = context?.assumingMemoryBound(to: AllocationBudget.self) else { return nil }
        let left = budget.pointee.limit - budget.pointee.used
        guard size <= left - headerSize, let block = malloc(size + headerSize) else {
            budget.pointee.isExceeded = true
            return nil
        }
        budget.pointee.used += size + headerSize
        block.storeBytes(of: size + headerSize, as: Int.self)
        return block + headerSize
    }

    static let free: @convention(c) (UnsafeMutableRawPointer?, UnsafeMutableRawPointer?) -> Void = {
        context, memory in
        guard let block = memory.map({ $0 - headerSize }) else { return }
        let budget = context?.assumingMemoryBound(to: AllocationBudget.self)
        budget?.pointee.used -= block.load(as: Int.self)
        Glibc.free(block)
    }
}
