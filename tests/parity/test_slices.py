"""Names of slices come back from their text; a hypothesis is its definition."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.parity.streams import hypothesis
from understudy.parity.slices import Guardrail, Hypothesis, OutcomeKind, SliceId

names = st.text(st.characters(codec="utf-8", exclude_characters=":/", exclude_categories=["Cc", "Zs"]), min_size=1)


@given(tenant=names, route=names, kind=names)
def test_text_and_back(tenant: str, route: str, kind: str) -> None:
    slice_ = SliceId(route, kind, tenant)
    assert SliceId.parse(str(slice_)) == slice_


def test_the_default_tenant_is_not_written() -> None:
    assert str(SliceId("metamate", "code/python")) == "metamate/code/python"
    assert str(SliceId("metamate", "chat", "acme")) == "acme:metamate/chat"


@pytest.mark.parametrize("text", ["metamate", "", "/chat", "metamate/", ":metamate/chat", "a b/chat"])
def test_text_that_is_no_slice_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"use letters|as route/kind"):
        SliceId.parse(text)


def test_PAR_1_2_any_change_is_another_hypothesis() -> None:
    first = hypothesis()
    others = [
        msgspec.structs.replace(first, **change)
        for change in (
            {"slice": SliceId("metamate", "chat")},
            {"slice": SliceId("metamate", "translation", "acme")},
            {"slice_version": "2"},
            {"candidate": "llama@2"},
            {"incumbent": "claude@2"},
            {"check": "contains"},
            {"check_version": "2"},
            {"margin": 0.02},
            {"outcome": OutcomeKind.HUMAN, "labels": 0.5},
            {"feedback": True},
            {"guardrails": (Guardrail(name="format", check="json_answer"),)},
            {"attempt": 2},
        )
    ]
    assert len({first.id, *(other.id for other in others)}) == len(others) + 1
    assert first.retry() == others[-1]


def test_the_id_of_a_definition_never_changes() -> None:
    """Stored hypotheses are found by it: if this fails, ids in every database are orphans."""
    assert hypothesis().id == "151ec6a8082d27fe9d9a880c652077e5"
    assert msgspec.json.decode(msgspec.json.encode(hypothesis()), type=Hypothesis).id == hypothesis().id


@pytest.mark.parametrize("margin", [0.0, 1.0, -0.05, float("nan")])
def test_a_margin_that_is_none_is_refused(margin: float) -> None:
    with pytest.raises(ValueError, match="margin"):
        hypothesis(margin)


def test_attempts_start_at_one() -> None:
    with pytest.raises(ValueError, match="attempt"):
        msgspec.structs.replace(hypothesis(), attempt=0)
