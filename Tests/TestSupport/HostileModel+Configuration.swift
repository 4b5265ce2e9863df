import ONNXFormat

// What contradicts the graphs, or itself.
extension HostileModel {
    private static func tokenizer(
        _ description: String, _ old: String, _ new: String, _ fragments: [String]
    ) -> HostileModel {
        HostileModel("a tokenizer with " + description, ["tokenizer.json: "] + fragments) {
            try $0.replace(old, by: new, in: "tokenizer.json")
        }
    }

    static let tokenizers: [HostileModel] = [
        tokenizer("an id past its own end", #""id": 383"#, #""id": 384"#, ["<asr_text>", "384", "383"]),
        tokenizer(
            "more tokens than the vocabulary", #""added_tokens": ["#,
            #"""
            "added_tokens": [{"id": 384, "content": "<extra>", "single_word": false, "lstrip": false,
            "rstrip": false, "normalized": false, "special": true},
            """#, ["has 385 tokens", "decoder.vocab_size 384 of config.json"]),
        tokenizer("an id that is text", #""id": 383"#, #""id": "383""#, ["added_tokens", "id", "\"383\""]),
        tokenizer("a negative id", #""id": 383"#, #""id": -1"#, ["added_tokens", "-1"]),
        tokenizer(
            "merges of another type", #""merges": ["#, #""merges": 1, "x": ["#, ["model.merges", "number 1"]),
        tokenizer(
            "a merge of unknown tokens", #""merges": ["#, #""merges": ["中 z", "#,
            ["model.merges[0]", "中", "not in model.vocab"]),
        tokenizer("another model", #""type": "BPE""#, #""type": "Unigram""#, ["model.type", "Unigram"]),
        HostileModel("a tokenizer that was cut", ["tokenizer.json: not valid JSON at byte "]) {
            try $0.resize("tokenizer.json", to: 5_000)
        },
        HostileModel("a tokenizer nested 10,000 deep", ["tokenizer.json: not valid JSON", "nested"]) {
            try $0.write(
                Array(("{\"normalizer\": " + String(repeating: "[", count: 10_000)).utf8), "tokenizer.json")
        },
        HostileModel(
            "a pattern that takes exponential time",
            ["tokenizer.json: a pattern of the tokenizer's pre_tokenizer takes more than"]
        ) { model in
            // Every way to divide a word into groups of groups is tried before it is clear that none ends in "!".
            let pattern =
                String(repeating: "(?:", count: 8) + "[a-z]+" + String(repeating: ")+", count: 8) + "!"
            try model.replace(
                #""pretokenizers": ["#,
                by: #"""
                    "pretokenizers": [{"type": "Split", "pattern": {"Regex": "\#(pattern)"},
                    "behavior": "Isolated", "invert": false},
                    """#, in: "tokenizer.json")
        },
    ]

    private static func configuration(
        _ old: String, _ new: String, _ fragments: [String],
        _ more: @escaping @Sendable (ModelCopy) throws -> Void = { _ in }
    ) -> HostileModel {
        HostileModel("config.json with \(new)", fragments) {
            try $0.replace(old, by: new, in: "config.json")
            try more($0)
        }
    }

    private static func contradiction(
        _ field: String, _ value: Int, _ new: Int, in place: String,
        _ more: @escaping @Sendable (ModelCopy) throws -> Void = { _ in }
    ) -> HostileModel {
        configuration(
            "\"\(field)\": \(value)", "\"\(field)\": \(new)",
            ["\(place) has \(value) along axis", "decoder.\(field) of config.json makes it \(new)"], more)
    }

    static let configurations: [HostileModel] =
        [
            configuration(
                "\"num_layers\": 2,\n    \"hidden_size\": 32,\n    \"num_attention_heads\"",
                "\"num_layers\": 3,\n    \"hidden_size\": 32,\n    \"num_attention_heads\"",
                ["input past_keys has 2 along axis 0", "decoder.num_layers of config.json makes it 3"]),
            contradiction("num_key_value_heads", 1, 2, in: "decoder_step.onnx: input past_keys"),
            contradiction("head_dim", 32, 16, in: "decoder_step.onnx: input past_keys"),
            contradiction("vocab_size", 384, 400, in: "decoder_init.onnx: output logits") {
                try $0.resize("embed_tokens.bin", to: 400 * 32 * 2)
            },
            HostileModel(
                "config.json with another hidden size",
                ["encoder.onnx: output audio_features has 32 along axis 2", "decoder.hidden_size", "64"]
            ) {
                try $0.replace("\"output_dim\": 32", by: "\"output_dim\": 64", in: "config.json")
                try $0.setHiddenSize(64)
                try $0.resize("embed_tokens.bin", to: 384 * 64 * 2)
            },
            HostileModel(
                "config.json with two hidden sizes",
                ["config.json: encoder.output_dim is 32 but decoder.hidden_size is 64"]
            ) { try $0.setHiddenSize(64) },
            HostileModel(
                "a wider vocabulary than graphs without declared shapes give",
                ["decoder_init: output logits is float32 [1, ", ", 384]", "float32 [1, ?, 400]"]
            ) { model in
                for name in ["decoder_init.onnx", "decoder_step.onnx"] {
                    try model.editGraph(name) { $0.edit(12, naming: (1, "logits")) { $0.remove(2) } }
                }
                try model.replace("\"vocab_size\": 384", by: "\"vocab_size\": 400", in: "config.json")
                try model.resize("embed_tokens.bin", to: 400 * 32 * 2)
            },
        ] + [
            configuration(
                "\"vocab_size\": 384", "\"vocab_size\": 400",
                ["embed_tokens.bin: has 24576 bytes", "[400, 32] of config.json needs 25600"]),
            configuration(
                "\"num_mel_bins\": 128", "\"num_mel_bins\": 80",
                ["config.json: encoder.num_mel_bins is 80", "128"]),
            configuration(
                "\"num_attention_heads\": 2", "\"num_attention_heads\": 0",
                ["config.json: decoder.num_attention_heads is 0"]),
            configuration(
                "\"num_key_value_heads\": 1", "\"num_key_value_heads\": 3",
                ["config.json: decoder.num_attention_heads is 2", "decoder.num_key_value_heads 3"]),
            configuration(
                "\"vocab_size\": 384", "\"vocab_size\": 9223372036854775807",
                ["config.json: decoder.vocab_size is 9223372036854775807"]),
            configuration(
                "\"vocab_size\": 384", "\"vocab_size\": 1.5",
                ["config.json: not valid JSON, or a number in it is too large or not whole"]),
            configuration(
                "\"head_dim\": 32", "\"head_dim\": \"32\"", ["config.json: decoder.head_dim: is not Int"]),
            configuration("\"head_dim\": 32,", "", ["config.json: decoder.head_dim: is missing"]),
            configuration(
                "\"asr_text_token_id\": 383", "\"asr_text_token_id\": 384",
                ["config.json: special_tokens.asr_text_token_id is 384", "decoder.vocab_size 384"]),
            configuration(
                "\"audio_pad_token_id\": 382", "\"audio_pad_token_id\": -1",
                ["config.json: special_tokens.audio_pad_token_id is -1"]),
            configuration(
                "\"embed_tokens_dtype\": \"float16\"", "\"embed_tokens_dtype\": \"int8\"",
                ["config.json: embed_tokens_dtype is int8", "float16"]),
            configuration(
                "\"embed_tokens_dtype\": \"float16\"", "\"embed_tokens_dtype\": \"float32\"",
                ["embed_tokens.bin: has 24576 bytes", "float32[384, 32]", "needs 49152"]),
            configuration("\"model_type\": ", "\"model_type\" ", ["config.json: "]),
            HostileModel("config.json nested 10,000 deep", ["config.json: "]) {
                try $0.write(
                    Array(("{\"encoder\": " + String(repeating: "[", count: 10_000)).utf8), "config.json")
            },
        ]
}

extension ModelCopy {
    /// The decoder's; the encoder's field of that name is not read.
    fileprivate func setHiddenSize(_ size: Int) throws {
        try replace(
            "\"hidden_size\": 32,\n    \"num_attention_heads\"",
            by: "\"hidden_size\": \(size),\n    \"num_attention_heads\"", in: "config.json")
    }
}
