// swift-tools-version: 6.2
import PackageDescription

// MARK: Settings shared by the targets

let swiftSettings: [SwiftSetting] =
    [
        .enableExperimentalFeature("Lifetimes"),
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
    ] + (Context.environment["QWEN3_ASR_STRICT"] == nil ? [] : [.treatAllWarnings(as: .error)])

/// Flags that let Swift code of one target use an instruction set. Only the kernel targets of that set get
/// them: anything generic compiled with them could be shared with the rest of the program by the linker.
func instructionSet(_ clangFlags: [String]) -> [SwiftSetting] {
    #if arch(x86_64)
        return swiftSettings + [.unsafeFlags(clangFlags.flatMap { ["-Xcc", $0] })]
    #else
        return swiftSettings
    #endif
}

/// Elsewhere the kernel targets of x86-64 are empty: what they share has no vectors to use there.
#if arch(x86_64)
    let foreignSources: [String] = []
#else
    let foreignSources = ["Products", "Rows"]
#endif

func library(_ name: String, _ dependencies: [Target.Dependency], resources: [Resource]? = nil) -> Target {
    .target(name: name, dependencies: dependencies, resources: resources, swiftSettings: swiftSettings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(
        name: name + "Tests", dependencies: dependencies + ["TestSupport"], swiftSettings: swiftSettings)
}

let package = Package(
    name: "qwen3-asr",
    products: [
        .library(name: "Transcription", targets: ["Transcription"]),
        .executable(name: "qwen3-asr", targets: ["qwen3-asr"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2")
    ],
    targets: [
        // MARK: System libraries

        .systemLibrary(
            name: "CProtobufC", pkgConfig: "libprotobuf-c", providers: [.apt(["libprotobuf-c-dev"])]),
        .systemLibrary(name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),
        .systemLibrary(name: "CSndFile", pkgConfig: "sndfile", providers: [.apt(["libsndfile1-dev"])]),
        .systemLibrary(name: "CSoxr", pkgConfig: "soxr", providers: [.apt(["libsoxr-dev"])]),

        // MARK: C targets: generated protobuf code, intrinsics, a signal handler

        .target(name: "COnnxProto", dependencies: ["CProtobufC"]),
        .target(name: "CSIMD"),
        .target(name: "CMappedFaults"),

        // MARK: Memory, threads, model files

        library("Threading", ["CSIMD"]),
        library("Memory", []),
        library("Tensors", ["CMappedFaults", "Memory", "Threading"]),
        library("ONNXFormat", ["COnnxProto", "CProtobufC", "Tensors"]),

        // MARK: Kernels, one target per instruction set

        .target(name: "KernelsPortable", dependencies: ["CSIMD"], swiftSettings: swiftSettings),
        .target(
            name: "KernelsAVX2", dependencies: ["CSIMD"], exclude: foreignSources,
            swiftSettings: instructionSet(["-mavx2", "-mfma", "-mf16c"])),
        .target(
            name: "KernelsAVX512", dependencies: ["CSIMD"], exclude: foreignSources,
            swiftSettings: instructionSet([
                "-mavx2", "-mfma", "-mf16c", "-mavx512f", "-mavx512bw", "-mavx512vl", "-mavx512vnni",
            ])),
        library(
            "Kernels",
            ["CSIMD", "KernelsPortable", "KernelsAVX2", "KernelsAVX512", "Memory", "Threading"]),

        // MARK: Running graphs

        library("Operators", ["Tensors", "Threading", "Kernels", "COpenBLAS"]),
        library("Runtime", ["ONNXFormat", "Operators", "Tensors", "Threading", "Kernels"]),

        // MARK: From audio to text

        library("Audio", ["CSndFile", "CSoxr", "COpenBLAS"]),
        library("Tokenization", []),
        library(
            "PocketModel", [],
            resources: [.copy("Resources")]),
        library(
            "Transcription",
            [
                "Runtime", "Operators", "Tensors", "Threading", "Memory", "Kernels", "Audio", "Tokenization",
                "PocketModel",
            ]),

        // MARK: Looking at models

        library("Reports", []),
        library(
            "Verification",
            [
                "Transcription", "Runtime", "Operators", "ONNXFormat", "Tensors", "Threading", "Kernels",
                "Audio", "Tokenization", "Reports",
            ]),
        library(
            "Inspection",
            ["Transcription", "Runtime", "Operators", "ONNXFormat", "Tensors", "Threading", "Reports"]),
        library("Profiling", ["Transcription", "Kernels", "Tensors", "Threading", "Reports"]),

        // MARK: The command

        .executableTarget(
            name: "qwen3-asr",
            dependencies: [
                "Inspection", "Kernels", "Profiling", "Runtime", "Tensors", "Threading", "Transcription",
                "Verification",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: swiftSettings),

        // MARK: Tests

        .target(
            name: "TestSupport", dependencies: ["ONNXFormat", "Tensors"], path: "Tests/TestSupport",
            swiftSettings: swiftSettings),
        tests("Threading", ["Threading"]),
        tests("Memory", ["Memory", "Threading"]),
        tests("Tensors", ["Tensors"]),
        tests("ONNXFormat", ["ONNXFormat", "Tensors"]),
        tests("Kernels", ["Kernels", "Threading"]),
        tests("Operators", ["Operators", "Kernels", "Tensors", "Threading"]),
        tests("Runtime", ["Kernels", "Runtime", "Operators", "ONNXFormat", "Tensors", "Threading"]),
        tests("Audio", ["Audio"]),
        tests("Tokenization", ["Tokenization"]),
        tests("Transcription", ["Transcription", "Audio", "Tokenization", "PocketModel"]),
        tests(
            "Verification", ["Verification", "Transcription", "Runtime", "ONNXFormat", "Tensors", "Kernels"]),
        tests("Inspection", ["Inspection", "Transcription", "Runtime"]),
        tests("Profiling", ["Profiling", "Transcription", "Kernels", "Threading"]),
        tests("CommandLine", ["qwen3-asr"]),
    ],
    swiftLanguageModes: [.v6]
)
