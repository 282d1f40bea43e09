"""Clients that read everything at once, one of them slowly -> by how much the server grows meanwhile."""

from measure.full_read import expect_rows
from rounds import Figure
from targets import Target, at_most

CLIENTS, SLOW, MIB = 16, 100_000, 1 << 20
# As much as may be asked for in one answer: small pages would end before the slow client holds anybody up.
PREFER = "odata.maxpagesize=50000"


def measure(tools, plan, server):
    """Measured once: a second time, the server would have grown already."""
    before = server.memory()
    server.forget_peak()
    told = tools.load("crowd", CLIENTS, SLOW, f"{server.address}Orders", PREFER)
    expect_rows(told, plan.rows * (CLIENTS - 1))
    growth = Figure([(server.memory("VmHWM") - before) / MIB])
    figures = {
        "before, MiB": Figure([before / MIB]),
        "at most, MiB": Figure([server.memory("VmHWM") / MIB]),
        "afterwards, MiB": Figure([server.memory() / MIB]),
        "all together, rows/s": Figure([plan.rows * (CLIENTS - 1) / told["seconds"]]),
        "the slow one, octets/s": Figure([told["slow_octets"] / told["seconds"]]),
    }
    what = f"growth while {CLIENTS} clients read {plan.rows:,} rows each, one of them {SLOW // 1000} kB/s"
    return figures, [Target(5, what, at_most(32, "MiB"), growth)]
