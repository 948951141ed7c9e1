"""Taking in who is in which group: nothing before a yes, and then what was shown."""

import re
from html import unescape

from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client

from dashboard import grouping
from dashboard.grouping import Facts
from dashboard.models import DayGroup, LocalGroup, LocalGroupMember
from tests import factories
from tests.dashboard.conftest import World
from tests.factories import DAY
from tokens.models import Change

URL = "/dashboard/groups/import/"
HEAD = "email,group,from,until\n"


def look(client: Client, text: bytes) -> HttpResponse:
    file = SimpleUploadedFile("<b>hr.csv", text)
    answer: HttpResponse = client.post(URL, {"file": file})  # type: ignore[assignment]
    return answer


def hidden(html: str) -> dict[str, str]:
    found = re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', html)
    return {name: unescape(value) for name, value in found}


def test_nothing_changes_before_a_yes_and_then_what_was_shown(
    alice: Client, world: World
) -> None:
    first = world.today - 10 * DAY
    rows = (
        f"ada@example.com,Web,{first},\nbob@example.com,Web,{first},\nx,Web,{first},\n"
    )
    html = look(alice, (HEAD + rows).encode()).content.decode()
    assert "<b>hr" not in html
    assert "<td>email</td>" in html
    assert not LocalGroup.objects.exists()
    answer = alice.post(URL, hidden(html))
    assert answer["Location"] == "/dashboard/groups/"
    assert LocalGroupMember.objects.count() == 2
    days = list(DayGroup.objects.values_list("day", "charged_cents"))
    assert days
    factories.regroup(world.team)
    assert list(DayGroup.objects.values_list("day", "charged_cents")) == days
    noted = Change.objects.filter(actor="alice@example.com", reason="File <b>hr.csv")
    assert sorted(noted.values_list("action", flat=True)) == [
        "group.add",
        "group.add",
        "group.create",
    ]


def test_what_changed_meanwhile_is_shown_again(alice: Client, world: World) -> None:
    rows = f"ada@example.com,Web,{world.today},\n"
    html = look(alice, (HEAD + rows).encode()).content.decode()
    group = grouping.create(world.team, Facts("Platform"), "me")
    grouping.add(group, "ada@example.com", world.today - DAY, None, "me")
    again = alice.post(URL, hidden(html))
    assert again.status_code == 200
    assert "Somebody changed groups meanwhile" in again.content.decode()
    assert LocalGroupMember.objects.get().group == group


def test_a_person_whose_change_is_refused_keeps_their_groups(
    alice: Client, world: World
) -> None:
    """Else the rows before it would rest on a change that never comes."""
    who, first = "ada@example.com", world.today - 90 * DAY
    for name, start, end in (("Web", 0, 30), ("Mobile", 31, 80)):
        group = grouping.create(world.team, Facts(name), "me")
        grouping.add(group, who, first + start * DAY, first + end * DAY, "me")
    before = set(LocalGroupMember.objects.values_list("first_day", "last_day"))
    rows = (
        f"{who},Platform,{first + 60 * DAY},\n"
        f"{who},Mobile,{first + 31 * DAY},{first + 59 * DAY}\n"
        f"{who},Web,{first},{first + 45 * DAY}\n"
        f"bob@example.com,Platform,{first},\n"
    )
    html = look(alice, (HEAD + rows).encode()).content.decode()
    assert "Line 3 is refused, and with it all changes of this person." in html
    assert alice.post(URL, hidden(html)).status_code == 302
    theirs = LocalGroupMember.objects.filter(email=who)
    assert set(theirs.values_list("first_day", "last_day")) == before
    assert LocalGroupMember.objects.filter(group__name="Platform").count() == 1


def test_a_file_that_is_none_is_refused_with_its_line(
    alice: Client, world: World
) -> None:
    for text, said in (
        (b"email,group\n", "Line 1: the column from is missing."),
        (HEAD.encode() + b"ad\xff", "Line 2, byte 3 is not UTF-8"),
        (b"x" * (1024 * 1024 + 1), "larger than 1 MB"),
    ):
        answer = look(alice, text)
        assert answer.status_code == 400
        assert said in answer.content.decode()


def test_an_export_taken_in_again_changes_nothing(alice: Client, world: World) -> None:
    group = grouping.create(world.team, Facts("=Sum, “x”"), "me")
    factories.member(world.team, "user_Abc/1")
    for who in ("ada@example.com", "user_Abc/1"):
        grouping.add(group, who, world.today - DAY, world.today, "me")
    text = b"".join(alice.get("/dashboard/groups/members.csv"))
    html = look(alice, text).content.decode()
    assert "Take it in" not in html
    assert "<dt>The same already</dt><dd>2</dd>" in html


def test_only_an_admin_may(bob: Client, world: World) -> None:
    assert look(bob, HEAD.encode()).status_code == 403
