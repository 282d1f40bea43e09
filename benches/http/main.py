"""Built and installed programs -> `docs/benchmarks.md` and its plot. `run` beside this file starts it.

    main.py BUILT INSTALLED [--quick] [--only WORD] [--render]

BUILT is cargo's folder of release builds, INSTALLED that of the peers. What was measured is kept there in `http.json`, from
which `--render` writes the report again. `--quick` and `--only` leave the documents as they are, and print the report.
"""

import argparse
import functools
import json
import pathlib
import tempfile
import time

import gateway
import machine
import orders
import plan as plans
import plot
import report
from measure import deltas, full_read, memory, peers, requests, start, table_size, tracking, waiting
from tools import Tools

REPOSITORY = pathlib.Path(__file__).resolve().parent.parent.parent
DOCUMENTS = REPOSITORY / "docs"


def main():
    """Measures, and writes."""
    arguments = parse()
    kept = pathlib.Path(arguments.installed, "http.json")
    if not arguments.render:
        results = measure(arguments)
        if not (arguments.quick or arguments.only):
            kept.write_text(json.dumps(results, indent=1), encoding="utf-8")
    else:
        results = json.loads(kept.read_text(encoding="utf-8"))
    if arguments.quick or arguments.only:
        print(report.text(results))
        return
    (DOCUMENTS / "benchmarks.svg").write_text(plot.drawing(results), encoding="utf-8")
    report.replace(DOCUMENTS / "benchmarks.md", results)


def parse():
    """The command line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("built")
    parser.add_argument("installed")
    parser.add_argument("--quick", action="store_true", help="a minute, with fewer rows and rounds; prints only")
    parser.add_argument("--only", help="measure only what has this word in its name; prints only")
    parser.add_argument("--render", action="store_true", help="write the last report again")
    return parser.parse_args()


def measure(arguments):
    """Everything, as plain values."""
    tools = Tools(arguments.built, arguments.installed)
    results = {"machine": machine.describe(tools, REPOSITORY), "quick": arguments.quick, "targets": [], "figures": {}}
    with tempfile.TemporaryDirectory(prefix="deltalink-bench-") as folder:
        folder = pathlib.Path(folder)
        plan = plans.quick(folder) if arguments.quick else plans.Plan(folder)
        results["plan"] = {"rows": plan.rows, "few_rows": plan.few_rows, "rounds": plan.rounds}
        for name, run in steps(tools, plan, results):
            if not arguments.only or arguments.only in name:
                started = time.monotonic()
                run()
                print(f"{name}: {time.monotonic() - started:.0f} s", flush=True)
    return results


def steps(tools, plan, results):
    """What is measured, by name. Each leaves its findings in `results`, and needs no other."""

    @functools.cache
    def shop():
        path = plan.folder / "shop.db"
        orders.make(path, {"Orders": plan.rows, "Few": plan.few_rows})
        gateway.track(tools, path)
        return path

    def note(name, figures, targets=()):
        results["figures"][name] = {key: figure.values for key, figure in figures.items()}
        results["targets"] += [target.plain() for target in targets]

    def served(name, measure_it):
        with gateway.serving(tools, shop()) as server:
            note(name, *measure_it(server))

    def small_requests(server):
        figures, costs, targets = requests.measure(tools, plan, server)
        note("costs", costs)
        return figures, targets

    def writing():
        figures, prices = tracking.measure(tools, plan)
        note("writing", figures)
        note("prices", prices)

    def beside():
        for name, figures in peers.measure(tools, plan, shop()).items():
            note(name, figures)
        results["machine"] |= machine.of_peers(tools)

    return [
        ("full read", lambda: served("full read", lambda server: full_read.measure(tools, plan, shop(), server))),
        ("delta", lambda: served("delta", lambda server: deltas.measure(tools, plan, shop(), server))),
        ("requests", lambda: served("requests", small_requests)),
        ("changes", lambda: note("changes", *table_size.measure(tools, plan))),
        ("pages", lambda: served("pages", lambda server: table_size.measure_pages(tools, plan, server))),
        ("memory", lambda: served("memory", lambda server: memory.measure(tools, plan, server))),
        ("waiting", lambda: served("waiting", lambda server: waiting.measure(tools, plan, shop(), server))),
        ("writing", writing),
        ("start", lambda: note("start", *start.measure(tools, plan))),
        ("peers", beside),
    ]


if __name__ == "__main__":
    main()
