"""A synthetic answer of StreamChat, in the shape of a real recorded one.

Written with `struct` and literal tags instead of our own codec, so that a
misreading of the wire format cannot hide in both.
"""

import gzip
import json
import struct


def frame(payload: bytes, flags: int = 0) -> bytes:
    return struct.pack(">BI", flags, len(payload)) + payload


def zipped(payload: bytes, flags: int = 1) -> bytes:
    return frame(gzip.compress(payload, mtime=0), flags)


def varint(number: int) -> bytes:
    low, rest = number & 0x7F, number >> 7
    return bytes([low | 0x80]) + varint(rest) if rest else bytes([low])


def field(number: int, payload: bytes) -> bytes:
    return varint(number << 3 | 2) + varint(len(payload)) + payload


def text_frame(text: str) -> bytes:
    return frame(field(1, text.encode()))


STATUS = frame(bytes.fromhex("62110a0f0a0d52656164696e67206c696e6b73"))
STATUS_CLEARED = frame(bytes.fromhex("6200"))
CITATION = field(11, field(1, field(1, b"https://example.org/") + b"".join(
    field(3, f"A paragraph of the page, number {n}. ".encode() * 3) for n in range(90)
)))  # fmt: skip
PROMPT_ECHO = field(4, b"") + field(5, (
    "<|BEGIN_SYSTEM|>\nYou are an intelligent programmer, powered by a model.\n"
    + "Some rules. " * 900 + "\n<|END_SYSTEM|>\n<|BEGIN_USER|>\nHi\n<|END_USER|>\n"
).encode())  # fmt: skip
START = frame(b"")
END = frame(b"{}", 2)

WORDS = ["\n", "\n我", "们", " tested", " it", ".", " ", "🙂", "\n\n"] + [
    f" w{n}" for n in range(85)
]
ANSWER = "".join(WORDS).lstrip("\n")
PREAMBLE = STATUS + zipped(CITATION) + STATUS_CLEARED + zipped(PROMPT_ECHO) + START
RECORDED = PREAMBLE + b"".join(map(text_frame, WORDS)) + END

VALUES = {
    "V1": "CAISVQoOTm90IGxvZ2dlZCBpbi4SQU5vdCBsb2dnZWQgaW4uIElmIHlvdSBhcmUgbG9nZ2Vk"
    "IGluLCB0cnkgbG9nZ2luZyBvdXQgYW5kIGJhY2sgaW4uIAAYAQ",
    "V2": "CCYSLwoVVW5hdXRob3JpemVkIHJlcXVlc3QuEhRVc2VyIGlzIHVuYXV0aG9yaXplZCAAGAE",
    "V3": "CBwSlQEKD1VwZGF0ZSBSZXF1aXJlZBJ3WW91ciB2ZXJzaW9uIG9mIEN1cnNvciBpcyBubyBs"
    "b25nZXIgc3VwcG9ydGVkLiBQbGVhc2UgdXBkYXRlIHRvIHRoZSBsYXRlc3QgdmVyc2lvbiBhdCBj"
    "dXJzb3IuY29tL2Rvd25sb2FkcyB0byBjb250aW51ZS5SCQoHcGF5bWVudBgB",
    "V4": "CCgSagoYUmVxdWVzdCB0eXBlIGRlcHJlY2F0ZWQuEkxUaGlzIGVuZHBvaW50IGlzIGRlcHJl"
    "Y2F0ZWQuIFBsZWFzZSB1cGdyYWRlIHRvIHRoZSBsYXRlc3QgdmVyc2lvbiBvZiBDdXJzb3IuIAAY"
    "AA",
}
CODES = {
    "V1": "unauthenticated",
    "V2": "unauthenticated",
    "V3": "resource_exhausted",
    "V4": "unimplemented",
}


def error_json(vector: str) -> bytes:
    detail = {
        "type": "aiserver.v1.ErrorDetails",
        "debug": {"error": "ERROR_X", "isExpected": True},
        "value": VALUES[vector],
    }
    error = {"code": CODES[vector], "message": "Error", "details": [detail]}
    return json.dumps({"error": error}).encode()


def error_end(vector: str) -> bytes:
    return frame(error_json(vector), 2)
