"""The whole measuring, or a short try -> how many of everything."""

import dataclasses
import pathlib


@dataclasses.dataclass
class Plan:
    """The whole: a quarter of an hour."""

    folder: pathlib.Path
    rows: int = 1_000_000
    few_rows: int = 100_000
    large_rows: int = 10_000_000
    written_rows: int = 50_000
    rounds: int = 7
    # Of one measurement of requests a second.
    seconds: int = 3
    # Of delta links, in each round.
    polls: int = 20
    starts: int = 11
    crowds: tuple = (10, 1_000, 10_000)


def quick(folder):
    """To see whether it works: a minute. Its ratios are no figures to be shown."""
    return Plan(
        folder, rows=200_000, few_rows=20_000, large_rows=500_000, written_rows=10_000, rounds=2, seconds=1, polls=10,
        starts=3, crowds=(10, 1_000),
    )
