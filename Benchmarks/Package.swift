// swift-tools-version: 6.2
import PackageDescription

// Measures the kernels. The kernel targets are those of the package above, compiled here again: what they
// share with each other is not visible to other packages.

let swiftSettings: [SwiftSetting] = [
    .enableExperimentalFeature("Lifetimes"),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

func instructionSet(_ clangFlags: [String]) -> [SwiftSetting] {
    swiftSettings + [.unsafeFlags(clangFlags.flatMap { ["-Xcc", $0] })]
}

let package = Package(
    name: "benchmarks",
    dependencies: [
        // Without its traits, which count allocations and references: the kernels are measured by time alone.
        .package(url: "https://github.com/ordo-one/benchmark", from: "1.38.1", traits: [])
    ],
    targets: [
        .systemLibrary(name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),
        .target(name: "CSIMD"),
        .target(name: "Memory", swiftSettings: swiftSettings),
        .target(name: "Threading", dependencies: ["CSIMD"], swiftSettings: swiftSettings),
        .target(name: "KernelsPortable", dependencies: ["CSIMD"], swiftSettings: swiftSettings),
        .target(
            name: "KernelsAVX2", dependencies: ["CSIMD"],
            swiftSettings: instructionSet(["-mavx2", "-mfma", "-mf16c"])),
        .target(
            name: "KernelsAVX512", dependencies: ["CSIMD"],
            swiftSettings: instructionSet([
                "-mavx2", "-mfma", "-mf16c", "-mavx512f", "-mavx512bw", "-mavx512vl", "-mavx512vnni",
            ])),
        .target(
            name: "Kernels",
            dependencies: [
                "CSIMD", "KernelsPortable", "KernelsAVX2", "KernelsAVX512", "Memory", "Threading",
            ],
            swiftSettings: swiftSettings),
        .executableTarget(
            name: "kernel-times", dependencies: ["Kernels", "Threading", "COpenBLAS"],
            swiftSettings: swiftSettings),
        .executableTarget(
            name: "KernelBenchmarks",
            dependencies: ["Kernels", "Threading", .product(name: "Benchmark", package: "benchmark")],
            path: "KernelBenchmarks", swiftSettings: swiftSettings,
            plugins: [.plugin(name: "BenchmarkPlugin", package: "benchmark")]),
    ],
    swiftLanguageModes: [.v6]
)
