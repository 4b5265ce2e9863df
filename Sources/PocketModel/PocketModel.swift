package import Foundation

/// The small model that comes with the package: English digits, spoken one after the other.
package enum PocketModel {
    /// Longest piece that it hears well, in seconds: most of what it was trained on was shorter.
    package static let segmentSeconds = 12.0

    /// A model directory. An installed program has it beside itself, where nothing of the build directory
    /// exists; anything else asks SwiftPM's bundle.
    package static let directory: URL = {
        let installed = Bundle.main.bundleURL.appending(path: "qwen3-asr_PocketModel.resources")
        let resources =
            FileManager.default.fileExists(atPath: installed.path)
            ? installed : Bundle.module.resourceURL ?? Bundle.module.bundleURL
        return resources.appending(path: "Resources/model")
    }()
}
