"""Moderations and uploads of the Llama API; the rest is in tests/journeys/test_passthrough.py."""

import pytest

from understudy.canon.faults import Fault
from understudy.canon.usage import NO_USAGE
from understudy.dialects.llama.passing import ACCOUNT, GUARD, PASSING

JSON = "application/json"


def test_a_moderation_names_its_model_or_means_the_hosts_own() -> None:
    assert PASSING.read(b'{"messages": []}', JSON, "") == (GUARD, False)
    assert PASSING.read(b'{"messages": [], "model": "m"}', JSON, "") == ("m", False)
    with pytest.raises(Fault, match="model"):
        PASSING.read(b'{"model": 1}', JSON, "")
    assert PASSING.path_to("/llama/v1/moderations", "u") == "/moderations"


def test_bodies_pass_with_the_models_name_alone_changed() -> None:
    assert PASSING.write(b'{"messages":[],"later":1}', JSON, "u") == b'{"messages":[],"later":1,"model":"u"}'
    assert PASSING.whole(b'{"model":"u","results":[]}', "m") == (b'{"model":"m","results":[]}', NO_USAGE)


@pytest.mark.parametrize(("path", "passes"), [("/uploads", True), ("/uploads/u", True), ("/models", False)])
def test_an_account_has_uploads(path: str, passes: bool) -> None:
    assert bool(ACCOUNT.paths.fullmatch(path)) is passes
