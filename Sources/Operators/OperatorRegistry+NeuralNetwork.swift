extension OperatorRegistry {
    /// Operators of ONNX's default domain that neural networks are made of.
    static let neuralNetworkOperators: [String: any Operator.Type] = [
        "Celu": Celu.self,
        "Conv": Conv.self,
        "Elu": Elu.self,
        "Gelu": Gelu.self,
        "Gemm": Gemm.self,
        "GroupNormalization": GroupNormalization.self,
        "HardSigmoid": HardSigmoid.self,
        "HardSwish": HardSwish.self,
        "InstanceNormalization": InstanceNormalization.self,
        "LayerNormalization": LayerNormalization.self,
        "LeakyRelu": LeakyRelu.self,
        "LogSoftmax": LogSoftmax.self,
        "MatMul": MatMul.self,
        "Mish": Mish.self,
        "PRelu": PRelu.self,
        "RMSNormalization": RMSNormalization.self,
        "RotaryEmbedding": RotaryEmbedding.self,
        "Selu": Selu.self,
        "SimplifiedLayerNormalization": SimplifiedLayerNormalization.self,
        "Softmax": Softmax.self,
        "Softplus": Softplus.self,
        "Softsign": Softsign.self,
        "Swish": Swish.self,
        "ThresholdedRelu": ThresholdedRelu.self,
    ]
}
