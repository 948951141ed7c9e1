"""Typed records of what the Admin API serves, in both generations of each shape.

Unknown fields are left aside; optional ones are None when absent (null is not zero).
Money is Decimal cents. Source: https://cursor.com/docs/account/teams/admin-api
"""

from dataclasses import asdict, dataclass, fields, replace
from datetime import date
from decimal import Decimal
from typing import Any

import msgspec

from dashboard.adminapi import reading
from dashboard.adminapi.errors import Unreadable
from dashboard.adminapi.reading import Json


@dataclass(frozen=True)
class MemberRecord:
    """Somebody with an e-mail or, where the vendor gives none, at least an id."""

    email: str
    name: str
    role: str
    external_id: str
    is_removed: bool

    @classmethod
    def read(cls, row: Json) -> "MemberRecord":
        """Raises Unreadable when nothing says who it is."""
        if not (reading.email(row, "email") or reading.text(row, "id")):
            raise Unreadable("A member has neither an “email” nor an “id”.")
        return cls(
            email=reading.email(row, "email"),
            name=reading.text(row, "name"),
            role=reading.text(row, "role"),
            external_id=reading.text(row, "id"),
            is_removed=reading.flag(row, "isRemoved") or False,
        )


@dataclass(frozen=True)
class DailyCounters:
    """The raw counters of a person's day. `*_reqs` count events, not billed units."""

    total_lines_added: int = 0
    total_lines_deleted: int = 0
    accepted_lines_added: int = 0
    accepted_lines_deleted: int = 0
    total_applies: int = 0
    total_accepts: int = 0
    total_rejects: int = 0
    total_tabs_shown: int = 0
    total_tabs_accepted: int = 0
    composer_requests: int = 0
    chat_requests: int = 0
    agent_requests: int = 0
    cmdk_usages: int = 0
    subscription_included_reqs: int = 0
    api_key_reqs: int = 0
    usage_based_reqs: int = 0
    bugbot_usages: int = 0


def _camel(name: str) -> str:
    head, *tail = name.split("_")
    return head + "".join(part.capitalize() for part in tail)


COUNTER_NAMES = {field.name: _camel(field.name) for field in fields(DailyCounters)}


@dataclass(frozen=True)
class DailyUsageRecord:
    email: str
    day: date
    user_id: str
    is_active: bool
    counters: DailyCounters
    most_used_model: str
    apply_most_used_extension: str
    tab_most_used_extension: str
    client_version: str

    @classmethod
    def read(cls, row: Json) -> "DailyUsageRecord":
        counters = {
            name: reading.whole(row, key) or 0 for name, key in COUNTER_NAMES.items()
        }
        said = reading.flag(row, "isActive")
        return cls(
            email=reading.email(row, "email"),
            day=reading.utc_day(row),
            user_id=reading.text(row, "userId"),
            is_active=any(counters.values()) if said is None else said,
            counters=DailyCounters(**counters),
            most_used_model=reading.text(row, "mostUsedModel"),
            apply_most_used_extension=reading.text(row, "applyMostUsedExtension"),
            tab_most_used_extension=reading.text(row, "tabMostUsedExtension"),
            client_version=reading.text(row, "clientVersion"),
        )

    def plus(self, other: "DailyUsageRecord") -> "DailyUsageRecord":
        """The counters of both."""
        theirs = asdict(other.counters)
        summed = {name: n + theirs[name] for name, n in asdict(self.counters).items()}
        active = self.is_active or other.is_active
        return replace(
            self, user_id="", is_active=active, counters=DailyCounters(**summed)
        )

    @classmethod
    def nothing(cls, day: date) -> "DailyUsageRecord":
        """Of nobody."""
        return cls("", day, "", False, DailyCounters(), "", "", "", "")


@dataclass(frozen=True)
class SpendRecord:
    """One person's spend gauge. `rule` names the shape that was read: “overall” (the
    newest), “included” (2025's) or “raw” (the meaning of spendCents is unknown)."""

    email: str
    user_id: str
    name: str
    role: str
    spend_raw: Decimal | None
    on_demand: Decimal | None
    included: Decimal | None
    total: Decimal | None
    rule: str
    fast_premium_requests: int | None
    hard_limit_override_dollars: Decimal | None
    monthly_limit_dollars: Decimal | None
    effective_limit_dollars: Decimal | None

    @classmethod
    def read(cls, row: Json) -> "SpendRecord":
        raw = reading.number(row, "spendCents")
        overall = reading.number(row, "overallSpendCents")
        included = reading.number(row, "includedSpendCents")
        on_demand, included, total, rule = _meaning(raw, overall, included)
        return cls(
            email=reading.email(row, "email"),
            user_id=reading.text(row, "userId"),
            name=reading.text(row, "name"),
            role=reading.text(row, "role"),
            spend_raw=raw,
            on_demand=on_demand,
            included=included,
            total=total,
            rule=rule,
            fast_premium_requests=reading.whole(row, "fastPremiumRequests"),
            hard_limit_override_dollars=reading.number(row, "hardLimitOverrideDollars"),
            monthly_limit_dollars=reading.number(row, "monthlyLimitDollars"),
            effective_limit_dollars=reading.number(row, "effectivePerUserLimitDollars"),
        )

    def plus(self, other: "SpendRecord") -> "SpendRecord":
        """The money and the requests of both, as far as they are told."""
        requests = (self.fast_premium_requests, other.fast_premium_requests)
        return replace(
            self,
            user_id="",
            spend_raw=_plus(self.spend_raw, other.spend_raw),
            on_demand=_plus(self.on_demand, other.on_demand),
            included=_plus(self.included, other.included),
            total=_plus(self.total, other.total),
            fast_premium_requests=sum(n or 0 for n in requests),
        )

    @classmethod
    def nothing(cls) -> "SpendRecord":
        """Of nobody."""
        zero = Decimal(0)
        return cls(
            *("", "", "", ""), zero, zero, zero, zero, "overall", 0, None, None, None
        )


_Cents = Decimal | None


def _plus(one: _Cents, other: _Cents) -> _Cents:
    return other if one is None else one + (other or 0)


def _meaning(
    raw: _Cents, overall: _Cents, included: _Cents
) -> tuple[_Cents, _Cents, _Cents, str]:
    """(on-demand, included, total, rule) by the shape of the answer."""
    if overall is not None:
        spent = raw or Decimal(0)
        return spent, overall - spent, overall, "overall"
    if included is not None and raw is not None:
        return raw - included, included, raw, "included"
    return None, None, None, "raw"


@dataclass(frozen=True)
class SpendReport:
    """The whole spend answer. The cycle starts at an instant, not at midnight; None
    where the answer does not say."""

    cycle_start_ms: int | None
    records: tuple[SpendRecord, ...]


class UsageEventRecord(msgspec.Struct, frozen=True):
    """One usage event; costs in cents, token counts None where not given.

    A msgspec Struct: of these, millions are made in a backfill, and a frozen dataclass
    of this size takes ten times as long to make.
    """

    timestamp_ms: int
    email: str
    model: str
    raw_kind: str
    max_mode: bool | None
    is_token_based_call: bool | None
    is_chargeable: bool | None
    is_headless: bool | None
    is_free_bugbot: bool | None
    requests_costs: Decimal | None
    input_tokens: int | None
    output_tokens: int | None
    cache_write_tokens: int | None
    cache_read_tokens: int | None
    model_cents: Decimal | None
    discount_percent: Decimal | None
    charged_cents: Decimal | None
    token_fee_cents: Decimal | None
    service_account_id: str
    service_account_name: str
    conversation_id: str
    cloud_agent_id: str
    automation_id: str

    @classmethod
    def read(cls, row: Json) -> "UsageEventRecord":
        """Raises Unreadable when the row has no readable time."""
        given = row.get("tokenUsage")
        tokens = given if isinstance(given, dict) else {}
        return cls(
            timestamp_ms=reading.instant_ms(row, "timestamp"),
            email=reading.email(row, "userEmail"),
            model=reading.text(row, "model"),
            raw_kind=reading.text(row, "kind"),
            max_mode=reading.flag(row, "maxMode"),
            is_token_based_call=reading.flag(row, "isTokenBasedCall"),
            is_chargeable=reading.flag(row, "isChargeable"),
            is_headless=reading.flag(row, "isHeadless"),
            is_free_bugbot=reading.flag(row, "isFreeBugbot"),
            requests_costs=reading.number(row, "requestsCosts"),
            input_tokens=reading.whole(tokens, "inputTokens"),
            output_tokens=reading.whole(tokens, "outputTokens"),
            cache_write_tokens=reading.whole(tokens, "cacheWriteTokens"),
            cache_read_tokens=reading.whole(tokens, "cacheReadTokens"),
            model_cents=reading.number(tokens, "totalCents"),
            discount_percent=reading.number(tokens, "discountPercentOff"),
            charged_cents=reading.number(row, "chargedCents"),
            token_fee_cents=reading.number(row, "cursorTokenFee"),
            service_account_id=reading.text(row, "serviceAccountId"),
            service_account_name=reading.text(row, "serviceAccountName"),
            conversation_id=reading.text(row, "conversationId"),
            cloud_agent_id=reading.text(row, "cloudAgentId"),
            automation_id=reading.text(row, "automationId"),
        )

    @property
    def cost_cents(self) -> Decimal | None:
        """Charged where given, else the model's price, else unpriced (None)."""
        return self.model_cents if self.charged_cents is None else self.charged_cents

    def values(self) -> tuple[Any, ...]:
        """Every field, in order."""
        return msgspec.structs.astuple(self)
