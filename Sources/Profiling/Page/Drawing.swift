/// The frame of a chart. All are as wide, and are scaled to the page; on a narrow one they scroll.
enum Drawing {
    static let width = 960.0

    /// - Parameter label: what the chart shows, for readers who do not see it.
    static func svg(_ id: String, height: Double, label: String, _ content: Markup) -> Markup {
        """
        <div class="plot"><svg class="chart" id="\(id)" viewBox="0 0 \(width) \(height)" role="img" \
        aria-label="\(label)">\(content)</svg></div>

        """
    }

    /// A vertical line of the grid with its number beneath.
    static func tick(_ text: String, x: Double, from top: Double, to bottom: Double) -> Markup {
        """
        <line class="grid" x1="\(x)" y1="\(top)" x2="\(x)" y2="\(bottom)"/>\
        <text class="tick" x="\(x)" y="\(bottom + 18)" text-anchor="middle">\(text)</text>
        """
    }

    /// A horizontal line of the grid with its number before it.
    static func tick(_ text: String, y: Double, from left: Double, to right: Double) -> Markup {
        """
        <line class="grid" x1="\(left)" y1="\(y)" x2="\(right)" y2="\(y)"/>\
        <text class="tick" x="\(left - 8)" y="\(y + 4)" text-anchor="end">\(text)</text>
        """
    }
}
