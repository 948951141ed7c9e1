"""The models that the gateway offers: the seed's list, in its order.

A name goes to the upstream as it is. The upstream decides what stands behind it.
"""

from collections.abc import Collection
from dataclasses import dataclass

from proxy.errors import ModelNotAllowed, ModelNotFound

# The same moment for all of them, as in the seed: 2024-01-31T00:00:00Z.
CREATED = 1706659200


@dataclass(frozen=True, slots=True)
class Model:
    id: str
    owned_by: str

    def as_json(self) -> dict[str, object]:
        return {
            "id": self.id,
            "object": "model",
            "created": CREATED,
            "owned_by": self.owned_by,
        }


MODELS = (
    Model("claude-3.5-sonnet", "anthropic"),
    Model("gpt-4", "openai"),
    Model("gpt-4o", "openai"),
    Model("claude-3-opus", "anthropic"),
    Model("cursor-fast", "cursor"),
    Model("cursor-small", "cursor"),
    Model("gpt-3.5-turbo", "openai"),
    Model("gpt-4-turbo-2024-04-09", "openai"),
    Model("gpt-4o-128k", "openai"),
    Model("gemini-1.5-flash-500k", "google"),
    Model("claude-3-haiku-200k", "anthropic"),
    Model("claude-3-5-sonnet-200k", "anthropic"),
    Model("claude-3-5-sonnet-20241022", "anthropic"),
    Model("gpt-4o-mini", "openai"),
    Model("o1-mini", "openai"),
    Model("o1-preview", "openai"),
    Model("o1", "openai"),
    Model("claude-3.5-haiku", "anthropic"),
    Model("gemini-exp-1206", "google"),
    Model("gemini-2.0-flash-thinking-exp", "google"),
    Model("gemini-2.0-flash-exp", "google"),
)
BY_ID = {model.id: model for model in MODELS}


def offered(allowed: Collection[str]) -> list[Model]:
    """What a key may use; a key without a list may use every model."""
    return [model for model in MODELS if not allowed or model.id in allowed]


def pick(model_id: str, allowed: Collection[str]) -> Model:
    """Raises ModelNotFound, or ModelNotAllowed if only this key may not use it."""
    model = BY_ID.get(model_id)
    if model is None:
        raise ModelNotFound(model_id)
    if allowed and model_id not in allowed:
        raise ModelNotAllowed(model_id)
    return model
