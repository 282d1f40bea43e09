"""Many changes of a table -> rows a second through a delta link, and by `sqlite3 -json` of the whole table."""

import gateway
import orders
import tools as programs
from measure.full_read import expect_rows
from rounds import in_turn, ratio
from targets import Target, at_least


def measure(tools, plan, path, server):
    """Changes every tenth row and follows the link, again for each round: an answer that was kept is no reading."""
    connection = orders.connect(path)
    changes = plan.rows // 10

    def follow():
        link = gateway.link_from_now(server, "Orders")
        connection.execute("UPDATE Orders SET Quantity = Quantity % 99 + 1 WHERE Id % 10 = 0")
        orders.checkpoint(connection)
        told = tools.load("read", link)
        expect_rows(told, changes)
        return changes / told["seconds"]

    figures = in_turn(plan.rounds, {
        "gateway, delta": follow,
        "sqlite3 -json": lambda: plan.rows / programs.sqlite_json(path, "Orders"),
    })
    connection.close()
    against = ratio(figures["gateway, delta"], figures["sqlite3 -json"])
    wanted = f"delta of {changes:,} changes out of {plan.rows:,} rows, against `sqlite3 -json` of the table"
    return figures, [Target(2, wanted, at_least(1.0), against)]
