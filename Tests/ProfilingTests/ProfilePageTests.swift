import Foundation
import Profiling
import Testing
import Transcription

/// What a page holds before any script has run. How browsers show it is tested by `tools/check-profile-page`.
@Suite struct ProfilePageTests {
    private let page = ProfilePage(SampleProfile.pocket).text

    /// Cells of the table's rows, without markup.
    private func rows(of table: String, in page: String) throws -> [[String]] {
        let start = try #require(page.range(of: "<table id=\"\(table)\">"))
        let end = try #require(page.range(of: "</table>", range: start.upperBound..<page.endIndex))
        let body = try #require(
            page[start.upperBound..<end.lowerBound].components(separatedBy: "<tbody>").last)
        return body.components(separatedBy: "</tr>").dropLast().map { row in
            row.components(separatedBy: "<td").dropFirst().map { cell in
                cell.drop { $0 != ">" }.dropFirst().replacing(/<[^>]*>/, with: "").description
            }
        }
    }

    @Test func nothingIsLoaded() {
        #expect(page.contains("Content-Security-Policy\" content=\"default-src 'none';"))
        for forbidden in ["http://", "https://", " src=", "url(", "@import", "fetch(", "XMLHttpRequest"] {
            #expect(!page.contains(forbidden), "\(forbidden)")
        }
    }

    @Test func chartsAreDrawn() {
        for chart in ["stage-chart", "operator-chart", "roofline-chart", "step-chart"] {
            let drawing = page.components(separatedBy: "<svg class=\"chart\" id=\"\(chart)\"")
            #expect(drawing.count == 2)
            let content = drawing.last?.components(separatedBy: "</svg>").first ?? ""
            #expect(content.contains("class=\"mark"), "\(chart) has no marks")
        }
        #expect(!page.contains("NaN") && !page.contains("inf\""))
    }

    @Test func numbersAreInTables() throws {
        // 4 thirds and 5 thirds of a millisecond in two repeats; 25,165,824 multiply-adds and 14,204,928 bytes.
        let operators = try rows(of: "table-op", in: page)
        let product = try #require(operators.first { $0[1] == "MatMulNBits" })
        #expect(Array(product[...4]) == ["decode", "MatMulNBits", "2", "1.50", "0.17"])
        #expect(product[6...] == ["0.750", "33.3 %", "33.6", "9.5", "50 %", "memory"])
        let layers = try rows(of: "table-layer", in: page)
        #expect(layers.map { $0[1] }.sorted() == ["between steps", "layer 3", "outside of layers"])
        let nodes = try rows(of: "table-node", in: page)
        let node = try #require(nodes.first { $0[0] == "decode" })
        #expect(
            node[1...5] == ["layers.3/&lt;up&gt;", "MatMulNBits", "int4 row", "3", "1×1×2048 → 1×1×6144"])
        #expect(try rows(of: "table-kernel", in: page).contains { $0[1] == "convolution" })
        #expect(try rows(of: "stage-table", in: page).map { $0[0] } == ["load", "encode", "decode"])
        #expect(try rows(of: "step-table", in: page) == [["1", "0.67", "0.67"], ["2", "0.67", "1.00"]])
    }

    @Test func whatFilesSayStaysText() {
        let name = "</title></script><script>alert('\"&\u{0}')</script>"
        var profile = SampleProfile.pocket
        profile.audio.path = "/audio/\(name)"
        profile.model.path = "/\(name)"
        profile.engine.name = name
        profile.machine.processor = name
        profile.text = name
        profile.stages[1].name = name
        profile.overheads[0].name = name
        profile.nodes[0].stage = name
        profile.nodes[0].name = name
        profile.nodes[1].op = name
        profile.nodes[1].kernel = name
        let page = ProfilePage(profile).text
        #expect(!page.contains("<script>alert"))
        #expect(!page.contains("alert('"))
        #expect(page.components(separatedBy: "<script>").count == 2)
        #expect(page.components(separatedBy: "</script>").count == 2)
        #expect(page.contains("&lt;script&gt;alert(&#39;&quot;&amp;\u{FFFD}&#39;)"))
    }

    /// Whatever numbers a file holds, a page comes of it.
    @Test(arguments: [0, -1, 1e-300, 1e300, .greatestFiniteMagnitude] as [Double], [true, false])
    func strangeNumbers(number: Double, hasLimits: Bool) {
        var profile = SampleProfile.pocket
        profile.total = [number]
        profile.audio.duration = number
        profile.machine.limits =
            hasLimits ? .init(memoryRead: number, float32: number, int8: number) : nil
        for index in profile.stages.indices { profile.stages[index].times = [number, number] }
        for index in profile.nodes.indices { profile.nodes[index].times = [number, number] }
        profile.steps = [[number], [], [number, number]]
        let page = ProfilePage(profile).text
        #expect(page.contains("id=\"stage-chart\""))
        #expect(!page.contains("\"nan") && !page.contains("\"inf"))
    }

    @Test func emptyProfile() {
        var profile = SampleProfile.pocket
        (profile.total, profile.timeToFirstToken, profile.steps) = ([], [], [])
        (profile.stages, profile.nodes, profile.overheads) = ([], [], [])
        #expect(ProfilePage(profile).text.contains("id=\"stage-chart\""))
    }
}

/// Two profiles on one page.
@Suite struct ComparisonPageTests {
    private static var other: Profile {
        var other = SampleProfile.pocket
        other.engine.name = "onnxruntime"
        other.nodes[1].op = "com.microsoft.MatMulNBits"
        for index in other.nodes.indices {
            other.nodes[index].times = other.nodes[index].times.map { $0 * 3 }
        }
        return other
    }

    private let page = ComparisonPage(
        SampleProfile.pocket, named: "first <1>", Self.other, named: "second"
    ).text

    @Test func bothAreThere() {
        for chart in ["stage-chart", "kind-chart", "operator-chart", "roofline-chart", "step-chart"] {
            let drawing = page.components(separatedBy: "<svg class=\"chart\" id=\"\(chart)\"")
            #expect(drawing.count == 2)
            let content = drawing.last?.components(separatedBy: "</svg>").first ?? ""
            #expect(content.contains("c-first") && content.contains("c-second"), "\(chart)")
        }
        #expect(page.contains("<h1>first &lt;1&gt; and second</h1>"))
        #expect(!page.contains("<1>"))
        for table in ["kind", "op", "layer", "kernel", "node"] {
            #expect(page.contains("<table id=\"table-\(table)\">"))
        }
        // 4 and 5 thirds of a millisecond, and three times as much: under other names, but the same work.
        #expect(
            page.contains(">products with quantised weights</td><td class=\"n\" data-v=\"0.0015\">1.50</td>"))
        #expect(page.contains(">3.00 ×</td>"))
    }

    @Test func equalNamesAreNumbered() {
        let page = ComparisonPage(SampleProfile.pocket, named: "run", SampleProfile.pocket, named: "run")
            .text
        #expect(page.contains("<h1>run (1) and run (2)</h1>"))
        #expect(!page.contains("class=\"slower\"") && !page.contains("class=\"faster\""))
    }

    @Test func otherRecordingsAreTold() {
        var other = Self.other
        other.audio.path = "/audio/other.wav"
        let page = ComparisonPage(SampleProfile.pocket, named: "a", other, named: "b").text
        #expect(page.contains("The recordings differ: four-two-seven.wav and other.wav."))
    }
}
