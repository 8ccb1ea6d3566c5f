"""What the gate has to know of a slice that no outcome shows: people's approvals, and whether its judge is believed.

It is read of all slices at once: in as few questions for thousands of them as for one, and what blocks a slice and what
is said of its judge are of one moment.
"""

from collections.abc import Collection, Mapping

from understudy.canon.value import Value
from understudy.jobs.orders import approvals_of
from understudy.jobs.sanity import WINDOW, Sanity, sanity
from understudy.jobs.specs import ParitySpec
from understudy.parity.gate import Facts
from understudy.parity.slices import JUDGED_ALONE, Hypothesis, OutcomeKind
from understudy.ports import OrderRow, ProbeRow, Store

# The kinds in which a judge speaks.
_JUDGED = JUDGED_ALONE | {OutcomeKind.JUDGE_WITH_LABELS}


class Known(Value, frozen=True, kw_only=True):
    """What the books tell at one moment: probes by route, newest first; doubted verdicts and orders by hypothesis."""

    probes: dict[str, list[ProbeRow]]
    doubted: dict[str, int]
    orders: dict[str, list[OrderRow]]

    def facts(self, hypothesis: Hypothesis, spec: ParitySpec) -> Facts:
        """The facts of a slice's hypothesis."""
        approvals = approvals_of(self.orders.get(hypothesis.id, ())) if spec.approvals else ()
        judge = self.sanity(hypothesis)
        if judge is None or hypothesis.outcome not in JUDGED_ALONE:
            return Facts(approvals=approvals)
        doubted = self.doubted.get(hypothesis.id, 0)
        return Facts(approvals=approvals, judge="" if judge.believed else judge.words, doubted=doubted)

    def sanity(self, hypothesis: Hypothesis) -> Sanity | None:
        """How sane its judge is, in the version that it was registered with; None where none speaks."""
        if hypothesis.outcome not in _JUDGED:
            return None
        return sanity(hypothesis.check, hypothesis.check_version, self.probes.get(hypothesis.slice.route, ()))


def known(store: Store, hypotheses: Collection[Hypothesis], specs: Mapping[str, ParitySpec]) -> Known:
    """What the books tell of these hypotheses; `specs` are by route."""
    judged = {one.slice.route for one in hypotheses if one.outcome in _JUDGED}
    orders: dict[str, list[OrderRow]] = {}
    if any(specs[route].approvals for route in {one.slice.route for one in hypotheses}):
        for order in store.orders():
            orders.setdefault(order.hypothesis, []).append(order)
    return Known(
        probes={route: store.probes(route, WINDOW) for route in sorted(judged)},
        doubted=store.doubted_verdicts() if judged else {},
        orders=orders,
    )
