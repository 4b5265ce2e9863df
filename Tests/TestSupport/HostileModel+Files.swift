import Foundation
import Glibc

// Where values lie, and what is in place of files.
extension HostileModel {
    private static func location(
        _ location: String, offset: String? = "0", length: String? = "49152", _ fragments: [String]
    ) -> HostileModel {
        HostileModel(
            "external data at \(location.debugDescription), offset \(offset ?? "none"), "
                + "length \(length ?? "none")",
            ["decoder_init.onnx: tensor \"lm_head.weight\": "] + fragments
        ) { model in
            try model.editTensor(external) {
                $0.remove(13)
                $0.remove(14)
                $0.append { $0.external(location, offset: offset, length: length) }
            }
        }
    }

    static let externalData: [HostileModel] =
        [
            "", "/etc/hostname", "../decoder_weights.data", "a/../../decoder_weights.data", "..",
            "decoder_weights.data\0", "\0",
        ].map { location($0, [$0.debugDescription, "escapes the model directory"]) }
        + ["-1", "x", "1.5", "99999999999999999999"].flatMap { (number: String) in
            [
                location("decoder_weights.data", offset: number, ["offset \"\(number)\"", "not a number"]),
                location("decoder_weights.data", length: number, ["length \"\(number)\"", "not a number"]),
            ]
        } + [
            location("decoder_weights.data", offset: "98305", ["has 147456 bytes, needs 147457"]),
            location(
                "decoder_weights.data", offset: "9223372036854775807",
                ["has 147456 bytes, needs 9223372036854824959"]),
            location("decoder_weights.data", length: "49151", ["takes 49152 bytes, found 49151"]),
            location(
                "decoder_weights.data", length: "9223372036854775807",
                ["takes 49152 bytes, found 9223372036854775807"]),
            location("none.data", ["none.data", "No such file"]),
            location("folder", ["folder", "not a regular file"]).with { model in
                try FileManager.default.createDirectory(
                    at: model.file("folder"), withIntermediateDirectories: true)
            },
            location("fifo", ["fifo", "not a regular file"]).with { model in
                mkfifo(model.file("fifo").path, 0o600)
            },
        ]

    private func with(_ more: @escaping @Sendable (ModelCopy) throws -> Void) -> HostileModel {
        HostileModel(description, status: status, fragments) { model in
            try corrupt(model)
            try more(model)
        }
    }

    static let files: [HostileModel] =
        ModelCopy.files.filter { $0 != "decoder_weights.data" }.flatMap { name in
            [
                HostileModel("no \(name)", status: 66, [name, "o such file"]) { try $0.remove(name) },
                HostileModel("a FIFO for \(name)", [name, "not a regular file"]) { model in
                    try model.remove(name)
                    mkfifo(model.file(name).path, 0o600)
                },
                HostileModel("a device for \(name)", [name, "not a regular file"]) {
                    try $0.link(name, to: "/dev/zero")
                },
                HostileModel("a directory for \(name)", [name, "not a regular file"]) { model in
                    try model.remove(name)
                    try FileManager.default.createDirectory(
                        at: model.file(name), withIntermediateDirectories: true)
                },
            ]
        } + [
            HostileModel(
                "weights behind a link out of the directory",
                ["decoder_init.onnx", external, "\"decoder_weights.data\" escapes the model directory"]
            ) { model in
                try model.move("decoder_weights.data", to: "../elsewhere/decoder_weights.data")
                try model.link("decoder_weights.data", to: "../elsewhere/decoder_weights.data")
            },
            HostileModel(
                "weights behind a link to a device", [external, "escapes the model directory"]
            ) { try $0.link("decoder_weights.data", to: "/dev/zero") },
            HostileModel(
                "a link that leads to itself", [external, "decoder_weights.data", "symbolic links"]
            ) { try $0.link("decoder_weights.data", to: "decoder_weights.data") },
            HostileModel(
                "a data file that was cut", ["decoder_weights.data", "file has 40000 bytes, needs 49152"]
            ) { try $0.resize("decoder_weights.data", to: 40_000) },
            HostileModel(
                "an embedding table that was cut", ["embed_tokens.bin", "has 24575 bytes", "needs 24576"]
            ) { try $0.resize("embed_tokens.bin", to: 24_575) },
            HostileModel("an empty encoder", ["encoder.onnx: truncated or corrupt: the file is empty"]) {
                try $0.resize("encoder.onnx", to: 0)
            },
            HostileModel("a model of 2 GiB", ["decoder_step.onnx: truncated or corrupt: 2147483648 bytes"]) {
                try $0.resize("decoder_step.onnx", to: 1 << 31)
            },
            HostileModel("a tokenizer of 1 GiB", ["tokenizer.json: 1073741824 bytes are too many"]) {
                try $0.resize("tokenizer.json", to: 1 << 30)
            },
            HostileModel("a configuration of 1 GiB", ["config.json: 1073741824 bytes are too many"]) {
                try $0.resize("config.json", to: 1 << 30)
            },
        ]
}
