"""The states of a token, by examples and as a machine that hypothesis drives."""

from datetime import datetime, timedelta

import pytest
from hypothesis import assume
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from tests.tokens.clock import Clock
from tokens import health as states
from tokens.health import (
    FAULTS,
    PROBE_TIME,
    RESTS,
    Cause,
    Health,
    Phase,
    answered,
    failed,
    gave_up,
    probe,
    restored,
)

NOW = Clock()()
SECOND = timedelta(seconds=1)
LATER = NOW + SECOND
WELL = Health()


def struck(cause: Cause, times: int, wait: timedelta | None = None) -> list[timedelta]:
    """The rests that so many failures bring, each after the rest before it."""
    health, now, rests = WELL, NOW, []
    for _ in range(times):
        now = max(now + SECOND, (health.cool_until or now) + SECOND)
        health = failed(health, cause, now, leased_at=now, wait=wait)
        rests.append((health.cool_until or now) - now)
    return rests


def resting(cause: Cause = Cause.RATE) -> Health:
    return failed(WELL, cause, NOW, leased_at=NOW, wait=timedelta(seconds=10))


def half_open() -> Health:
    return Health(cause=Cause.FAULT, strikes=3, cooled_at=NOW, cool_until=LATER)


def test_a_rate_limit_rests_exactly_as_long_as_was_named() -> None:
    ten = timedelta(seconds=10)
    assert struck(Cause.RATE, 3, wait=ten) == [ten, ten, ten]


def test_without_a_named_time_each_rest_is_twice_the_last_up_to_a_bound() -> None:
    first, longest = RESTS[Cause.RATE]
    rests = struck(Cause.RATE, 8)
    assert rests[:3] == [first, first * 2, first * 4]
    assert rests[-1] == longest


def test_faults_rest_from_the_third_in_a_row_on() -> None:
    first, _ = RESTS[Cause.FAULT]
    assert struck(Cause.FAULT, 5) == [
        timedelta(),
        timedelta(),
        first,
        first * 2,
        first * 4,
    ]


def test_an_answer_between_them_makes_faults_no_row() -> None:
    health = WELL
    for _ in range(FAULTS - 1):
        health = failed(health, Cause.FAULT, NOW, leased_at=NOW)
    health = failed(answered(health, NOW), Cause.FAULT, NOW, leased_at=NOW)
    assert health.phase(NOW) is Phase.READY


def test_a_burst_of_refusals_is_one_strike() -> None:
    health = WELL
    for second in range(50):
        now = NOW + second * timedelta(milliseconds=10)
        health = failed(health, Cause.RATE, now, leased_at=NOW)
    assert health.strikes == 1
    assert health.cool_until == NOW + RESTS[Cause.RATE][0]


def test_a_late_refusal_with_a_longer_wait_extends_the_rest() -> None:
    health = failed(
        resting(), Cause.RATE, LATER, leased_at=NOW, wait=timedelta(minutes=5)
    )
    assert health.cool_until == LATER + timedelta(minutes=5)
    assert health.strikes == 1


def test_a_rest_is_never_shortened() -> None:
    health = failed(resting(), Cause.RATE, LATER, leased_at=NOW, wait=SECOND)
    assert health == resting()


def test_an_answer_from_before_the_rest_does_not_end_it() -> None:
    assert answered(resting(), NOW) == resting()


def test_after_a_rate_limit_all_may_go_on_but_after_faults_one_goes_first() -> None:
    assert resting().phase(NOW + timedelta(seconds=10)) is Phase.READY
    assert half_open().phase(LATER) is Phase.HALF_OPEN
    probing = probe(half_open(), LATER)
    assert probing.phase(LATER) is Phase.PROBING
    assert not probing.serves("m", LATER)


def test_a_probe_that_is_answered_makes_the_token_ready() -> None:
    probing = probe(half_open(), LATER)
    assert answered(probing, LATER) == WELL


def test_a_probe_that_fails_rests_longer() -> None:
    probing = probe(half_open(), LATER)
    again = failed(probing, Cause.FAULT, LATER, leased_at=LATER)
    assert again.phase(LATER) is Phase.RESTING
    assert again.cool_until == LATER + RESTS[Cause.FAULT][0] * 2


def test_a_probe_that_says_nothing_or_was_killed_lets_the_next_one_go() -> None:
    probing = probe(half_open(), LATER)
    assert gave_up(probing, LATER).phase(LATER) is Phase.HALF_OPEN
    assert probing.phase(LATER + PROBE_TIME) is Phase.HALF_OPEN


def test_a_rejected_token_stays_out_until_it_is_restored() -> None:
    health = failed(WELL, Cause.REJECTED, NOW, leased_at=NOW)
    year = NOW + timedelta(days=365)
    assert health.phase(year) is Phase.QUARANTINE
    assert answered(health, year) == health
    assert health.back_at("m", year) is None
    assert restored(health) == WELL


def test_a_model_is_out_alone_and_comes_back() -> None:
    health = failed(WELL, Cause.MODEL, NOW, leased_at=NOW, model="o1")
    assert not health.serves("o1", NOW)
    assert health.back_at("o1", NOW) is None
    assert health.serves("gpt-4o", NOW)
    assert health.serves("o1", NOW + states.WITHOUT_MODEL)


@pytest.mark.parametrize("wait", [timedelta(), timedelta(days=10**6)])
def test_an_odd_wait_is_bounded(wait: timedelta) -> None:
    health = failed(WELL, Cause.RATE, NOW, leased_at=NOW, wait=wait)
    assert health.cool_until is not None
    assert SECOND <= health.cool_until - NOW <= states.LONGEST_NAMED


class Token(RuleBasedStateMachine):
    """One token, requests that overlap, and any order of what becomes of them."""

    def __init__(self) -> None:
        super().__init__()
        self.health, self.now = WELL, NOW
        self.leases: list[datetime] = []
        self.probe: datetime | None = None

    @rule(seconds=st.floats(0.001, 100_000))
    def time_passes(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    @precondition(lambda self: self.health.serves("m", self.now))
    @rule()
    def lease(self) -> None:
        self.now += timedelta(microseconds=1)
        if self.health.phase(self.now) is Phase.HALF_OPEN:
            self.health = probe(self.health, self.now)
            assert not self.health.serves("m", self.now)
        self.leases.append(self.now)

    @precondition(lambda self: self.leases)
    @rule(
        data=st.data(),
        cause=st.sampled_from(Cause),
        wait=st.none() | st.integers(0, 900),
    )
    def fail(self, data: st.DataObject, cause: Cause, wait: int | None) -> None:
        assume(cause is not Cause.REJECTED or data.draw(st.booleans()))
        at = self._draw(data)
        before = self.health
        self.health = failed(
            before,
            cause,
            self.now,
            leased_at=at,
            model="m",
            wait=None if wait is None else timedelta(seconds=wait),
        )
        assert self.health.strikes <= before.strikes + 1
        if before.phase(self.now) is Phase.RESTING and not self.health.quarantined:
            assert self.health.cool_until and before.cool_until
            assert self.health.cool_until >= before.cool_until

    @precondition(lambda self: self.leases)
    @rule(data=st.data())
    def answer(self, data: st.DataObject) -> None:
        at, before = self._draw(data), self.health
        self.health = answered(before, at)
        if before.quarantined:
            assert self.health == before
        elif before.cooled_at is None or at > before.cooled_at:
            assert self.health.phase(self.now) is Phase.READY

    @precondition(lambda self: self.leases)
    @rule(data=st.data())
    def give_up(self, data: st.DataObject) -> None:
        before = self.health
        self.health = gave_up(before, self._draw(data))
        assert self.health.strikes == before.strikes
        assert self.health.cool_until == before.cool_until

    @precondition(lambda self: self.health.quarantined)
    @rule()
    def check(self) -> None:
        self.health = restored(self.health)
        assert self.health.serves("m", self.now)

    @invariant()
    def a_token_that_is_not_rejected_comes_back_by_time_alone(self) -> None:
        later = self.now + states.LONGEST_NAMED + PROBE_TIME
        assert self.health.quarantined != self.health.serves("m", later)

    @invariant()
    def a_resting_token_names_when_it_is_back(self) -> None:
        if self.health.phase(self.now) is Phase.RESTING:
            back = self.health.back_at("other", self.now)
            assert back and back > self.now
            # A probe that a longer rest overtook ends a moment later.
            assert self.health.phase(back) is not Phase.RESTING

    def _draw(self, data: st.DataObject) -> datetime:
        return self.leases.pop(data.draw(st.integers(0, len(self.leases) - 1)))


TestToken = Token.TestCase
