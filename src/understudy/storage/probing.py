"""What judges said of answers that say nothing, and what is doubted for it.

A probe by which a judge lost its belief has the moment since when its verdicts are doubted. They stay where they are;
whoever learns from them asks here which ones to leave out. One judge at a time sits on a route, so that a stretch of
time names its verdicts.
"""

from collections.abc import Sequence

import msgspec
import sqlalchemy as sa

from understudy.ports import ProbeRow
from understudy.storage.database import Database, columns
from understudy.storage.tables import hypotheses, lessons, probes, verdicts

_COLUMNS = columns(probes, ProbeRow)
_SAID = (verdicts.c.source == "judge", verdicts.c.score.is_not(None))


def enter_probes(connection: sa.Connection, told: Sequence[ProbeRow]) -> None:
    """Write the new probes of a batch; a comparison serves each version of a judge for one."""
    for row in told:
        here = (probes.c.exchange_id == row.exchange_id, probes.c.version == row.version)
        if connection.execute(sa.select(probes.c.seq).where(*here)).first() is None:
            connection.execute(sa.insert(probes).values(**msgspec.structs.asdict(row)))


class Probing(Database):
    """What is asked of probes."""

    def probes(self, route: str, limit: int) -> list[ProbeRow]:
        """What a route's judge said of answers that say nothing, newest first."""
        asked = sa.select(*_COLUMNS).where(probes.c.route == route).order_by(probes.c.seq.desc()).limit(limit)
        return [ProbeRow(**row._mapping) for row in self._rows(asked)]

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
        asked = sa.select(lessons.c.exchange_id).where(lessons.c.route == route, _doubted(route, lessons.c.judged_s))
        if tenant is not None:
            asked = asked.where(lessons.c.tenant == tenant)
        return {row.exchange_id for row in self._rows(asked)}

    def doubted_verdicts(self, hypothesis: str) -> int:
        """How many verdicts on a hypothesis's pairs its judge gave between its last passed round and its fall."""
        route = sa.select(hypotheses.c.route).where(hypotheses.c.id == hypothesis).scalar_subquery()
        return self._count(verdicts.c.hypothesis == hypothesis, *_SAID, _doubted(route, verdicts.c.at_s))

    def _count(self, *wanted: sa.ColumnElement[bool]) -> int:
        return int(self._rows(sa.select(sa.func.count().label("n")).where(*wanted))[0].n)


def _doubted(route: str | sa.ScalarSelect[str], said_s: sa.Column[float]) -> sa.ColumnElement[bool]:
    """Whether what was said at a moment on a route is doubted."""
    stretch = (probes.c.doubted_s < said_s, said_s <= probes.c.at_s)
    return sa.exists().where(probes.c.route == route, probes.c.doubted_s.is_not(None), *stretch)
