import Foundation
import TestSupport
import Testing
import Transcription

/// Profiles of the bundled model, through the public library.
@Suite struct ProfileTests {
    private let speech = Fixtures.directory.appending(path: "speech/four-two-seven.wav")

    private func transcriber(fusion: Bool = true, threads: Int = 2) async throws -> Transcriber {
        var options = Transcriber.Options()
        options.threads = threads
        options.fusion = fusion
        return try await .pocket(options: options)
    }

    private func profile(
        _ transcriber: Transcriber, _ detail: ProfileDetail = .totals
    ) async throws -> Profile {
        var options = TranscriptionOptions()
        options.profile = detail
        return try #require(try await transcriber.transcribe(.file(speech), options: options).profile)
    }

    @Test func nothingIsRecordedUnlessAskedFor() async throws {
        #expect(try await transcriber().transcribe(.file(speech)).profile == nil)
    }

    @Test(arguments: [true, false], [1, 2])
    func nodesAndOverheadsAddUp(fusion: Bool, threads: Int) async throws {
        let transcriber = try await transcriber(fusion: fusion, threads: threads)
        let expected = ["load", "audio", "mel", "encode", "prefill", "decode", "text"]
        // Of all repeats. Other programs may take the processor away between two events, which belongs to none, so
        // a stage is repeated until it was once left alone.
        var best: [String: Double] = [:]
        for _ in 0..<200 where best.count < expected.count || best.values.contains(where: { $0 <= 0.97 }) {
            let profile = try await profile(transcriber)
            #expect(profile.droppedEvents == 0)
            #expect(profile.stages.map(\.name) == expected)
            for (stage, share) in sharesOfStages(profile) {
                #expect(share <= 1 + 1e-6, "\(stage)")
                best[stage] = max(best[stage] ?? 0, share)
            }
            for node in profile.nodes {
                #expect(zip(node.waiting, node.times).allSatisfy { $0 >= 0 && $0 <= $1 })
                if threads == 1 { #expect(node.waiting.allSatisfy { $0 == 0 }) }
            }
        }
        for stage in expected { #expect((best[stage] ?? 0) > 0.97, "\(stage)") }
    }

    /// The part of each stage's time that is some node's or overhead's.
    private func sharesOfStages(_ profile: Profile) -> [(stage: String, share: Double)] {
        profile.stages.map { stage in
            let nodes = profile.nodes.filter { $0.stage == stage.name }.flatMap(\.times)
            let overheads = profile.overheads.filter { $0.stage == stage.name }.flatMap(\.times)
            return (stage.name, (nodes + overheads).reduce(0, +) / stage.times.reduce(0, +))
        }
    }

    @Test func repeatsAreMerged() async throws {
        let transcriber = try await transcriber()
        let repeats = try await [profile(transcriber), profile(transcriber)]
        let merged = try #require(Profile.merging(repeats))
        #expect(merged.stages.map(\.name) == repeats[0].stages.map(\.name))
        for (index, stage) in merged.stages.enumerated() where stage.name != "load" {
            #expect(stage.times == repeats.flatMap { $0.stages[index].times })
        }
        #expect(merged.nodes.allSatisfy { $0.times.count == 2 })
    }

    @Test func countsAreThoseOfTheModel() async throws {
        let profile = try await profile(transcriber())
        #expect(profile.text == "four two seven")
        #expect(profile.engine.fusion && profile.engine.threads == 2)
        #expect(profile.model.variant == "int4")
        #expect(profile.audio.duration == 1.7495)
        // Six tokens and the end.
        #expect(profile.tokens.generated == 7)
        #expect(profile.steps.map(\.count) == [6])
        #expect(profile.memory.peak > profile.memory.anonymous && profile.memory.anonymous > 0)
        #expect(profile.timeToFirstToken[0] > 0 && profile.timeToFirstToken[0] < profile.total[0])
        #expect(profile.timeline == nil)
        let int4 = profile.nodes.filter { $0.arithmetic == .int8 }
        #expect(Set(int4.map(\.kernel)) == ["int4 row", "int4 tiles"])
        // Three layers of hidden size 128: queries and what attention gives 128 × 128 each, keys and values 128 ×
        // 64 each, gate, up and down 128 × 384 each; and the vocabulary of 384.
        let (projections, others) = (128 * 128 + 2 * 128 * 64, 128 * 128 + 3 * 128 * 384)
        let decode = int4.filter { $0.stage == "decode" }
        #expect(
            decode.reduce(0) { $0 + $1.multiplyAdds } == 6 * (3 * (projections + others) + 128 * 384))
        #expect(decode.allSatisfy { $0.kernel == "int4 row" && $0.calls == 6 })
        // Of the last layer only the last position goes on after attention.
        let prefill = int4.filter { $0.stage == "prefill" }
        #expect(
            prefill.reduce(0) { $0 + $1.multiplyAdds }
                == profile.tokens.prompt * (3 * projections + 2 * others) + others)
        #expect(Set(profile.nodes.filter { $0.stage == "decode" }.compactMap(\.layer)) == [0, 1, 2])
    }

    @Test func fusionKeepsTheProducts() async throws {
        let fused = try await profile(transcriber())
        let plain = try await profile(transcriber(fusion: false))
        #expect(!plain.engine.fusion)
        let counts = [fused, plain].map { profile in
            profile.nodes.filter { $0.stage == "decode" && $0.arithmetic == .int8 }
                .reduce(0) { $0 + $1.multiplyAdds }
        }
        #expect(counts[0] == counts[1])
        #expect(plain.nodes.count > 2 * fused.nodes.count)
    }

    @Test func timelineNests() async throws {
        let profile = try await profile(transcriber(), .timeline)
        let timeline = try #require(profile.timeline)
        #expect(timeline.threads == ["transcription", "worker 1"])
        let calls = timeline.events.filter { $0.kind == .node }
        #expect(calls.count == profile.nodes.reduce(0) { $0 + $1.calls })
        #expect(
            calls.reduce(0) { $0 + $1.multiplyAdds } == profile.nodes.reduce(0) { $0 + $1.multiplyAdds })
        let stages = timeline.events.filter { $0.kind == .stage }
        for event in timeline.events {
            #expect(event.start >= 0 && event.duration >= 0)
            #expect(timeline.threads.indices.contains(event.thread))
            if event.thread != 0 { #expect(event.kind == .loop) }
            guard event.kind != .stage else { continue }
            #expect(
                stages.contains {
                    $0.start <= event.start + 1e-9
                        && event.start + event.duration <= $0.start + $0.duration + 1e-9
                })
            #expect((event.node == nil) == (event.kind == .overhead))
        }
        for (event, next) in zip(timeline.events, timeline.events.dropFirst()) {
            #expect(event.start <= next.start)
        }
        // Loops belong to a call of the node that they name.
        for loop in timeline.events where loop.kind == .loop || loop.kind == .waiting {
            #expect(
                calls.contains {
                    $0.node == loop.node && $0.start <= loop.start + 1e-9
                        && loop.start + loop.duration <= $0.start + $0.duration + 1e-9
                })
        }
    }

    /// Recording must not change what is computed; tasks that share a transcriber do not disturb each other.
    @Test func recordingTasksShareATranscriber() async throws {
        let transcriber = try await transcriber()
        let texts = try await withThrowingTaskGroup(of: (String, Int).self) { group in
            for _ in 0..<4 {
                group.addTask {
                    let profile = try await profile(transcriber)
                    return (profile.text, profile.nodes.reduce(0) { $0 + $1.calls })
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(texts.map(\.0) == [String](repeating: "four two seven", count: 4))
        #expect(Set(texts.map(\.1)).count == 1)
    }
}
