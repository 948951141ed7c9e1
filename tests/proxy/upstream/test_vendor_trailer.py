import pytest

from proxy.upstream.connect import ConnectError, Detail, parse_end
from proxy.upstream.errors import Refused
from proxy.upstream.vendor.trailer import NAMES, STATUS_OF, refusal
from tests.proxy.upstream import recorded
from tests.proxy.upstream.recorded import field


def told(vector: str) -> Refused:
    error = parse_end(recorded.error_json(vector))
    assert error is not None
    return refusal(error)


def test_every_number_has_a_name_and_a_status() -> None:
    assert sorted(STATUS_OF) == sorted(NAMES) == list(range(54))


def test_the_names_stand_at_their_numbers() -> None:
    assert NAMES[2] == "not_logged_in"
    assert NAMES[28] == "gpt_4_vision_preview_rate_limit"
    assert NAMES[38] == "unauthorized"
    assert NAMES[43] == "conversation_too_long"
    assert NAMES[53] == "hooks_blocked"


@pytest.mark.parametrize(
    ("vector", "status", "code"),
    [
        ("V1", 403, "upstream_not_logged_in"),
        ("V2", 401, "upstream_unauthorized"),
        ("V3", 410, "upstream_outdated_client"),
        ("V4", 410, "upstream_deprecated"),
    ],
)
def test_the_vendors_number_wins_over_the_connect_code(
    vector: str, status: int, code: str
) -> None:
    assert (told(vector).status, told(vector).code) == (status, code)


def test_title_and_detail_are_what_the_caller_reads() -> None:
    assert told("V2").message == (
        "The upstream refused: Unauthorized request. User is unauthorized"
    )
    assert "Update Required" in told("V3").message
    assert "no longer supported" in told("V3").message


def test_a_refused_sign_in_blames_the_token_for_good() -> None:
    for vector in ("V1", "V2"):
        refused = told(vector)
        assert refused.blames_token
        assert refused.token_is_dead
        assert refused.retryable


def test_an_outdated_client_blames_no_token_and_is_not_tried_again() -> None:
    for vector in ("V3", "V4"):
        refused = told(vector)
        assert not refused.blames_token
        assert not refused.retryable


def test_an_outdated_client_is_told_as_ours_to_mend() -> None:
    for refused in (told("V3"), told("V4"), number(30)):
        assert "CURSOR_CLIENT_VERSION" in refused.message
    assert "CURSOR_CLIENT_VERSION" not in told("V2").message


def test_the_title_alone_tells_an_outdated_client() -> None:
    refused = refusal(ConnectError("resource_exhausted", "Error", (UPDATE_REQUIRED,)))
    assert refused.code == "upstream_outdated_client"
    assert not refused.blames_token


UPDATE_REQUIRED = Detail(
    "aiserver.v1.ErrorDetails", field(2, field(1, b"Update Required"))
)


def number(value: int) -> Refused:
    detail = Detail("aiserver.v1.ErrorDetails", bytes([8, value]))
    return refusal(ConnectError("internal", "Error", (detail,)))


def test_a_rate_limit_tires_the_token_but_leaves_it_alive() -> None:
    refused = number(8)
    assert (refused.status, refused.blames_token) == (429, True)
    assert refused.code == "upstream_pro_user_rate_limit_exceeded"
    assert not refused.token_is_dead


def test_a_callers_own_mistake_blames_no_token() -> None:
    refused = number(43)
    assert (refused.status, refused.blames_token) == (400, False)
    assert not refused.retryable


def test_an_unknown_number_is_our_own_status_and_keeps_the_number() -> None:
    assert (number(99).status, number(99).code) == (533, "upstream_99")


@pytest.mark.parametrize(
    ("code", "status", "named"),
    [
        ("unauthenticated", 401, "unauthenticated"),
        ("unavailable", 503, "unavailable"),
        ("nonsense", 500, "unknown"),
    ],
)
def test_without_readable_details_the_connect_code_decides_and_is_named(
    code: str, status: int, named: str
) -> None:
    for details in ((), (Detail("x", b"\xff"),), (Detail("x", b""),)):
        refused = refusal(ConnectError(code, "Error", details))
        assert refused.status == status
        assert refused.message == (
            f"The upstream refused without a reason (Connect code {named})."
        )


def test_a_number_without_words_is_named() -> None:
    assert number(9).message == (
        "The upstream refused without a reason (error free_user_usage_limit)."
    )


def test_a_message_that_says_something_is_told() -> None:
    refused = refusal(ConnectError("internal", "The disk\n is full"))
    assert refused.message == "The upstream refused: The disk is full"
