/// All that was compared of a graph or a model directory.
package struct VerificationReport: Sendable {
    /// The model as the user named it.
    package let model: String
    package let settings: RunSettings
    package let checks: [Check]
    /// Empty if no wrong nodes were looked for.
    package let bisections: [Bisection]

    package init(
        model: String, settings: RunSettings, checks: [Check], bisections: [Bisection] = []
    ) {
        self.model = model
        self.settings = settings
        self.checks = checks
        self.bisections = bisections
    }

    /// Whether something was compared and nothing is wrong.
    package var passes: Bool {
        !checks.isEmpty && checks.allSatisfy(\.passes) && bisections.allSatisfy { $0.culprit == nil }
    }
}
