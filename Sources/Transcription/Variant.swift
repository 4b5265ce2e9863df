/// Which weights of a model directory are used.
public enum Variant: String, Sendable, CaseIterable {
    /// int4 if the directory has it, else FP32.
    case auto
    /// 32-bit floating point.
    case fp32
    /// 4-bit blocks (MatMulNBits).
    case int4
}
