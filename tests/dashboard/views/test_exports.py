import csv
from typing import Any

from django.test import Client

from dashboard.models import LocalGroup
from dashboard.stats import event_list
from tests import factories
from tests.dashboard.conftest import World
from tokens.models import Change

URL = "/dashboard/events.csv"


def rows(client: Client, **query: Any) -> list[dict[str, str]]:
    answer = client.get(URL, {"period": "7d"} | query)
    assert answer.status_code == 200
    text = b"".join(answer).decode("utf-8-sig")
    return list(csv.DictReader(text.splitlines()))


def test_every_live_event_of_the_period_is_a_row(alice: Client, world: World) -> None:
    day = world.today
    synced = factories.event(world.team, day, "0.00000001").synced_at
    factories.event(world.team, day, None, model="=cmd()", email="")
    factories.event(world.team, day, withdrawn_at=synced)
    factories.event(world.team, day - 8 * factories.DAY)
    factories.event(factories.team("other"), day)
    priced, unpriced = rows(alice)
    assert priced["time"] == f"{day}T12:00:00+00:00"
    assert (priced["cost_cents"], unpriced["cost_cents"]) == ("0.00000001", "")
    assert (unpriced["model"], unpriced["email"]) == ("'=cmd()", "")


def test_what_an_event_came_from_is_told(alice: Client, world: World) -> None:
    ids = {"service_account_id": "sa_1", "cloud_agent_id": "ca_1", "automation_id": "a"}
    marks = {"is_free_bugbot": True, "is_token_based_call": False}
    factories.event(world.team, world.today, "0", **ids, **marks)
    [row] = rows(alice)
    assert {name: row[name] for name in ids} == ids
    assert (row["is_free_bugbot"], row["is_token_based_call"]) == ("yes", "no")
    assert row["is_chargeable"] == row["discount_percent"] == ""


def test_filters_are_obeyed(alice: Client, world: World) -> None:
    group = LocalGroup.objects.create(team=world.team, name="Platform")
    group.members.create(email="bob@example.com", first_day=world.today)
    factories.event(world.team, world.today, kind="on_demand")
    factories.event(world.team, world.today, email="bob@example.com", model="opus")
    factories.event(
        world.team, world.today - factories.DAY, email="bob@example.com", model="opus"
    )
    assert len(rows(alice)) == 3
    assert len(rows(alice, email="bob@example.com")) == 2
    assert len(rows(alice, measure="on_demand")) == 1
    assert len(rows(alice, model="opus", group=str(group.pk))) == 1
    assert len(rows(alice, group="-")) == 2


def test_no_event_is_lost_or_told_twice_between_pages(
    alice: Client, world: World, monkeypatch: Any
) -> None:
    monkeypatch.setattr(event_list, "PAGE", 2)
    for number in range(7):
        made = factories.event(world.team, world.today, str(number))
        made.fingerprint, made.ordinal = f"twin-{number // 3}".encode(), number % 3
        made.save()
    costs = [row["cost_cents"] for row in rows(alice)]
    assert sorted(costs) == [str(number) for number in range(7)]


def test_who_took_what_is_written_down(alice: Client, world: World) -> None:
    rows(alice, model="opus")
    change = Change.objects.get(action="events.exported")
    assert (change.actor, change.team) == ("alice@example.com", world.team)
    assert change.after == {"period": "7d", "model": "opus"}
    assert change.subject.endswith(f"to {world.today}")
