/// What sorts, filters and explains. A page is complete without it.
enum PageScript {
    static let source: Markup = #"""
        "use strict";
        (() => {
          const all = (selector, root = document) => [...root.querySelectorAll(selector)];
          const one = (selector) => document.querySelector(selector);
          document.documentElement.classList.add("js");

          // Columns: numbers begin with the largest, text with A; what is missing stays last.
          const sort = (table, column, direction) => {
            const body = table.tBodies[0];
            const keyed = [...body.rows].map((row) => {
              const cell = row.cells[column];
              return { row, number: "v" in cell.dataset ? Number(cell.dataset.v) : null, text: cell.textContent };
            });
            const sign = direction === "ascending" ? 1 : -1;
            keyed.sort((a, b) => {
              if (a.number !== null && b.number !== null) return sign * (a.number - b.number);
              if (a.number !== null || b.number !== null) return a.number === null ? 1 : -1;
              return sign * a.text.localeCompare(b.text, "en", { numeric: true });
            });
            body.append(...keyed.map((entry) => entry.row));
            for (const [index, head] of [...table.tHead.rows[0].cells].entries()) {
              if (index === column) head.setAttribute("aria-sort", direction);
              else head.removeAttribute("aria-sort");
            }
          };
          for (const table of all("table")) {
            [...table.tHead.rows[0].cells].forEach((head, column) => {
              const button = document.createElement("button");
              button.type = "button";
              button.append(...head.childNodes);
              head.append(button);
              button.addEventListener("click", () => {
                const first = head.classList.contains("n") ? "descending" : "ascending";
                const other = first === "descending" ? "ascending" : "descending";
                sort(table, column, head.getAttribute("aria-sort") === first ? other : first);
              });
            });
          }

          // One table at a time, and the rows that hold all words.
          const controls = one(".controls");
          const apply = () => {
            const view = one(".view:not([hidden])");
            if (!view) return;
            const stage = one("#stage-filter").value;
            const words = one("#filter").value.toLowerCase().split(/\s+/).filter(Boolean);
            let shown = 0;
            const rows = all("tbody tr", view);
            for (const row of rows) {
              const text = row.textContent.toLowerCase();
              row.hidden = (stage !== "" && row.dataset.stage !== stage) || !words.every((word) => text.includes(word));
              if (!row.hidden) shown += 1;
            }
            one("#count").textContent = shown === rows.length ? `${shown} rows` : `${shown} of ${rows.length} rows`;
          };
          const choose = (name) => {
            for (const view of all(".view")) view.hidden = view.dataset.view !== name;
            for (const button of all(".tabs button")) {
              button.setAttribute("aria-pressed", String(button.dataset.view === name));
            }
            apply();
          };
          if (controls) {
            controls.hidden = false;
            for (const button of all(".tabs button")) {
              button.addEventListener("click", () => choose(button.dataset.view));
            }
            one("#stage-filter").addEventListener("change", apply);
            one("#filter").addEventListener("input", apply);
            choose(one(".tabs button").dataset.view);
          }
          for (const row of all("svg .row[data-filter]")) {
            row.setAttribute("tabindex", "0");
            row.setAttribute("role", "button");
            row.setAttribute("aria-label", `Show the nodes of ${row.dataset.filter}`);
            const show = () => {
              one("#filter").value = row.dataset.filter;
              one("#stage-filter").value = "";
              choose("node");
              one("#table").scrollIntoView();
            };
            row.addEventListener("click", show);
            row.addEventListener("keydown", (event) => { if (event.key === "Enter") show(); });
          }

          // Titles of marks, at once and beside the pointer.
          const hint = one("#hint");
          for (const mark of all("svg .mark")) {
            const title = mark.querySelector("title");
            if (!title) continue;
            mark.dataset.hint = title.textContent;
            mark.setAttribute("aria-label", title.textContent);
            title.remove();
          }
          const place = (event) => {
            const mark = event.target.closest("[data-hint]");
            hint.hidden = !mark;
            if (!mark) return;
            hint.textContent = mark.dataset.hint;
            const left = Math.min(event.clientX + 14, window.innerWidth - hint.offsetWidth - 8);
            const below = event.clientY + 16 + hint.offsetHeight < window.innerHeight;
            hint.style.left = `${Math.max(8, left)}px`;
            hint.style.top = `${below ? event.clientY + 16 : event.clientY - hint.offsetHeight - 10}px`;
          };
          for (const chart of all("svg.chart")) {
            chart.addEventListener("pointermove", place);
            chart.addEventListener("pointerleave", () => { hint.hidden = true; });
          }
        })();
        """#
}
