"""What one running simulator holds."""

from dataclasses import dataclass, field

from starlette.types import Scope

from simulator.blocklists import Blocklists
from simulator.daily import DailyUsage
from simulator.faults import FaultBoard, quirks
from simulator.player import Player
from simulator.prerender import Prerendered, render_days
from simulator.quirks import TRUE
from simulator.ratelimits import RateLimits
from simulator.recorder import Entry, Recorder
from simulator.spendlimits import SpendLimits
from simulator.view import View, Views, blanks_later
from simulator.world import World

DEMO_KEY = "demo-admin-key"
DEMO_TOKEN = "demo-upstream-token"


@dataclass(slots=True)
class State:
    world: World
    admin_key: str = DEMO_KEY
    chunk_delay_ms: float = 15.0
    board: FaultBoard = field(default_factory=FaultBoard)
    player: Player = field(default_factory=Player)
    recorder: Recorder = field(default_factory=Recorder)
    limits: RateLimits = field(default_factory=RateLimits)
    blocklists: Blocklists = field(default_factory=Blocklists)
    spend_limits: SpendLimits = field(default_factory=SpendLimits)
    tokens: set[str] = field(default_factory=lambda: {DEMO_TOKEN})
    usages: dict[str, tuple[int, int]] = field(default_factory=dict)
    daily: DailyUsage = field(init=False)
    views: Views = field(init=False)
    rendered: Prerendered | None = None

    def __post_init__(self) -> None:
        self.daily = DailyUsage(self.world)
        self.views = Views(self.world)

    def prerender(self, days: int, processes: int) -> None:
        self.rendered = Prerendered(self.views.of(()))
        self.rendered.fill(render_days(self.world, days, processes), self.daily)

    def shown(self, keeps_emails: bool = False) -> View:
        """The events as a caller gets them now, or as one who saw them before."""
        on = quirks(self.board.active("events"))
        if keeps_emails:
            on = tuple(quirk for quirk in on if not blanks_later(quirk))
        return self.views.of(on)

    def billed(self) -> View:
        """What was used, whatever the list of events shows of it."""
        on = quirks(self.board.active("events"))
        return self.views.of(tuple(quirk for quirk in on if quirk.name in TRUE))

    def record(self, kind: str, scope: Scope) -> Entry:
        headers = {
            k.decode("latin-1"): v.decode("latin-1") for k, v in scope["headers"]
        }
        lower = {name.lower(): value for name, value in headers.items()}
        return self.recorder.add(Entry(kind, scope["method"], scope["path"], lower))
