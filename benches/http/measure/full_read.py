"""A table -> rows a second through HTTP, in pages of the default size, and by `sqlite3 -json`."""

import tools as programs
from rounds import in_turn, ratio
from targets import Target, at_least


def measure(tools, plan, path, server):
    """Reads `Orders`, and `Few` as often as it takes to be as long."""
    few, many = plan.few_rows, plan.rows
    repeats = max(1, many // few // 2)
    figures = in_turn(plan.rounds, {
        "gateway": lambda: many / read(tools, server, "Orders", many),
        "sqlite3 -json": lambda: many / programs.sqlite_json(path, "Orders"),
        "gateway, few": lambda: few * repeats / sum(read(tools, server, "Few", few) for _ in range(repeats)),
        "sqlite3 -json, few": lambda: few * repeats / sum(programs.sqlite_json(path, "Few") for _ in range(repeats)),
    })
    against = ratio(figures["gateway"], figures["sqlite3 -json"])
    against_few = ratio(figures["gateway, few"], figures["sqlite3 -json, few"])
    length = ratio(figures["gateway"], figures["gateway, few"])
    return figures, [
        Target(1, f"full read of {many:,} rows, against `sqlite3 -json`", at_least(1.2), against),
        Target(1, f"the same of {few:,} rows", at_least(1.2), against_few),
        Target(1, f"a row of {many:,}, against one of {few:,}", at_least(1.0, tolerance=0.05), length),
    ]


def read(tools, server, table, rows, prefer=""):
    """Seconds in which all pages are read."""
    told = tools.load("read", f"{server.address}{table}", *([prefer] if prefer else []))
    expect_rows(told, rows)
    return told["seconds"]


def expect_rows(told, rows, around=1):
    """That all rows came: each page has `around` more objects."""
    if told["objects"] != rows + around * told["pages"]:
        raise SystemExit(f"{rows} rows were expected in {told}")
