"""Monthly limits of people, and how long it takes until one that is set shows."""

from dataclasses import dataclass

# By a person's number: their own monthly limit in dollars; 0 is a real limit.
_FIRST = {100_002: 0, 100_003: 100, 100_011: 250, 100_017: 50}


@dataclass(frozen=True, slots=True)
class Setting:
    """`dollars` None: without a limit from then on."""

    at_ms: int
    shows_ms: int
    email: str
    number: int
    dollars: int | None


class SpendLimits:
    def __init__(self) -> None:
        self.settings: list[Setting] = []

    def set(self, setting: Setting) -> None:
        self.settings.append(setting)

    def of(self, number: int, now_ms: int) -> int | None:
        """What /teams/spend shows."""
        shown = [
            s for s in self.settings if s.number == number and s.shows_ms <= now_ms
        ]
        return shown[-1].dollars if shown else _FIRST.get(number)
