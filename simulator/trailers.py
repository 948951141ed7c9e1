"""The last envelope of a stream: success, or one of the errors seen in the wild.

The base64 values are real samples; the readable `debug` part beside each is
made from its bytes, so that the two can never disagree.
"""

import base64
import json

from simulator import wire
from simulator.chatrequest import Fields
from simulator.wire import END, Frame

SUCCESS = Frame(b"{}", END)

_ENUM = {
    2: "ERROR_NOT_LOGGED_IN",
    28: "ERROR_GPT_4_VISION_PREVIEW_RATE_LIMIT",
    38: "ERROR_UNAUTHORIZED",
    40: "ERROR_DEPRECATED",
}
_SAMPLES = {
    "V1": (
        "unauthenticated",
        "CAISVQoOTm90IGxvZ2dlZCBpbi4SQU5vdCBsb2dnZWQgaW4uIElmIHlvdSBhcmUgbG9nZ2VkIGlu"
        "LCB0cnkgbG9nZ2luZyBvdXQgYW5kIGJhY2sgaW4uIAAYAQ",
    ),
    "V2": (
        "unauthenticated",
        "CCYSLwoVVW5hdXRob3JpemVkIHJlcXVlc3QuEhRVc2VyIGlzIHVuYXV0aG9yaXplZCAAGAE",
    ),
    "V3": (
        "resource_exhausted",
        "CBwSlQEKD1VwZGF0ZSBSZXF1aXJlZBJ3WW91ciB2ZXJzaW9uIG9mIEN1cnNvciBpcyBubyBsb25n"
        "ZXIgc3VwcG9ydGVkLiBQbGVhc2UgdXBkYXRlIHRvIHRoZSBsYXRlc3QgdmVyc2lvbiBhdCBjdXJz"
        "b3IuY29tL2Rvd25sb2FkcyB0byBjb250aW51ZS5SCQoHcGF5bWVudBgB",
    ),
    "V4": (
        "unimplemented",
        "CCgSagoYUmVxdWVzdCB0eXBlIGRlcHJlY2F0ZWQuEkxUaGlzIGVuZHBvaW50IGlzIGRlcHJlY2F0"
        "ZWQuIFBsZWFzZSB1cGdyYWRlIHRvIHRoZSBsYXRlc3QgdmVyc2lvbiBvZiBDdXJzb3IuIAAYAA",
    ),
}
NAMES = tuple(_SAMPLES)


def sample(name: str) -> Frame:
    """An error trailer of the real shape: V1 to V4."""
    code, value = _SAMPLES[name]
    detail = {
        "type": "aiserver.v1.ErrorDetails",
        "debug": _debug(value),
        "value": value,
    }
    return _error({"code": code, "message": "Error", "details": [detail]})


def bare(code: str, message: str) -> Frame:
    """A plain Connect error without details."""
    return _error({"code": code, "message": message})


def numbered(error: int, title: str, detail: str = "") -> Frame:
    """Any number of the vendor's enum, with a title."""
    words = wire.text(1, title) + (wire.text(2, detail) if detail else b"")
    value = wire.number(1, error) + wire.block(2, words)
    told = base64.b64encode(value).decode().rstrip("=")
    detail_row = {"type": "aiserver.v1.ErrorDetails", "value": told}
    return _error({"code": "internal", "message": "Error", "details": [detail_row]})


def with_metadata() -> Frame:
    return Frame(b'{"metadata":{"a":["b"]}}', END)


def _error(error: dict[str, object]) -> Frame:
    return Frame(json.dumps({"error": error}, separators=(",", ":")).encode(), END)


def _debug(value: str) -> dict[str, object]:
    error = Fields(base64.b64decode(value + "=" * (-len(value) % 4)))
    details = error.message(2)
    return {
        "error": _ENUM[error.number(1) or 0],
        "details": {
            "title": details.text(1),
            "detail": details.text(2),
            "isRetryable": bool(details.number(4)),
        },
        "isExpected": bool(error.number(3)),
    }
