"""Lists of models."""

import json

from understudy.dialects.openai_lists import write_models


def test_T70_the_list_of_models() -> None:
    body = json.loads(write_models(("a", "b")))
    assert body["object"] == "list"
    assert [model["id"] for model in body["data"]] == ["a", "b"]
    assert all(model["object"] == "model" and isinstance(model["created"], int) for model in body["data"])
