/// Where the time of a transcription went, down to the nodes of the model's graphs.
///
/// Encoded it is the file that `qwen3-asr profile --json` writes; `docs/profiling.md` describes the schema.
/// Times are in seconds, memory is in bytes. Lists called `times` have an entry for each repeat of the
/// transcription; the time of loading is measured once.
///
/// For every stage of a repeat, the times of its nodes and its overheads add up to the stage's time.
public struct Profile: Sendable, Equatable {
    /// What ``schema`` must be.
    public static let schemaName = "qwen3-asr-profile"
    /// The version of the schema that this code writes and reads.
    public static let schemaVersion = 1

    /// ``schemaName``.
    public var schema = Profile.schemaName
    /// ``schemaVersion``.
    public var version = Profile.schemaVersion
    /// What ran the model.
    public var engine: Engine
    /// What was run.
    public var model: Model
    /// What it heard.
    public var audio: Audio
    /// What it understood.
    public var text: String
    /// Tokens read and written, of all segments.
    public var tokens: Tokens
    /// Where it ran.
    public var machine: Machine
    /// What it took of memory.
    public var memory: Memory
    /// From opening the audio to the text, without loading the model.
    public var total: [Double]
    /// From opening the audio to the first token.
    public var timeToFirstToken: [Double]
    /// The pipeline's stages in their order.
    public var stages: [Stage]
    /// The steps of the plans, in the order in which they first ran.
    public var nodes: [Node]
    /// What else the stages spent their time on.
    public var overheads: [Overhead]
    /// For each repeat the time of each decoding step.
    public var steps: [[Double]]
    /// Events of all repeats that found no room in the recorder; if there are any, times are incomplete.
    public var droppedEvents: Int
    /// What happened when in the last repeat; no part of the encoded profile.
    public var timeline: Timeline?

    package init(
        engine: Engine, model: Model, audio: Audio, text: String, tokens: Tokens, machine: Machine,
        memory: Memory, total: [Double], timeToFirstToken: [Double], stages: [Stage], nodes: [Node],
        overheads: [Overhead], steps: [[Double]], droppedEvents: Int, timeline: Timeline? = nil
    ) {
        self.engine = engine
        self.model = model
        self.audio = audio
        self.text = text
        self.tokens = tokens
        self.machine = machine
        self.memory = memory
        self.total = total
        self.timeToFirstToken = timeToFirstToken
        self.stages = stages
        self.nodes = nodes
        self.overheads = overheads
        self.steps = steps
        self.droppedEvents = droppedEvents
        self.timeline = timeline
    }
}

extension Profile: Codable {
    enum CodingKeys: String, CodingKey {
        case schema, version, engine, model, audio, text, tokens, machine, memory, total
        case timeToFirstToken = "time_to_first_token"
        case stages, nodes, overheads, steps
        case droppedEvents = "dropped_events"
    }
}
