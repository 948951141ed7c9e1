"""A difference that nothing explains is something to look at, until it is gone."""

from datetime import UTC, datetime

from dashboard.models import EventKind, UsageRollup
from dashboard.watching import watch_reconciliation
from tests import factories
from tests.dashboard.conftest import World
from tokens.models import Attention


def test_an_open_difference_is_noticed_and_cleared(world: World) -> None:
    """Ada's gauge says 75; her events come to 72.85 until more of them arrive."""
    now = datetime.now(UTC)
    watch_reconciliation(world.team, now)
    [notice] = Attention.objects.filter(cleared_at=None)
    assert notice.text.startswith("One person’s events differ")
    factories.rollup(
        world.team, world.today, "2.15068", kind=EventKind.ON_DEMAND, model="late"
    )
    assert UsageRollup.objects.filter(model="late").exists()
    factories.add_up(world.team)
    watch_reconciliation(world.team, now)
    assert not Attention.objects.filter(cleared_at=None).exists()
