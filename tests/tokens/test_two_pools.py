"""Two processes over the same tables, in any order of what requests meet."""

from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.tokens.clock import Clock
from tests.tokens.conftest import AddToken
from tokens import poolstore
from tokens.choosing import Nothing, Wanted
from tokens.health import PROBE_TIME, Cause, Phase
from tokens.models import Attention, Team, UpstreamToken
from tokens.pool import Lease, Pool

STEPS = st.one_of(
    st.tuples(st.just("lease"), st.integers(0, 1)),
    st.tuples(st.just("answer"), st.integers(0, 9)),
    st.tuples(st.just("give up"), st.integers(0, 9)),
    st.tuples(st.just("wait"), st.integers(1, 600)),
    st.tuples(st.sampled_from(Cause), st.integers(0, 9)),
)


class Story:
    """What happens to two tokens, and what must hold at each step of it."""

    def __init__(self, team: Team) -> None:
        self.team, self.clock = team, Clock()
        self.pools = Pool(self.clock), Pool(self.clock)
        self.leases: list[tuple[Pool, Lease, bool]] = []

    def phases(self) -> dict[int, Phase]:
        now = self.clock()
        known = poolstore.read(self.team.pk, "", now)
        return {candidate.token_id: candidate.health.phase(now) for candidate in known}

    def lease(self, pool: Pool) -> None:
        pool.forget()
        before = self.phases()
        lease = pool.lease(self.team, Wanted("m"))
        if isinstance(lease, Nothing):
            able = (Phase.READY, Phase.HALF_OPEN)
            models = UpstreamToken.objects.exclude(models_out={}).exists()
            assert models or not set(before.values()) & set(able)
            return
        phase = before[lease.token_id]
        assert phase in (Phase.READY, Phase.HALF_OPEN)
        self.leases.append((pool, lease, phase is Phase.HALF_OPEN))

    def end(self, number: int, how: str | Cause) -> None:
        if not self.leases:
            return
        pool, lease, _ = self.leases.pop(number % len(self.leases))
        if isinstance(how, Cause):
            pool.failed(lease, how, "It failed.")
        elif how == "answer":
            pool.answered(lease)
        else:
            pool.gave_up(lease)
        pool.release(lease)

    def check(self) -> None:
        now = self.clock()
        probes = [
            x.token_id for _, x, p in self.leases if p and now - x.at < PROBE_TIME
        ]
        assert len(probes) == len(set(probes)), "two probes of one token"
        held = sum(pool.under_way() for pool in self.pools)
        assert held == len(self.leases)
        dead = UpstreamToken.objects.filter(state=UpstreamToken.State.DEAD).count()
        assert Attention.objects.filter(cleared_at=None).count() == dead


@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(steps=st.lists(STEPS, max_size=30))
def test_no_order_of_events_breaks_the_pool(
    team: Team, add_token: AddToken, steps: list[tuple[str | Cause, int]]
) -> None:
    Attention.objects.all().delete()
    UpstreamToken.objects.all().delete()
    for secret in ("one", "two"):
        add_token(secret)
    story = Story(team)
    for step, number in steps:
        story.clock.pass_(timedelta(microseconds=1))
        if step == "lease":
            story.lease(story.pools[number])
        elif step == "wait":
            story.clock.pass_(timedelta(seconds=number))
        else:
            story.end(number, step)
        story.check()
