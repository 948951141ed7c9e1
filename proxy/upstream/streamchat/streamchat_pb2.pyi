from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class GetChatRequest(_message.Message):
    __slots__ = ("conversation", "explicit_context", "model_details", "request_id", "conversation_id", "long_context_mode")
    CONVERSATION_FIELD_NUMBER: _ClassVar[int]
    EXPLICIT_CONTEXT_FIELD_NUMBER: _ClassVar[int]
    MODEL_DETAILS_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    CONVERSATION_ID_FIELD_NUMBER: _ClassVar[int]
    LONG_CONTEXT_MODE_FIELD_NUMBER: _ClassVar[int]
    conversation: _containers.RepeatedCompositeFieldContainer[ConversationMessage]
    explicit_context: ExplicitContext
    model_details: ModelDetails
    request_id: str
    conversation_id: str
    long_context_mode: bool
    def __init__(self, conversation: _Optional[_Iterable[_Union[ConversationMessage, _Mapping]]] = ..., explicit_context: _Optional[_Union[ExplicitContext, _Mapping]] = ..., model_details: _Optional[_Union[ModelDetails, _Mapping]] = ..., request_id: _Optional[str] = ..., conversation_id: _Optional[str] = ..., long_context_mode: _Optional[bool] = ...) -> None: ...

class ConversationMessage(_message.Message):
    __slots__ = ("text", "type", "bubble_id", "is_capability_iteration")
    class Type(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        TYPE_UNSPECIFIED: _ClassVar[ConversationMessage.Type]
        TYPE_HUMAN: _ClassVar[ConversationMessage.Type]
        TYPE_AI: _ClassVar[ConversationMessage.Type]
    TYPE_UNSPECIFIED: ConversationMessage.Type
    TYPE_HUMAN: ConversationMessage.Type
    TYPE_AI: ConversationMessage.Type
    TEXT_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    BUBBLE_ID_FIELD_NUMBER: _ClassVar[int]
    IS_CAPABILITY_ITERATION_FIELD_NUMBER: _ClassVar[int]
    text: str
    type: ConversationMessage.Type
    bubble_id: str
    is_capability_iteration: bool
    def __init__(self, text: _Optional[str] = ..., type: _Optional[_Union[ConversationMessage.Type, str]] = ..., bubble_id: _Optional[str] = ..., is_capability_iteration: _Optional[bool] = ...) -> None: ...

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

class StreamChatResponse(_message.Message):
    __slots__ = ("text",)
    TEXT_FIELD_NUMBER: _ClassVar[int]
    text: str
    def __init__(self, text: _Optional[str] = ...) -> None: ...
