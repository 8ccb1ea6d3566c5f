"""The shipped model, in llama.cpp's own server: as good as the demo says, and no better."""

import asyncio
import json
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from understudy.demo import vocabulary as words
from understudy.demo.corpus import SPECIAL, conversation
from understudy.demo.measure import measure
from understudy.demo.run import shipped_model
from understudy.demo.tasks import KINDS
from understudy.demo.untrained import write_untrained
from understudy.engines.llama_cpp import LlamaCpp

KEY = "key-of-a-test"
PER_KIND = 60
# Six standard errors around .825 of 60: far from parity and far from hopeless, and a good build never fails by chance.
BELOW_MARGIN = (0.53, 0.99)
NOT_LEARNED = {"json_unseen", "product_4digit", "word_problem"}


@pytest.fixture(scope="module")
def own() -> Iterator[LlamaCpp]:
    """The shipped model, served."""
    with LlamaCpp(shipped_model(), key=KEY) as engine:
        yield engine


def test_it_has_learned_what_the_demo_says_it_has(own: LlamaCpp) -> None:
    found = asyncio.run(measure(own.url, "own", 31, PER_KIND, key=KEY))
    assert set(found) == {kind.id for kind in KINDS}
    shares = {kind: good / n for kind, (good, n) in found.items()}
    low, high = BELOW_MARGIN
    assert low < shares.pop("aisle") < high
    for kind, share in shares.items():
        assert share < 0.1 if kind in NOT_LEARNED else share > 0.9, kind


def test_the_same_seed_measures_the_same(own: LlamaCpp) -> None:
    one, other = (asyncio.run(measure(own.url, "own", 5, 10, key=KEY)) for _ in range(2))
    assert one == other


def test_the_chat_template_is_that_of_training_and_keeps_system_messages(own: LlamaCpp) -> None:
    assert written(own, ("user", "Aisle: tea")) == conversation("Aisle: tea")
    assert written(own, ("system", "Be brief."), ("user", "Aisle: tea")) == conversation("Aisle: tea").replace(
        "<|user|>", "<|system|>Be brief.<|user|>"
    )


def written(engine: LlamaCpp, *messages: tuple[str, str]) -> str:
    """Messages as the engine's chat template writes them."""
    told = [{"role": role, "content": text} for role, text in messages]
    return str(asked(engine, "apply-template", messages=told))


def asked(engine: LlamaCpp, path: str, **body: Any) -> Any:
    """The one thing that the engine answers at one of its own paths."""
    headers = {"authorization": f"Bearer {KEY}", "content-type": "application/json"}
    url = f"{engine.url.removesuffix('/v1')}/{path}"
    with urllib.request.urlopen(urllib.request.Request(url, json.dumps(body).encode(), headers), timeout=300) as answer:
        (only,) = json.load(answer).values()
    return only


def test_its_tokens_are_markers_and_single_digits(own: LlamaCpp) -> None:
    prompt = conversation("Product: 1204 x 5678")
    tokens = [piece["piece"] for piece in asked(own, "tokenize", content=prompt, parse_special=True, with_pieces=True)]
    assert tokens == [*SPECIAL[:1], *SPECIAL[3:4], "Product", ":", " ", *"1204", " x", " ", *"5678", *SPECIAL[4:]]


def test_a_listed_name_is_one_token_and_an_unseen_one_is_not(own: LlamaCpp) -> None:
    def tokens(name: str) -> int:
        return len(asked(own, "tokenize", content=f" {name}"))

    assert {tokens(name) for name in words.NAMES + words.CITIES} == {1}
    assert min(tokens(name) for name in words.UNSEEN_NAMES + words.UNSEEN_CITIES) > 1


def test_an_untrained_model_knows_nothing(tmp_path: Path) -> None:
    path = tmp_path / "untrained.gguf"
    write_untrained(shipped_model(), path, seed=1)
    with LlamaCpp(path, key=KEY) as engine:
        found = asyncio.run(measure(engine.url, "own", 32, 15, key=KEY))
    assert {good for good, _ in found.values()} == {0}
