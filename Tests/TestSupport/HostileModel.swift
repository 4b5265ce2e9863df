/// A model directory with one thing wrong, and what a user must be told.
package struct HostileModel: Sendable, CustomStringConvertible {
    package let description: String
    /// Of the command: 78, or 66 for what is missing.
    package let status: Int32
    /// All must be in the message.
    package let fragments: [String]
    package let corrupt: @Sendable (ModelCopy) throws -> Void

    init(
        _ description: String, status: Int32 = 78, _ fragments: [String],
        _ corrupt: @escaping @Sendable (ModelCopy) throws -> Void
    ) {
        self.description = description
        self.status = status
        self.fragments = fragments
        self.corrupt = corrupt
    }

    package static let all: [HostileModel] =
        externalData + files + tensors + graphs + protobuf + tokenizers + configurations

    /// An initializer of `decoder_init.onnx` whose values, `[384, 32]`, are in `decoder_weights.data`.
    static let external = "lm_head.weight"
    /// One whose values, `[32]`, are in the model.
    static let inline = "layers.0.self_attn.q_norm.weight"
}
