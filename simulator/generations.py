"""The same answers in the shapes of earlier days.

`seed_shape` is the first that was documented, `middle_shape` the one between,
whose `spendCents` was the total; `newest` is what is served otherwise.
Facts: admin_api.md §1.1, §2, §7.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import cast

from simulator.days import DAY_MS
from simulator.shapes import WORDS, Json

Change = Callable[[Json], Json]


@dataclass(frozen=True, slots=True)
class Generation:
    """What an answer is made from. `rows` changes the rows of an endpoint."""

    daily_span_ms: int = 30 * DAY_MS
    daily_is_paged: bool = True
    events_per_page: int = 100
    text_dates_break_daily: bool = False
    limit_may_be_null: bool = True
    lacks: frozenset[str] = frozenset()
    rows: Mapping[str, Change] = field(default_factory=dict)

    def row(self, endpoint: str, row: Json) -> Json:
        change = self.rows.get(endpoint)
        return change(row) if change else row


def _seed_spend(row: Json) -> Json:
    return {
        "spendCents": row["overallSpendCents"],
        **_only(row, "fastPremiumRequests", "name", "email", "role"),
        "hardLimitOverrideDollars": row["monthlyLimitDollars"] or 0,
    }


def _middle_spend(row: Json) -> Json:
    overall, on_demand = _number(row, "overallSpendCents"), _number(row, "spendCents")
    more = {"spendCents": overall, "includedSpendCents": overall - on_demand}
    return {**_without(row, "overallSpendCents", "userId"), **more}


def _middle_member(row: Json) -> Json:
    digits = "".join(c for c in str(row["id"]) if c.isdigit())
    return {**_without(row, "isRemoved"), "id": int(digits[:12])}


def _seed_event(row: Json) -> Json:
    kept = ("timestamp", "model", "maxMode", "requestsCosts", "isTokenBasedCall")
    kind = {"kind": WORDS.get(str(row["kind"]), row["kind"])}
    tokens = row.get("tokenUsage")
    usage = {"tokenUsage": _without(tokens, "discountPercentOff")}
    more = _only(row, "isFreeBugbot", "userEmail")
    return {**_only(row, *kept), **kind, **(usage if tokens else {}), **more}


def _middle_event(row: Json) -> Json:
    paid = _only(row, "chargedCents", "isChargeable", "conversationId")
    return {**_seed_event(row), **paid}


GENERATIONS: dict[str, Generation] = {
    "newest": Generation(),
    "middle_shape": Generation(
        events_per_page=10,
        rows={
            "members": _middle_member,
            "spend": _middle_spend,
            "events": _middle_event,
        },
    ),
    "seed_shape": Generation(
        daily_span_ms=90 * DAY_MS,
        daily_is_paged=False,
        events_per_page=10,
        limit_may_be_null=False,
        lacks=frozenset({"audit", "groups", "group"}),
        rows={
            "members": lambda row: _only(row, "name", "email", "role"),
            "daily": lambda row: _without(row, "day", "userId"),
            "spend": _seed_spend,
            "events": _seed_event,
        },
    ),
}


def generation(names: list[str]) -> Generation:
    """The one that was switched on last; `string_dates` comes on top."""
    known = [name for name in names if name in GENERATIONS]
    found = GENERATIONS[known[-1] if known else "newest"]
    return replace(found, text_dates_break_daily="string_dates" in names)


def _only(row: Json, *names: str) -> Json:
    return {name: row[name] for name in names if name in row}


def _without(row: object, *names: str) -> Json:
    fields = cast(Json, row or {})
    return {name: value for name, value in fields.items() if name not in names}


def _number(row: Json, name: str) -> int:
    return cast(int, row[name])
