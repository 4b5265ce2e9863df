/// What ``WireReducer`` does with a field.
enum WireRule {
    /// Not read by this engine, or not known.
    case drop
    /// Copied as it is.
    case keep
    /// `raw_data`: replaced by its place in the file.
    case payload
    /// A message of which only the presence matters: replaced by an empty one.
    case presence
    /// A message that occurs at most once.
    case one(WireMessage)
    case many(WireMessage)
}

/// The messages of `tools/onnx/onnx.proto` and which of their fields that file declares.
enum WireMessage {
    case model, operatorSet, stringEntry, function, graph, node, attribute, tensor, sparseTensor, valueInfo,
        type, tensorType, shape, dimension

    func rule(_ number: Int) -> WireRule {
        switch self {
        case .model:
            switch number {
            case 1...5: .keep
            case 7: .one(.graph)
            case 8: .many(.operatorSet)
            case 14: .many(.stringEntry)
            case 25: .many(.function)
            default: .drop
            }
        case .graph:
            switch number {
            case 1: .many(.node)
            case 2: .keep
            case 5: .many(.tensor)
            case 11, 12, 13: .many(.valueInfo)
            case 15: .many(.sparseTensor)
            default: .drop
            }
        case .node:
            switch number {
            case 1...4, 7: .keep
            case 5: .many(.attribute)
            default: .drop
            }
        case .attribute:
            switch number {
            case 1...4, 7...9, 20, 21: .keep
            case 5: .one(.tensor)
            case 6: .one(.graph)
            case 10: .many(.tensor)
            case 11: .many(.graph)
            default: .drop
            }
        case .tensor:
            switch number {
            case 1, 2, 4, 5, 7, 8, 10, 11, 14: .keep
            case 3: .presence
            case 9: .payload
            case 13: .many(.stringEntry)
            default: .drop
            }
        case .type:
            switch number {
            case 1: .one(.tensorType)
            case 4, 5, 7, 8, 9: .presence
            default: .drop
            }
        case .tensorType: number == 1 ? .keep : number == 2 ? .one(.shape) : .drop
        case .valueInfo: number == 1 ? .keep : number == 2 ? .one(.type) : .drop
        case .shape: number == 1 ? .many(.dimension) : .drop
        case .sparseTensor: number == 1 ? .one(.tensor) : .drop
        case .function: number == 1 || number == 10 ? .keep : .drop
        case .operatorSet, .stringEntry, .dimension: number <= 2 ? .keep : .drop
        }
    }
}
