import Kernels
import Profiling
import Testing
import Threading
import Transcription

@Suite struct ProfileTextTests {
    @Test func rowsOfEachGrouping() {
        let profile = TwoNodeProfile().profile
        #expect(profile.rows(by: .op).map(\.name) == ["MatMul", "Add", "choosing tokens"])
        #expect(profile.rows(by: .kernel).map(\.name) == ["float32 tiles", "Add", "choosing tokens"])
        #expect(profile.rows(by: .layer).map(\.name) == ["layer 0", "outside of layers", "choosing tokens"])
        #expect(profile.rows(by: .node).map(\.name) == ["product", "sum", "choosing tokens"])
        #expect(profile.rows(by: .op, stage: "encode").isEmpty)
        var twice = profile
        twice.nodes.append(twice.nodes[0])
        let row = twice.rows(by: .op)[0]
        #expect(row.calls == 6)
        #expect(zip(row.times, profile.nodes[0].times).allSatisfy { abs($0 - 2 * $1) < 1e-12 })
        #expect(row.work.float32Operations == 4_000_000)
        #expect(row.work.bytes == 100_000_000)
    }

    /// 50 MB at 10 GB/s are 5 ms, 2 MFLOP at 100 GFLOP/s 20 µs.
    @Test func whatBindsIsTheLongerTime() throws {
        let limits = try #require(TwoNodeProfile().limits)
        var work = Work()
        #expect(work.bound(limits) == nil)
        work.bytesRead = 40e6
        work.bytesWritten = 10e6
        work.float32Operations = 2e6
        let memory = try #require(work.bound(limits))
        #expect(memory.limit == .memory && abs(memory.seconds - 5e-3) < 1e-12)
        work.float32Operations = 2e9
        let float32 = try #require(work.bound(limits))
        #expect(float32.limit == .float32 && abs(float32.seconds - 20e-3) < 1e-12)
        work.int8Operations = 16e9
        let int8 = try #require(work.bound(limits))
        #expect(int8.limit == .int8 && abs(int8.seconds - 60e-3) < 1e-12)
    }

    @Test func reportSaysWhatItShould() throws {
        let text = ProfileText(TwoNodeProfile().profile).text
        for part in [
            "speech.wav, 2.00 s: hello", "/models/small (int4), qwen3-asr 1, avx2, 2 threads",
            "load", "all but load  41.0 ms", "real-time factor 0.0205", "97.6 tokens/s", "2.00 GB", "100 MB",
            "memory read 10.0 GB/s, float32 100 GFLOP/s, int8 400 GOP/s", "medians of 3 runs",
        ] { #expect(text.contains(part), "\(part) in:\n\(text)") }
        let lines = text.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
        let product = try #require(lines.first { $0.starts(with: ["decode", "MatMul"]) })
        // Calls, time, spread, share, mean, GFLOP/s, GB/s, waiting, percent of the limit.
        #expect(
            product.dropFirst(2).joined(separator: " ")
                == "3 30.0 ms 1.00 ms 73 % 10.0 ms 0.0667 1.67 25 % 17 % memory")
        #expect(text.contains("(choosing tokens)"))
        #expect(!text.contains("not fused"))
    }

    @Test func topAndStage() {
        let profile = TwoNodeProfile().profile
        let short = ProfileText(profile, by: .node, top: 1).text
        #expect(short.contains("product") && short.contains("1×8, 8×4 → 1×4"))
        #expect(!short.contains("choosing tokens"))
        #expect(short.contains("and 2 more, 11.0 ms together (--top)"))
        #expect(!ProfileText(profile, stage: "encode").text.contains("MatMul"))
        #expect(ProfileText(profile, stage: "decode").text.contains("MatMul"))
    }

    @Test func droppedEventsAreTold() {
        var profile = TwoNodeProfile().profile
        profile.droppedEvents = 3
        #expect(ProfileText(profile).text.contains("warning: 3 events found no room"))
    }

    @Test(arguments: InstructionSet.supported)
    func limitsAreMeasured(instructionSet: InstructionSet) {
        let limits = LimitMeasurement(KernelTable(instructionSet), on: ThreadPool(threads: 1)).measure()
        // A processor that does less, or more, than these is none that this can run on.
        for limit in [limits.memoryRead, limits.float32, limits.int8] { #expect(limit > 1e7 && limit < 1e15) }
    }

    @Test func repeatsAreMerged() throws {
        func one(_ time: Double) -> Profile {
            var sample = TwoNodeProfile()
            (sample.products, sample.sums) = ([time], [time / 2])
            return sample.profile
        }
        var last = one(3)
        last.droppedEvents = 2
        // A node that only this repeat had.
        var extra = last.nodes[0]
        extra.name = "extra"
        last.nodes.append(extra)
        let merged = try #require(Profile.merging([one(1), one(2), last]))
        #expect(merged.nodes.map(\.times) == [[1, 2, 3], [0.5, 1, 1.5], [0, 0, 3]])
        #expect(merged.nodes[0].waiting == [0.25, 0.5, 0.75])
        #expect(merged.stages.map(\.times.count) == [1, 3])
        #expect(merged.overheads[0].times.count == 3)
        #expect(merged.total.count == 3 && merged.steps.count == 3)
        #expect(merged.droppedEvents == 2)
        #expect(merged.nodes[0].calls == 3)
        #expect(Profile.merging([]) == nil)
    }
}
