"""Between our values and StreamChat's protobuf bytes. The only user of `*_pb2`."""

from collections.abc import Callable

from google.protobuf.message import DecodeError

from proxy.upstream.errors import BadEnvelope
from proxy.upstream.streamchat import streamchat_pb2 as pb
from proxy.upstream.streamchat.prompt import Dialogue, Turn
from proxy.upstream.vendor.codec import LONG_CONTEXT_MODELS, UNREADABLE


def encode_request(
    dialogue: Dialogue, model: str, new_id: Callable[[], str], slow_pool: bool = False
) -> bytes:
    """One GetChatRequest, without its envelope.

    `new_id` gives a UUID and is asked once per turn, then for the request, then for
    the conversation. Each call is a new conversation to the vendor.
    """
    request = pb.GetChatRequest(
        conversation=[_turn(turn, new_id()) for turn in dialogue.turns],
        model_details=pb.ModelDetails(model_name=model),
        request_id=new_id(),
        conversation_id=new_id(),
    )
    if dialogue.instructions.strip():
        request.explicit_context.context = dialogue.instructions
    if model in LONG_CONTEXT_MODELS:
        request.long_context_mode = True
    if slow_pool:
        request.model_details.enable_slow_pool = True
    return request.SerializeToString(deterministic=True)


def _turn(turn: Turn, bubble_id: str) -> pb.ConversationMessage:
    kind = pb.ConversationMessage
    return pb.ConversationMessage(
        text=turn.text,
        type=kind.TYPE_HUMAN if turn.human else kind.TYPE_AI,
        bubble_id=bubble_id,
        is_capability_iteration=False,
    )


def decode_text(payload: bytes) -> str:
    """The answer's text in one StreamChatResponse, often none. Raises BadEnvelope."""
    try:
        return pb.StreamChatResponse.FromString(payload).text
    except DecodeError as error:
        raise BadEnvelope(UNREADABLE) from error
