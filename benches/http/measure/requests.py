"""Small requests -> how many a second are answered, by the gateway and by actix-web with nothing behind it.

The generator shares the cores with the servers. So what a server itself takes for a request is measured too.
"""

import contextlib
import os
import pathlib

import gateway
import process
import tools as programs
from rounds import Figure, in_turn, ratio
from targets import Target, at_least

KEYS = pathlib.Path(__file__).resolve().parent.parent / "keys.lua"


def measure(tools, plan, server):
    """An empty delta, and orders by their keys; "hello" is asked for in the same way as each."""
    with process.serving([tools.hello], r"(http://127[^\s]*/)", plan.folder) as hello:
        poll, entity = gateway.link_from_now(server, "Orders"), f"{server.address}Orders"
        costs = {name: [] for name in ("hello", "empty delta", "hello, keys", "entity by key")}
        figures = in_turn(plan.rounds, {
            "hello": lambda: asked(plan, hello, hello.address, costs["hello"]),
            "empty delta": lambda: asked(plan, server, poll, costs["empty delta"]),
            "hello, keys": lambda: asked_by_key(plan, hello, hello.address, costs["hello, keys"]),
            "entity by key": lambda: asked_by_key(plan, server, entity, costs["entity by key"]),
        })
    polling = ratio(figures["empty delta"], figures["hello"])
    reading = ratio(figures["entity by key"], figures["hello, keys"])
    return figures, {name: Figure(cost) for name, cost in costs.items()}, [
        Target(3, "empty delta, requests a second against actix-web's \"hello\"", at_least(0.5), polling),
        Target(3, "entity by key, against the same", at_least(0.4), reading),
    ]


def asked(plan, server, url, costs, script=None):
    """Requests a second; `costs` gets the microseconds of the server's own time that each took."""
    before = server.processor_seconds()
    rate = programs.requests(url, plan.seconds, script)
    costs.append((server.processor_seconds() - before) / (rate * plan.seconds) * 1e6)
    return rate


def asked_by_key(plan, server, url, costs):
    """The same for one order after another."""
    with keys(plan.rows):
        return asked(plan, server, url, costs, KEYS)


@contextlib.contextmanager
def keys(rows, before="(", after=")"):
    """What the generator's script is told: how many rows there are, and how a key stands in a path."""
    told = {"BENCH_ROWS": str(rows), "BENCH_BEFORE": before, "BENCH_AFTER": after}
    os.environ.update(told)
    try:
        yield
    finally:
        for name in told:
            del os.environ[name]
