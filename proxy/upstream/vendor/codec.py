"""Between our values and the protobuf bytes that the vendor's services share."""

from dataclasses import dataclass

from google.protobuf.message import DecodeError

from proxy.upstream.errors import BadEnvelope
from proxy.upstream.vendor import vendor_pb2 as pb
from proxy.upstream.vocabulary import Usage

LONG_CONTEXT_MODELS = frozenset(
    {
        "gpt-4o-128k",
        "gemini-1.5-flash-500k",
        "claude-3-haiku-200k",
        "claude-3-5-sonnet-200k",
    }
)
UNREADABLE = "The upstream sent a message we cannot read."


@dataclass(frozen=True, slots=True)
class VendorError:
    """The vendor's error: its number in the enum `ERROR_…`, and its words."""

    number: int
    title: str
    detail: str
    is_retryable: bool | None


def decode_error(value: bytes) -> VendorError | None:
    """Read an ErrorDetails; None if it is not readable."""
    try:
        read = pb.ErrorDetails.FromString(value)
    except DecodeError:
        return None
    words = read.details
    told = words.is_retryable if words.HasField("is_retryable") else None
    return VendorError(read.error, words.title, words.detail, told)


def encode_models_request() -> bytes:
    request = pb.AvailableModelsRequest(include_long_context_models=True)
    return request.SerializeToString(deterministic=True)


def decode_models(payload: bytes) -> list[str]:
    """The names, in the vendor's order. Raises BadEnvelope."""
    try:
        return list(pb.AvailableModelsResponse.FromString(payload).model_names)
    except DecodeError as error:
        raise BadEnvelope(UNREADABLE) from error


def encode_usage_request(usage_uuid: str) -> bytes:
    request = pb.GetTokenUsageRequest(usage_uuid=usage_uuid)
    return request.SerializeToString(deterministic=True)


def decode_usage(payload: bytes) -> Usage:
    """Raises BadEnvelope."""
    try:
        read = pb.GetTokenUsageResponse.FromString(payload)
    except DecodeError as error:
        raise BadEnvelope(UNREADABLE) from error
    return Usage(max(read.input_tokens, 0), max(read.output_tokens, 0))
