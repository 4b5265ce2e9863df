extension OperatorRegistry {
    /// Operators of ONNX's default domain that neural networks are made of.
    static let neuralNetworkOperators: [String: any Operator.Type] = [
        "Conv": Conv.self,
        "Gemm": Gemm.self,
        "LayerNormalization": LayerNormalization.self,
        "LogSoftmax": LogSoftmax.self,
        "MatMul": MatMul.self,
        "SimplifiedLayerNormalization": SimplifiedLayerNormalization.self,
        "Softmax": Softmax.self,
    ]
}
