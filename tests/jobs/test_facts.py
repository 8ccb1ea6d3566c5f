"""Facts: what the gate is told of a judge, by the kind of outcome."""

from pathlib import Path

import msgspec
import pytest

from tests.jobs.books import SECRET
from tests.jobs.test_pool_verdicts import JUDGE, probe
from understudy.jobs.facts import known
from understudy.jobs.sanity import FIRST
from understudy.jobs.specs import ParitySpec
from understudy.parity.gate import Facts
from understudy.parity.slices import Hypothesis, OutcomeKind, SliceId
from understudy.ports import Batch, Store
from understudy.storage.open import open_store

SPEC = ParitySpec()


def hypothesis(outcome: OutcomeKind) -> Hypothesis:
    labels = 0.1 if outcome in (OutcomeKind.JUDGE_WITH_LABELS, OutcomeKind.HUMAN) else 0.0
    return Hypothesis(
        slice=SliceId("r", "k"),
        candidate="own",
        incumbent="rented",
        check=JUDGE.name,
        check_version=JUDGE.version,
        outcome=outcome,
        labels=labels,
    )


def facts(store: Store, asked: Hypothesis) -> Facts:
    return known(store, [asked], {"r": SPEC}).facts(asked, SPEC)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return open_store(f"sqlite:///{tmp_path}/books.db", secret=SECRET)


@pytest.mark.parametrize("outcome", [OutcomeKind.JUDGE, OutcomeKind.FEEDBACK])
def test_where_a_judge_speaks_alone_the_gate_hears_whether_it_is_believed(store: Store, outcome: OutcomeKind) -> None:
    asked = hypothesis(outcome)
    assert facts(store, asked).judge.startswith("judge third is being tried: it rejected 0 of 0")
    store.enter(Batch(probes=tuple(probe(number, -1.0) for number in range(FIRST))))
    assert facts(store, asked) == Facts()
    newer = msgspec.structs.replace(asked, check_version="newer")
    assert "being tried" in facts(store, newer).judge
    store.enter(Batch(probes=tuple(probe(number, 1.0) for number in range(FIRST, FIRST + 3))))
    told = known(store, [asked], {"r": SPEC})
    assert told.facts(asked, SPEC).judge == getattr(told.sanity(asked), "words", None)
    assert "it rejected 10 of 13" in told.facts(asked, SPEC).judge


@pytest.mark.parametrize("outcome", [OutcomeKind.CHECK, OutcomeKind.HUMAN, OutcomeKind.JUDGE_WITH_LABELS])
def test_where_it_does_not_speak_or_is_corrected_the_gate_does_not_ask(store: Store, outcome: OutcomeKind) -> None:
    assert facts(store, hypothesis(outcome)) == Facts()
