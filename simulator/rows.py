"""Rows that are spelt in odd ways, or that cannot be read at all.

Each change takes a row as it would be served and an even number between 0 and
1, and gives the row that is served in its place. It hits `share` of the rows.
"""

from collections.abc import Callable
from decimal import Decimal
from zlib import crc32

from simulator.quirks import ODD_KINDS, Options, one_of, optional_field, share_of
from simulator.shapes import Json

# Where each endpoint keeps its rows.
LISTS = {
    "members": "teamMembers",
    "daily": "data",
    "spend": "teamMemberSpend",
    "events": "usageEvents",
    "blocklists": "repos",
    "audit": "events",
    "groups": "groups",
}
_CASES: tuple[Callable[[str], str], ...] = (
    lambda text: text.upper(),
    lambda text: text.title(),
    lambda text: f"  {text} ",
)
_EMAILS = ("email", "userEmail", "user_email")
_MAY_LACK = (
    "isActive",
    "mostUsedModel",
    "applyMostUsedExtension",
    "tabMostUsedExtension",
    "clientVersion",
    "fastPremiumRequests",
    "monthlyLimitDollars",
    "effectivePerUserLimitDollars",
    "isRemoved",
    "ip_address",
)
RowChange = Callable[[Json, float, Options], object]


def odd_kinds(row: Json, pick: float, options: Options) -> Json:
    return {**row, "kind": one_of(ODD_KINDS, pick)[0]}


def null_fields(row: Json, pick: float, options: Options) -> Json:
    return _with_field(row, _lost(row, pick, options), None)


def missing_fields(row: Json, pick: float, options: Options) -> Json:
    return _without_field(row, _lost(row, pick, options))


def unknown_fields(row: Json, pick: float, options: Options) -> Json:
    """New ones at the top, one of them with a field inside, and in `tokenUsage`."""
    news: Json = {"surprise": pick, "newThing": {"inside": [1, "two", None]}}
    if isinstance(tokens := row.get("tokenUsage"), dict):
        news["tokenUsage"] = {**tokens, "reasoningTokens": 12}
    return {**row, **news}


def string_numbers(row: Json, pick: float, options: Options) -> Json:
    return {name: _spelt(value) for name, value in row.items()}


def email_case(row: Json, pick: float, options: Options) -> Json:
    respell = one_of(_CASES, pick)
    return {k: respell(str(v)) if _is_email(k, v) else v for k, v in row.items()}


def bad_rows(row: Json, pick: float, options: Options) -> object:
    """Nothing that a reader could place in time."""
    garbage: tuple[object, ...] = (
        _without_field(row, "timestamp"),
        {**row, "timestamp": None},
        {**row, "timestamp": "NaN"},
        {**row, "timestamp": "soon"},
        {**row, "timestamp": {"seconds": 1}},
        "an event",
        None,
        [],
    )
    return one_of(garbage, pick)


ROWS: dict[str, RowChange] = {
    "odd_kinds": odd_kinds,
    "null_fields": null_fields,
    "missing_fields": missing_fields,
    "unknown_fields": unknown_fields,
    "email_case": email_case,
    "string_numbers": string_numbers,
    "bad_rows": bad_rows,
}
EVENTS_ONLY = {"odd_kinds"}


def garbled(row: Json, pick: float, options: Options) -> object:
    """No row at all."""
    garbage: tuple[object, ...] = ("a row", None, [], 7)
    return one_of(garbage, pick)


def without_email(row: Json, pick: float, options: Options) -> Json:
    return {name: value for name, value in row.items() if name not in _EMAILS}


# Of every list but the events', whose own quirks of these names the oracle follows.
ELSEWHERE: dict[str, RowChange] = {
    **{name: change for name, change in ROWS.items() if name not in EVENTS_ONLY},
    "bad_rows": garbled,
    "no_email": without_email,
}


def respelt(rows: list[object], name: str, options: Options) -> list[object]:
    """The rows of an endpoint other than events, hit by what stands in them."""
    share, change = share_of(name, options), ELSEWHERE[name]
    draws = [crc32(f"{name}:{_name_of(row)}".encode()) / 2**32 for row in rows]
    return [
        change(row, draw / share, options)
        if draw < share and isinstance(row, dict)
        else row
        for row, draw in zip(rows, draws, strict=True)
    ]


def _name_of(row: object) -> object:
    names = ("email", "day", "url", "event_id", "id", "name")
    return [row.get(k) for k in names] if isinstance(row, dict) else row


def _lost(row: Json, pick: float, options: Options) -> str:
    if "timestamp" in row:
        return optional_field(options, pick)
    return one_of([k for k in _MAY_LACK if k in row] or [""], pick)


def _with_field(row: Json, path: str, value: object) -> Json:
    name, _, inner = path.partition(".")
    if inner and isinstance(nested := row.get(name), dict):
        return {**row, name: {**nested, inner: value}}
    return row if inner or not name else {**row, name: value}


def _without_field(row: Json, path: str) -> Json:
    name, _, inner = path.partition(".")
    if inner and isinstance(nested := row.get(name), dict):
        return {**row, name: _without_field(nested, inner)}
    return row if inner else {k: v for k, v in row.items() if k != name}


def _spelt(value: object) -> object:
    if isinstance(value, dict):
        return {name: _spelt(inner) for name, inner in value.items()}
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return value
    return str(value)


def _is_email(name: str, value: object) -> bool:
    return name in _EMAILS and isinstance(value, str)
