import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from asgiref.sync import sync_to_async
from django.db import OperationalError

from proxy.chat import Chat, Waits
from proxy.upstream.vocabulary import (
    Event,
    Events,
    Failed,
    Finished,
    Heard,
    Restarted,
    TextDelta,
)
from tests.tokens.clock import Clock
from tests.tokens.conftest import AddToken
from tokens.models import Team, UpstreamToken
from tokens.pool import POOL, Lease, Pool

pytestmark = pytest.mark.usefixtures("async_database")

HI, END = TextDelta("Hi"), Finished("stop")
BUSY = Failed(503, "upstream_busy", "Busy.", retryable=True)
DEAD = Failed(401, "dead", "Dead.", blames_token=True, token_is_dead=True)
TIRED = Failed(429, "tired", "Tired.", blames_token=True, retry_after=7)
WRONG = Failed(400, "wrong", "Wrong.")
QUICK = Waits(first=0, again=0.001)


class Upstream:
    """Plays one script per opened stream and remembers the tokens."""

    def __init__(self, *scripts: list[Event | asyncio.Event]) -> None:
        self._scripts = iter(scripts)
        self.secrets: list[str] = []
        self.open_now = 0

    def open(self, lease: Lease) -> AbstractAsyncContextManager[Events]:
        self.secrets.append(lease.secret)
        return self._opened(next(self._scripts))

    @asynccontextmanager
    async def _opened(
        self, script: list[Event | asyncio.Event]
    ) -> AsyncIterator[Events]:
        self.open_now += 1
        try:
            yield self._played(script)
        finally:
            self.open_now -= 1

    async def _played(
        self, script: list[Event | asyncio.Event]
    ) -> AsyncIterator[Event]:
        for step in script:
            if isinstance(step, asyncio.Event):
                await step.wait()
            else:
                yield step


@pytest.fixture(autouse=True)
def four_tokens(add_token: AddToken) -> Iterator[None]:
    for secret in ("one", "two", "three", "four"):
        add_token(secret)
    yield
    assert POOL.under_way() == 0


async def played(
    team: Team, upstream: Upstream, waits: Waits | None = None, *, whole: bool = False
) -> list[Heard]:
    chat = Chat(team, upstream.open, waits or Waits(), whole=whole)
    events = [event async for event in chat.events()]
    assert upstream.open_now == 0
    return events


async def state(secret: str) -> UpstreamToken:
    async for token in UpstreamToken.objects.all():
        if token.secret.reveal() == secret:
            return token
    raise LookupError(secret)


async def test_an_answer_passes_through(team: Team) -> None:
    upstream = Upstream([HI, HI, END])
    assert await played(team, upstream) == [HI, HI, END]
    assert upstream.secrets == ["one"]


@pytest.mark.parametrize("failed", [BUSY, DEAD, TIRED])
async def test_a_failure_before_the_first_event_is_tried_with_another_token(
    team: Team, failed: Failed
) -> None:
    upstream = Upstream([failed], [HI, END])
    assert await played(team, upstream) == [HI, END]
    assert upstream.secrets == ["one", "two"]


async def test_a_failure_of_the_upstream_is_tried_again_once(team: Team) -> None:
    upstream = Upstream([BUSY], [BUSY])
    assert await played(team, upstream) == [BUSY]
    assert upstream.secrets == ["one", "two"]


async def test_a_good_token_is_found_behind_any_number_of_bad_ones(
    team: Team, add_token: AddToken
) -> None:
    for secret in ("five", "six", "seven"):
        await sync_to_async(add_token)(secret)
    upstream = Upstream([DEAD], [DEAD], [TIRED], [BUSY], [DEAD], [TIRED], [HI, END])
    assert await played(team, upstream) == [HI, END]
    assert upstream.secrets[-2:] == ["six", "seven"]


async def test_each_token_is_tried_once_when_all_are_bad(team: Team) -> None:
    upstream = Upstream([DEAD], [DEAD], [DEAD], [DEAD])
    [failed] = await played(team, upstream)
    assert isinstance(failed, Failed)
    assert (failed.status, failed.code) == (503, "overloaded")
    assert "Dead." in failed.message
    assert not failed.retryable
    assert upstream.secrets == ["one", "two", "three", "four"]


async def test_no_other_token_is_tried_when_the_time_is_up(team: Team) -> None:
    upstream = Upstream([DEAD])
    assert await played(team, upstream, Waits(tries=0)) == [DEAD]
    assert (await state("one")).state == UpstreamToken.State.DEAD


async def test_a_mistake_of_the_caller_is_not_tried_again(team: Team) -> None:
    upstream = Upstream([WRONG])
    assert await played(team, upstream) == [WRONG]
    token = await state("one")
    assert (token.state, token.cool_until) == (UpstreamToken.State.ACTIVE, None)


async def test_a_failure_after_the_first_event_is_the_last_event(team: Team) -> None:
    upstream = Upstream([HI, BUSY])
    assert await played(team, upstream) == [HI, BUSY]
    assert upstream.secrets == ["one"]


async def test_a_whole_answer_that_is_cut_starts_again_with_another_token(
    team: Team,
) -> None:
    upstream = Upstream([HI, BUSY], [HI, HI, END])
    heard = await played(team, upstream, whole=True)
    assert heard == [HI, Restarted(), HI, HI, END]
    assert upstream.secrets == ["one", "two"]


async def test_a_whole_answer_starts_again_within_the_same_bounds(team: Team) -> None:
    cut: list[Event | asyncio.Event] = [HI, BUSY]
    heard = await played(team, Upstream(cut, cut), whole=True)
    assert heard == [HI, Restarted(), HI, BUSY]
    assert await played(team, Upstream(cut), Waits(tries=0), whole=True) == cut
    assert await played(team, Upstream([HI, WRONG]), whole=True) == [HI, WRONG]


async def test_a_dead_token_is_taken_out_and_a_tired_one_rests(team: Team) -> None:
    await played(team, Upstream([DEAD], [HI, TIRED]))
    assert (await state("one")).state == UpstreamToken.State.DEAD
    tired = await state("two")
    assert tired.state == UpstreamToken.State.ACTIVE
    assert tired.cool_until is not None
    assert tired.last_error == "Tired."


async def test_when_all_tokens_are_rate_limited_the_smallest_wait_is_named(
    team: Team,
) -> None:
    longer = replace(TIRED, retry_after=50)
    script: list[list[Event | asyncio.Event]] = [[longer], [longer], [TIRED], [DEAD]]
    [failed] = await played(team, Upstream(*script))
    assert isinstance(failed, Failed)
    assert (failed.status, failed.code) == (429, "rate_limit_exceeded")
    assert failed.retryable
    assert failed.retry_after is not None
    assert 1 <= failed.retry_after <= 7
    [again] = await played(team, Upstream())
    assert isinstance(again, Failed)
    assert (again.status, again.code) == (429, "rate_limit_exceeded")


async def test_three_faults_in_a_row_rest_a_token_until_a_probe_is_answered(
    team: Team, add_token: AddToken
) -> None:
    clock = Clock()
    pool = Pool(clock)
    await UpstreamToken.objects.exclude(pk=(await state("one")).pk).adelete()

    async def ask(*script: Event) -> Heard:
        clock.pass_(timedelta(seconds=1))
        chat = Chat(team, Upstream(list(script)).open, Waits(), pool=pool)
        return [event async for event in chat.events()][-1]

    assert [await ask(BUSY) for _ in range(3)] == [BUSY] * 3
    rests = await ask()
    assert isinstance(rests, Failed)
    assert (rests.status, rests.retry_after) == (503, 4)
    clock.pass_(timedelta(seconds=10))
    assert await ask(HI, END) == END
    token = await state("one")
    assert (token.strikes, token.cool_until) == (0, None)


async def test_a_probe_whose_caller_is_wrong_or_gone_lets_the_next_one_go(
    team: Team,
) -> None:
    clock = Clock()
    pool = Pool(clock)
    await UpstreamToken.objects.aupdate(cause="fault", strikes=3, cool_until=clock())
    scripts: list[list[Event | asyncio.Event]] = [[WRONG], [HI, END]]
    for script in scripts:
        chat = Chat(team, Upstream(*[script] * 4).open, Waits(), pool=pool)
        assert [event async for event in chat.events()] == script
    events = Chat(team, Upstream([asyncio.Event()]).open, QUICK, pool=pool).events()
    assert await anext(events) is None
    assert pool.under_way() == 1
    await events.aclose()
    assert pool.under_way() == 0
    assert not await UpstreamToken.objects.exclude(probe_until=None).aexists()


async def test_with_no_token_at_all_another_try_is_in_vain(team: Team) -> None:
    await UpstreamToken.objects.all().adelete()
    [failed] = await played(team, Upstream())
    assert isinstance(failed, Failed)
    assert (failed.retryable, failed.retry_after) == (False, None)


async def test_the_last_failure_is_told_when_no_other_token_is_left(
    team: Team,
) -> None:
    await UpstreamToken.objects.filter(pk__gt=(await state("one")).pk).adelete()
    assert await played(team, Upstream([BUSY])) == [BUSY]


async def test_a_silent_upstream_gives_signs_of_life(team: Team) -> None:
    gate = asyncio.Event()
    chat = Chat(team, Upstream([gate, HI, END]).open, QUICK)
    events = chat.events()
    assert [await anext(events), await anext(events)] == [None, None]
    gate.set()
    assert [event async for event in events if event] == [HI, END]


async def test_a_failure_after_a_sign_of_life_is_still_tried_again(
    team: Team,
) -> None:
    gate = asyncio.Event()
    upstream = Upstream([gate, BUSY], [HI, END])
    events = Chat(team, upstream.open, QUICK).events()
    assert await anext(events) is None
    gate.set()
    assert [event async for event in events if event] == [HI, END]
    assert upstream.secrets == ["one", "two"]


async def test_closing_early_closes_the_upstream(team: Team) -> None:
    upstream = Upstream([HI, asyncio.Event()])
    events = Chat(team, upstream.open, Waits()).events()
    assert await anext(events) == HI
    assert upstream.open_now == 1
    await events.aclose()
    assert upstream.open_now == 0


class Forgetful(Pool):
    """Its tables are gone once a token is leased."""

    def failed(self, *_: object, **__: object) -> None:
        raise OperationalError("gone")

    answered = gave_up = failed


@pytest.mark.parametrize(
    ("script", "heard"),
    [([HI, BUSY], [HI, BUSY]), ([HI, TIRED], [HI, TIRED]), ([HI, END], [HI, END])],
)
async def test_a_database_that_goes_breaks_no_answer_under_way(
    team: Team, script: list[Event | asyncio.Event], heard: list[Event]
) -> None:
    await UpstreamToken.objects.aupdate(strikes=1, cause="fault")
    chat = Chat(team, Upstream(script).open, Waits(), pool=Forgetful())
    assert [event async for event in chat.events()] == heard
