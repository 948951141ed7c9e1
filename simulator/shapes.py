"""The JSON of members, events and spend rows, in the newest documented shape."""

from simulator.events import Event, Kind
from simulator.people import Person
from simulator.pricing import Tokens
from simulator.spending import Spend

Json = dict[str, object]

# Background runs are booked by another part of the vendor's house, which
# writes the enum's name where the editor's events carry display words.
_WORDS = {
    Kind.ON_DEMAND: "Usage-based",
    Kind.INCLUDED: "Included in Business",
    Kind.ERRORED: "Errored, Not Charged",
    Kind.FREE: "Free",
    Kind.OWN_KEY: "User API Key",
}
_ENUM = {
    Kind.ON_DEMAND: "USAGE_EVENT_KIND_USAGE_BASED",
    Kind.INCLUDED: "USAGE_EVENT_KIND_INCLUDED_IN_BUSINESS",
    Kind.ERRORED: "USAGE_EVENT_KIND_ERRORED_NOT_CHARGED",
    Kind.FREE: "USAGE_EVENT_KIND_FREE_CREDIT",
    Kind.OWN_KEY: "USAGE_EVENT_KIND_USER_API_KEY",
}
# What the enum's names read like in display words.
WORDS = {name: _WORDS[kind] for kind, name in _ENUM.items()}
_TEAM_LIMIT_DOLLARS = 500


def member(person: Person) -> Json:
    return {
        "id": person.user_id,
        "name": person.name,
        "email": person.email,
        "role": person.role,
        "isRemoved": False,
    }


def event(event: Event, service_name: str) -> Json:
    headless = bool(event.cloud_agent or event.service_id)
    row: Json = {
        "timestamp": str(event.at_ms),
        "model": event.model,
        "kind": (_ENUM if headless else _WORDS)[event.kind],
        "maxMode": event.max_mode,
        "requestsCosts": event.requests,
        "isTokenBasedCall": event.tokens is not None,
        "isFreeBugbot": event.kind is Kind.FREE,
        "isChargeable": event.kind is Kind.ON_DEMAND,
        "isHeadless": headless,
        "conversationId": event.conversation,
    }
    if event.email:
        row["userEmail"] = event.email
    if event.service_id:
        row["serviceAccountId"] = event.service_id
        row["serviceAccountName"] = service_name
    if event.cloud_agent:
        row["cloudAgentId"] = event.cloud_agent
    return _add_money(row, event)


def _add_money(row: Json, event: Event) -> Json:
    if event.tokens is not None:
        row["tokenUsage"] = _tokens(event.tokens)
    if event.charged is not None:
        row["chargedCents"] = event.charged
    if event.fee is not None:
        row["cursorTokenFee"] = event.fee
    return row


def _tokens(tokens: Tokens) -> Json:
    row: Json = {
        "inputTokens": tokens.input,
        "outputTokens": tokens.output,
        "cacheWriteTokens": tokens.cache_write,
        "cacheReadTokens": tokens.cache_read,
        "totalCents": tokens.total_cents,
    }
    if tokens.discount:
        row["discountPercentOff"] = tokens.discount
    return row


def spend(row: Spend, own: int | None) -> Json:
    """`own` is the person's own monthly limit in dollars."""
    return {
        "userId": row.person.user_id,
        "name": row.person.name,
        "email": row.person.email,
        "role": row.person.role,
        "spendCents": row.used.on_demand,
        "overallSpendCents": row.used.overall,
        "fastPremiumRequests": int(row.used.requests),
        "hardLimitOverrideDollars": 0,
        "monthlyLimitDollars": own,
        "effectivePerUserLimitDollars": _TEAM_LIMIT_DOLLARS if own is None else own,
    }
