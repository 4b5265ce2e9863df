extension Plan {
    /// For each step the number of the transformer's layer that it belongs to; nil outside of layers.
    ///
    /// Exporters name few nodes after layers, but weights: `layers.3.self_attn.q_norm.weight`. A step without
    /// such a weight belongs with the one before; a named weight of no layer ends the layers.
    package var layers: [Int?] {
        var current: Int?
        return steps.map { step in
            for case let id? in step.inputs where constants[id] != nil {
                let name = valueNames[id]
                if let layer = Self.layer(of: name) {
                    current = layer
                } else if name.hasSuffix(".weight") || name.hasSuffix(".bias") {
                    current = nil
                }
            }
            return current
        }
    }

    /// The number that follows `layers` or `layer` in a name divided by dots, slashes or underscores.
    static func layer(of name: String) -> Int? {
        let parts = name.split(whereSeparator: { $0 == "." || $0 == "/" || $0 == "_" })
        for (part, next) in zip(parts, parts.dropFirst()) where part == "layers" || part == "layer" {
            if let number = Int(next), number >= 0 { return number }
        }
        return nil
    }
}
