"""What judges said of answers that say nothing, and what is doubted for it.

A probe by which a judge lost its belief has the moment since when its verdicts are doubted. They stay where they are;
whoever learns from them asks here which ones to leave out. One judge at a time sits on a route, so that a stretch of
time names its verdicts.
"""

from collections.abc import Iterable, Sequence

import msgspec
import sqlalchemy as sa

from understudy.ports import ProbeRow
from understudy.storage.database import Database, columns
from understudy.storage.tables import hypotheses, lessons, probes, verdicts

_COLUMNS = columns(probes, ProbeRow)
# A route, and from when to when what its judge said is doubted.
Stretch = tuple[str, float, float]
_SAID = (verdicts.c.source == "judge", verdicts.c.score.is_not(None))


def enter_probes(connection: sa.Connection, told: Sequence[ProbeRow]) -> None:
    """Write the new probes of a batch; a comparison serves each version of a judge for one."""
    for row in told:
        if connection.execute(_probe(row.exchange_id, row.version)).first() is None:
            connection.execute(sa.insert(probes).values(**msgspec.structs.asdict(row)))


class Probing(Database):
    """What is asked of probes."""

    def probes(self, route: str, limit: int) -> list[ProbeRow]:
        """What a route's judge said of answers that say nothing, newest first."""
        asked = sa.select(*_COLUMNS).where(probes.c.route == route).order_by(probes.c.seq.desc()).limit(limit)
        return [ProbeRow(**row._mapping) for row in self._rows(asked)]

    def probe_count(self, route: str) -> int:
        """How often a route's judges were asked about answers that say nothing."""
        asked = sa.select(sa.func.count().label("n")).where(probes.c.route == route)
        return int(self._rows(asked)[0].n)

    def probed(self, exchange_id: str, version: str) -> bool:
        """Whether an exchange has served a judge's version for a probe."""
        return bool(self._rows(_probe(exchange_id, version)))

    def judged_since(self, route: str, at_s: float) -> int:
        """On how many lessons and pairs of a route a judge has spoken since a moment."""
        mine = sa.select(hypotheses.c.id).where(hypotheses.c.route == route)
        spoken = (
            sa.select(sa.func.count().label("n")).where(lessons.c.route == route, lessons.c.judged_s > at_s),
            sa.select(sa.func.count().label("n")).where(
                verdicts.c.hypothesis.in_(mine), *_SAID, verdicts.c.at_s > at_s
            ),
        )
        return sum(int(self._rows(asked)[0].n) for asked in spoken)

    def falls(self, route: str) -> list[ProbeRow]:
        """The probes by which a route's judges lost their belief, oldest first."""
        asked = sa.select(*_COLUMNS).where(probes.c.route == route, probes.c.doubted_s.is_not(None))
        return [ProbeRow(**row._mapping) for row in self._rows(asked.order_by(probes.c.seq))]

    def doubted_lessons(self, route: str, *, tenant: str | None = None) -> set[str]:
        """The lessons of a route that a judge spoke on between its last passed round and its fall, by exchange.

        Of one tenant or of all.
        """
        doubted = sa.exists().where(*_doubted(route, lessons.c.judged_s))
        asked = sa.select(lessons.c.exchange_id).where(lessons.c.route == route, doubted)
        if tenant is not None:
            asked = asked.where(lessons.c.tenant == tenant)
        return {row.exchange_id for row in self._rows(asked)}

    def doubted_verdicts(self) -> dict[str, int]:
        """How many verdicts on each hypothesis's pairs its judge gave between its last passed round and its fall."""
        fallen = sa.select(probes.c.route, probes.c.doubted_s, probes.c.at_s).where(probes.c.doubted_s.is_not(None))
        # From the falls, which are few, to their stretches: it is asked at every look, of all that was ever said.
        within = [_within(*stretch) for stretch in _apart([tuple(row) for row in self._rows(fallen)])]
        if not within:
            return {}
        asked = sa.select(verdicts.c.hypothesis, sa.func.count().label("n")).where(sa.or_(*within), *_SAID)
        return {row.hypothesis: int(row.n) for row in self._rows(asked.group_by(verdicts.c.hypothesis))}


def _apart(stretches: Iterable[Stretch]) -> list[Stretch]:
    """The same stretches of each route, those that overlap as one."""
    found: list[Stretch] = []
    for route, begin_s, end_s in sorted(stretches):
        if found and found[-1][0] == route and begin_s <= found[-1][2]:
            found[-1] = (route, found[-1][1], max(end_s, found[-1][2]))
        else:
            found.append((route, begin_s, end_s))
    return found


def _within(route: str, begin_s: float, end_s: float) -> sa.ColumnElement[bool]:
    """Whether a verdict is of a route and of a stretch of time, its end included."""
    mine = sa.select(hypotheses.c.id).where(hypotheses.c.route == route)
    return sa.and_(verdicts.c.hypothesis.in_(mine), verdicts.c.at_s > begin_s, verdicts.c.at_s <= end_s)


def _probe(exchange_id: str, version: str) -> sa.Select[int]:
    return sa.select(probes.c.seq).where(probes.c.exchange_id == exchange_id, probes.c.version == version)


def _doubted(route: str | sa.Column[str], said_s: sa.Column[float]) -> tuple[sa.ColumnElement[bool], ...]:
    """By which probes of a route what was said at a moment is doubted."""
    fallen = (probes.c.route == route, probes.c.doubted_s.is_not(None))
    return (*fallen, probes.c.doubted_s < said_s, said_s <= probes.c.at_s)
