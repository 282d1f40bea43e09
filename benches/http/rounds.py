"""Ways of doing the same -> what each gave, measured in turn, and the ratios within one round."""

import dataclasses
import statistics


@dataclasses.dataclass
class Figure:
    """Several measurements of one thing."""

    values: list

    @property
    def median(self):
        return statistics.median(self.values)

    @property
    def least(self):
        return min(self.values)

    @property
    def most(self):
        return max(self.values)


def in_turn(rounds, ways):
    """Calls each of the `ways`, named functions that give a number, once a round; nobody is always first."""
    values = {name: [] for name in ways}
    names = list(ways)
    for number in range(rounds):
        for turn in range(len(names)):
            name = names[(number + turn) % len(names)]
            values[name].append(ways[name]())
    return {name: Figure(measured) for name, measured in values.items()}


def ratio(one, other):
    """How many times the other one is, round by round."""
    return Figure([left / right for left, right in zip(one.values, other.values, strict=True)])
