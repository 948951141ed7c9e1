from datetime import timedelta

import pytest
from cryptography.fernet import Fernet
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.tokens.clock import Clock
from tests.tokens.conftest import AddToken
from tokens import pool as pools
from tokens.choosing import Nothing, Wanted
from tokens.crypto import Secret
from tokens.health import Cause
from tokens.models import Attention, Team, Upstream, UpstreamToken
from tokens.pool import Lease, Pool

ANY = Wanted()
MINUTE = timedelta(minutes=1)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def pool(clock: Clock) -> Pool:
    return Pool(clock)


def leased(pool: Pool, team: Team, wanted: Wanted = ANY) -> Lease:
    lease = pool.lease(team, wanted)
    assert isinstance(lease, Lease), lease
    return lease


def turns(pool: Pool, clock: Clock, team: Team, count: int) -> list[str]:
    """Requests that follow each other: each is over before the next."""
    secrets = []
    for _ in range(count):
        clock.pass_(timedelta(milliseconds=1))
        lease = leased(pool, team)
        secrets.append(lease.secret)
        pool.release(lease)
    return secrets


def rejected(pool: Pool, lease: Lease) -> None:
    pool.failed(lease, Cause.REJECTED, "Not logged in.")


def test_idle_tokens_take_turns(
    pool: Pool, clock: Clock, team: Team, add_token: AddToken
) -> None:
    for secret in ("one", "two", "three"):
        add_token(secret)
    expected = ["one", "two", "three", "one", "two", "three", "one"]
    assert turns(pool, clock, team, 7) == expected


def test_the_token_with_the_fewest_requests_under_way_is_next(
    pool: Pool, clock: Clock, team: Team, add_token: AddToken
) -> None:
    for secret in ("one", "two"):
        add_token(secret)
    first, second = leased(pool, team), leased(pool, team)
    pool.release(second)
    clock.pass_(MINUTE)
    assert [first.secret, second.secret] == ["one", "two"]
    assert leased(pool, team).secret == "two"


def test_a_token_of_more_weight_carries_more(
    pool: Pool, team: Team, add_token: AddToken
) -> None:
    add_token("light")
    add_token("heavy", weight=3)
    secrets = [leased(pool, team).secret for _ in range(8)]
    assert secrets.count("heavy") == 6


def test_a_lease_holds_what_a_request_needs(
    pool: Pool, team: Team, add_token: AddToken
) -> None:
    token = add_token("canary")
    lease = leased(pool, team)
    assert (lease.token_id, lease.kind) == (token.pk, "streamchat")
    assert lease.base_url == "http://upstream.test"
    assert lease.checksum[8:] == f"{'a' * 64}/{'b' * 64}"
    assert "canary" not in repr(lease)
    assert "aaaa" not in repr(lease)


def test_a_token_keeps_its_machine_over_all_leases(
    pool: Pool, clock: Clock, team: Team, add_token: AddToken
) -> None:
    add_token("one")
    machines = set()
    for _ in range(5):
        lease = leased(pool, team)
        machines.add(lease.checksum[8:])
        clock.pass_(timedelta(days=1))
    assert len(machines) == 1


@pytest.mark.parametrize(
    "state",
    [
        {"state": UpstreamToken.State.DISABLED},
        {"state": UpstreamToken.State.DEAD},
        {"cool_until": Clock()() + MINUTE},
        {"expires_at": Clock()()},
        {"owner_email": "bob@example.org"},
    ],
)
def test_a_token_that_is_out_is_passed_over(
    pool: Pool, clock: Clock, team: Team, add_token: AddToken, state: dict[str, object]
) -> None:
    token = add_token("out")
    UpstreamToken.objects.filter(pk=token.pk).update(**state)
    assert isinstance(pool.lease(team, ANY), Nothing)
    add_token("in")
    assert turns(pool, clock, team, 2) == ["in", "in"]


def test_a_members_own_token_comes_first_then_the_shared_ones(
    pool: Pool, team: Team, add_token: AddToken
) -> None:
    for secret in ("shared", "other"):
        add_token(secret)
    own = add_token("own", owner_email="ann@example.org")
    add_token("bobs", owner_email="bob@example.org")
    add_token("lent", owner_email="eve@example.org", shared=True)
    ann = Wanted(owner_email="ann@example.org")
    leases = [leased(pool, team, ann) for _ in range(3)]
    assert [lease.secret for lease in leases] == ["own"] * 3
    rejected(pool, leases[0])
    secrets = {leased(pool, team, ann).secret for _ in range(6)}
    assert secrets == {"shared", "other", "lent"}
    own.refresh_from_db()
    assert own.state == UpstreamToken.State.DEAD


def test_a_token_that_was_tried_is_skipped(
    pool: Pool, team: Team, add_token: AddToken
) -> None:
    first, second = add_token("one"), add_token("two")
    assert leased(pool, team, Wanted(skip={first.pk})).secret == "two"
    both = Wanted(skip={first.pk, second.pk})
    assert isinstance(pool.lease(team, both), Nothing)


def test_only_the_upstreams_that_serve_a_model_are_asked(
    pool: Pool, team: Team, add_token: AddToken
) -> None:
    add_token("one")
    other = Upstream.objects.create(name="Other", base_url="http://other.test")
    add_token("two", upstream=other)
    for _ in range(3):
        assert leased(pool, team, Wanted(upstreams={other.pk})).secret == "two"


def test_another_teams_tokens_and_upstreams_are_out_of_reach(
    pool: Pool, team: Team, add_token: AddToken
) -> None:
    other = Team.objects.create(slug="other", name="Other")
    theirs = Upstream.objects.create(name="Theirs", team=other, base_url="http://x")
    add_token("theirs", team=other)
    add_token("ours at their upstream", upstream=theirs)
    assert isinstance(pool.lease(team, ANY), Nothing)


def test_a_token_that_cannot_be_opened_is_quarantined_and_the_next_one_serves(
    pool: Pool, clock: Clock, team: Team, add_token: AddToken
) -> None:
    elsewhere = Fernet(Fernet.generate_key()).encrypt(b"sealed").decode()
    sealed = add_token("sealed")
    UpstreamToken.objects.update(secret=Secret(encrypted=elsewhere))
    add_token("open")
    assert turns(pool, clock, team, 2) == ["open", "open"]
    sealed.refresh_from_db()
    assert sealed.state == UpstreamToken.State.DEAD
    assert "ENCRYPTION_KEYS" in sealed.last_error


def test_a_dead_token_asks_for_attention_once_and_comes_back_by_a_check(
    pool: Pool, clock: Clock, team: Team, add_token: AddToken
) -> None:
    token = add_token("one", alias="Ann")
    lease, again = leased(pool, team), leased(pool, team)
    rejected(pool, lease)
    rejected(pool, again)
    [attention] = Attention.objects.all()
    assert attention.text == "Ann was refused: Not logged in."
    assert pool.lease(team, ANY) == Nothing()
    token.refresh_from_db()
    assert token.check_at == clock() + 10 * MINUTE
    pools.revive(token)
    attention.refresh_from_db()
    assert attention.cleared_at is not None
    assert leased(pool, team)


def test_a_check_does_not_switch_on_what_a_person_switched_off(
    pool: Pool, team: Team, add_token: AddToken
) -> None:
    token = add_token("one", state=UpstreamToken.State.DISABLED)
    pools.revive(token)
    assert isinstance(pool.lease(team, ANY), Nothing)


def test_when_all_are_rate_limited_the_smallest_wait_is_named(
    pool: Pool, team: Team, add_token: AddToken
) -> None:
    for seconds in (40, 7, 90):
        add_token(f"token {seconds}")
        pool.forget()
    for _ in range(3):
        lease = leased(pool, team)
        wait = int(lease.secret.split()[1])
        pool.failed(lease, Cause.RATE, "Slow down.", wait)
    assert pool.lease(team, ANY) == Nothing(limited=True, wait=7)


def test_a_model_that_a_token_may_not_use_is_out_for_that_model_only(
    pool: Pool, team: Team, add_token: AddToken
) -> None:
    add_token("one")
    lease = leased(pool, team, Wanted("o1"))
    pool.failed(lease, Cause.MODEL, "Pro users only.")
    assert pool.lease(team, Wanted("o1")) == Nothing()
    assert leased(pool, team, Wanted("gpt-4o"))


def test_one_probe_goes_first_over_all_processes(
    pool: Pool, clock: Clock, team: Team, add_token: AddToken
) -> None:
    add_token("one")
    neighbour = Pool(clock)
    for _ in range(3):
        lease = leased(pool, team)
        pool.failed(lease, Cause.FAULT, "Broke.")
        pool.release(lease)
    assert pool.lease(team, ANY) == Nothing(wait=5)
    clock.pass_(timedelta(seconds=6))
    probing = leased(neighbour, team)
    assert pool.lease(team, ANY) == Nothing(wait=1)
    neighbour.answered(probing)
    assert leased(pool, team)


def test_a_probe_that_lost_the_race_is_not_sent(
    pool: Pool, clock: Clock, team: Team, add_token: AddToken
) -> None:
    """Both processes saw the same half open token; the table lets one of them."""
    token = add_token("one", cause="fault", strikes=3, cool_until=clock())
    clock.pass_(MINUTE)
    known = pool._look_up(team.pk)
    [seen] = known.candidates
    assert Pool(clock)._take(seen, "")
    assert pool._take(seen, "") is None
    token.refresh_from_db()
    assert token.health_version == 1


def test_how_busy_the_other_processes_are_counts_until_they_are_gone(
    pool: Pool, clock: Clock, team: Team, add_token: AddToken
) -> None:
    add_token("one")
    add_token("two")
    neighbour = Pool(clock)
    for _ in range(3):
        leased(neighbour, team, Wanted(skip={UpstreamToken.objects.all()[1].pk}))
    assert neighbour.publish()
    assert [leased(pool, team).secret for _ in range(3)] == ["two"] * 3
    clock.pass_(MINUTE)
    assert [leased(pool, team).secret for _ in range(3)] == ["one"] * 3


def test_a_process_that_is_idle_says_so_and_when_it_used_a_token(
    pool: Pool, clock: Clock, team: Team, add_token: AddToken
) -> None:
    token = add_token("one")
    lease = leased(pool, team)
    pool.publish()
    assert token.loads.get().in_flight == 1
    pool.release(lease)
    assert not pool.publish()
    assert not token.loads.exists()
    token.refresh_from_db()
    assert token.last_used_at == lease.at


def test_most_leases_and_answers_cost_no_query(
    pool: Pool, team: Team, add_token: AddToken
) -> None:
    add_token("one")
    leased(pool, team)
    with CaptureQueriesContext(connection) as queries:
        assert pool.is_well(leased(pool, team))
    assert len(queries) == 0


def test_memory_is_looked_up_again_twice_a_second(
    pool: Pool, clock: Clock, team: Team, add_token: AddToken
) -> None:
    token = add_token("one")
    leased(pool, team)
    UpstreamToken.objects.filter(pk=token.pk).update(state="disabled")
    assert leased(pool, team)
    clock.pass_(timedelta(seconds=0.6))
    assert isinstance(pool.lease(team, ANY), Nothing)
