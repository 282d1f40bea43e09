"""The same tables -> what others make of them: a full read, and one row by its key. Neither has deltas."""

import json
import shutil
import sqlite3

import process
import tools as programs
from measure.full_read import expect_rows
from measure.requests import KEYS, keys
from rounds import Figure, in_turn

# Answers of one row take them a thousandth of a second or more: more connections would only wait.
CONNECTIONS = 16


def measure(tools, plan, path):
    """Each by itself, with the same rows in a file of its own."""
    folder = plan.folder / "peers"
    folder.mkdir()
    copy = folder / "shop.db"
    shutil.copy(path, copy)
    with sqlite3.connect(copy) as connection:
        # Under these names, CAP looks for the entities of its service.
        connection.executescript("CREATE VIEW Shop_Orders AS SELECT * FROM Orders; CREATE VIEW Shop_Few AS SELECT * FROM Few")
    return {peer.name: peer.measure(plan) for peer in (Cap(tools, copy), Datasette(tools, copy))}


class Peer:
    """A server, and how it is asked."""

    def measure(self, plan):
        """Rows and requests a second. A million rows are read once: it takes long."""
        with self.serving() as server:
            figures = in_turn(plan.rounds, {
                "full read, few": lambda: self.read(server, "Few", plan.few_rows),
                "entity by key": lambda: self.requests(server, plan),
            })
            return figures | {"full read": Figure([self.read(server, "Orders", plan.rows)])}

    def read(self, server, table, rows):
        told = self.tools.load("read", self.pages(server, table))
        expect_rows(told, rows, self.around)
        return rows / told["seconds"]

    def requests(self, server, plan):
        before, after = self.key
        with keys(plan.rows, before, after):
            return programs.requests(self.entity(server), plan.seconds, KEYS, CONNECTIONS)


class Cap(Peer):
    """SAP CAP, which serves OData too; pages of 1,000, its largest."""

    name, around, key = "SAP CAP", 1, ("(", ")")

    def __init__(self, tools, path):
        self.tools, self.path = tools, path

    def serving(self):
        database = {"kind": "sqlite", "credentials": {"url": str(self.path)}}
        environment = process.clean_environment() | {
            "CDS_CONFIG": json.dumps({"requires": {"auth": {"kind": "dummy"}, "db": database}}),
        }
        command = ["node", self.tools.cap / "node_modules" / "@sap" / "cds" / "bin" / "serve.js", "--port", "0"]
        return process.serving(command, r"(http://localhost:\d+)", self.tools.cap, environment)

    def pages(self, server, table):
        return f"{server.address}/odata/v4/shop/{table}"

    def entity(self, server):
        return f"{server.address}/odata/v4/shop/Orders"


class Datasette(Peer):
    """Datasette, a JSON API on SQLite; pages of 10,000, without what it offers for people."""

    name, around, key = "datasette", 5, ("/", ".json?_shape=objects")

    def __init__(self, tools, path):
        self.tools, self.path = tools, path

    def serving(self):
        command = [self.tools.datasette, "serve", "--immutable", self.path, "--port", "0",
                   "--setting", "max_returned_rows", "10000", "--setting", "suggest_facets", "off"]
        return process.serving(command, r"running on (http://127[^ ]*)", self.path.parent)

    def pages(self, server, table):
        return f"{server.address}/shop/{table}.json?_shape=objects&_size=10000&_nocount=1"

    def entity(self, server):
        return f"{server.address}/shop/Orders"
