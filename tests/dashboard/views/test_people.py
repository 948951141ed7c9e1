"""The table of people: whom it shows to whom, in which order, and as a file."""

import csv
import io
import re
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from dashboard import rollups
from dashboard.models import DailyUsage, EventKind, LocalGroup, Stream
from tests import factories
from tests.dashboard.conftest import World, signed_in
from tests.factories import DAY
from tokens.models import Change

URL = "/dashboard/people/"
CSV = "/dashboard/people.csv"


def body(client: Client, query: str = "") -> str:
    answer = client.get(URL + query)
    assert answer.status_code == 200
    return answer.content.decode()


def people(client: Client, query: str = "") -> list[str]:
    found = re.findall(r'<span class="person"><a[^>]+>([^<]+?) ?<', body(client, query))
    return [str(name) for name in found]


def file(client: Client, query: str = "") -> list[dict[str, str]]:
    answer: Any = client.get(CSV + query)
    assert answer.status_code == 200
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


@pytest.fixture
def limited(world: World) -> World:
    """Bob has spent nine tenths of his limit, Cleo a tenth."""
    factories.member(world.team, "cleo@example.com", role="owner")
    for email, cents in (("bob@example.com", 900), ("cleo@example.com", 100)):
        factories.snapshot(
            world.team,
            world.cycle,
            world.today,
            email,
            on_demand=cents,
            effective_limit_dollars=10,
        )
    return world


@pytest.fixture
def platform(world: World) -> LocalGroup:
    """Bob is in it since ten days, Leah leads it."""
    factories.user("leah@example.com", world.team, "lead")
    group = LocalGroup.objects.create(
        team=world.team, name="Platform", lead_email="leah@example.com"
    )
    group.members.create(email="bob@example.com", first_day=world.today - 10 * DAY)
    return group


def test_the_highest_spend_comes_first_and_all_adds_up(
    alice: Client, world: World
) -> None:
    factories.rollup(world.team, world.today, "7", email="")
    factories.rollup(world.team, world.today, "5", email="eve@example.com")
    html = body(alice)
    assert people(alice) == ["Ada", "Unattributed", "eve@example.com", "Bob"]
    for tag in ("Left", "No e-mail", "Not a member"):
        assert f'<span class="tag">{tag}</span>' in html
    assert 'data-value="87.84932"' in html[html.index("<tfoot>") :]


def test_a_head_sorts_and_sorts_back_and_who_has_no_value_is_last(
    alice: Client, limited: World
) -> None:
    assert people(alice, "?sort=name") == ["Ada", "Bob", "Cleo"]
    assert people(alice, "?sort=-name") == ["Cleo", "Bob", "Ada"]
    assert people(alice, "?sort=used") == ["Cleo", "Bob", "Ada"]
    assert people(alice, "?sort=-used") == ["Bob", "Cleo", "Ada"]
    html = body(alice, "?sort=name")
    assert 'aria-sort="ascending"><a href="?sort=-name"' in html


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?q=ADA", ["Ada"]),
        ("?q=example+bob", ["Bob"]),
        ("?q=platform", ["Bob"]),
        ("?state=present", ["Ada", "Cleo"]),
        ("?state=departed", ["Bob"]),
        ("?state=outside", []),
        ("?role=owner", ["Ada", "Cleo"]),
        ("?role=-", []),
        ("?limit=near", ["Bob"]),
        ("?limit=over", []),
        ("?limit=none", ["Ada"]),
        ("?idle=30", ["Cleo"]),
        ("?email=bob@example.com", ["Bob"]),
        ("?role=owner&limit=none&sort=name", ["Ada"]),
    ],
)
def test_filters_leave_those_they_name(
    alice: Client, limited: World, platform: LocalGroup, query: str, found: list[str]
) -> None:
    assert people(alice, query) == found
    assert [row["Person"] for row in file(alice, query)] == found


def test_paper_names_the_filters_whose_form_it_does_not_have(
    alice: Client, world: World
) -> None:
    assert "on-paper" not in body(alice, "?sort=name&per=25")
    html = body(alice, "?q=ada&state=present&role=-&idle=30&limit=near")
    paper = html[html.index('<ul class="chips on-paper">') :]
    said = re.findall(r"<li><span[^>]*>([^<]+)</span> ([^<]+)</li>", paper)
    assert said == [
        ("Search", "ada"),
        ("Standing", "With a seat"),
        ("Role", "No role"),
        ("Idle for", "30 days"),
        ("Limit", "Near the limit"),
    ]


def test_a_group_brings_the_money_of_its_days(
    alice: Client, world: World, platform: LocalGroup
) -> None:
    factories.rollup(world.team, world.today - 20 * DAY, "50", email="bob@example.com")
    query = f"?period=30d&group={platform.pk}"
    assert 'data-value="3"' in body(alice, query)
    assert people(alice, query) == ["Bob"]
    assert people(alice, "?period=7d&group=-") == ["Ada"]


def test_the_switch_of_money_counts_here_too(alice: Client, world: World) -> None:
    [ada, _] = file(alice, "?columns=spend,included,requests&measure=on_demand")
    assert (ada["Spend"], ada["Included"]) == ("0.125", "0.6034932")
    assert ada["Requests"] == "1"


def test_what_is_chosen_stays_in_every_link(alice: Client, world: World) -> None:
    html = body(alice, "?period=30d&q=a&columns=units&columns=role&per=25&sort=name")
    kept = "period=30d&amp;q=a&amp;sort=-name&amp;columns=units%2Crole&amp;per=25"
    assert f'href="?{kept}"' in html
    assert '<input type="hidden" name="columns" value="units,role">' in html
    person = kept.replace("-name", "name")
    assert f'href="/dashboard/people/ada@example.com/?{person}"' in html
    theirs = alice.get(
        f"/dashboard/people/ada@example.com/?{person}".replace("&amp;", "&")
    )
    assert f'href="/dashboard/people/?{person}"' in theirs.content.decode()


def test_only_the_chosen_columns_are_shown(alice: Client, world: World) -> None:
    heads = re.findall(r'<th scope="col"[^>]*><a[^>]+>([^<]+)', body(alice))
    assert heads == [
        "Person",
        "Spend",
        "Trend",
        "Change",
        "Of the limit",
        "Requests",
        "Tokens",
        "Lines accepted",
        "Last active",
        "Group",
    ]
    html = body(alice, "?columns=role")
    heads = re.findall(r'<th scope="col"[^>]*><a[^>]+>([^<]+)', html)
    assert heads == ["Person", "Role"]
    assert '<svg class="spark"' not in html


def test_a_trend_is_drawn_and_told_in_words(alice: Client, world: World) -> None:
    day = world.today - 4 * DAY
    html = body(alice)
    assert f"<title>Highest: $0.60, {day.day} {day:%b %Y}</title>" in html
    assert html.count('<svg class="spark"') == 2


def test_the_file_is_the_table_on_all_its_pages(alice: Client, world: World) -> None:
    for number in range(30):
        factories.member(world.team, f"p{number:02}@example.com", name="=cmd()")
    rows = file(alice, "?per=25&page=2&sort=-name")
    assert len(rows) == 32
    assert rows[-1]["Person"] == "'=cmd()"
    assert rows[1] == {
        "Person": "Ada",
        "E-mail": "ada@example.com",
        "Standing": "Seat",
        "Spend": "0.7284932",
        "Change (percent)": "82.1233",
        "Of the limit (percent)": "",
        "Requests": "2",
        "Tokens": "0",
        "Lines accepted": "0",
        "Last active": str(world.today - 3 * DAY),
        "Group": "",
    }
    assert Change.objects.get().action == "people.exported"


def test_many_people_come_in_pages(alice: Client, world: World) -> None:
    for number in range(60):
        factories.member(world.team, f"p{number:03}@example.com")
    assert len(people(alice)) == 50
    assert len(people(alice, "?page=2")) == 12
    assert len(people(alice, "?per=100")) == 62


@pytest.mark.parametrize(
    "query",
    [
        "page=0",
        "page=x",
        "page=99",
        "page=٢",
        "sort=money",
        "sort=--name",
        "state=dead",
        "idle=13",
        "limit=all",
        "per=1000000",
        "columns=spend,secrets",
        "columns=name",
        "role=" + "x" * 300,
        "group=12345",
    ],
)
def test_what_makes_no_sense_is_refused_by_name(
    alice: Client, world: World, query: str
) -> None:
    field = query.partition("=")[0]
    for url in (URL, CSV, "/dashboard/people/ada@example.com/"):
        answer = alice.get(f"{url}?{query}")
        if url != URL and field in ("page", "group"):
            continue
        assert answer.status_code == (404 if field == "group" else 400)
        assert field in answer.content.decode().lower()


def test_nobody_found_says_what_to_do(alice: Client, world: World) -> None:
    html = body(alice, "?q=%3Cscript%3E&period=30d&columns=role")
    assert 'value="&lt;script&gt;"' in html
    assert "Nobody matches these filters." in html
    assert '<a href="?period=30d&amp;columns=role">Clear the filters</a>' in html


def test_what_the_key_does_not_read_is_said(alice: Client, world: World) -> None:
    factories.capability(world.team, Stream.DAILY, "refused", "Only on Enterprise.")
    factories.capability(world.team, Stream.SPEND, "refused", "Not for you.")
    html = body(alice)
    assert "Daily usage: not available with this key. Only on Enterprise." in html
    assert "Not for you." not in html


def test_before_the_first_sync_it_points_to_the_overview(
    alice: Client, team: object
) -> None:
    assert "No members have been fetched yet" in body(alice)


def test_a_lead_sees_their_group_and_nothing_else(
    world: World, platform: LocalGroup
) -> None:
    other = LocalGroup.objects.create(team=world.team, name="Secret")
    other.members.create(email="ada@example.com", first_day=world.today)
    leah = signed_in("leah@example.com")
    html = body(leah)
    assert people(leah) == ["Bob"]
    assert [row["Person"] for row in file(leah)] == ["Bob"]
    for hidden in ("ada@example.com", "72.84932", "75.84932", "Secret"):
        assert hidden not in html
    assert 'href="/dashboard/people/"' in html
    assert people(leah, "?email=ada@example.com") == []
    assert leah.get(f"{URL}?group={other.pk}").status_code == 404
    assert leah.get("/dashboard/people/bob@example.com/").status_code == 200


def test_what_an_admin_saw_is_not_kept_for_a_lead(
    alice: Client, world: World, platform: LocalGroup
) -> None:
    assert people(alice) == ["Ada", "Bob"]
    assert people(signed_in("leah@example.com")) == ["Bob"]


def test_the_old_address_leads_here(alice: Client, world: World) -> None:
    answer = alice.get("/dashboard/members/?sort=-on-demand&period=30d")
    assert answer.status_code == 302
    assert answer["Location"] == URL + "?sort=-on-demand&period=30d"


def test_the_pages_that_count_people_lead_to_them(
    alice: Client, limited: World
) -> None:
    html = alice.get("/dashboard/").content.decode()
    assert f'href="{URL}?&amp;limit=near&amp;sort=-used"' in html
    idle = alice.get("/dashboard/adoption/?idle=30").content.decode()
    assert f'href="{URL}?&amp;idle=30&amp;sort=active"' in idle
    assert 'href="/dashboard/people/cleo@example.com/' in idle


def test_its_queries_are_counted(
    alice: Client,
    world: World,
    platform: LocalGroup,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    factories.rollup(world.team, world.today, kind=EventKind.ON_DEMAND)
    DailyUsage.objects.create(
        team=world.team,
        email="ada@example.com",
        day=world.today,
        is_active=True,
        accepted_lines_added=5,
        synced_at=datetime.now(UTC),
    )
    rollups.rebuild_activity(world.team, [world.today])
    factories.add_up(world.team)
    for query in ("?period=30d", f"?period=year&group={platform.pk}", "?model=opus"):
        with django_assert_max_num_queries(15):
            body(alice, query)
