import Foundation
import Profiling
import TestSupport
import Testing
import Transcription

@Suite struct ProfileFileTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    private func file(_ text: String) throws -> String {
        try directory.write(text.utf8, "profile.json")
    }

    @Test func readsWhatItWrote() throws {
        let profile = TwoNodeProfile().profile
        let text = try ProfileFile.text(profile)
        #expect(try ProfileFile.read(file(text)) == profile)
        for key in ["\"instruction_set\"", "\"multiply_adds\"", "\"time_to_first_token\"", "\"memory_read\""]
        {
            #expect(text.contains(key))
        }
    }

    @Test func limitsAndLayersMayBeAbsent() throws {
        var sample = TwoNodeProfile()
        sample.limits = nil
        let profile = sample.profile
        let text = try ProfileFile.text(profile)
        #expect(!text.contains("limits"))
        let read = try ProfileFile.read(file(text))
        #expect(read == profile)
        #expect(read.nodes[1].layer == nil)
        // What other tools write for nothing.
        let null = text.replacingOccurrences(
            of: "\"kernel\" : \"Add\",", with: "\"kernel\":\"Add\",\"layer\":null,")
        #expect(try ProfileFile.read(file(null)) == profile)
    }

    @Test func missingFile() {
        let path = directory.path("none.json")
        #expect(throws: ProfilingError.missing("\(path): no such file")) {
            try ProfileFile.read(path)
        }
        #expect(throws: ProfilingError.missing("\(directory.url.path): is a directory")) {
            try ProfileFile.read(directory.url.path)
        }
    }

    @Test(arguments: [
        ("", "JSON"), ("{", "JSON"), ("[1]", "is no"), ("{}", "its schema is not qwen3-asr-profile"),
        (#"{"schema": "trace"}"#, "its schema is not"),
        (#"{"schema": "qwen3-asr-profile", "version": 7}"#, "version 7 of the schema"),
        (#"{"schema": "qwen3-asr-profile"}"#, "version 0 of the schema"),
        (#"{"schema": "qwen3-asr-profile", "version": 1}"#, "no engine"),
        (#"{"schema": 3, "version": 1}"#, "schema is no String"),
    ])
    func foreignFiles(text: String, message: String) throws {
        let path = try file(text)
        #expect {
            try ProfileFile.read(path)
        } throws: { error in
            guard case ProfilingError.file(let found) = error else { return false }
            return found.hasPrefix(path + ": ") && found.contains(message)
        }
    }

    @Test(arguments: [
        ("\"calls\" : 3", "\"calls\" : -3", "the node product has impossible counts"),
        ("\"bytes_read\" : 40000000", "\"bytes_read\" : 9223372036854775807", "impossible counts"),
        ("\"bytes_read\" : 40000000", "\"bytes_read\" : 1e40", "not a profile: "),
        ("\"calls\" : 3", "\"calls\" : \"many\"", "nodes[0].calls is no Int"),
        ("\"op\" : \"MatMul\",", "", "no nodes[0].op"),
        ("\"arithmetic\" : \"float32\"", "\"arithmetic\" : \"analog\"", "nodes[0].arithmetic"),
    ])
    func damagedFiles(old: String, new: String, message: String) throws {
        let text = try ProfileFile.text(TwoNodeProfile().profile)
        #expect(text.contains(old))
        let path = try file(text.replacingOccurrences(of: old, with: new))
        #expect {
            try ProfileFile.read(path)
        } throws: { error in
            guard case ProfilingError.file(let found) = error else { return false }
            return found.contains(message)
        }
    }

    @Test func timesOfOtherRepeats() throws {
        var profile = TwoNodeProfile().profile
        profile.nodes[0].times.removeLast()
        let path = try file(ProfileFile.text(profile))
        #expect(
            throws: ProfilingError.file("\(path): not a profile: 2 times of the node product, expected 3")
        ) {
            try ProfileFile.read(path)
        }
        profile = TwoNodeProfile().profile
        profile.stages[1].times[0] = -1
        let negative = try file(ProfileFile.text(profile))
        #expect(throws: ProfilingError.self) { try ProfileFile.read(negative) }
        profile = TwoNodeProfile().profile
        profile.total = []
        let empty = try file(ProfileFile.text(profile))
        #expect(throws: ProfilingError.self) { try ProfileFile.read(empty) }
    }
}
