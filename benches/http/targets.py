"""A figure and what is wanted of it -> met, missed, or neither yet."""

import dataclasses

from rounds import Figure


@dataclasses.dataclass
class Wanted:
    """A limit. What misses it by less than the tolerance cannot be told from what meets it."""

    limit: float
    is_least: bool
    unit: str = ""
    tolerance: float = 0.0

    def is_met(self, value):
        """Whether the value is on the right side."""
        if self.is_least:
            return value >= self.limit * (1 - self.tolerance)
        return value <= self.limit * (1 + self.tolerance)


def at_least(limit, unit="", tolerance=0.0):
    """A value that must be reached."""
    return Wanted(limit, True, unit, tolerance)


def at_most(limit, unit="", tolerance=0.0):
    """A value that must not be passed."""
    return Wanted(limit, False, unit, tolerance)


@dataclasses.dataclass
class Target:
    """One thing that is promised. Without a figure, it cannot be measured yet, and `remark` says why."""

    number: int
    what: str
    wanted: Wanted
    figure: Figure | None
    remark: str = ""

    @property
    def verdict(self):
        """A word for the table."""
        if self.figure is None:
            return "not yet"
        return "met" if self.wanted.is_met(self.figure.median) else "missed"

    def plain(self):
        """What of it is kept."""
        return {
            "number": self.number,
            "what": self.what,
            "limit": self.wanted.limit,
            "is_least": self.wanted.is_least,
            "unit": self.wanted.unit,
            "values": self.figure.values if self.figure else [],
            "verdict": self.verdict,
            "remark": self.remark,
        }
