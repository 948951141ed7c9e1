"""The made-up calls and counters of a day as rows of the tables."""

import hashlib
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from random import Random

from django.db import connection

from dashboard.demo_data.bulk import Row, money
from dashboard.demo_data.calls import Call
from dashboard.demo_data.people import VERSIONS, Person
from dashboard.demo_data.wallets import Wallets
from dashboard.models import DailyUsage, EventKind
from dashboard.models.activity import Counters
from dashboard.models.cents import PLACES
from tokens.models import Team

CENT = 10**PLACES
EVENT_COLUMNS = (
    "team_id",
    "fingerprint",
    "payload_hash",
    "ordinal",
    "timestamp_ms",
    "day",
    "email",
    "service_account_id",
    "service_account_name",
    "model",
    "kind",
    "raw_kind",
    "is_token_based_call",
    "is_chargeable",
    "is_headless",
    "requests_costs",
    "input_tokens",
    "output_tokens",
    "cache_write_tokens",
    "cache_read_tokens",
    "charged_cents",
    "token_fee_cents",
    "cost_cents",
    "conversation_id",
    "cloud_agent_id",
    "automation_id",
    "synced_at",
)
_RAW = {
    EventKind.INCLUDED: "Included in Business",
    EventKind.ON_DEMAND: "Usage-based",
    EventKind.ERRORED: "Errored, No Charge",
    EventKind.FREE: "Free",
    EventKind.OTHER: "User API Key",
}
COUNTERS = [field.name for field in Counters._meta.get_fields()]


def event_rows(
    team: Team, day: date, calls: Iterable[Call], wallets: Wallets, now: datetime
) -> Iterator[Row]:
    synced, on = instant(now), day.isoformat()
    yes, no = (1, 0) if connection.vendor == "sqlite" else ("t", "f")
    one, nothing = money(CENT), money(0)
    for number, call in enumerate(calls):
        print_ = hashlib.sha256(f"demo|{team.pk}|{day}|{number}".encode()).digest()
        kind = wallets.pay(call)
        charged = money(call.charged)
        yield (
            team.pk,
            print_,
            print_[:16],
            0,
            call.at_ms,
            on,
            call.person.email if call.has_email else "",
            "",
            "",
            call.model,
            kind.value,
            _RAW[kind],
            yes,
            yes if call.charged else no,
            yes if call.is_headless else no,
            one if call.charged else nothing,
            call.input,
            call.output,
            call.cache_write,
            call.cache_read,
            charged,
            money(call.fee),
            charged,
            "",
            "",
            "",
            synced,
        )


def daily_rows(
    team: Team, day: date, counts: dict[Person, int], now: datetime, seed: int
) -> list[DailyUsage]:
    """A row for everybody who is there; who made no call may still have typed."""
    rng, found = Random(f"{seed}:{day}:daily"), []
    for person, made in counts.items():
        found.append(
            DailyUsage(
                team=team,
                email=person.email,
                day=day,
                user_id=person.user_id,
                is_active=True,
                most_used_model=person.models[0].name,
                apply_most_used_extension=person.extension,
                tab_most_used_extension=person.extension,
                client_version=_version(day, person),
                payload_hash="demo",
                synced_at=now,
                **_counters(made, rng),
            )
        )
    return found


def _version(day: date, person: Person) -> str:
    """A new one every two months; some update late."""
    return VERSIONS[(day.toordinal() // 60 - person.number % 3) % len(VERSIONS)]


def _counters(made: int, rng: Random) -> dict[str, int]:
    agent = int(made * rng.uniform(0.6, 0.9))
    chat = int((made - agent) * 0.6)
    shown = int(rng.uniform(20, 220))
    applies = agent + rng.randrange(4)
    accepts = int(applies * rng.uniform(0.5, 0.95))
    added = int(agent * rng.uniform(5, 40))
    values = {
        "total_lines_added": added,
        "total_lines_deleted": int(added * rng.uniform(0.1, 0.5)),
        "accepted_lines_added": int(added * rng.uniform(0.4, 0.8)),
        "accepted_lines_deleted": int(added * rng.uniform(0.05, 0.1)),
        "total_applies": applies,
        "total_accepts": accepts,
        "total_rejects": applies - accepts,
        "total_tabs_shown": shown,
        "total_tabs_accepted": int(shown * rng.uniform(0.2, 0.5)),
        "composer_requests": int((made - agent) * 0.2),
        "chat_requests": chat,
        "agent_requests": agent,
        "cmdk_usages": rng.randrange(6),
        "subscription_included_reqs": int(made * 0.7),
        "api_key_reqs": int(made * 0.01),
        "usage_based_reqs": int(made * 0.25),
        "bugbot_usages": rng.randrange(3),
    }
    assert values.keys() == set(COUNTERS)
    return values


def instant(moment: datetime) -> str:
    return str(connection.ops.adapt_datetimefield_value(moment))
