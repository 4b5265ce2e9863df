import Profiling
import Testing
import Transcription

@Suite struct WorkKindTests {
    @Test(
        arguments: [
            ("com.microsoft.MatMulNBits", [[1, 158, 2048]], .quantizedProducts),
            ("fused.MatMulNBitsGroup", [[1, 158, 2048]], .quantizedProducts),
            ("MatMul", [[143, 1024], [1024, 4096]], .products), ("fused.Linear", [[143, 1024]], .products),
            ("com.microsoft.FusedMatMul", [[2, 16, 104, 64], [2, 16, 64, 104]], .attention),
            ("Softmax", [[2, 16, 104, 104]], .attention),
            ("fused.FusedAttention", [[1, 16, 1, 128]], .attention),
            ("fused.ConvGelu", [[1, 1, 128, 100]], .convolution), ("Conv", [[1, 1, 128, 100]], .convolution),
            ("com.microsoft.SkipSimplifiedLayerNormalization", [[1, 1, 2048]], .normalization),
            ("com.microsoft.QuickGelu", [[1, 1, 6144]], .activation), ("Add", [[1], [1]], .arithmetic),
            ("fused.RotaryHeads", [[1, 1, 2048]], .arithmetic), ("Concat", [[1, 8, 1, 128]], .movement),
        ] as [(String, [[Int]], WorkKind)])
    func operatorsDoTheWorkOfTheirKind(op: String, inputs: [[Int]], kind: WorkKind) {
        var node = SampleProfile.pocket.nodes[0]
        (node.op, node.inputs) = (op, inputs)
        #expect(WorkKind(node) == kind)
        #expect(Grouping.kind.name(of: node) == kind.rawValue)
    }
}
