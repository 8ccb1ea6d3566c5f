"""A panel: who speaks, whether late, and which guardrails go into the hypothesis."""

from tests.jobs.books import WordCheck
from understudy.jobs.panel import PEOPLE, Panel
from understudy.jobs.specs import GuardrailSpec, JudgeSpec, ParitySpec
from understudy.parity.slices import Guardrail, OutcomeKind


class Slow(WordCheck):
    """The same, in its own time."""

    slow = True


def test_who_speaks_and_when() -> None:
    quick = Panel(ParitySpec(check="word"), check=WordCheck())
    assert (quick.named, quick.late, quick.outcome) == (("word", "1"), False, OutcomeKind.CHECK)
    assert Panel(ParitySpec(check="word"), check=Slow()).late
    people = Panel(ParitySpec(labels=0.5))
    assert (people.named[0], people.late, people.outcome) == (PEOPLE, True, OutcomeKind.HUMAN)


def test_the_kind_of_outcome_follows_from_who_speaks() -> None:
    judge = JudgeSpec(model="third")
    assert ParitySpec(judge=judge).outcome is OutcomeKind.JUDGE
    assert ParitySpec(judge=judge, labels=0.1).outcome is OutcomeKind.JUDGE_WITH_LABELS
    assert ParitySpec(judge=judge, feedback=True).outcome is OutcomeKind.FEEDBACK
    assert ParitySpec(feedback=True).outcome is OutcomeKind.CHECK


def test_guardrails_come_in_order_of_name_with_their_checks_version() -> None:
    rails = {"b": GuardrailSpec(check="word", margin=0.01, unsafe=True), "a": GuardrailSpec(check="word")}
    panel = Panel(
        ParitySpec(check="word", guardrails=rails), check=WordCheck(), rails=dict.fromkeys(rails, WordCheck())
    )
    assert panel.guardrails() == (
        Guardrail(name="a", check="word"),
        Guardrail(name="b", check="word", margin=0.01, unsafe=True),
    )
    assert panel.spec.checks == ("word",)
