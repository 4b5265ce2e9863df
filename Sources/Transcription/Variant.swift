/// Which weights of a model directory are used.
public enum Variant: String, Sendable, CaseIterable {
    /// int4 if the directory has it, else FP32.
    case auto
    case fp32
    case int4
}
