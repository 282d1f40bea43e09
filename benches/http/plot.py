"""What was measured -> a drawing for the README, in the colours of the page that it stands on."""

from html import escape

from report import number
from rounds import Figure

WIDTH, MARGIN, NAMES, VALUES, BAR, STEP, TITLE, GAP = 760, 24, 268, 96, 16, 26, 34, 20
# What is measured for comparison, beside the peers.
OTHERS = ("sqlite3 -json", "hello")
# GitHub's own, light and dark. The card has a background of its own, because an image cannot know the page's.
STYLE = """
text { font: 13px system-ui, -apple-system, "Segoe UI", Helvetica, Arial, sans-serif; fill: #1f2328 }
.title { font-weight: 600 } .quiet, .value { fill: #59636e } .quiet { font-size: 12px } .value { font-variant-numeric: tabular-nums }
.card { fill: #ffffff; stroke: #d1d9e0 } .ours { fill: #0969da } .other { fill: #afb8c1 } .spread { stroke: #1f2328; opacity: .55 }
@media (prefers-color-scheme: dark) {
text { fill: #f0f6fc } .quiet, .value { fill: #9198a1 }
.card { fill: #0d1117; stroke: #3d444d } .ours { fill: #4493f8 } .other { fill: #565e67 } .spread { stroke: #f0f6fc }
}
"""


def drawing(results):
    """All panels, one below the other."""
    parts, top = [], MARGIN
    for title, unit, bars in panels(results):
        parts.append(panel(top, title, unit, bars))
        top += TITLE + STEP * len(bars) + GAP
    told = results["machine"]
    source = f"{told['date']}; {told['machine'].split(', ')[0]}; load generator on the same cores; medians, with the spread of all rounds"
    parts.append(text(MARGIN, top + 6, source, "quiet"))
    height = top + 26
    label = "Deltalink's speed beside others: rows a second of a full read, small requests a second, and the time to learn of changes"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" viewBox="0 0 {WIDTH} {height}" role="img" '
        f'aria-label="{escape(label)}">\n<style>{STYLE}</style>\n'
        f'<rect class="card" x="0.5" y="0.5" width="{WIDTH - 1}" height="{height - 1}" rx="8"/>\n' + "\n".join(parts) + "\n</svg>\n"
    )


def panels(results):
    """Title, unit, and the bars: name, figure, and whether it is ours."""
    rows = results["plan"]["rows"]
    reads = [("Deltalink", "full read", "gateway"), ("sqlite3 -json, no HTTP", "full read", "sqlite3 -json"),
             ("datasette", "datasette", "full read"), ("SAP CAP", "SAP CAP", "full read")]
    small = [('actix-web, "hello"', "requests", "hello"), ("Deltalink, delta without changes", "requests", "empty delta"),
             ("Deltalink, entity by key", "requests", "entity by key"), ("datasette, row by key", "datasette", "entity by key"),
             ("SAP CAP, entity by key", "SAP CAP", "entity by key")]
    polls = [(name, "changes", name) for name in results["figures"].get("changes", {})]
    chosen = [
        (f"Read a table of {rows:,} rows", "rows/s, more is better", reads),
        ("Small requests", "requests/s, more is better", small),
        ("Follow Deltalink's delta link", "milliseconds, less is better", polls),
    ]
    for title, unit, names in chosen:
        bars = list(found(results["figures"], names))
        if bars:
            yield title, unit, bars


def found(figures, names):
    """What of it was measured."""
    for name, group, key in names:
        if key in figures.get(group, {}):
            yield name, Figure(figures[group][key]), group not in ("datasette", "SAP CAP") and key not in OTHERS


def panel(top, title, unit, bars):
    """A title, and a bar for each figure."""
    scale = (WIDTH - 2 * MARGIN - NAMES - VALUES) / max(figure.most for _, figure, _ in bars)
    lines = [text(MARGIN, top + 14, title, "title"), text(WIDTH - MARGIN, top + 14, unit, "quiet", "end")]
    for place, (name, figure, ours) in enumerate(bars):
        lines += bar(top + TITLE + place * STEP, name, figure, ours, scale)
    return "\n".join(lines)


def bar(top, name, figure, ours, scale):
    """Name, bar, spread and value."""
    left, middle = MARGIN + NAMES, top + BAR / 2
    length = max(figure.median * scale, 1)
    yield text(left - 12, middle + 4.5, name, "title" if ours else "", "end")
    yield f'<rect class="{"ours" if ours else "other"}" x="{left}" y="{top}" width="{length:.1f}" height="{BAR}" rx="2"/>'
    if len(figure.values) > 1:
        yield f'<path class="spread" d="M{left + figure.least * scale:.1f} {middle}H{left + figure.most * scale:.1f}"/>'
    end = left + max(length, figure.most * scale if len(figure.values) > 1 else 0)
    yield text(round(end + 8, 1), middle + 4.5, number(figure.median), "value")


def text(x, y, words, kind, anchor="start"):
    """A line of text."""
    return f'<text x="{x}" y="{y}" class="{kind}" text-anchor="{anchor}">{escape(words)}</text>'
