"""What the gate has to know of a slice that no outcome shows: people's approvals, and whether its judge is believed."""

from understudy.jobs.orders import approvals_of
from understudy.jobs.sanity import WINDOW, Sanity, sanity
from understudy.jobs.specs import ParitySpec
from understudy.parity.gate import Facts
from understudy.parity.slices import Hypothesis, OutcomeKind
from understudy.ports import Store

# The kinds in which a judge speaks, and those in which nobody corrects what it says.
_JUDGED = frozenset({OutcomeKind.JUDGE, OutcomeKind.FEEDBACK, OutcomeKind.JUDGE_WITH_LABELS})
_ALONE = _JUDGED - {OutcomeKind.JUDGE_WITH_LABELS}


def facts_of(store: Store, hypothesis: Hypothesis, spec: ParitySpec, judge: Sanity | None) -> Facts:
    """The facts of a slice's hypothesis as the books have them now; `judge` is what `sanity_of` says of it."""
    approvals = approvals_of(store.orders(hypothesis.id)) if spec.approvals else ()
    if judge is None or hypothesis.outcome not in _ALONE:
        return Facts(approvals=approvals)
    doubted = store.doubted_verdicts(hypothesis.id)
    return Facts(approvals=approvals, judge="" if judge.believed else judge.words, doubted=doubted)


def sanity_of(store: Store, hypothesis: Hypothesis) -> Sanity | None:
    """How sane the judge of a hypothesis is, in the version that it was registered with; None where none speaks."""
    if hypothesis.outcome not in _JUDGED:
        return None
    return sanity(hypothesis.check, hypothesis.check_version, store.probes(hypothesis.slice.route, WINDOW))
