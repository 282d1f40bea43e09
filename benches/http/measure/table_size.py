"""A small table and a large one -> what a hundred changes of each cost, and what a late page costs."""

import contextlib
import json
import random

import gateway
import orders
from rounds import Figure, in_turn, ratio
from targets import Target, at_most

SMALL, CHANGES, PAGE, LATE = 10_000, 100, 100, 1_000
PREFER = f"odata.maxpagesize={PAGE}"


def measure(tools, plan):
    """Follows each table's delta link from one hundred changes to the next."""
    with contextlib.ExitStack() as stack:
        followers = {
            rows: stack.enter_context(following(tools, plan, rows)) for rows in (SMALL, plan.large_rows)
        }
        figures = in_turn(plan.rounds, {
            f"{CHANGES} changes out of {rows:,} rows": lambda follow=follow: middle(follow() for _ in range(plan.polls))
            for rows, follow in followers.items()
        })
    small, large = figures.values()
    what = f"{CHANGES} changes out of {plan.large_rows:,} rows, time against those out of {SMALL:,}"
    return figures, [Target(4, what, at_most(1.3), ratio(large, small))]


@contextlib.contextmanager
def following(tools, plan, rows):
    """A function that changes a hundred rows somewhere, and gives the milliseconds in which a client has learned of them."""
    folder = plan.folder / f"rows-{rows}"
    folder.mkdir()
    path = folder / "shop.db"
    orders.make(path, {"Orders": rows})
    gateway.track(tools, path)
    connection, chance = orders.connect(path), random.Random(rows)
    with gateway.serving(tools, path) as server:
        client = tools.client_process("follow", gateway.link_from_now(server, "Orders"))

        def follow():
            connection.execute("BEGIN")
            connection.executemany("UPDATE Orders SET Quantity = Quantity % 99 + 1 WHERE Id = ?",
                                   ((key,) for key in chance.sample(range(1, rows + 1), CHANGES)))
            connection.execute("COMMIT")
            print(file=client.stdin, flush=True)
            told = json.loads(client.stdout.readline())
            if told["objects"] != CHANGES + told["pages"]:
                raise SystemExit(f"{CHANGES} changes were expected in {told}")
            return told["seconds"] * 1000

        follow()
        try:
            yield follow
        finally:
            client.stdin.close()
            client.wait()
            connection.close()


def middle(values):
    """The median of several polls, which is one round's."""
    return Figure(list(values)).median


def measure_pages(tools, plan, server):
    """The first page, and one far behind it, of so few rows that finding the page counts."""
    early, late = (page(f"{server.address}Orders", number) for number in (2, LATE))
    times = [tools.load("times", plan.polls * 5, PREFER, early, late) for _ in range(plan.rounds)]
    first, last = ([middle(told[place]) / 1000 for told in times] for place in (0, 1))
    pages = {f"page {number:,}, {PAGE} rows": Figure(times) for number, times in ((2, first), (LATE, last))}
    what = f"page {LATE:,} of {PAGE} rows, time against page 2"
    return pages, [Target(4, what, at_most(1.0, tolerance=0.1), ratio(Figure(last), Figure(first)))]


def page(url, number):
    """The link to a page, found as every client finds it."""
    for _ in range(1, number):
        url = gateway.fetch(url, {"Prefer": PREFER})["@odata.nextLink"]
    return url
