/// Finds places for the names of points, where they cover neither points nor each other.
struct LabelPlacement {
    private struct Box {
        let left: Double
        let top: Double
        let right: Double
        let bottom: Double

        func meets(_ other: Box) -> Bool {
            left < other.right && other.left < right && top < other.bottom && other.top < bottom
        }
    }

    private var taken: [Box] = []
    private let left: Double
    private let right: Double
    /// Of the stylesheet's font for names at its size.
    private static let letterWidth = 6.6

    init(left: Double, right: Double) {
        (self.left, self.right) = (left, right)
    }

    /// - Parameter height: half of it, where it is not the radius.
    mutating func avoid(_ x: Double, _ y: Double, _ radius: Double, height: Double? = nil) {
        let height = height ?? radius
        taken.append(Box(left: x - radius, top: y - height, right: x + radius, bottom: y + height))
    }

    /// The text beside the point, or nothing if there is no room.
    mutating func placed(_ text: String, _ x: Double, _ y: Double, _ radius: Double) -> Markup {
        let width = Double(text.count) * Self.letterWidth
        let away = radius + 5
        for (at, baseline, anchor) in [
            (x + away, y + 4, "start"), (x - away, y + 4, "end"), (x, y - away, "middle"),
            (x, y + away + 9, "middle"), (x + radius, y - away, "end"), (x + radius, y + away + 9, "end"),
            (x - radius, y - away, "start"), (x - radius, y + away + 9, "start"),
        ] {
            let start = anchor == "start" ? at : anchor == "end" ? at - width : at - width / 2
            let box = Box(left: start, top: baseline - 10, right: start + width, bottom: baseline + 3)
            guard start >= left, box.right <= right, !taken.contains(where: box.meets) else { continue }
            taken.append(box)
            return """
                <text class="name point-name" x="\(at)" y="\(baseline)" text-anchor="\(anchor)">\(text)</text>
                """
        }
        return ""
    }
}
