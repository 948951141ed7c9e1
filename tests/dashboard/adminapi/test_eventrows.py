"""Rows of usage events: read straight where they fit, else with care, alike in both."""

from decimal import Decimal, InvalidOperation
from typing import Any

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dashboard.adminapi.errors import Unreadable
from dashboard.adminapi.eventrows import EventReader
from dashboard.adminapi.notes import Notes
from dashboard.adminapi.records import UsageEventRecord

pytestmark = pytest.mark.once

# Values as JSON text: numbers come in more forms than a writer of JSON would give.
ODD = st.sampled_from(
    ["null", "true", "{}", "[]", "[1]", '{"a": null}', "0", "1.50", "1e3", "1E400"]
    + ["-0", "-0.0", "9999999999.999", "1e10", "9007199254740992", "-1e-30", "1e12"]
    + ['""', '"NaN"', '"-Infinity"', '"sNaN"', '"1_0"', '" 1.5 "', '"1e5"', "7" * 40]
    + ["1e99999999999999999999", "-7", '"\\u0000 x"']
)
TEXT = st.text(max_size=210).map(lambda text: msgspec.json.encode(text).decode())
TIME = st.integers(10**12, 10**13 - 1).map(lambda ms: f'"{ms}"')
FLAG = st.sampled_from(["true", "false", "null"])
COUNT = st.integers(-(2**54), 2**54).map(str)
NUMBER = st.decimals(-(10**11), 10**11, places=8).map(str) | COUNT
TOKENS = {
    "inputTokens": COUNT,
    "outputTokens": COUNT,
    "cacheWriteTokens": COUNT,
    "cacheReadTokens": COUNT,
    "totalCents": NUMBER,
    "discountPercentOff": NUMBER,
}
FIELDS = {
    **dict.fromkeys(("userEmail", "model", "kind", "conversationId"), TEXT),
    **dict.fromkeys(("serviceAccountId", "serviceAccountName", "cloudAgentId"), TEXT),
    **dict.fromkeys(("maxMode", "isTokenBasedCall", "isChargeable"), FLAG),
    **dict.fromkeys(("isHeadless", "isFreeBugbot"), FLAG),
    **dict.fromkeys(("requestsCosts", "chargedCents", "cursorTokenFee"), NUMBER),
    "automationId": TEXT,
}


def objects(fields: dict[str, Any], odd: Any, **always: Any) -> st.SearchStrategy[str]:
    """Objects with some of the fields, in any order."""
    values = {name: value | odd for name, value in fields.items()}
    return (
        st.fixed_dictionaries(always, optional=values)
        .flatmap(lambda row: st.permutations(sorted(row.items())))
        .map(lambda pairs: "{" + ", ".join(f'"{k}": {v}' for k, v in pairs) + "}")
    )


NONE = st.nothing()
FITTING = objects(
    {**FIELDS, "tokenUsage": objects(TOKENS, NONE) | st.just("null")},
    NONE,
    timestamp=TIME,
)
STRANGE = objects(
    {**FIELDS, "tokenUsage": objects({**TOKENS, "new": TEXT}, ODD), "unknown": TEXT},
    ODD,
    timestamp=TIME | ODD | TEXT,
)


def read_with_care(row: str) -> UsageEventRecord | None:
    """None when it cannot be read."""
    try:
        return UsageEventRecord.read(decoded(row))
    except (Unreadable, InvalidOperation):
        return None


def decoded(row: str) -> Any:
    return msgspec.json.Decoder(float_hook=Decimal).decode(row)


def paths_of(row: str) -> set[str]:
    try:
        seen = decoded(row)
    except InvalidOperation:
        return set()
    inner = {
        f"{key}.{name}"
        for key, value in seen.items()
        if isinstance(value, dict)
        for name in value
    }
    return inner | set(seen)


@settings(max_examples=300, deadline=None)
@given(st.lists(FITTING | STRANGE, max_size=4))
@example(['{"timestamp": "1750979225854", "requestsCosts": -0}'])
@example(['{"timestamp": "1750979225854", "tokenUsage": {"totalCents": "NaN"}}'])
def test_every_row_reads_the_same_on_both_ways(rows: list[str]) -> None:
    """To the last digit: 4 and 4.0 are different payloads."""
    notes = Notes()
    got = EventReader(notes).read(f"[{','.join(rows)}]".encode())
    assert list(map(repr, got)) == [repr(read_with_care(row)) for row in rows]
    assert notes.rows == len(rows)
    assert notes.paths == set().union(*map(paths_of, rows))
    assert bool(notes.bad) == (None in got)


def never(row: dict[str, Any]) -> UsageEventRecord:
    raise AssertionError(f"{row} fits.")


DOCUMENTED = (
    b'{"timestamp": "1750979225854", "userEmail": "A@b.org", "model": "m", "kind": "x",'
    b' "maxMode": false, "requestsCosts": 5, "isTokenBasedCall": true,'
    b' "conversationId": null, "chargedCents": 21.36232, "tokenUsage": {"inputTokens":'
    b' 126, "outputTokens": 450, "totalCents": 20.18232}}'
)


def test_documented_rows_need_no_second_look() -> None:
    [record] = EventReader(Notes(), careful=never).read(b"[%b]" % DOCUMENTED)
    assert repr(record) == repr(read_with_care(DOCUMENTED.decode()))


@pytest.mark.parametrize(
    "strange", [b'{"timestamp": 1750979225854}', b'{"timestamp": "1750979225"}', b"7"]
)
def test_a_row_that_does_not_fit_slows_down_no_other(strange: bytes) -> None:
    looked: list[Any] = []

    def careful(row: dict[str, Any]) -> UsageEventRecord:
        looked.append(row)
        return UsageEventRecord.read(row)

    rows = EventReader(Notes(), careful).read(
        b"[%b]" % b",".join([DOCUMENTED, strange] * 3)
    )
    assert len(rows) == 6
    assert len(looked) == (0 if strange == b"7" else 3)


def test_a_row_that_does_not_decode_is_kept_and_holds_up_no_other() -> None:
    bad, notes = [b'{"model": "\xff"}', b'{"n": 1e99999999999999999999}'], Notes()
    first, *unread, last = EventReader(notes).read(
        b"[%b]" % b",".join([DOCUMENTED, *bad, DOCUMENTED])
    )
    assert first == last
    assert unread == [None, None]
    kept = [msgspec.json.decode(row.raw) for row in notes.bad.values()]
    assert kept == ['{"model": "\ufffd"}', bad[1].decode()]
