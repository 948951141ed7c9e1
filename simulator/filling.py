"""A value that fits a JSON schema: what a model would fill a tool's arguments with."""

from collections.abc import Mapping

_PLAIN: dict[str, object] = {
    "string": "text",
    "integer": 7,
    "number": 1.5,
    "boolean": True,
    "null": None,
}


def filled(schema: Mapping[str, object]) -> object:
    return _filled(schema, schema.get("$defs"))


def _filled(schema: object, definitions: object) -> object:
    if not isinstance(schema, Mapping):
        return None
    reference = schema.get("$ref")
    if isinstance(reference, str) and isinstance(definitions, Mapping):
        return _filled(definitions.get(reference.rsplit("/", 1)[-1]), definitions)
    for name in ("enum", "anyOf", "oneOf", "allOf"):
        options = schema.get(name)
        if isinstance(options, list) and options:
            is_value = name == "enum"
            return options[0] if is_value else _filled(options[0], definitions)
    if "const" in schema:
        return schema["const"]
    if schema.get("type") == "array":
        return [_filled(schema.get("items"), definitions)]
    properties = schema.get("properties", {})
    if schema.get("type", "object") == "object" and isinstance(properties, Mapping):
        return {name: _filled(one, definitions) for name, one in properties.items()}
    return _PLAIN.get(str(schema.get("type")))
