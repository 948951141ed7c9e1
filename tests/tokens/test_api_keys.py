from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from tokens import api_keys
from tokens.api_keys import KeyRefused
from tokens.models import ApiKey, Change, Team

NOW = timezone.now()


@pytest.fixture
def issued(team: Team) -> api_keys.Issued:
    return api_keys.issue(team, " Ann@Example.org ", actor="test")


def refusal(given: str) -> str:
    with pytest.raises(KeyRefused) as error:
        api_keys.check(given, NOW)
    return str(error.value)


def test_a_key_opens_its_row_and_team_in_one_query(
    issued: api_keys.Issued,
    team: Team,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    with django_assert_num_queries(1):
        key = api_keys.check(issued.clear, NOW)
        assert key.team == team
    assert key.owner_email == "ann@example.org"


def test_only_a_digest_is_kept_and_it_is_no_key(issued: api_keys.Issued) -> None:
    secret = issued.clear.rpartition("-")[2]
    row = ApiKey.objects.values().get()
    assert secret not in str(row)
    assert secret not in repr(issued)
    assert "Incorrect" in refusal(f"sk-{row['public_id']}-{row['digest']}")


def test_issuing_is_written_down_without_the_secret(issued: api_keys.Issued) -> None:
    change = Change.objects.get()
    assert (change.actor, change.action) == ("test", "api_key.issue")
    assert change.subject == str(issued.key)
    assert issued.clear.rpartition("-")[2] not in str(Change.objects.values().get())


@pytest.mark.parametrize("cut", [slice(1, None), slice(None, -1)])
def test_a_key_that_is_not_whole_is_refused(
    issued: api_keys.Issued, cut: slice
) -> None:
    assert "Incorrect" in refusal(issued.clear[cut])


@pytest.mark.django_db
@pytest.mark.parametrize(
    "odd",
    ["", "sk-", "sk-\0-\0", "x" * 1_000_000, "sk-é-ü", "' OR 1=1 --", "sk-1-2\n"],
)
def test_an_odd_value_is_refused_without_a_query(
    odd: str, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(0):
        assert "Incorrect" in refusal(odd)


def test_an_unknown_key_of_the_right_shape_is_refused(issued: api_keys.Issued) -> None:
    last = "a" if issued.clear[-1] != "a" else "b"
    assert "Incorrect" in refusal(issued.clear[:-1] + last)
    assert "Incorrect" in refusal(f"sk-{'0' * 12}-{issued.clear[-40:]}")


def test_an_expired_key_says_so(issued: api_keys.Issued) -> None:
    ApiKey.objects.update(expires_at=NOW + timedelta(seconds=1))
    assert api_keys.check(issued.clear, NOW)
    ApiKey.objects.update(expires_at=NOW)
    assert "expired" in refusal(issued.clear)


def test_a_revoked_key_says_so_and_is_revoked_once(issued: api_keys.Issued) -> None:
    assert api_keys.revoke(issued.key, actor="admin@example.org", at=NOW, reason="left")
    assert not api_keys.revoke(issued.key, actor="admin@example.org", at=NOW)
    assert "revoked" in refusal(issued.clear)
    change = Change.objects.get(action="api_key.revoke")
    assert (change.actor, change.reason) == ("admin@example.org", "left")
