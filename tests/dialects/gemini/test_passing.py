"""What passes to Gemini's hosts: addresses and the names of operations; the rest is in journeys/test_passthrough.py."""

import pytest

from understudy.canon.faults import Fault
from understudy.canon.usage import NO_USAGE
from understudy.dialects.gemini.passing import ACCOUNT, GeminiPassing

PASSING = GeminiPassing(("/v1beta",))


@pytest.mark.parametrize(
    ("address", "model", "path"),
    [
        ("/v1beta/models/film:predictLongRunning?key=k", "film", "/models/veo-9:predictLongRunning"),
        ("/v1beta/models/google%2Ffilm:predict", "google/film", "/models/veo-9:predict"),
        ("/v1beta/models/a:b:predict", "a:b", "/models/veo-9:predict"),
        ("/v1beta/models/google/film/operations/op-1", "google/film", "/models/veo-9/operations/op-1"),
    ],
)
def test_the_path_names_the_model_and_goes_on_under_its_name_there(address: str, model: str, path: str) -> None:
    assert PASSING.read(b"", "", address) == (model, False)
    assert PASSING.path_to(address, "veo-9") == path
    assert PASSING.path_to(address, "models/veo-9") == path


@pytest.mark.parametrize(
    "path", ["film", "film:generateContent", "film/operations/", "film/operations/..", "x/operations"]
)
def test_other_paths_are_refused(path: str) -> None:
    with pytest.raises(Fault, match="must name a model and a verb"):
        PASSING.read(b"", "", f"/v1beta/models/{path}")


@pytest.mark.parametrize("model", ["..", "a/../../files", "a//b", ".", "models/../x"])
def test_no_name_of_a_model_leads_elsewhere(model: str) -> None:
    with pytest.raises(Fault, match="is no model's id"):
        PASSING.path_to("/v1beta/models/film:predict", model)


def test_an_operation_is_told_under_the_callers_name_and_all_else_as_it_came() -> None:
    told, usage = PASSING.whole(b'{"later": 1, "name": "models/veo-9/operations/op-1"}', "own/film")
    assert told == b'{"later":1,"name":"models/own/film/operations/op-1"}'
    assert usage == NO_USAGE
    for body in (b"\x00\xff", b"[1]", b'{ "name": "projects/p/models/veo/operations/1" }', b'{"name": "batches/b"}'):
        assert PASSING.whole(body, "film") == (body, NO_USAGE)


def test_usage_is_read_where_it_is_told() -> None:
    body = b'{"usageMetadata": {"promptTokenCount": 4, "candidatesTokenCount": 2}}'
    told, usage = PASSING.whole(body, "picture")
    assert (told, usage.total_in, usage.out) == (body, 4, 2)


@pytest.mark.parametrize(
    ("path", "passes"),
    [
        ("/files/a:download", True),
        ("/files:register", True),
        ("/cachedContents/c", True),
        ("/models/m:batchGenerateContent", True),
        ("/models/m:generateContent", False),
        ("/models/a/b:batchGenerateContent", False),
        ("/tunedModels", False),
        ("/filesystem", False),
    ],
)
def test_an_account_is_what_hosts_keep_for_their_customers(path: str, passes: bool) -> None:
    assert bool(ACCOUNT.paths.fullmatch(path)) is passes
