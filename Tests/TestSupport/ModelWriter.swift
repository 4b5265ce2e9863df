package import ONNXFormat

/// Encodes ONNX messages field by field, whether they make sense or not.
package enum ModelWriter {
    package typealias Body = (inout WireWriter) -> Void

    package static func message(_ body: Body) -> [UInt8] {
        var writer = WireWriter()
        body(&writer)
        return writer.bytes
    }

    /// A `ModelProto` around the fields of a `GraphProto`.
    package static func model(
        irVersion: Int = 10, operatorSets: [(domain: String, version: Int)] = [("", 18)],
        extra: Body = { _ in }, graph: Body
    ) -> [UInt8] {
        message { model in
            model.int(1, irVersion)
            model.text(2, "test")
            for (domain, version) in operatorSets {
                model.message(8) { set in
                    if !domain.isEmpty { set.text(1, domain) }
                    set.int(2, version)
                }
            }
            extra(&model)
            model.message(7, graph)
        }
    }
}

// Fields of the messages, by ONNX's numbers.
extension WireWriter {
    /// A `NodeProto` of a `GraphProto`.
    package mutating func node(
        _ type: String, _ inputs: [String], _ outputs: [String], name: String = "", domain: String = "",
        extra: ModelWriter.Body = { _ in }
    ) {
        message(1) { node in
            for input in inputs { node.text(1, input) }
            for output in outputs { node.text(2, output) }
            if !name.isEmpty { node.text(3, name) }
            node.text(4, type)
            if !domain.isEmpty { node.text(7, domain) }
            extra(&node)
        }
    }

    /// An `AttributeProto` of a `NodeProto`.
    package mutating func attribute(_ name: String, type: Int, _ body: ModelWriter.Body) {
        message(5) { attribute in
            attribute.text(1, name)
            attribute.int(20, type)
            body(&attribute)
        }
    }

    /// A `TensorProto`'s head; the caller adds the values.
    package mutating func tensorHead(_ name: String, type: Int, _ dimensions: [Int]) {
        packed(1, dimensions)
        int(2, type)
        text(8, name)
    }

    /// An initializer of a `GraphProto`.
    package mutating func initializer(
        _ name: String, type: Int = 1, _ dimensions: [Int], _ values: ModelWriter.Body
    ) {
        message(5) { tensor in
            tensor.tensorHead(name, type: type, dimensions)
            values(&tensor)
        }
    }

    /// `external_data` of a `TensorProto`.
    package mutating func external(_ entries: [(String, [UInt8])]) {
        int(14, 1)
        for (key, value) in entries {
            message(13) { entry in
                entry.text(1, key)
                entry.bytes(2, value)
            }
        }
    }

    package mutating func external(_ location: String, offset: String? = nil, length: String? = nil) {
        var entries = [("location", Array(location.utf8))]
        if let offset { entries.append(("offset", Array(offset.utf8))) }
        if let length { entries.append(("length", Array(length.utf8))) }
        external(entries)
    }

    /// An input (field 11), output (12) or other value (13) of a `GraphProto`.
    package mutating func value(_ field: Int, _ name: String, type: Int = 1, _ dimensions: [Dimension]? = nil)
    {
        message(field) { value in
            value.text(1, name)
            value.message(2) { any in
                any.message(1) { tensor in
                    tensor.int(1, type)
                    guard let dimensions else { return }
                    tensor.message(2) { shape in
                        for dimension in dimensions {
                            shape.message(1) { dim in
                                switch dimension {
                                case .fixed(let value): dim.int(1, value)
                                case .symbol(let name): dim.text(2, name)
                                case .unknown: break
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    package mutating func input(_ name: String, type: Int = 1, _ dimensions: [Dimension]? = nil) {
        value(11, name, type: type, dimensions)
    }

    package mutating func output(_ name: String, type: Int = 1, _ dimensions: [Dimension]? = nil) {
        value(12, name, type: type, dimensions)
    }
}
