import pytest

from simulator.filling import filled


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"type": "object", "properties": {"a": {"type": "string"}}}, {"a": "text"}),
        ({"type": "array", "items": {"type": "integer"}}, [7]),
        ({"enum": ["x", "y"]}, "x"),
        ({"const": 3}, 3),
        ({"anyOf": [{"type": "boolean"}, {"type": "null"}]}, True),
        ({"$ref": "#/$defs/A", "$defs": {"A": {"type": "number"}}}, 1.5),
        ({}, {}),
        ({"type": "strange"}, None),
    ],
)
def test_a_value_fits_its_schema(schema: dict[str, object], value: object) -> None:
    assert filled(schema) == value
