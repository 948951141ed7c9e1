"""Records in both generations of their shapes."""

from decimal import Decimal

from dashboard.adminapi.records import (
    DailyUsageRecord,
    MemberRecord,
    SpendRecord,
    UsageEventRecord,
)

EVENT = {
    "timestamp": "1750979225854",
    "model": "claude-4-opus",
    "kind": "Usage-based",
    "maxMode": True,
    "requestsCosts": 5,
    "isTokenBasedCall": True,
    "tokenUsage": {
        "inputTokens": 126,
        "outputTokens": 450,
        "cacheWriteTokens": 6112,
        "cacheReadTokens": 11964,
        "totalCents": Decimal("20.18232"),
    },
    "isFreeBugbot": False,
    "userEmail": " Developer@Company.com ",
}


def test_a_first_generation_event_costs_what_its_model_cost() -> None:
    event = UsageEventRecord.read(EVENT)
    assert event.email == "developer@company.com"
    assert event.cost_cents == Decimal("20.18232")
    assert event.charged_cents is None


def test_a_newer_event_costs_what_was_charged_with_the_fee_inside() -> None:
    newer = EVENT | {
        "chargedCents": Decimal("21.36232"),
        "cursorTokenFee": Decimal("1.18"),
    }
    event = UsageEventRecord.read(newer)
    assert event.cost_cents == Decimal("21.36232")
    assert event.token_fee_cents == Decimal("1.18")


def test_an_event_without_tokens_is_unpriced_and_not_free() -> None:
    event = UsageEventRecord.read(
        {
            "timestamp": 1750978339901,
            "model": "m",
            "kind": "x",
            "requestsCosts": Decimal("1.4"),
        }
    )
    assert event.cost_cents is None
    assert event.input_tokens is None
    assert event.requests_costs == Decimal("1.4")
    assert event.email == ""


def test_unknown_fields_and_partial_tokens_are_taken() -> None:
    event = UsageEventRecord.read(EVENT | {"tokenUsage": {"inputTokens": 3}, "new": {}})
    assert (event.input_tokens, event.output_tokens) == (3, None)


def test_a_member_of_the_first_generation_has_no_id() -> None:
    member = MemberRecord.read({"name": "Alex", "email": "A@x.org", "role": "owner"})
    assert (member.email, member.external_id, member.is_removed) == (
        "a@x.org",
        "",
        False,
    )


def test_daily_usage_without_is_active_is_active_when_something_was_counted() -> None:
    row = {"date": 1710720000000, "email": "a@x.org", "chatRequests": 3}
    assert DailyUsageRecord.read(row).is_active
    assert not DailyUsageRecord.read(row | {"chatRequests": 0}).is_active
    assert not DailyUsageRecord.read(row | {"isActive": False}).is_active
    assert DailyUsageRecord.read(row).day.isoformat() == "2024-03-18"


def test_spend_of_the_newest_shape_is_on_demand_and_the_rest_is_included() -> None:
    spend = SpendRecord.read(
        {"spendCents": Decimal("2450.5"), "overallSpendCents": Decimal("6450.75")}
    )
    assert (spend.on_demand, spend.included, spend.total, spend.rule) == (
        Decimal("2450.5"),
        Decimal("4000.25"),
        Decimal("6450.75"),
        "overall",
    )


def test_spend_of_the_shape_between_is_the_total() -> None:
    spend = SpendRecord.read({"spendCents": 2450, "includedSpendCents": 2000})
    assert (spend.on_demand, spend.included, spend.total) == (
        Decimal(450),
        Decimal(2000),
        Decimal(2450),
    )


def test_spend_of_the_first_shape_is_kept_and_not_guessed() -> None:
    spend = SpendRecord.read({"spendCents": 2450})
    assert (spend.spend_raw, spend.on_demand, spend.total) == (
        Decimal(2450),
        None,
        None,
    )
    assert spend.rule == "raw"


def test_a_limit_of_zero_is_not_the_absence_of_one() -> None:
    limited = SpendRecord.read({"spendCents": 0, "monthlyLimitDollars": 0})
    assert limited.monthly_limit_dollars == 0
    assert SpendRecord.read({"spendCents": 0}).monthly_limit_dollars is None
