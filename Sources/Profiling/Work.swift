package import Transcription

/// Arithmetic and memory traffic.
package struct Work: Sendable, Equatable {
    /// Operations on floats, two for each multiply-add.
    package var float32Operations = 0.0
    /// Operations on 8-bit integers, two for each multiply-add.
    package var int8Operations = 0.0
    package var bytesRead = 0.0
    package var bytesWritten = 0.0

    package init() {}

    package var bytes: Double { bytesRead + bytesWritten }

    package mutating func add(_ node: Profile.Node) {
        switch node.arithmetic {
        case .float32: float32Operations += 2 * Double(node.multiplyAdds)
        case .int8: int8Operations += 2 * Double(node.multiplyAdds)
        case .none: break
        }
        bytesRead += Double(node.bytesRead)
        bytesWritten += Double(node.bytesWritten)
    }

    /// What limits the work on a computer, and the least time in seconds that this leaves; nil if there is
    /// nothing to do.
    ///
    /// Memory and arithmetic are taken to overlap wholly, floats and integers not at all.
    package func bound(_ limits: Profile.Limits) -> (limit: Limit, seconds: Double)? {
        let memory = limits.memoryRead > 0 ? bytes / limits.memoryRead : 0
        let float32 = limits.float32 > 0 ? float32Operations / limits.float32 : 0
        let int8 = limits.int8 > 0 ? int8Operations / limits.int8 : 0
        guard memory > 0 || float32 + int8 > 0 else { return nil }
        if memory >= float32 + int8 { return (.memory, memory) }
        return (int8 >= float32 ? .int8 : .float32, float32 + int8)
    }
}

/// What work can be bound by.
package enum Limit: String, Sendable, CaseIterable {
    case memory
    case float32
    case int8
}
