from understudy.dialects.gemini.schemas import from_openapi


def test_T65_the_older_form_is_read_as_json_schema() -> None:
    old = {
        "type": "OBJECT",
        "properties": {
            "b": {"type": "STRING", "nullable": True, "enum": ["x"]},
            "a": {"type": "ARRAY", "items": {"type": "INTEGER"}},
        },
        "propertyOrdering": ["a", "b"],
        "min_items": "2",
    }  # fmt: skip
    new = from_openapi(old)
    assert new["type"] == "object"
    assert new["properties"]["b"] == {"type": ["string", "null"], "enum": ["x", None]}
    assert new["properties"]["a"]["items"] == {"type": "integer"}
    assert new["minItems"] == 2
    assert "propertyOrdering" not in new


def test_T68_the_order_that_was_asked_for_is_the_order_of_the_properties() -> None:
    old = {"properties": {"b": {}, "c": {}, "a": {}}, "propertyOrdering": ["a", "b", "gone"]}
    assert list(from_openapi(old)["properties"]) == ["a", "b", "c"]


def test_alternatives_may_be_null_too() -> None:
    assert from_openapi({"anyOf": [{"type": "STRING"}], "nullable": True}) == {
        "anyOf": [{"type": "string"}, {"type": "null"}]
    }
    assert from_openapi(None) is None


def test_names_of_properties_are_nobodys_to_respell() -> None:
    assert list(from_openapi({"properties": {"first_name": {"type": "STRING"}}})["properties"]) == ["first_name"]
