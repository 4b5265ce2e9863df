import Foundation
import Kernels
import TestSupport
import Testing
import Transcription
import Verification

/// Whole model directories with references by ONNX Runtime: every graph and data set, the spectrogram, prompts
/// and greedy tokens.
@Suite struct ReferenceModelTests {
    /// Values that each of the fixtures has at least; tests that compare nothing must not pass.
    static let fixtures = [("toy", 27), ("toy-fused", 26), ("toy-torchscript", 14)]

    @Test(arguments: fixtures, InstructionSet.supported)
    func fixture(fixture: (name: String, values: Int), instructionSet: InstructionSet) async throws {
        try await check(
            Fixtures.directory.appending(path: fixture.name), instructionSet, least: fixture.values)
    }

    @Test(
        .enabled(if: Fixtures.hasReferenceData), arguments: ["mini", "mini-fused"], InstructionSet.supported)
    func reference(name: String, instructionSet: InstructionSet) async throws {
        let data = try #require(Fixtures.referenceData)
        try await check(data.appending(path: "reference/\(name)"), instructionSet, least: 58)
    }

    private func check(_ directory: URL, _ instructionSet: InstructionSet, least: Int) async throws {
        for (fusion, threads) in [(true, 2), (false, 1)] {
            let settings = RunSettings(instructionSet: instructionSet, threads: threads, fusion: fusion)
            let checks = try await ModelVerifier(directory, options: settings.sessionOptions()).checks()
            #expect(checks.count >= least)
            for check in checks {
                #expect(check.passes, "\(settings): \(check)")
                guard case .tokens(let tokens) = check.outcome else { continue }
                #expect(tokens.count == 17)
                // Sums of float32 in another order do not decide between tokens of these models.
                if check.item.hasSuffix(".fp32") { #expect(tokens.differences.isEmpty, "\(check)") }
            }
        }
    }
}
