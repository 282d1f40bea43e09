"""Clients that wait for a change -> what each costs the server, and when the last has learned of it.

`Prefer: wait=N` on a delta link holds the answer back until there is something to tell.
"""

import contextlib
import json
import resource
import time

import gateway
import orders
from rounds import Figure
from targets import Target, at_most

PATIENCE, SETTLE, WATCH = 120, 2, 3
CROWDS = (10, 1_000, 10_000)


def measure(tools, plan, path, server):
    """One crowd after another, the smallest first: it is what the larger ones are compared with."""
    if not answers_wait(tools, server):
        return {}, [Target(6, what, wanted, None, "the gateway does not apply `Prefer: wait` yet") for what, wanted in (
            ("10,000 clients that wait, reads of the database's file against 10", at_most(1.0, tolerance=0.1)),
            ("memory of a waiting client", at_most(25, "kB")),
            ("until a change has reached all of 10,000", at_most(1, "s")),
        )]
    crowds = {clients: Crowd(tools, path, server, clients).measure() for clients in plan.crowds if clients <= room()}
    few, many = crowds[min(crowds)], crowds[max(crowds)]
    clients = max(crowds)
    reads = Figure([(many["reads"].median + 1) / (few["reads"].median + 1)])
    figures = {f"{clients:,} clients: {name}": figure for clients, crowd in crowds.items() for name, figure in crowd.items()}
    return figures, [
        Target(6, f"{clients:,} clients that wait, reads of the database's file against {min(crowds)}",
               at_most(1.0, tolerance=0.1), reads),
        Target(6, "memory of a waiting client", at_most(25, "kB"), many["memory, kB"]),
        Target(6, f"until a change has reached all of {clients:,}", at_most(1, "s"), many["last, s"]),
    ]


def room():
    """So many connections may a process of ours have; the limit is raised as far as it goes."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    return most - 100


def answers_wait(tools, server):
    """Whether a client that would wait for a second is told that it did."""
    with waiting(tools, 1, 1, gateway.link_from_now(server, "Orders")) as client:
        heard(client)
        return heard(client)["applied"] == 1


class Crowd:
    """Clients that wait at one link."""

    def __init__(self, tools, path, server, clients):
        self.tools, self.path, self.server, self.clients = tools, path, server, clients

    def measure(self):
        """Memory and reads while nothing happens, and the time until all have heard of a change."""
        before = self.server.memory()
        link = gateway.link_from_now(self.server, "Orders")
        with waiting(self.tools, self.clients, PATIENCE, link) as client:
            heard(client)
            time.sleep(SETTLE)
            memory = (self.server.memory() - before) / self.clients / 1000
            reads, busy = self.server.file_reads(), self.server.processor_seconds()
            time.sleep(WATCH)
            reads = (self.server.file_reads() - reads) / WATCH
            busy = (self.server.processor_seconds() - busy) / WATCH
            changed = self.change()
            told = heard(client)
        if told["changed"] != self.clients:
            raise SystemExit(f"{self.clients} clients should have heard of the change: {told}")
        return {
            "memory, kB": Figure([memory]),
            "reads": Figure([reads]),
            "of a core": Figure([busy]),
            "middle, s": Figure([told["middle"] - changed]),
            "last, s": Figure([told["last"] - changed]),
        }

    def change(self):
        """Changes a row; when it began to be there."""
        connection = orders.connect(self.path)
        begun = time.time()
        connection.execute("UPDATE Orders SET Quantity = Quantity % 99 + 1 WHERE Id = 1")
        connection.close()
        return begun


@contextlib.contextmanager
def waiting(tools, clients, seconds, link):
    """The program that waits for them."""
    client = tools.client_process("wait", clients, seconds, link)
    try:
        yield client
    finally:
        client.kill()
        client.wait()


def heard(client):
    """The program's next line."""
    line = client.stdout.readline()
    if not line:
        raise SystemExit("the waiting clients have failed")
    return json.loads(line)
