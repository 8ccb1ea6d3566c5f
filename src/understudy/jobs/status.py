"""A slice as people and programs are shown it: figures from its state, the one condition that blocks it, in words."""

from typing import Any

import msgspec

from understudy.jobs.registrar import state_of
from understudy.parity.ladder import NEXT, OPENS_AT
from understudy.ports import SliceRow
from understudy.stats.mixture import e_value


def slice_view(row: SliceRow) -> dict[str, Any]:
    """The view of one slice. Shares are in [0, 1], evidence is an e-value, differences are of mean outcomes."""
    state = state_of(row)
    following = NEXT.get(state.rung)
    return {
        "slice": f"{row.route}/{row.kind}",
        "route": row.route,
        "kind": row.kind,
        "hypothesis": row.hypothesis,
        "attempt": state.hypothesis.attempt,
        "status": str(state.status),
        "rung": state.rung.label,
        "share": state.rung.share,
        "pairs": state.promotion.mixture.n,
        "watched": state.watch.n,
        "levels": msgspec.to_builtins(state.levels.counts),
        "e": e_value(state.promotion.log_e),
        "log_e": state.promotion.log_e,
        "futility_e": e_value(state.futility.log_e),
        "rollback_e": e_value(state.rollback.trail.log_e),
        "watch_r": state.watch.value,
        "next_rung": following.label if following else None,
        "next_needs_e": OPENS_AT.get(following) if following else None,
        "margin": state.hypothesis.margin,
    }
