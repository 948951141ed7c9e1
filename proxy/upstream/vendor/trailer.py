"""What the vendor's error numbers mean for the caller, the token and a next try.

The vendor sends a Connect code and a number of its own, and the two can contradict
each other: `resource_exhausted` came with "Update Required". The number wins over
the code, and the vendor's title and detail are what the caller reads.
"""

from dataclasses import replace

from proxy.upstream.connect import ConnectError
from proxy.upstream.errors import Refused
from proxy.upstream.vendor.codec import VendorError, decode_error

# The enum ERROR_… of the vendor's schema, by number. Zero says nothing.
ENUM = """
unspecified bad_api_key not_logged_in invalid_auth_id
not_high_enough_permissions bad_model_name user_not_found
free_user_rate_limit_exceeded pro_user_rate_limit_exceeded
free_user_usage_limit pro_user_usage_limit auth_token_not_found
auth_token_expired openai openai_rate_limit_exceeded
openai_account_limit_exceeded task_uuid_not_found task_no_permissions
agent_requires_login agent_engine_not_found max_tokens user_aborted_request
generic_rate_limit_exceeded pro_user_only api_key_not_supported timeout
slash_edit_file_too_long file_unsupported gpt_4_vision_preview_rate_limit
custom_message outdated_client claude_image_too_large gitgraph_not_found
file_not_found api_key_rate_limit debounced bad_request
repository_not_initialized unauthorized not_found deprecated
resource_exhausted bad_user_api_key conversation_too_long
usage_pricing_required usage_pricing_required_changeable
github_no_user_credentials github_user_no_access github_app_no_access
github_multiple_owners rate_limited rate_limited_changeable custom
hooks_blocked
"""
NAMES = dict(enumerate(ENUM.split()))

STATUSES = {
    400: (5, 26, 27, 31, 36, 43),
    401: (1, 3, 11, 12, 38, 42, 46),
    402: (44, 45),
    403: (2, 4, 17, 18, 23, 47, 48, 53),
    404: (6, 16, 19, 32, 33, 39),
    409: (49,),
    410: (30, 40),
    422: (24,),
    429: (7, 8, 14, 15, 22, 28, 34, 50, 51),
    499: (21,),
    503: (9, 10, 20, 41),
    504: (25,),
    533: (0, 13, 29, 35, 37, 52),
}
STATUS_OF = {
    number: status for status, numbers in STATUSES.items() for number in numbers
}

# The token's account is the trouble. The first lot will not mend by waiting.
DEAD_TOKEN = frozenset({1, 2, 3, 6, 11, 12, 38, 42})
TIRED_TOKEN = frozenset({4, 7, 8, 9, 10, 15, 18, 22, 23, 28, 34, 44, 45, 50, 51})
OUR_FAULT = frozenset({5, 21, 24, 26, 27, 30, 31, 32, 33, 36, 40, 43})

# https://connectrpc.com/docs/protocol#error-codes
CONNECT_STATUSES = {
    "canceled": 499,
    "unknown": 500,
    "invalid_argument": 400,
    "deadline_exceeded": 504,
    "not_found": 404,
    "already_exists": 409,
    "permission_denied": 403,
    "resource_exhausted": 429,
    "failed_precondition": 400,
    "aborted": 409,
    "out_of_range": 400,
    "unimplemented": 501,
    "internal": 500,
    "unavailable": 503,
    "data_loss": 500,
    "unauthenticated": 401,
}
RETRYABLE_STATUSES = frozenset({429, 500, 502, 503, 504, 533})
# An outdated client is also told as a rate limit, and only the title says so.
UPDATE_REQUIRED = "update required"
OUTDATED_CLIENT, DEPRECATED = 30, 40
HINT = (
    "This is about the gateway and not about the request: its administrator"
    " can set CURSOR_CLIENT_VERSION to a newer version."
)


def refusal(error: ConnectError) -> Refused:
    """Turn an upstream error into ours; works without readable details."""
    for detail in error.details:
        told = decode_error(detail.value)
        if told is not None and told.title.strip().lower() == UPDATE_REQUIRED:
            told = replace(told, number=OUTDATED_CLIENT)
        if told is not None and (told.number or told.title or told.detail):
            return _by_number(told) if told.number else _by_code(error, told)
    return _by_code(error, None)


def _by_number(told: VendorError) -> Refused:
    status = STATUS_OF.get(told.number, 533)
    name = NAMES.get(told.number, str(told.number))
    blames = told.number in DEAD_TOKEN | TIRED_TOKEN
    hopeless = told.number in OUR_FAULT or told.is_retryable is False
    message = _sentence(told.title, told.detail, unsaid=f"error {name}")
    if told.number in (OUTDATED_CLIENT, DEPRECATED):
        message = f"{message} {HINT}"
    return Refused(
        message,
        status=status,
        code=f"upstream_{name}",
        retryable=blames or (status in RETRYABLE_STATUSES and not hopeless),
        blames_token=blames,
        token_is_dead=blames and told.number in DEAD_TOKEN,
    )


def _by_code(error: ConnectError, told: VendorError | None) -> Refused:
    status = CONNECT_STATUSES.get(error.code, 500)
    code = error.code if error.code in CONNECT_STATUSES else "unknown"
    blames = status in (401, 403, 429)
    words = (told.title, told.detail) if told else ()
    return Refused(
        _sentence(*words, error.message, unsaid=f"Connect code {code}"),
        status=status,
        code=f"upstream_{code}",
        retryable=blames or status in RETRYABLE_STATUSES,
        blames_token=blames,
        token_is_dead=status == 401,
    )


def _sentence(*words: str, unsaid: str) -> str:
    """The words as one line. The Connect message is mostly the word "Error", which
    says nothing; where nothing else is said either, `unsaid` is what is known."""
    said = [" ".join(part.split()) for part in words]
    telling = dict.fromkeys(part for part in said if part not in ("", "Error"))
    if not telling:
        return f"The upstream refused without a reason ({unsaid})."
    return "The upstream refused: " + " ".join(telling)[:600]
