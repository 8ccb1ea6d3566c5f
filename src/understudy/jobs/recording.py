"""The record, kept: `parity.record` writes the links, this gives each its place in the books, one after the other."""

from collections.abc import Iterable
from importlib.metadata import version

from understudy.jobs.fleet import Fleet, families_of
from understudy.parity.fleet import DEFAULT_PLACES
from understudy.parity.gate import Decision, Facts, Policy
from understudy.parity.record import FIRST, Link, Place, Told, holding, write
from understudy.parity.state import SliceState
from understudy.ports import Store, TransitionRow


class Recorder:
    """Writes links, and remembers what the fleet's decisions need. `salt_id` names the assignment's secret."""

    def __init__(self, store: Store, salt_id: str, places: int = DEFAULT_PLACES) -> None:
        self._store = store
        self._salt_id = salt_id
        self._places = places
        self.reload()

    def reload(self) -> None:
        """Take up the chain and the families where the books have them."""
        rows = self._store.transitions()
        self._seq = rows[-1].seq if rows else 0
        self._tip = rows[-1].hash if rows else FIRST
        self._holding = holding(link_of(row) for row in rows)
        self.opened()

    def opened(self) -> None:
        """A hypothesis was registered: it takes its place."""
        self._families = families_of(self._store.hypotheses(), self._places)

    def transition(
        self, before: SliceState, decision: Decision, policy: Policy, facts: Facts, at_s: float, told: Told
    ) -> TransitionRow:
        """The next link: a move of one slice, from the state before it."""
        slice_ = before.hypothesis.slice
        place = Place(self._seq + 1, self._tip, self._salt_id, version("understudy"))
        link = write(before, decision, policy, facts, at_s, place, told)
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

    @property
    def fleet(self) -> Fleet:
        """Who holds the last rung, and who has a place to ask for it."""
        return Fleet(self._holding, self._families, self._places)


def fleet_of(store: Store, record: Iterable[TransitionRow], places: int) -> Fleet:
    """The same for somebody who only looks, from the record as it was read."""
    return Fleet(holding(map(link_of, record)), families_of(store.hypotheses(), places), places)


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
