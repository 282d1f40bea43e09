"""Clients that wait for a change -> what each costs the server, and when the last has learned of it.

`Prefer: wait=N` on a delta link holds the answer back until there is something to tell. How many statements the database gets
meanwhile cannot be seen from outside; tests count them.
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


def measure(tools, plan, path, server):
    """One crowd after another, the smallest first: it is what the larger ones are compared with."""
    if not answers_wait(tools, server):
        told = "`Prefer: wait` is not applied yet"
        return {}, targets(max(plan.crowds), {"memory, kB": None, "the last one, s": None}, told)
    idle = server.memory()
    crowds = {clients: Crowd(tools, path, server, clients).measure(idle) for clients in plan.crowds if clients <= room()}
    figures = {f"{clients:,} clients: {name}": found for clients, crowd in crowds.items() for name, found in crowd.items()}
    return figures, targets(max(crowds), crowds[max(crowds)])


def targets(clients, crowd, remark=""):
    """What is promised of the largest crowd."""
    return [
        Target(6, f"memory of a waiting client, of {clients:,}", at_most(25, "kB"), crowd["memory, kB"], remark),
        Target(6, f"until a change has reached all of {clients:,}", at_most(1, "s"), crowd["the last one, s"], remark),
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

    def measure(self, idle):
        """What they take while nothing happens, beyond the memory of the `idle` server; when they have heard of a change."""
        link = gateway.link_from_now(self.server, "Orders")
        with waiting(self.tools, self.clients, PATIENCE, link) as client:
            heard(client)
            time.sleep(SETTLE)
            memory = (self.server.memory() - idle) / self.clients / 1000
            before = self.server.processor_seconds()
            time.sleep(WATCH)
            busy = (self.server.processor_seconds() - before) / WATCH
            changed = self.change()
            told = heard(client)
        if told["changed"] != self.clients:
            raise SystemExit(f"{self.clients} clients should have heard of the change: {told}")
        return {
            "memory, kB": Figure([memory]),
            "of a core, while nothing changes": Figure([busy]),
            "half of them have heard, s": Figure([told["middle"] - changed]),
            "the last one, s": Figure([told["last"] - changed]),
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
