import Foundation
import Profiling
import TestSupport
import Testing
import Transcription

@Suite struct LimitCacheTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    @Test func whatWasStoredIsFound() throws {
        let file = directory.file("folder/limits.json")
        let cache = LimitCache(file: file)
        #expect(cache.limits(instructionSet: "avx2", threads: 2) == nil)
        let limits = Profile.Limits(memoryRead: 1, float32: 5, int8: 3)
        cache.store(limits, instructionSet: "avx2", threads: 2)
        #expect(cache.limits(instructionSet: "avx2", threads: 2) == limits)
        #expect(cache.limits(instructionSet: "avx2", threads: 1) == nil)
        #expect(cache.limits(instructionSet: "avx512", threads: 2) == nil)
        // Of each the best.
        let others = Profile.Limits(memoryRead: 2, float32: 4, int8: 3)
        cache.store(others, instructionSet: "avx2", threads: 2)
        let best = Profile.Limits(memoryRead: 2, float32: 5, int8: 3)
        #expect(cache.limits(instructionSet: "avx2", threads: 2) == best)
        // Another run of the machine, and a damaged file.
        let text = try String(contentsOf: file, encoding: .utf8)
        let boot = try String(contentsOfFile: "/proc/sys/kernel/random/boot_id", encoding: .utf8)
            .trimmingCharacters(in: .whitespacesAndNewlines)
        try text.replacingOccurrences(of: boot, with: "another").write(
            to: file, atomically: true, encoding: .utf8)
        #expect(cache.limits(instructionSet: "avx2", threads: 2) == nil)
        try "{".write(to: file, atomically: true, encoding: .utf8)
        #expect(cache.limits(instructionSet: "avx2", threads: 2) == nil)
    }
}
