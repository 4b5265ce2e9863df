extension Profile {
    /// What ran the model.
    public struct Engine: Sendable, Equatable, Codable {
        /// `qwen3-asr`, or the name of another engine whose profile was converted.
        public var name: String
        /// The engine's version.
        public var version: String
        /// Instruction set of the kernels: `avx512`, `avx2` or `portable`.
        public var instructionSet: String
        /// Threads that took part.
        public var threads: Int
        /// Whether graphs were rewritten into faster ones.
        public var fusion: Bool

        enum CodingKeys: String, CodingKey {
            case name, version
            case instructionSet = "instruction_set"
            case threads, fusion
        }

        package init(name: String, version: String, instructionSet: String, threads: Int, fusion: Bool) {
            self.name = name
            self.version = version
            self.instructionSet = instructionSet
            self.threads = threads
            self.fusion = fusion
        }
    }

    /// The model that was run.
    public struct Model: Sendable, Equatable, Codable {
        /// Its directory.
        public var path: String
        /// `fp32` or `int4`.
        public var variant: String

        package init(path: String, variant: String) {
            self.path = path
            self.variant = variant
        }
    }

    /// The recording.
    public struct Audio: Sendable, Equatable, Codable {
        /// The file, or what stands for it.
        public var path: String
        /// In seconds.
        public var duration: Double

        package init(path: String, duration: Double) {
            self.path = path
            self.duration = duration
        }
    }

    /// Numbers of tokens.
    public struct Tokens: Sendable, Equatable, Codable {
        /// Those of the prompts, audio included.
        public var prompt: Int
        /// Those that the model chose, end tokens included.
        public var generated: Int

        package init(prompt: Int, generated: Int) {
            self.prompt = prompt
            self.generated = generated
        }
    }

    /// Memory of the process, in bytes.
    public struct Memory: Sendable, Equatable, Codable {
        /// Most that was resident at a time, mapped files included.
        public var peak: Int
        /// Resident at the end without mapped files.
        public var anonymous: Int

        package init(peak: Int, anonymous: Int) {
            self.peak = peak
            self.anonymous = anonymous
        }
    }

    /// The computer.
    public struct Machine: Sendable, Equatable, Codable {
        /// The processor's name.
        public var processor: String
        /// Processors that the process may use.
        public var cores: Int
        /// What it can do at most; nil if that was not measured.
        public var limits: Limits?

        package init(processor: String, cores: Int, limits: Limits? = nil) {
            self.processor = processor
            self.cores = cores
            self.limits = limits
        }
    }

    /// The most that a computer does per second, with the instruction set and threads of the profile.
    public struct Limits: Sendable, Equatable, Codable {
        /// Bytes read from memory.
        public var memoryRead: Double
        /// Operations on 32-bit floats, two for each multiply-add.
        public var float32: Double
        /// Operations on 8-bit integers, two for each multiply-add.
        public var int8: Double

        enum CodingKeys: String, CodingKey {
            case memoryRead = "memory_read"
            case float32, int8
        }

        package init(memoryRead: Double, float32: Double, int8: Double) {
            self.memoryRead = memoryRead
            self.float32 = float32
            self.int8 = int8
        }
    }
}
