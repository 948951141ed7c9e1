"""The pages of groups: what they cost, who is in them, who may see and change that."""

import csv
import re
from decimal import Decimal
from html import unescape
from io import StringIO
from typing import Any

import pytest
from django.test import Client

from dashboard import grouping
from dashboard.grouping import Facts
from dashboard.models import DayGroup, EventKind, LocalGroup
from tests import factories
from tests.dashboard.conftest import World, signed_in
from tests.factories import DAY
from tokens.models import Change

URL = "/dashboard/groups/"


@pytest.fixture
def platform(world: World) -> LocalGroup:
    """Ada is in it since three days ago, when she spent 12.5 cents; Bob is in none."""
    facts = Facts("Platform", "CC-100", "lea@example.com")
    group = grouping.create(world.team, facts, "me")
    grouping.add(group, "ada@example.com", world.today - 3 * DAY, None, "me")
    return group


@pytest.fixture
def lea(world: World, platform: LocalGroup) -> Client:
    """Leads the group."""
    factories.user("lea@example.com", world.team, "lead")
    return signed_in("lea@example.com")


def body(client: Client, url: str = URL, status: int = 200) -> str:
    answer = client.get(url)
    assert answer.status_code == status
    return answer.content.decode()


def test_groups_and_who_is_in_none_add_up_to_the_whole(
    alice: Client, platform: LocalGroup
) -> None:
    answer = alice.get("/dashboard/groups.csv?period=7d")
    text = b"".join(answer).decode("utf-8-sig")
    rows = {row["Group"]: row for row in csv.DictReader(StringIO(text))}
    # 12.5 cents and 63.34932 are 75.84932: shown as 13, 63 and 76.
    assert [row["Total"] for row in rows.values()] == ["0.13", "0.63", "0.76"]
    assert rows["Platform"]["On-demand"] == "0.13"
    shares = [Decimal(row["Share (percent)"]) for row in rows.values()]
    assert shares == [Decimal("16.48"), Decimal("83.52"), 100]
    assert rows["Platform"]["People"] == "1"


def test_the_page_names_each_group_and_who_is_in_none(
    alice: Client, platform: LocalGroup
) -> None:
    html = body(alice, f"{URL}?period=7d")
    assert "CC-100" in html
    assert "In no group" in html
    assert f'href="{URL}{platform.pk}/?period=7d"' in html


def test_without_groups_it_says_what_to_do(alice: Client, world: World) -> None:
    assert "Make the first one" in body(alice)


@pytest.mark.parametrize("path", ["", "{0}/", "-/", "?period=year", "{0}/?period=year"])
def test_pages_take_few_queries(
    alice: Client,
    platform: LocalGroup,
    django_assert_max_num_queries: Any,
    path: str,
) -> None:
    with django_assert_max_num_queries(15):
        body(alice, URL + path.format(platform.pk))


def test_a_leads_page_takes_few_queries(
    lea: Client, platform: LocalGroup, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(15):
        body(lea, f"{URL}{platform.pk}/?period=year")


def test_a_groups_page_shows_only_days_in_it(
    alice: Client, platform: LocalGroup
) -> None:
    html = body(alice, f"{URL}{platform.pk}/?period=7d")
    assert '<dd data-value="12.5">' in html
    assert "bob@example.com" not in html
    [link] = re.findall(r'href="(/dashboard/people.csv[^"]*)"', html)
    file = b"".join(alice.get(unescape(link))).decode("utf-8-sig")
    assert "ada@example.com" in file and "0.125" in file
    nobodys = body(alice, f"{URL}-/?period=7d")
    assert '<dd data-value="63.34932">' in nobodys
    assert "bob@example.com" in nobodys


def test_the_parts_that_a_groups_page_shows_add_up(
    alice: Client, world: World, platform: LocalGroup
) -> None:
    """12.9 and twice 0.4 are 13.7 cents: 14, and not 13 and twice nothing."""
    for kind in (EventKind.ON_DEMAND, EventKind.INCLUDED, EventKind.FREE):
        factories.rollup(world.team, world.today, "0.4", kind=kind)
    factories.add_up(world.team)
    html = body(alice, f"{URL}{platform.pk}/?period=7d")
    shown = re.findall(r"<dd(?: data-value[^>]*)?>(\$[\d.]+)", html)
    assert shown[:4] == ["$0.14", "$0.01", "$0.13", "$0.00"]
    people = html.split('id="people"')[1]
    assert re.findall(r'<td class="number[^>]*>(\$[\d.]+)', people) == shown[:4]


def test_a_groups_page_shows_other_money_where_there_is_some(
    alice: Client, lea: Client, world: World, platform: LocalGroup
) -> None:
    url = f"{URL}{platform.pk}/?period=7d"
    assert "Other" not in body(alice, url)
    day = world.today - DAY
    factories.rollup(world.team, day, "417", kind=EventKind.ERRORED)
    factories.add_up(world.team)
    html = body(alice, url)
    assert "<dt>Other</dt><dd>$4.17</dd>" in html
    people = html[html.index('id="people"') : html.index('id="times"')]
    assert (people.count('<th scope="col"'), people.count("<td")) == (6, 5)
    assert '<td class="number">$4.17</td>' in people
    [time] = platform.members.all()
    grouping.change(time, time.first_day, day, "me")
    assert '<td class="number">$4.17</td>' in body(lea, url)


def test_a_lead_sees_their_group_and_no_other(
    lea: Client, world: World, platform: LocalGroup
) -> None:
    other = grouping.create(world.team, Facts("Web"), "me")
    assert lea.get(URL)["Location"] == f"{URL}{platform.pk}/"
    html = body(lea, f"{URL}{platform.pk}/?period=7d")
    assert "ada@example.com" in html
    assert "Of the team’s spend" not in html
    for path in (f"{other.pk}/", "-/", f"{platform.pk}/edit/", "new/"):
        body(lea, URL + path, 403)
    body(lea, "/dashboard/groups.csv", 403)


def test_a_lead_reads_the_groups_charts_and_nobodys_names(
    lea: Client, platform: LocalGroup
) -> None:
    chart = "/dashboard/chart/{}.json?period=7d&group={}"
    answer = lea.get(chart.format("daily-spend", platform.pk))
    assert sum(n or 0 for d in answer.json()["datasets"] for n in d["data"]) == 0.125
    for slug in ("daily-spend-by-person", "hours", "cumulative-spend"):
        assert lea.get(chart.format(slug, platform.pk)).status_code == 403
    assert lea.get(chart.format("daily-spend", "-")).status_code == 403
    assert lea.get("/dashboard/chart/daily-spend.json").status_code == 403
    events = f"/dashboard/events.csv?group={platform.pk}"
    assert lea.get(events).status_code == 403


def test_a_lead_does_not_see_who_has_left_the_group(
    lea: Client, world: World, platform: LocalGroup
) -> None:
    [time] = platform.members.all()
    grouping.change(time, time.first_day, world.today - DAY, "me")
    html = body(lea, f"{URL}{platform.pk}/?period=7d")
    assert "ada@example.com" not in html
    assert "People who have left the group" in html
    assert "are not in it" not in html
    assert '<dd data-value="12.5">' in html


def test_a_lead_is_told_that_the_file_lacks_who_has_left(
    lea: Client, world: World, platform: LocalGroup
) -> None:
    said = "people who have left the group are not in it"
    url = f"{URL}{platform.pk}/?period=7d"
    assert said not in body(lea, url)
    factories.rollup(world.team, world.today - DAY, "5", email="eve@example.com")
    first = world.today - 2 * DAY
    grouping.add(platform, "eve@example.com", first, world.today - DAY, "me")
    assert said in body(lea, url)


def test_an_admin_makes_a_group_and_says_who_is_in_it(
    alice: Client, world: World
) -> None:
    given = {"name": " Web ", "code": "CC-2", "lead": "Lea@Example.com"}
    answer = alice.post(f"{URL}new/", given)
    group = LocalGroup.objects.get()
    assert answer["Location"] == f"{URL}{group.pk}/"
    assert (group.name, group.lead_email) == ("Web", "lea@example.com")
    person = {"email": "Ada@example.com", "first": str(world.today), "last": ""}
    assert alice.post(f"{URL}{group.pk}/add/", person).status_code == 302
    assert group.members.get().email == "ada@example.com"
    assert [c.action for c in Change.objects.all()] == ["group.add", "group.create"]
    assert Change.objects.filter(actor="alice@example.com").count() == 2


def test_who_is_known_by_an_id_alone_is_added_by_it(
    alice: Client, world: World, platform: LocalGroup
) -> None:
    factories.member(world.team, "user_Abc/1")
    url = f"{URL}{platform.pk}/add/"
    assert '<option value="user_Abc/1">' in body(alice, url)
    person = {"email": " user_Abc/1", "first": str(world.today), "last": ""}
    assert alice.post(url, person).status_code == 302
    assert platform.members.filter(email="user_Abc/1").exists()
    answer = alice.post(url, person | {"email": "user_other"})
    assert answer.status_code == 400
    said = 'id="error_id_email">This is no e-mail address, and no member’s id.'
    assert said in answer.content.decode()


def test_an_overlap_is_refused_with_a_sentence_at_its_field(
    alice: Client, world: World, platform: LocalGroup
) -> None:
    person = {"email": "ada@example.com", "first": str(world.today), "last": ""}
    answer = alice.post(f"{URL}{platform.pk}/add/", person)
    assert answer.status_code == 400
    html = answer.content.decode()
    assert 'id="error_id_first">ada@example.com is in Platform since' in html


def test_somebodys_time_is_ended_moved_and_taken_back(
    alice: Client, world: World, platform: LocalGroup
) -> None:
    web = grouping.create(world.team, Facts("Web"), "me")
    [time] = platform.members.all()
    url = f"{URL}times/{time.pk}/"
    moved = {"do": "move", "to-group": str(web.pk), "to-first": str(world.today)}
    assert alice.post(url, moved).status_code == 302
    time.refresh_from_db()
    assert time.last_day == world.today - DAY
    backwards = {"do": "days", "first": str(world.today), "last": "2020-01-01"}
    answer = alice.post(url, backwards)
    assert answer.status_code == 400
    assert 'id="error_id_last"' in answer.content.decode()
    assert alice.post(url, {"do": "remove"}).status_code == 302
    assert not platform.members.exists()


def test_deleting_asks_first_and_can_be_undone(
    alice: Client, world: World, platform: LocalGroup
) -> None:
    sums = list(DayGroup.objects.values_list("day", "charged_cents"))
    url = f"{URL}{platform.pk}/delete/"
    assert "is in no group then" in body(alice, url)
    assert LocalGroup.objects.exists()
    told = alice.post(url)["Location"]
    assert not LocalGroup.objects.exists()
    [number] = re.findall(r'name="deleted" value="(\d+)"', body(alice, told))
    answer = alice.post(f"{URL}restore/", {"deleted": number})
    again = LocalGroup.objects.get()
    assert answer["Location"] == f"{URL}{again.pk}/"
    assert (again.name, again.code) == ("Platform", "CC-100")
    assert again.members.get().email == "ada@example.com"
    assert list(DayGroup.objects.values_list("day", "charged_cents")) == sums
    assert alice.post(f"{URL}restore/", {"deleted": number}).status_code == 400
    for odd in ("", "x", "9" * 30, str(Change.objects.order_by("pk")[0].pk)):
        assert alice.post(f"{URL}restore/", {"deleted": odd}).status_code == 404


def test_an_analyst_reads_and_changes_nothing(
    world: World, platform: LocalGroup
) -> None:
    factories.user("ann@example.com", world.team, "analyst")
    ann = signed_in("ann@example.com")
    html = body(ann, f"{URL}{platform.pk}/")
    assert "Add somebody" not in html
    for path in ("new/", f"{platform.pk}/edit/", f"{platform.pk}/delete/"):
        assert ann.post(URL + path, {"name": "X"}).status_code == 403
    assert LocalGroup.objects.get().name == "Platform"
