"""What was measured -> the part of `docs/benchmarks.md` between its two marks."""

from rounds import Figure

BEGIN, END = "<!-- `just bench` writes from here -->", "<!-- to here -->"


def replace(path, results):
    """Writes the part anew, and leaves the others as they are."""
    before, rest = path.read_text(encoding="utf-8").split(BEGIN)
    _, after = rest.split(END)
    path.write_text(f"{before}{BEGIN}\n\n{text(results)}\n\n{END}{after}", encoding="utf-8")


def text(results):
    """All sections for which there is something."""
    sections = [machine, targets, full_read, small_requests, changes, memory, waiting, writing]
    written = [section(results) for section in sections]
    return "\n\n".join(lines for lines in written if lines)


def machine(results):
    """A line for those who compare."""
    told = dict(results["machine"])
    date, computer, load = told.pop("date"), told.pop("machine"), told.pop("load before")
    versions = ", ".join(f"{name} {version}" for name, version in told.items())
    short = " A short try, whose ratios are no figures to be shown." if results["quick"] else ""
    return (
        f"*{date}; {computer}; {versions}. Medians of {results['plan']['rounds']} rounds, with the least and the most in "
        f"brackets; before, the machine's load was {load}.{short}*"
    )


def targets(results):
    """What is promised, and what came of it."""
    rows = [
        [str(target["number"]), target["what"], limit(target), measured(target), verdict(target)]
        for target in sorted(results["targets"], key=lambda target: target["number"])
    ]
    return table(["", "", "target", "measured", ""], rows) if rows else ""


def limit(target):
    """What is wanted."""
    sign = "at least" if target["is_least"] else "at most"
    return f"{sign} {target['limit']:g}{after(target['unit'])}"


def measured(target):
    """What there is instead."""
    if not target["values"]:
        return target["remark"]
    return spread(Figure(target["values"]), target["unit"])


def verdict(target):
    """How it stands; what is missed is seen at once."""
    return f"**{target['verdict']}**" if target["verdict"] == "missed" else target["verdict"]


def full_read(results):
    """Rows a second, of the gateway and beside it."""
    ways = [("Deltalink, pages of 5,000", "full read", "gateway"), ("`sqlite3 -json`", "full read", "sqlite3 -json"),
            ("datasette, pages of 10,000", "datasette", "full read"), ("SAP CAP, pages of 1,000", "SAP CAP", "full read")]
    rows = [[name, *(rate(results, group, key + few) for few in ("", ", few"))] for name, group, key in ways]
    delta = rate(results, "delta", "gateway, delta")
    if delta:
        rows.insert(1, ["Deltalink, a tenth of the table as a delta", delta, ""])
    plan = results["plan"]
    return titled("Rows a second", table(["", f"{plan['rows']:,} rows", f"{plan['few_rows']:,} rows"], filled(rows)))


def small_requests(results):
    """Requests a second, and the server's own part of each."""
    ways = [('actix-web, "hello"', "requests", "hello"), ("Deltalink, empty delta", "requests", "empty delta"),
            ('actix-web, "hello", by keys', "requests", "hello, keys"),
            ("Deltalink, entity by key", "requests", "entity by key"),
            ("datasette, one row", "datasette", "entity by key"), ("SAP CAP, entity by key", "SAP CAP", "entity by key")]
    rows = [[name, rate(results, group, key), rate(results, "costs", key) if group == "requests" else ""]
            for name, group, key in ways]
    return titled("Requests a second", table(["", "requests/s", "µs of the server's time for each"], filled(rows)))


def changes(results):
    """Milliseconds for what does not depend on the table's size."""
    found = results["figures"].get("changes", {}) | results["figures"].get("pages", {})
    rows = [[name, spread(Figure(values))] for name, values in found.items()]
    return titled("Cost follows changes, not the table", table(["", "ms"], rows)) if rows else ""


def memory(results):
    """The server's memory under a crowd."""
    found = results["figures"].get("memory", {})
    rows = [[name, number(Figure(values).median)] for name, values in found.items()]
    return titled("Sixteen clients that read everything", table(["", ""], rows)) if rows else ""


def waiting(results):
    """Crowds that wait, a column each."""
    found = results["figures"].get("waiting", {})
    if not found:
        return ""
    crowds = list(dict.fromkeys(name.split(": ")[0] for name in found))
    names = list(dict.fromkeys(name.split(": ")[1] for name in found))
    rows = [[name, *(number(Figure(found[f"{crowd}: {name}"]).median) for crowd in crowds)] for name in names]
    return titled("Clients that wait for a change", table(["", *crowds], rows))


def writing(results):
    """What the triggers cost."""
    kinds = {
        "insert": "insert, all in one transaction",
        "update": "update by key, all in one transaction",
        "single": "update by key, a transaction each",
        "delete": "delete by key, all in one transaction",
    }
    rows = [
        [what, rate(results, "writing", f"{kind}, without"), rate(results, "writing", f"{kind}, with"),
         spread(Figure(results["figures"]["prices"][kind]))]
        for kind, what in kinds.items() if "writing" in results["figures"]
    ]
    head = ["rows a second", "without triggers", "with triggers", "takes so many times as long"]
    return titled("Tracking's price for writers (7)", table(head, rows)) if rows else ""


def rate(results, group, key):
    """The median of one of them, if it was measured."""
    values = results["figures"].get(group, {}).get(key)
    return number(Figure(values).median) if values else ""


def filled(rows):
    """Those with anything but a name."""
    return [row for row in rows if any(row[1:])]


def spread(figure, unit=""):
    """The median, and from where to where it went."""
    if len(figure.values) == 1:
        return f"{number(figure.median)}{after(unit)}"
    return f"{number(figure.median)}{after(unit)} ({number(figure.least)} to {number(figure.most)})"


def number(value):
    """Three digits that mean something."""
    if value >= 1000:
        digits = len(str(int(value))) - 3
        return f"{round(value, -digits):,.0f}"
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def after(unit):
    return f" {unit}" if unit else ""


def titled(title, lines):
    """A section, unless there is nothing in it."""
    return f"### {title}\n\n{lines}" if lines.count("\n") > 1 else ""


def table(head, rows):
    """A table of Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("|" + "|".join(f" {cell} " if cell else " " for cell in line) + "|" for line in lines)
