"""Between our values and the unified chat's protobuf bytes."""

from collections.abc import Callable
from dataclasses import dataclass, field

from google.protobuf.message import DecodeError

from proxy.upstream.errors import BadEnvelope
from proxy.upstream.unified import unified_pb2 as pb
from proxy.upstream.unified.prompt import Dialogue, Result, Turn
from proxy.upstream.vendor.codec import LONG_CONTEXT_MODELS, UNREADABLE
from proxy.upstream.vocabulary import Prompt, Tool

# Our tools are one server's to the vendor; the name is ours to choose.
SERVER = "gateway"
THINKING_LEVELS = {"medium": 1, "high": 2}


@dataclass(frozen=True, slots=True)
class CallSoFar:
    """One tool call as told until now: `arguments` grows from message to message."""

    id: str
    name: str
    arguments: str = field(repr=False)
    is_streaming: bool


@dataclass(frozen=True, slots=True)
class Said:
    """What one message of the answer holds; mostly only one of these."""

    text: str = field(repr=False)
    thinking: str = field(repr=False)
    call: CallSoFar | None
    usage_uuid: str


def encode_request(
    dialogue: Dialogue,
    prompt: Prompt,
    client_version: str,
    new_id: Callable[[], str],
    slow_pool: bool = False,
) -> bytes:
    """One StreamUnifiedChatRequestWithTools, without its envelope.

    `new_id` gives a UUID: one per turn, then one for the conversation.
    """
    agentic = bool(prompt.tools)
    mode = pb.UNIFIED_MODE_AGENT if agentic else pb.UNIFIED_MODE_CHAT
    turns = [_turn(turn, new_id(), mode, agentic) for turn in dialogue.turns]
    request = pb.StreamUnifiedChatRequest(
        conversation=turns,
        model_details=pb.ModelDetails(model_name=prompt.model),
        is_chat=not agentic,
        conversation_id=new_id(),
        environment_info=pb.EnvironmentInfo(cursor_version=client_version),
        is_agentic=agentic,
        supported_tools=[pb.TOOL_MCP] if agentic else [],
        headers=[
            pb.BubbleHeader(bubble_id=turn.bubble_id, type=turn.type) for turn in turns
        ],
        mcp_tools=[_tool(tool) for tool in prompt.tools],
        allow_model_fallbacks=False,
        unified_mode=mode,
        should_disable_tools=not agentic,
        unified_mode_name="Agent" if agentic else "Ask",
    )
    if dialogue.instructions.strip():
        request.explicit_context.context = dialogue.instructions
    if prompt.model in LONG_CONTEXT_MODELS:
        request.use_full_inputs_context = True
    if slow_pool:
        request.model_details.enable_slow_pool = True
    if prompt.effort in THINKING_LEVELS:
        request.thinking_level = THINKING_LEVELS[prompt.effort]
    outer = pb.StreamUnifiedChatRequestWithTools(request=request)
    return outer.SerializeToString(deterministic=True)


def _turn(
    turn: Turn, bubble_id: str, mode: pb.UnifiedMode, agentic: bool
) -> pb.ConversationMessage:
    return pb.ConversationMessage(
        text=turn.text,
        type=pb.MESSAGE_TYPE_HUMAN if turn.human else pb.MESSAGE_TYPE_AI,
        bubble_id=bubble_id,
        tool_results=[_result(result) for result in turn.results],
        is_agentic=agentic,
        unified_mode=mode,
        supported_tools=[pb.TOOL_MCP] if agentic else [],
    )


def _result(result: Result) -> pb.ToolResult:
    call = result.call
    told = pb.ClientSideToolV2Result(
        tool=pb.TOOL_MCP,
        mcp_result=pb.McpResult(selected_tool=call.name, result=result.text),
        tool_call_id=call.id,
        tool_index=result.index,
    )
    return pb.ToolResult(
        tool_call_id=call.id,
        tool_name=call.name,
        tool_index=result.index,
        raw_args=call.arguments,
        result=told,
    )


def _tool(tool: Tool) -> pb.McpTool:
    return pb.McpTool(
        name=tool.name,
        description=tool.description,
        parameters=tool.parameters,
        server_name=SERVER,
    )


def decode(payload: bytes) -> Said:
    """One StreamUnifiedChatResponseWithTools. Raises BadEnvelope."""
    try:
        read = pb.StreamUnifiedChatResponseWithTools.FromString(payload)
    except DecodeError as error:
        raise BadEnvelope(UNREADABLE) from error
    call = None
    if read.HasField("client_side_tool_v2_call"):
        told = read.client_side_tool_v2_call
        call = CallSoFar(told.tool_call_id, told.name, told.raw_args, told.is_streaming)
    response = read.response
    return Said(response.text, response.thinking.text, call, response.usage_uuid)
