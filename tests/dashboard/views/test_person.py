"""A person's page, and the same page as a member's own usage."""

from datetime import UTC, datetime, time
from json import loads

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from dashboard.charts import CHARTS
from dashboard.models import DailyUsage, LocalGroup
from proxy.models import GatewayRequest
from tests import factories
from tests.dashboard.conftest import World, signed_in
from tests.factories import DAY

ADA = "/dashboard/people/ada@example.com/"
ME = "/dashboard/me/"


@pytest.fixture
def ada(world: World) -> Client:
    """A mere member, whose usage is in the world."""
    factories.user("ada@example.com", world.team, "member")
    return signed_in("ada@example.com")


@pytest.fixture
def leah(world: World) -> Client:
    """The lead of a group that Bob is in."""
    factories.user("leah@example.com", world.team, "lead")
    group = LocalGroup.objects.create(
        team=world.team, name="Platform", lead_email="Leah@example.com"
    )
    group.members.create(email="bob@example.com", first_day=world.today - 30 * DAY)
    return signed_in("leah@example.com")


def body(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_member_sees_their_own_spend_and_nobody_elses(
    ada: Client, bob: Client, world: World
) -> None:
    assert 'data-value="7284.932"' not in body(bob, ME)
    mine = body(ada, ME)
    assert 'data-value="72.84932"' in mine
    assert "bob@example.com" not in mine
    assert "75.84932" not in mine


@pytest.mark.parametrize("slug", sorted(CHARTS))
def test_no_chart_shows_a_member_what_is_not_theirs(world: World, slug: str) -> None:
    factories.event(world.team, world.today)
    factories.user("mia@example.com", world.team, "member")
    mia = signed_in("mia@example.com")
    for ending in ("json", "csv"):
        url = f"/dashboard/chart/{slug}.{ending}"
        for others in ("", "?email=ada@example.com", "?email=-", "?email="):
            assert mia.get(url + others).status_code == 403, others
    found = loads(
        mia.get(f"/dashboard/chart/{slug}.json?email=mia@example.com").content
    )
    values = [v for series in found["datasets"] for v in series["data"]]
    assert not any(values)


def test_a_members_charts_and_file_are_theirs(ada: Client, world: World) -> None:
    own = "?email=ada@example.com&period=7d"
    chart = loads(ada.get(f"/dashboard/chart/daily-spend.json{own}").content)
    assert chart["state"] == "ok"
    factories.event(world.team, world.today)
    factories.event(world.team, world.today, email="bob@example.com")
    sent = ada.get(f"/dashboard/events.csv{own}")
    lines = b"".join(sent.streaming_content).decode().splitlines()  # type: ignore[attr-defined]
    assert len(lines) == 2
    assert ada.get("/dashboard/events.csv?period=7d").status_code == 403


def test_a_member_opens_no_other_person(ada: Client, world: World) -> None:
    assert ada.get(ADA).status_code == 200
    for other in ("bob@example.com", "-", "nobody@example.com"):
        assert ada.get(f"/dashboard/people/{other}/").status_code == 403
        assert ada.get(f"/dashboard/people/{other}/events/").status_code == 403


def test_a_filter_in_the_address_does_not_widen_ones_own_page(
    ada: Client, world: World
) -> None:
    html = body(ada, ME + "?email=bob@example.com")
    assert 'data-value="3"' not in html
    assert 'data-value="72.84932"' in html


def test_a_lead_sees_the_people_of_their_group_and_nobody_else(
    leah: Client, world: World
) -> None:
    assert "/dashboard/people/bob@example.com/" in body(leah, ME)
    assert 'data-value="3"' in body(leah, "/dashboard/people/bob@example.com/")
    assert leah.get(ADA).status_code == 403
    chart = "/dashboard/chart/daily-spend.json?email="
    assert leah.get(chart + "bob@example.com").status_code == 200
    assert leah.get(chart + "ada@example.com").status_code == 403


@pytest.mark.parametrize("gone", ["left", "archived", "no lead"])
def test_who_is_no_longer_led_is_no_longer_seen(
    leah: Client, world: World, gone: str
) -> None:
    group = LocalGroup.objects.get()
    if gone == "left":
        group.members.update(last_day=world.today - DAY)
    elif gone == "archived":
        LocalGroup.objects.update(archived_at=datetime.now(UTC))
    else:
        LocalGroup.objects.update(lead_email="")
    assert leah.get("/dashboard/people/bob@example.com/").status_code == 403


def test_a_groups_lead_without_the_role_sees_only_themselves(
    bob: Client, world: World
) -> None:
    group = LocalGroup.objects.create(
        team=world.team, name="Platform", lead_email="bob@example.com"
    )
    group.members.create(email="ada@example.com", first_day=world.today)
    assert bob.get(ADA).status_code == 403


def test_who_left_keeps_their_page_and_their_money(alice: Client, world: World) -> None:
    html = body(alice, "/dashboard/people/bob@example.com/")
    assert "Left on" in html
    assert 'data-value="3"' in html


def test_usage_without_an_email_has_a_page(alice: Client, world: World) -> None:
    factories.rollup(world.team, world.today, "7.25", email="")
    html = body(alice, "/dashboard/people/-/")
    assert "Unattributed" in html
    assert 'data-value="7.25"' in html


def test_nobody_is_not_found(alice: Client, world: World) -> None:
    answer = alice.get("/dashboard/people/nobody@example.com/")
    assert answer.status_code == 404
    assert "no person of this e-mail" in answer.content.decode()


def test_a_limit_and_its_history_are_shown(alice: Client, world: World) -> None:
    for ago, dollars in ((2, "20"), (1, "50")):
        factories.snapshot(
            world.team,
            world.cycle,
            world.today - ago * DAY,
            "bob@example.com",
            on_demand=500,
            effective_limit_dollars=dollars,
            hard_limit_override_dollars=0 if dollars == "20" else 50,
            fast_premium_requests=417,
        )
    html = body(alice, "/dashboard/people/bob@example.com/")
    assert "of $50.00" in html
    assert "417" in html
    assert html.index(": $50.00 · $50.00 set for this") < html.index(": $20.00</li>")


def test_a_gauge_of_unknown_meaning_is_shown_by_its_name(
    alice: Client, world: World
) -> None:
    given = {"spend_raw": 1234, "rule": "raw"}
    who = "bob@example.com"
    factories.snapshot(world.team, world.cycle, world.today, who, **given)
    html = body(alice, f"/dashboard/people/{who}/")
    assert "$12.34 <small>spendCents</small>" in html


def test_a_persons_models_are_shown_and_go_into_a_file(
    ada: Client, world: World
) -> None:
    factories.rollup(world.team, world.today - DAY, "8", model="opus")
    html = body(ada, ME)
    models = html[html.index('id="models"') : html.index('class="chart-grid"')]
    assert models.index("gpt-5") < models.index("opus")
    assert 'data-value="20.5"' in models
    sent = ada.get("/dashboard/models.csv?email=ada@example.com")
    lines = b"".join(sent.streaming_content).decode().splitlines()  # type: ignore[attr-defined]
    assert lines[2].startswith("opus,0.205,2,")
    for others in ("", "?email=bob@example.com"):
        assert ada.get(f"/dashboard/models.csv{others}").status_code == 403


def test_what_the_gateway_served_is_shown_by_model(
    alice: Client, ada: Client, world: World
) -> None:
    GatewayRequest.objects.create(
        request_id="r1",
        team=world.team,
        caller="k",
        owner_email="ada@example.com",
        model="sonnet",
        status=200,
        outcome="ok",
        prompt_tokens=4321,
        started_at=datetime.combine(world.today, time(1), UTC),
        duration_ms=5,
    )
    assert "4,321" in body(alice, ADA)
    assert "4,321" in body(ada, ME)
    assert "4,321" not in body(alice, "/dashboard/people/bob@example.com/")


def test_the_same_dates_a_year_back_stand_beside(alice: Client, world: World) -> None:
    start = world.cycle - 500 * DAY
    factories.window(world.team, start, world.cycle - 60 * DAY)
    factories.rollup(world.team, world.today - 369 * DAY, "88")
    html = body(alice, ADA + "?period=7d")
    assert 'data-value="88"' in html


def test_counters_of_the_person_are_drawn(alice: Client, world: World) -> None:
    DailyUsage.objects.create(
        team=world.team,
        email="ada@example.com",
        day=world.today,
        is_active=True,
        agent_requests=777,
        synced_at=datetime.now(UTC),
    )
    assert "777" in body(alice, ADA + "?period=7d")
    assert "777" not in body(alice, "/dashboard/people/bob@example.com/?period=7d")


def test_events_come_in_pages_by_key_without_loss(
    ada: Client, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dashboard.views.person.EVENTS_SHOWN", 3)
    for number in range(8):
        factories.event(world.team, world.today, model=f"m{number}")
    factories.event(world.team, world.today, model="bobs", email="bob@example.com")
    seen: list[str] = []
    url = ME + "events/?period=7d"
    for _ in range(3):
        html = body(ada, url)
        assert "bobs" not in html
        seen += [f"m{n}" for n in range(8) if f'"named">m{n}<' in html]
        if ">Older<" not in html:
            break
        url = (
            ME
            + "events/"
            + html.split('">Older<')[0].split('href="')[-1].replace("&amp;", "&")
        )
    assert sorted(seen) == [f"m{n}" for n in range(8)]


@pytest.mark.parametrize("key", ["x", "1-zz-1", "9" * 30 + "-aa-1", "1-aa-"])
def test_a_key_that_is_none_is_refused_by_name(
    ada: Client, world: World, key: str
) -> None:
    answer = ada.get(ME + "events/", {"before": key})
    assert answer.status_code == 400
    assert "Before must be the key" in answer.content.decode()


def test_names_lead_to_the_persons_page_with_the_filters(
    alice: Client, world: World
) -> None:
    link = 'href="/dashboard/people/ada@example.com/?period=30d"'
    assert link in body(alice, "/dashboard/people/?period=30d")
    assert link in body(alice, "/dashboard/?period=30d")


def test_its_queries_are_counted(
    alice: Client, world: World, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    """Without daily counters it also asks why there are none."""
    with django_assert_max_num_queries(17):
        body(alice, ADA)
