"""The record, kept: `parity.record` writes the links, this gives each its place in the books, one after the other."""

from collections.abc import Iterable
from importlib.metadata import version

from understudy.parity.gate import Decision, Facts, Policy
from understudy.parity.record import FIRST, Link, Place, holding, write
from understudy.parity.state import SliceState
from understudy.ports import HypothesisRow, Store, TransitionRow


class Recorder:
    """Writes links, and remembers what the fleet's decisions need. `salt_id` names the assignment's secret."""

    def __init__(self, store: Store, salt_id: str) -> None:
        self._store = store
        self._salt_id = salt_id
        self.reload()

    def reload(self) -> None:
        """Take up the chain where the books have it."""
        rows = self._store.transitions()
        self._seq = rows[-1].seq if rows else 0
        self._tip = rows[-1].hash if rows else FIRST
        self._holding = holding(link_of(row) for row in rows)
        self._family = family_of(self._store.hypotheses())

    def transition(
        self, before: SliceState, decision: Decision, policy: Policy, facts: Facts, at_s: float
    ) -> TransitionRow:
        """The next link: a move of one slice, from the state before it."""
        slice_ = before.hypothesis.slice
        place = Place(self._seq + 1, self._tip, self._salt_id, version("understudy"))
        link = write(before, decision, policy, facts, at_s, place)
        return TransitionRow(
            seq=link.seq,
            tenant=slice_.tenant,
            route=slice_.route,
            kind=slice_.kind,
            hypothesis=link.hypothesis,
            at_s=link.at_s,
            body=link.body,
            prev_hash=link.prev_hash,
            hash=link.hash,
        )

    def written(self, row: TransitionRow) -> None:
        """The link is in the books: the next one follows it."""
        self._seq, self._tip = row.seq, row.hash
        self._holding |= holding([link_of(row)])

    def opened(self) -> None:
        """One more hypothesis counts in the family."""
        self._family += 1

    def holding(self) -> dict[str, float]:
        """Log e of every hypothesis that was ever promoted to 100 %, as it was then."""
        return self._holding

    def family(self) -> int:
        """How many hypotheses were opened."""
        return self._family


def link_of(row: TransitionRow) -> Link:
    """A stored link."""
    return Link(
        seq=row.seq,
        at_s=row.at_s,
        hypothesis=row.hypothesis,
        body=row.body,
        prev_hash=row.prev_hash,
        hash=row.hash,
    )


def family_of(rows: Iterable[HypothesisRow]) -> int:
    """The size of the family: every hypothesis counts, those that were stopped too."""
    return sum(1 for _ in rows)
