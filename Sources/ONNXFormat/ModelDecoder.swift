internal import COnnxProto
internal import CProtobufC
internal import Tensors

/// Makes a ``Model`` of a `ModelProto`.
struct ModelDecoder {
    let tensors: TensorDecoder

    func model(_ proto: Onnx__ModelProto) throws(ModelProblem) -> Model {
        guard proto.ir_version > 0 else { throw .corrupt("it has no version of the format") }
        guard let main = proto.mainGraph else { throw .corrupt("it has no graph") }
        if let function = proto.localFunctions.first {
            throw .unsupported(
                what: "the model's own function",
                name: function.domain.lossyText + "." + function.name.lossyText)
        }
        let operatorSets = try operatorSets(proto.operatorSets)
        let decoder = GraphDecoder(tensors: tensors, operatorSets: operatorSets)
        return Model(
            irVersion: Int(proto.ir_version), operatorSets: operatorSets,
            producer: Model.Producer(
                name: try text(proto.producer_name, "the producer's name"),
                version: try text(proto.producer_version, "the producer's version"),
                domain: try text(proto.domain, "the model's domain"),
                modelVersion: Int(proto.model_version)),
            graph: try decoder.graph(main),
            metadata: try metadata(proto.metadataEntries))
    }

    private func operatorSets(
        _ protos: [Onnx__OperatorSetIdProto]
    ) throws(ModelProblem) -> [String: Int] {
        guard !protos.isEmpty else {
            throw .operatorSet(domain: "", reason: "the model imports no operator set at all")
        }
        var result: [String: Int] = [:]
        for proto in protos {
            let domain = try domainName(proto.domain, "an operator set's domain")
            guard proto.version > 0 else {
                throw .operatorSet(domain: domain, reason: "version \(proto.version) does not exist")
            }
            if let other = result.updateValue(Int(proto.version), forKey: domain), other != proto.version {
                throw .operatorSet(
                    domain: domain, reason: "imported in the versions \(other) and \(proto.version)")
            }
        }
        return result
    }

    private func metadata(
        _ protos: [Onnx__StringStringEntryProto]
    ) throws(ModelProblem) -> [String: String] {
        var result: [String: String] = [:]
        for proto in protos {
            let key = try text(proto.key, "a key of the metadata")
            result[key] = try text(proto.value, "the metadata's \(key)")
        }
        return result
    }
}

/// Text of a model, which must be UTF-8 without NUL.
func text(_ bytes: ProtobufCBinaryData, _ place: @autoclosure () -> String) throws(ModelProblem) -> String {
    guard let text = bytes.text else { throw .invalidText(where: place(), text: bytes.lossyText) }
    return text
}

/// An operator domain; ONNX's own has two names.
func domainName(
    _ bytes: ProtobufCBinaryData, _ place: @autoclosure () -> String
) throws(ModelProblem) -> String {
    let domain = try text(bytes, place())
    return domain == "ai.onnx" ? "" : domain
}
