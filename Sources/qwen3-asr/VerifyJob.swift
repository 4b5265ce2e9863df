import Foundation
import Runtime
import Transcription
import Verification

/// A run of `qwen3-asr verify` over its models, with one pool of threads.
struct VerifyJob {
    private let settings: RunSettings
    private let options: Session.Options
    private let tolerance: Tolerance?
    var reference: URL?
    var audio: URL?
    var variant = Variant.auto
    var findsWrongNodes = false

    init(settings: RunSettings, tolerance: Tolerance?) throws(VerificationError) {
        self.settings = settings
        options = try settings.sessionOptions()
        self.tolerance = tolerance
    }

    /// - Throws: ``VerificationError`` or ``TranscriptionError``.
    func report(on model: String) async throws -> VerificationReport {
        let url = URL(filePath: model)
        var isDirectory: ObjCBool = false
        guard FileManager.default.fileExists(atPath: model, isDirectory: &isDirectory) else {
            throw VerificationError.missing("\(model): no such file or directory")
        }
        if !isDirectory.boolValue {
            let verifier = try GraphVerifier(file: url, options: options, tolerance: tolerance)
            return VerificationReport(
                model: model, settings: settings, checks: try verifier.checks(reference: reference),
                bisections: findsWrongNodes ? try bisections(verifier, reference) : [])
        }
        let verifier = try ModelVerifier(
            url, reference: reference, variant: variant, options: options, tolerance: tolerance, audio: audio)
        var bisections: [Bisection] = []
        if findsWrongNodes {
            for (file, dataSets) in try verifier.graphs() {
                let graph = try GraphVerifier(file: file, options: options, tolerance: tolerance)
                bisections += try self.bisections(graph, dataSets)
            }
        }
        return VerificationReport(
            model: model, settings: settings, checks: try await verifier.checks(), bisections: bisections)
    }

    /// Compares the ways to run a model directory.
    func selfCheck(of model: String) async throws -> VerificationReport {
        let check = SelfCheck(URL(filePath: model), variant: variant, threads: settings.threads)
        return VerificationReport(
            model: model, settings: SelfCheck.baseline, checks: try await check.checks())
    }

    private func bisections(
        _ verifier: GraphVerifier, _ reference: URL?
    ) throws(VerificationError) -> [Bisection] {
        let bisector = try Bisector(verifier, options: options)
        var bisections: [Bisection] = []
        for dataSet in DataSet.all(of: verifier.file, reference: reference) {
            bisections.append(try bisector.search(dataSet))
        }
        return bisections
    }
}

/// What `--json` prints for a model of which nothing could be compared.
struct FailureRecord: Encodable {
    struct Failure: Encodable {
        let code: Int32
        let message: String
    }

    let model: String
    let error: Failure

    init(_ model: String, _ error: any Error) {
        self.model = model
        self.error = Failure(code: ExitStatus(error).rawValue, message: "\(error)")
    }

    func line() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(self), as: UTF8.self) + "\n"
    }
}

extension StandardOutput {
    /// Reports, coloured where somebody sees them and wants that.
    static var verifyText: TextReport {
        let environment = ProcessInfo.processInfo.environment
        let wantsColor = (environment["NO_COLOR"] ?? "").isEmpty && environment["TERM"] != "dumb"
        return TextReport(isColored: isTerminal && wantsColor)
    }
}
