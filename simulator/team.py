"""What the Admin API's answers are made from."""

from collections.abc import Callable
from dataclasses import dataclass

from simulator.blocklists import Blocklists
from simulator.daily import DailyUsage
from simulator.generations import Generation
from simulator.prerender import Prerendered
from simulator.quirks import Options
from simulator.shapes import Json
from simulator.spendlimits import SpendLimits
from simulator.view import View
from simulator.world import World

Named = tuple[str, Options]


@dataclass(frozen=True, slots=True)
class Team:
    """The world, what was changed by hand, and how it is shown to this caller.

    `billed` holds what was used, `shown` what the list of events makes of it.
    """

    world: World
    daily: DailyUsage
    blocklists: Blocklists
    limits: SpendLimits
    billed: View
    shown: View
    shape: Generation
    faults: tuple[Named, ...] = ()
    rendered: Prerendered | None = None

    def options(self, fault: str) -> Options | None:
        """Of a fault that hits this request; None when it does not."""
        found = [options for name, options in self.faults if name == fault]
        return found[-1] if found else None


# None is an answer without a body.
Answer = Callable[[Team, Json], Json | None]
