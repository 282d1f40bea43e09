"""A table with triggers and one without -> what tracking costs who writes. Nothing of HTTP is in it."""

import time

import gateway
import orders
from rounds import in_turn, ratio

INSERT = "INSERT INTO Orders VALUES (?, ?, ?, ?, ?, ?, ?)"
UPDATE = "UPDATE Orders SET Quantity = Quantity % 99 + 1 WHERE Id = ?"
DELETE = "DELETE FROM Orders WHERE Id = ?"
# What a table holds before, so that its index has some depth.
HELD = 100_000
# In this order: what is deleted was inserted before.
KINDS = ("insert", "update", "single", "delete")


def measure(tools, plan):
    """Rows a second of each kind of writing with and without triggers, and how many times longer it takes with them."""
    writers = {"without": Writer(tools, plan, tracked=False), "with": Writer(tools, plan, tracked=True)}
    figures = {}
    for kind in KINDS:
        ways = {f"{kind}, {name}": getattr(writer, kind) for name, writer in writers.items()}
        figures |= in_turn(plan.rounds, ways)
    prices = {kind: ratio(figures[f"{kind}, without"], figures[f"{kind}, with"]) for kind in KINDS}
    for writer in writers.values():
        writer.connection.close()
    return figures, prices


class Writer:
    """A program that writes to a file of its own."""

    def __init__(self, tools, plan, tracked):
        self.rows = plan.written_rows
        folder = plan.folder / ("tracked" if tracked else "untracked")
        folder.mkdir()
        orders.make(folder / "shop.db", {"Orders": HELD})
        if tracked:
            gateway.track(tools, folder / "shop.db")
        self.connection = orders.connect(folder / "shop.db")
        self.batch = self.connection.execute("SELECT * FROM Orders LIMIT ?", (self.rows,)).fetchall()
        self.next = self.oldest = HELD

    def insert(self):
        """Rows that follow the last ones."""
        first, self.next = self.next, self.next + self.rows
        return self._at_once(INSERT, [(first + number, *row[1:]) for number, row in enumerate(self.batch, 1)])

    def update(self):
        """Rows here and there."""
        return self._at_once(UPDATE, [(number * 7919 % HELD + 1,) for number in range(self.rows)])

    def single(self):
        """The same, one after another."""
        return self._timed(UPDATE, [(number * 7919 % HELD + 1,) for number in range(self.rows // 10)])

    def delete(self):
        """The rows that were inserted first, and are still there."""
        first, self.oldest = self.oldest, self.oldest + self.rows
        return self._at_once(DELETE, [(first + number,) for number in range(1, self.rows + 1)])

    def _at_once(self, statement, values):
        self.connection.execute("BEGIN")
        return self._timed(statement, values, lambda: self.connection.execute("COMMIT"))

    def _timed(self, statement, values, finish=lambda: None):
        started = time.perf_counter()
        self.connection.executemany(statement, values)
        finish()
        seconds = time.perf_counter() - started
        orders.checkpoint(self.connection)
        return len(values) / seconds
