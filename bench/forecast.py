"""How good the cycle's forecast is, on months that it has not seen.

Made-up teams of several sizes and seeds (`demo_data`'s). At every other day of every
cycle with two cycles before it, the forecast of the cycle's total is compared with what
came, beside the straight line through what is spent so far. Run it as
`python -m bench.forecast`.
"""

import os
import tempfile
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from statistics import median

from tests import environment

_folder = tempfile.TemporaryDirectory(prefix="teamgauge-bench-")
os.environ.update(environment.product(Path(_folder.name), **environment.servers()))
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
import django  # noqa: E402 (the environment comes first)

django.setup()

from dashboard.demo_data.calls import Plan, calls  # noqa: E402
from dashboard.demo_data.people import cast  # noqa: E402
from dashboard.demo_data.wallets import Wallets  # noqa: E402
from dashboard.models import EventKind  # noqa: E402
from dashboard.stats.forecast import Ahead, History, forecast  # noqa: E402

END = date(2026, 10, 31)
DAYS = 300
CYCLE_DAY = 9
TEAMS = ((8, 8_000), (40, 40_000), (150, 60_000))
# Of a cycle with next to nothing in it no share can be told.
FEWEST_CENTS = 100
SEEDS = range(101, 106)


def main() -> None:
    print(f"{'team':<26}{'n':>6}{'ours':>9}{'line':>9}{'coverage':>10}{'width':>8}")
    for people, events in TEAMS:
        for measure in ("total", "on_demand"):
            rows = [
                row for seed in SEEDS for row in tried(people, events, seed, measure)
            ]
            report(f"{people} people, {measure}", rows)


def report(name: str, rows: list[tuple[float, float, bool, float]]) -> None:
    ours, line, held, width = zip(*rows, strict=True)
    print(
        f"{name:<26}{len(rows):>6}{median(ours):>9.1%}{median(line):>9.1%}"
        f"{sum(held) / len(held):>10.1%}{median(width):>8.1%}"
    )


def tried(
    people: int, events: int, seed: int, measure: str
) -> Iterator[tuple[float, float, bool, float]]:
    """(our error, the straight line's, whether the interval held, its width), each
    against what the cycle came to."""
    start = END - timedelta(days=DAYS - 1)
    values = list(daily(people, events, seed, start, measure))
    places = [place(start + timedelta(days=n)) for n in range(DAYS)]
    starts = [n for n in range(DAYS) if places[n] == 0]
    for first, after in zip(starts[2:], starts[3:], strict=False):
        actual = sum(values[first:after])
        if actual < FEWEST_CENTS:
            continue
        for now in range(first + 1, after, 2):
            so_far = sum(values[first:now])
            found = forecast(
                History(values[:now], places[:now]),
                [Ahead(place) for place in places[now:after]],
            )
            if found is None:
                continue
            line = so_far / (now - first) * (after - first)
            low, high = so_far + found.low, so_far + found.high
            yield (
                abs(so_far + found.expected - actual) / actual,
                abs(line - actual) / actual,
                low <= actual <= high,
                (high - low) / actual,
            )


def place(day: date) -> int:
    start = day.replace(day=CYCLE_DAY)
    if day < start:
        start = (start.replace(day=1) - timedelta(days=1)).replace(day=CYCLE_DAY)
    return (day - start).days


def daily(
    people: int, events: int, seed: int, start: date, measure: str
) -> Iterator[float]:
    plan = Plan(cast(people, start, END, seed), start, END, events, seed)
    wallets = Wallets(start, END)
    for day, counts in plan.counts():
        spent = 0
        for call in calls(plan, day, counts):
            kind = wallets.pay(call)
            if measure == "total" or kind is EventKind.ON_DEMAND:
                spent += call.charged or 0
        yield spent / 10**8


if __name__ == "__main__":
    main()
