/// What is around the content of every page: one file that loads nothing.
struct PageFrame {
    let title: String
    let content: Markup

    /// The policy forbids everything but what the page holds itself, so that it cannot even be made to load something.
    var text: String {
        let page: Markup = """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <meta http-equiv="Content-Security-Policy" \
            content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:">
            <link rel="icon" href="data:,">
            <title>\(title)</title>
            <style>\(PageStyle.sheet)</style>
            </head>
            <body>
            <main>
            \(content)
            </main>
            <div id="hint" role="status" hidden></div>
            <script>\(PageScript.source)</script>
            </body>
            </html>

            """
        return page.source
    }

    /// A part of the page under a heading.
    static func section(_ id: String, _ title: String, _ about: String, _ content: Markup) -> Markup {
        let about: Markup = about.isEmpty ? "" : "<p class=\"about\">\(about)</p>\n"
        return """
            <section id="\(id)">
            <h2>\(title)</h2>
            \(about)\(content)
            </section>

            """
    }

    /// What the colours of a chart mean.
    static func legend(_ entries: [(name: String, style: String)]) -> Markup {
        let items = entries.map { entry -> Markup in
            "<li><i class=\"\(entry.style)\"></i>\(entry.name)</li>"
        }
        return "<ul class=\"legend\">\(items)</ul>\n"
    }
}
