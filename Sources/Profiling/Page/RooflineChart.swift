internal import Foundation
internal import Transcription

/// Kernels by what they reached of the machine's limits.
///
/// Above, each kernel that multiplies by operations for each byte and operations per second, below lines that memory and
/// arithmetic do not let it cross (S. Williams, A. Waterman, D. Patterson, "Roofline", CACM 52(4), 2009). Beneath, those
/// that only move data, by bytes per second.
struct RooflineChart {
    private static let left = 76.0
    private static let right = 930.0
    private static let top = 10.0
    private static let bottom = 400.0
    /// Kernels of less than this part of the time are drawn at the edge if they lie beyond it.
    private static let leastShare = 0.0005

    private let points: [RooflinePoint]
    private let movers: [RooflinePoint]
    private let limits: Profile.Limits?
    private let x: ChartAxis
    private let y: ChartAxis

    init(_ points: [RooflinePoint], limits: Profile.Limits?) {
        self.points = points.filter { $0.operations > 0 }
        movers = points.filter { $0.operations == 0 }
        self.limits = limits
        // What hardly takes time must not press the rest together.
        let counted = self.points.filter { $0.share >= Self.leastShare }
        let bends = limits.map { [$0.float32 / $0.memoryRead, $0.int8 / $0.memoryRead] } ?? []
        let roofs = limits.map { [$0.float32, $0.int8] } ?? []
        x = ChartAxis(
            logarithmic: counted.map(\.intensity) + bends, start: Self.left, end: Self.right)
        y = ChartAxis(
            logarithmic: counted.map(\.operations) + roofs, start: Self.bottom, end: Self.top)
    }

    var markup: Markup {
        let strip = MoversStrip(
            movers, limits: limits, left: Self.left, right: Self.right, top: Self.bottom + 84)
        return Drawing.svg(
            "roofline-chart", height: strip.bottom, label: "Kernels against the limits of the machine",
            "\(grid)\(roofs)\(marks)\(strip.markup)")
    }

    private var grid: Markup {
        var content: Markup = ""
        for tick in x.ticks {
            content += Drawing.tick(Self.plain(tick), x: x(tick), from: Self.top, to: Self.bottom)
        }
        for tick in y.ticks {
            content += Drawing.tick(Self.plain(tick / 1e9), y: y(tick), from: Self.left, to: Self.right)
        }
        return """
            \(content)<text class="axis" x="\(Self.right)" y="\(Self.bottom + 36)" text-anchor="end">\
            operations per byte</text><text class="axis" transform="translate(18 \(Self.top)) rotate(-90)" \
            text-anchor="end">10⁹ operations per second</text>
            """
    }

    /// The slope of memory up to the higher roof, and both roofs from where they meet it.
    private var roofs: Markup {
        guard let limits, limits.memoryRead > 0 else { return "" }
        let highest = max(limits.float32, limits.int8)
        let bend = highest / limits.memoryRead
        let from = max(x.domain.lowerBound, y.domain.lowerBound / limits.memoryRead)
        var content: Markup = """
            <line class="roof" x1="\(x(from))" y1="\(y(from * limits.memoryRead))" x2="\(x(bend))" \
            y2="\(y(highest))"/>
            """
        for (name, roof) in [("int8", limits.int8), ("float32", limits.float32)] where roof > 0 {
            let start = x(roof / limits.memoryRead)
            let text = "\(name) \(Quantity.digits(roof / 1e9)) \(name == "int8" ? "GOP/s" : "GFLOP/s")"
            content += """
                <line class="roof" x1="\(start)" y1="\(y(roof))" x2="\(Self.right)" y2="\(y(roof))"/>\
                <text class="limit" x="\(Self.right - 4)" y="\(y(roof) - 6)" text-anchor="end">\(text)</text>
                """
        }
        let (middle, height, angle) = slope(limits)
        return """
            \(content)<text class="limit" text-anchor="middle" \
            transform="translate(\(middle) \(height)) rotate(\(angle)) translate(0 -7)">\
            memory \(Quantity.digits(limits.memoryRead / 1e9)) GB/s</text>
            """
    }

    /// Where the text at the slope is, and how it is turned to follow it: both axes are logarithmic, so the slope rises
    /// a decade in a decade.
    private func slope(_ limits: Profile.Limits) -> (x: Double, y: Double, angle: Double) {
        let from = max(x.domain.lowerBound, y.domain.lowerBound / limits.memoryRead)
        let across = x(x.domain.lowerBound * 10) - Self.left
        let up = Self.bottom - y(y.domain.lowerBound * 10)
        let middle = (x(from) + x(limits.float32 / limits.memoryRead)) / 2
        let height = y(from * limits.memoryRead) - (middle - x(from)) * up / max(across, 1)
        return (middle, height, -atan2(up, across) * 180 / .pi)
    }

    private var marks: Markup {
        var labels = LabelPlacement(left: Self.left, right: Self.right)
        if let limits {
            // The names of the roofs end at the right.
            for roof in [limits.float32, limits.int8] {
                labels.avoid(Self.right - 70, y(roof) - 10, 70, height: 9)
            }
            let (x, y, angle) = slope(limits)
            for part in -3...3 {
                let along = Double(part) * 20
                labels.avoid(x + along * cos(angle * .pi / 180), y + along * sin(angle * .pi / 180) - 8, 12)
            }
        }
        var content: Markup = ""
        for point in points {
            let (cx, cy, radius) = (x(point.intensity), y(point.operations), Self.radius(point))
            content += Self.mark(point, cx, cy, radius)
            labels.avoid(cx, cy, radius)
        }
        var texts: Markup = ""
        for point in points.prefix(9) where point.share >= 0.005 {
            let (cx, cy) = (x(point.intensity), y(point.operations))
            texts += labels.placed(point.kernel, cx, cy, Self.radius(point))
        }
        return "\(content)\(texts)"
    }

    /// Its area tells the time.
    static func radius(_ point: RooflinePoint) -> Double {
        2.5 + 17 * min(max(point.share, 0), 1).squareRoot()
    }

    /// A disc, or a diamond for integers, so that nothing hangs from colours alone.
    static func mark(_ point: RooflinePoint, _ x: Double, _ y: Double, _ radius: Double) -> Markup {
        let color: Markup = "class=\"mark point c-\(point.color.rawValue)\""
        let title: Markup = "<title>\(point.hint)</title>"
        guard point.isInt8 else {
            return "<circle \(color) cx=\"\(x)\" cy=\"\(y)\" r=\"\(radius)\">\(title)</circle>"
        }
        let half = radius * 1.2
        return """
            <path \(color) d="M\(x) \(y - half)L\(x + half) \(y)L\(x) \(y + half)L\(x - half) \(y)Z">\
            \(title)</path>
            """
    }

    static func plain(_ tick: Double) -> String {
        tick >= 1 ? Quantity.grouped(tick, decimals: 0) : "\(tick)"
    }
}
