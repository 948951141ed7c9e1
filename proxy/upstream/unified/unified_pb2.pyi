from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Tool(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    TOOL_UNSPECIFIED: _ClassVar[Tool]
    TOOL_MCP: _ClassVar[Tool]

class UnifiedMode(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    UNIFIED_MODE_UNSPECIFIED: _ClassVar[UnifiedMode]
    UNIFIED_MODE_CHAT: _ClassVar[UnifiedMode]
    UNIFIED_MODE_AGENT: _ClassVar[UnifiedMode]

class MessageType(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    MESSAGE_TYPE_UNSPECIFIED: _ClassVar[MessageType]
    MESSAGE_TYPE_HUMAN: _ClassVar[MessageType]
    MESSAGE_TYPE_AI: _ClassVar[MessageType]
TOOL_UNSPECIFIED: Tool
TOOL_MCP: Tool
UNIFIED_MODE_UNSPECIFIED: UnifiedMode
UNIFIED_MODE_CHAT: UnifiedMode
UNIFIED_MODE_AGENT: UnifiedMode
MESSAGE_TYPE_UNSPECIFIED: MessageType
MESSAGE_TYPE_HUMAN: MessageType
MESSAGE_TYPE_AI: MessageType

class StreamUnifiedChatRequestWithTools(_message.Message):
    __slots__ = ("request",)
    REQUEST_FIELD_NUMBER: _ClassVar[int]
    request: StreamUnifiedChatRequest
    def __init__(self, request: _Optional[_Union[StreamUnifiedChatRequest, _Mapping]] = ...) -> None: ...

class StreamUnifiedChatRequest(_message.Message):
    __slots__ = ("conversation", "explicit_context", "model_details", "should_cache", "is_chat", "conversation_id", "environment_info", "is_agentic", "supported_tools", "headers", "mcp_tools", "use_full_inputs_context", "allow_model_fallbacks", "unified_mode", "should_disable_tools", "thinking_level", "unified_mode_name")
    CONVERSATION_FIELD_NUMBER: _ClassVar[int]
    EXPLICIT_CONTEXT_FIELD_NUMBER: _ClassVar[int]
    MODEL_DETAILS_FIELD_NUMBER: _ClassVar[int]
    SHOULD_CACHE_FIELD_NUMBER: _ClassVar[int]
    IS_CHAT_FIELD_NUMBER: _ClassVar[int]
    CONVERSATION_ID_FIELD_NUMBER: _ClassVar[int]
    ENVIRONMENT_INFO_FIELD_NUMBER: _ClassVar[int]
    IS_AGENTIC_FIELD_NUMBER: _ClassVar[int]
    SUPPORTED_TOOLS_FIELD_NUMBER: _ClassVar[int]
    HEADERS_FIELD_NUMBER: _ClassVar[int]
    MCP_TOOLS_FIELD_NUMBER: _ClassVar[int]
    USE_FULL_INPUTS_CONTEXT_FIELD_NUMBER: _ClassVar[int]
    ALLOW_MODEL_FALLBACKS_FIELD_NUMBER: _ClassVar[int]
    UNIFIED_MODE_FIELD_NUMBER: _ClassVar[int]
    SHOULD_DISABLE_TOOLS_FIELD_NUMBER: _ClassVar[int]
    THINKING_LEVEL_FIELD_NUMBER: _ClassVar[int]
    UNIFIED_MODE_NAME_FIELD_NUMBER: _ClassVar[int]
    conversation: _containers.RepeatedCompositeFieldContainer[ConversationMessage]
    explicit_context: ExplicitContext
    model_details: ModelDetails
    should_cache: bool
    is_chat: bool
    conversation_id: str
    environment_info: EnvironmentInfo
    is_agentic: bool
    supported_tools: _containers.RepeatedScalarFieldContainer[Tool]
    headers: _containers.RepeatedCompositeFieldContainer[BubbleHeader]
    mcp_tools: _containers.RepeatedCompositeFieldContainer[McpTool]
    use_full_inputs_context: bool
    allow_model_fallbacks: bool
    unified_mode: UnifiedMode
    should_disable_tools: bool
    thinking_level: int
    unified_mode_name: str
    def __init__(self, conversation: _Optional[_Iterable[_Union[ConversationMessage, _Mapping]]] = ..., explicit_context: _Optional[_Union[ExplicitContext, _Mapping]] = ..., model_details: _Optional[_Union[ModelDetails, _Mapping]] = ..., should_cache: _Optional[bool] = ..., is_chat: _Optional[bool] = ..., conversation_id: _Optional[str] = ..., environment_info: _Optional[_Union[EnvironmentInfo, _Mapping]] = ..., is_agentic: _Optional[bool] = ..., supported_tools: _Optional[_Iterable[_Union[Tool, str]]] = ..., headers: _Optional[_Iterable[_Union[BubbleHeader, _Mapping]]] = ..., mcp_tools: _Optional[_Iterable[_Union[McpTool, _Mapping]]] = ..., use_full_inputs_context: _Optional[bool] = ..., allow_model_fallbacks: _Optional[bool] = ..., unified_mode: _Optional[_Union[UnifiedMode, str]] = ..., should_disable_tools: _Optional[bool] = ..., thinking_level: _Optional[int] = ..., unified_mode_name: _Optional[str] = ...) -> None: ...

class ConversationMessage(_message.Message):
    __slots__ = ("text", "type", "bubble_id", "tool_results", "is_agentic", "unified_mode", "supported_tools")
    TEXT_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    BUBBLE_ID_FIELD_NUMBER: _ClassVar[int]
    TOOL_RESULTS_FIELD_NUMBER: _ClassVar[int]
    IS_AGENTIC_FIELD_NUMBER: _ClassVar[int]
    UNIFIED_MODE_FIELD_NUMBER: _ClassVar[int]
    SUPPORTED_TOOLS_FIELD_NUMBER: _ClassVar[int]
    text: str
    type: MessageType
    bubble_id: str
    tool_results: _containers.RepeatedCompositeFieldContainer[ToolResult]
    is_agentic: bool
    unified_mode: UnifiedMode
    supported_tools: _containers.RepeatedScalarFieldContainer[Tool]
    def __init__(self, text: _Optional[str] = ..., type: _Optional[_Union[MessageType, str]] = ..., bubble_id: _Optional[str] = ..., tool_results: _Optional[_Iterable[_Union[ToolResult, _Mapping]]] = ..., is_agentic: _Optional[bool] = ..., unified_mode: _Optional[_Union[UnifiedMode, str]] = ..., supported_tools: _Optional[_Iterable[_Union[Tool, str]]] = ...) -> None: ...

class ToolResult(_message.Message):
    __slots__ = ("tool_call_id", "tool_name", "tool_index", "raw_args", "result")
    TOOL_CALL_ID_FIELD_NUMBER: _ClassVar[int]
    TOOL_NAME_FIELD_NUMBER: _ClassVar[int]
    TOOL_INDEX_FIELD_NUMBER: _ClassVar[int]
    RAW_ARGS_FIELD_NUMBER: _ClassVar[int]
    RESULT_FIELD_NUMBER: _ClassVar[int]
    tool_call_id: str
    tool_name: str
    tool_index: int
    raw_args: str
    result: ClientSideToolV2Result
    def __init__(self, tool_call_id: _Optional[str] = ..., tool_name: _Optional[str] = ..., tool_index: _Optional[int] = ..., raw_args: _Optional[str] = ..., result: _Optional[_Union[ClientSideToolV2Result, _Mapping]] = ...) -> None: ...

class ClientSideToolV2Result(_message.Message):
    __slots__ = ("tool", "mcp_result", "tool_call_id", "tool_index")
    TOOL_FIELD_NUMBER: _ClassVar[int]
    MCP_RESULT_FIELD_NUMBER: _ClassVar[int]
    TOOL_CALL_ID_FIELD_NUMBER: _ClassVar[int]
    TOOL_INDEX_FIELD_NUMBER: _ClassVar[int]
    tool: Tool
    mcp_result: McpResult
    tool_call_id: str
    tool_index: int
    def __init__(self, tool: _Optional[_Union[Tool, str]] = ..., mcp_result: _Optional[_Union[McpResult, _Mapping]] = ..., tool_call_id: _Optional[str] = ..., tool_index: _Optional[int] = ...) -> None: ...

class McpResult(_message.Message):
    __slots__ = ("selected_tool", "result")
    SELECTED_TOOL_FIELD_NUMBER: _ClassVar[int]
    RESULT_FIELD_NUMBER: _ClassVar[int]
    selected_tool: str
    result: str
    def __init__(self, selected_tool: _Optional[str] = ..., result: _Optional[str] = ...) -> None: ...

class ExplicitContext(_message.Message):
    __slots__ = ("context",)
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    context: str
    def __init__(self, context: _Optional[str] = ...) -> None: ...

class ModelDetails(_message.Message):
    __slots__ = ("model_name", "enable_slow_pool")
    MODEL_NAME_FIELD_NUMBER: _ClassVar[int]
    ENABLE_SLOW_POOL_FIELD_NUMBER: _ClassVar[int]
    model_name: str
    enable_slow_pool: bool
    def __init__(self, model_name: _Optional[str] = ..., enable_slow_pool: _Optional[bool] = ...) -> None: ...

class EnvironmentInfo(_message.Message):
    __slots__ = ("cursor_version",)
    CURSOR_VERSION_FIELD_NUMBER: _ClassVar[int]
    cursor_version: str
    def __init__(self, cursor_version: _Optional[str] = ...) -> None: ...

class BubbleHeader(_message.Message):
    __slots__ = ("bubble_id", "type")
    BUBBLE_ID_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    bubble_id: str
    type: MessageType
    def __init__(self, bubble_id: _Optional[str] = ..., type: _Optional[_Union[MessageType, str]] = ...) -> None: ...

class McpTool(_message.Message):
    __slots__ = ("name", "description", "parameters", "server_name")
    NAME_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    PARAMETERS_FIELD_NUMBER: _ClassVar[int]
    SERVER_NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    description: str
    parameters: str
    server_name: str
    def __init__(self, name: _Optional[str] = ..., description: _Optional[str] = ..., parameters: _Optional[str] = ..., server_name: _Optional[str] = ...) -> None: ...

class StreamUnifiedChatResponseWithTools(_message.Message):
    __slots__ = ("client_side_tool_v2_call", "response")
    CLIENT_SIDE_TOOL_V2_CALL_FIELD_NUMBER: _ClassVar[int]
    RESPONSE_FIELD_NUMBER: _ClassVar[int]
    client_side_tool_v2_call: ClientSideToolV2Call
    response: StreamUnifiedChatResponse
    def __init__(self, client_side_tool_v2_call: _Optional[_Union[ClientSideToolV2Call, _Mapping]] = ..., response: _Optional[_Union[StreamUnifiedChatResponse, _Mapping]] = ...) -> None: ...

class ClientSideToolV2Call(_message.Message):
    __slots__ = ("tool", "tool_call_id", "name", "raw_args", "is_streaming", "is_last_message", "tool_index")
    TOOL_FIELD_NUMBER: _ClassVar[int]
    TOOL_CALL_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    RAW_ARGS_FIELD_NUMBER: _ClassVar[int]
    IS_STREAMING_FIELD_NUMBER: _ClassVar[int]
    IS_LAST_MESSAGE_FIELD_NUMBER: _ClassVar[int]
    TOOL_INDEX_FIELD_NUMBER: _ClassVar[int]
    tool: Tool
    tool_call_id: str
    name: str
    raw_args: str
    is_streaming: bool
    is_last_message: bool
    tool_index: int
    def __init__(self, tool: _Optional[_Union[Tool, str]] = ..., tool_call_id: _Optional[str] = ..., name: _Optional[str] = ..., raw_args: _Optional[str] = ..., is_streaming: _Optional[bool] = ..., is_last_message: _Optional[bool] = ..., tool_index: _Optional[int] = ...) -> None: ...

class StreamUnifiedChatResponse(_message.Message):
    __slots__ = ("text", "thinking", "usage_uuid")
    TEXT_FIELD_NUMBER: _ClassVar[int]
    THINKING_FIELD_NUMBER: _ClassVar[int]
    USAGE_UUID_FIELD_NUMBER: _ClassVar[int]
    text: str
    thinking: Thinking
    usage_uuid: str
    def __init__(self, text: _Optional[str] = ..., thinking: _Optional[_Union[Thinking, _Mapping]] = ..., usage_uuid: _Optional[str] = ...) -> None: ...

class Thinking(_message.Message):
    __slots__ = ("text",)
    TEXT_FIELD_NUMBER: _ClassVar[int]
    text: str
    def __init__(self, text: _Optional[str] = ...) -> None: ...
