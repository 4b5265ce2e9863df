extension Profile {
    /// What happened when in one transcription. Times are in seconds from its beginning.
    public struct Timeline: Sendable, Equatable {
        /// Names of the threads; the first is the one that the transcription ran on.
        public var threads: [String]
        /// Ordered by their beginnings, those that contain others first.
        public var events: [Event]

        package init(threads: [String], events: [Event]) {
            self.threads = threads
            self.events = events
        }
    }

    /// Something that took a thread some time.
    public struct Event: Sendable, Equatable {
        /// What it is.
        public enum Kind: String, Sendable, Equatable {
            /// A stage of the pipeline; on the first thread, as all but loops.
            case stage
            /// A named part of a stage that is not a node, such as the choice of a token.
            case overhead
            /// A call of a node.
            case node
            /// A thread's part in a loop of a node.
            case loop
            /// The first thread waiting for the others at the end of a loop.
            case waiting
        }

        /// What it is.
        public var kind: Kind
        /// Index of the thread.
        public var thread: Int
        /// Name of the stage, the overhead or the node; for loops and waiting that of the node they belong to.
        public var name: String
        /// When it began.
        public var start: Double
        /// How long it took.
        public var duration: Double
        /// Index in ``Profile/nodes`` of the node that it belongs to; nil for stages and overheads.
        public var node: Int?
        /// Shapes of the inputs of this call of a node.
        public var inputs: [[Int]]
        /// Shapes of its outputs.
        public var outputs: [[Int]]
        /// Multiply-adds of this call.
        public var multiplyAdds: Int
        /// Bytes of this call's operands.
        public var bytesRead: Int
        /// Bytes of this call's results.
        public var bytesWritten: Int

        package init(
            kind: Kind, thread: Int, name: String, start: Double, duration: Double, node: Int? = nil,
            inputs: [[Int]] = [], outputs: [[Int]] = [], multiplyAdds: Int = 0, bytesRead: Int = 0,
            bytesWritten: Int = 0
        ) {
            self.kind = kind
            self.thread = thread
            self.name = name
            self.start = start
            self.duration = duration
            self.node = node
            self.inputs = inputs
            self.outputs = outputs
            self.multiplyAdds = multiplyAdds
            self.bytesRead = bytesRead
            self.bytesWritten = bytesWritten
        }
    }
}
