import ONNXFormat

// Tensors, nodes, and protobuf itself.
extension HostileModel {
    /// Changes the element type (field 2) and dimensions (field 1) of a tensor.
    private static func tensor(
        _ name: String, type: Int = 1, _ dimensions: [Int], _ fragments: [String]
    ) -> HostileModel {
        HostileModel(
            "tensor \(name) of type \(type) and dimensions \(dimensions)",
            ["decoder_init.onnx: tensor \"\(name)\": "] + fragments
        ) { model in
            try model.editTensor(name) {
                $0.set(1) { $0.packed(1, dimensions) }
                $0.set(2) { $0.int(2, type) }
            }
        }
    }

    static let tensors: [HostileModel] =
        [[-384, 32], [384, -1], [1 << 40, 1 << 40], [.max, 1], [1 << 60, 0, 1 << 60]].flatMap { dimensions in
            [
                tensor(external, dimensions, ["\(dimensions)", "negative or too large"]),
                tensor(inline, dimensions, ["\(dimensions)", "negative or too large"]),
            ]
        } + [
            tensor(external, [384, 33], ["float32 [384, 33] takes 50688 bytes, found 49152"]),
            tensor(inline, [31], ["float32 [31] takes 124 bytes, found 128"]),
            tensor(inline, type: 11, [32], ["float64 [32] takes 256 bytes, found 128"]),
            tensor(inline, type: 99, [32], ["unknown element type 99"]),
            tensor(inline, type: -1, [32], ["unknown element type -1"]),
            tensor(inline, type: 8, [32], ["element type string is not supported"]),
            tensor(external, type: 22, [384, 32], ["element type int4 is not supported"]),
            tensor(inline, Array(repeating: 1, count: 65), ["has 65 dimensions"]),
            HostileModel("a sparse tensor", [#"sparse tensor "holes" is not supported"#]) {
                try $0.append { $0.message(15) { $0.message(1) { $0.tensorHead("holes", type: 1, [1]) } } }
            },
            HostileModel("a sequence as an input", [#"sequence "list" is not supported"#]) {
                try $0.append {
                    $0.message(11) {
                        $0.text(1, "list")
                        $0.message(2) { $0.message(4) { _ in } }
                    }
                }
            },
        ]

    static let graphs: [HostileModel] = [
        HostileModel("a cycle", ["decoder_init.onnx: nodes form a cycle: ", #""first""#, #""second""#]) {
            try $0.append {
                $0.node("Neg", ["b"], ["a"], name: "first")
                $0.node("Neg", ["a"], ["b"], name: "second")
            }
        },
        HostileModel("two nodes with one output", [#"output "logits" is defined twice"#]) {
            try $0.append { $0.node("Neg", ["input_ids"], ["logits"]) }
        },
        HostileModel("an input that nothing produces", [#"node "reader" reads "nowhere""#]) {
            try $0.append { $0.node("Neg", ["nowhere"], ["a"], name: "reader") }
        },
        HostileModel("an output that nothing produces", [#"output "nowhere" is produced by nothing"#]) {
            try $0.append { $0.output("nowhere") }
        },
        HostileModel(
            "operators that do not exist",
            ["decoder_init.onnx: ", "Frobnicate", "node f1 and 1 more", "Quux", "node q"]
        ) {
            try $0.append {
                $0.node("Frobnicate", ["input_ids"], ["a"], name: "f1")
                $0.node("Quux", ["a"], ["b"], name: "q")
                $0.node("Frobnicate", ["b"], ["c"], name: "f2")
            }
        },
        HostileModel("an attribute that does not fit", ["Concat", "axis", "node c"]) {
            try $0.append { $0.node("Concat", ["input_ids"], ["a"], name: "c") }
        },
        HostileModel("a newer operator set", ["decoder_step.onnx", "ai.onnx version 99 is not supported"]) {
            try $0.editModel("decoder_step.onnx") { $0.edit(8) { $0.set(2) { $0.int(2, 99) } } }
        },
        HostileModel("an unknown operator set", [#"operator set "my.own""#, #"used by node "n""#]) {
            try $0.append { $0.node("Mine", ["input_ids"], ["a"], name: "n", domain: "my.own") }
        },
        HostileModel("an input that the pipeline does not know", ["unknown inputs extra"]) {
            try $0.append { $0.input("extra") }
        },
        HostileModel("the graph of another part", ["encoder.onnx: has no input mel", "past_keys"]) {
            try $0.write($0.bytes("decoder_step.onnx"), "encoder.onnx")
        },
    ]

    static let protobuf: [HostileModel] =
        [("text", Array("not a model at all".utf8)), ("0xFF", [UInt8](repeating: 0xFF, count: 5_000))].map {
            kind, bytes in
            HostileModel("\(kind) for a model", ["decoder_init.onnx: truncated or corrupt: "]) {
                try $0.write(bytes, "decoder_init.onnx")
            }
        }
        + [7, 1_000, 20_000, 21_000].map { count in
            HostileModel("a model cut after \(count) bytes", ["decoder_init.onnx: truncated or corrupt: "]) {
                try $0.resize("decoder_init.onnx", to: count)
            }
        } + [
            HostileModel("a Git LFS pointer for a model", ["encoder.onnx", "Git LFS pointer"]) {
                try $0.write(
                    Array("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n".utf8),
                    "encoder.onnx")
            },
            HostileModel("nesting 10,000 deep", ["decoder_init.onnx: messages are nested more than 64 deep"])
            {
                try $0.append { graph in
                    var inner: [UInt8] = []
                    for _ in 0..<10_000 {
                        inner = ModelWriter.message { outer in
                            outer.message(1) { node in
                                node.message(5) { $0.bytes(6, inner) }
                            }
                        }
                    }
                    graph.append(inner)
                }
            },
            HostileModel("a small file that unpacks to much", ["decoder_init.onnx: unpacks to more than"]) {
                // Empty nodes: two bytes each.
                try $0.append { graph in
                    graph.append([[UInt8]](repeating: [0x0A, 0x00], count: 2 << 20).flatMap { $0 })
                }
            },
        ]
        + [("NUL", [0x61, 0, 0x62]), ("invalid UTF-8", [0xC3, 0x28])].flatMap { kind, bytes in
            [(1, "an input of node"), (2, "an output of node"), (3, "a node's name")].map { field, place in
                HostileModel("\(kind) in \(place)", [place, "is not UTF-8 text without NUL"]) {
                    try $0.append { $0.message(1) { $0.bytes(field, bytes) } }
                }
            } + [
                HostileModel("\(kind) in a tensor's name", ["is not UTF-8 text without NUL"]) {
                    try $0.editTensor(inline) { $0.set(8) { $0.bytes(8, bytes) } }
                }
            ]
        }
}
