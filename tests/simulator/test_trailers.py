import base64
import json
from typing import Any

import pytest

from simulator import trailers

V2 = "CCYSLwoVVW5hdXRob3JpemVkIHJlcXVlc3QuEhRVc2VyIGlzIHVuYXV0aG9yaXplZCAAGAE"


def _error(name: str) -> dict[str, Any]:
    frame = trailers.sample(name)
    assert frame.flags == 2
    error: dict[str, Any] = json.loads(frame.payload)["error"]
    return error


@pytest.mark.parametrize(
    ("name", "code", "error", "title"),
    [
        ("V1", "unauthenticated", "ERROR_NOT_LOGGED_IN", "Not logged in."),
        ("V2", "unauthenticated", "ERROR_UNAUTHORIZED", "Unauthorized request."),
        (
            "V3",
            "resource_exhausted",
            "ERROR_GPT_4_VISION_PREVIEW_RATE_LIMIT",
            "Update Required",
        ),
        ("V4", "unimplemented", "ERROR_DEPRECATED", "Request type deprecated."),
    ],
)
def test_a_sample_says_the_same_in_words_and_in_bytes(
    name: str, code: str, error: str, title: str
) -> None:
    found = _error(name)
    assert (found["code"], found["message"]) == (code, "Error")
    (detail,) = found["details"]
    assert detail["debug"]["error"] == error
    assert detail["debug"]["details"]["title"] == title
    assert title.encode() in base64.b64decode(detail["value"] + "==")


def test_a_sample_s_value_is_kept_to_the_letter() -> None:
    assert _error("V2")["details"][0]["value"] == V2
