"""Who of many slices may take the last rung, so that few of those that took it are expected not to deserve it.

A slice's own ladder bounds that slice's error; over a whole fleet some errors would add up. e-BH bounds their expected
share. A family is fixed ahead: a tenant's half-year, of so many hypotheses. Every hypothesis that is opened in it takes
a place, those that were stopped too, and one that is opened when all places are taken waits for the next half-year:
a family that grew with its members would let the early ones in too cheaply. Only slices that already hold 100 % and
those that meet every other condition now are ranked.
"""

from collections.abc import Iterable, Mapping

import msgspec

from understudy.stats.ebh import e_bh
from understudy.stats.mixture import e_value

FLEET_ALPHA = 0.05
# What a team may try in half a year. The first slice to take the last rung needs e = places / alpha: 1,000 here.
DEFAULT_PLACES = 50
_HALF_YEAR_MONTHS = 6


class Opened(msgspec.Struct, frozen=True):
    """A hypothesis and when it was opened, in Unix seconds."""

    hypothesis: str
    tenant: str
    at_s: float

    @property
    def family(self) -> str:
        """The tenant and the half-year, such as `default 2026-2`."""
        year, month = _month(self.at_s)
        return f"{self.tenant} {year}-{1 + (month - 1) // _HALF_YEAR_MONTHS}"


def _month(at_s: float) -> tuple[int, int]:
    """Year and month of a time in UTC, by the calendar's own arithmetic with years that begin in March."""
    days = int(at_s // 86_400) + 719_468
    era, day = divmod(days, 146_097)
    years = (day - day // 1_460 + day // 36_524 - day // 146_096) // 365
    march_month = (5 * (day - (365 * years + years // 4 - years // 100)) + 2) // 153
    month = march_month + 3 if march_month < 10 else march_month - 9
    return years + era * 400 + (month <= 2), month


def placed(opened: Iterable[Opened], places: int) -> dict[str, str]:
    """The family of every hypothesis that has a place in one, in the order in which they were opened."""
    taken: dict[str, int] = {}
    found: dict[str, str] = {}
    for one in opened:
        taken[one.family] = taken.get(one.family, 0) + 1
        if taken[one.family] <= places:
            found[one.hypothesis] = one.family
    return found


def admitted(
    holding: Mapping[str, float], asking: Mapping[str, float], families: Mapping[str, str], places: int
) -> frozenset[str]:
    """The hypotheses among `asking` that may take the last rung now.

    Both map hypothesis ids to log e: `holding` as it was frozen at its own promotion to 100 %, kept after a fall;
    `asking` as it is now, for slices that only the fleet blocks. `families` knows those that have a place. All that are
    admitted move in one transaction.
    """
    found: frozenset[str] = frozenset()
    for family in sorted({families[one] for one in asking if one in families}):
        ids = [one for one in (*holding, *asking) if families.get(one) == family]
        values = [e_value(asking.get(one, holding.get(one, 0.0))) for one in ids]
        claims = e_bh(values, family=places, alpha=FLEET_ALPHA)
        found |= frozenset(ids[i] for i in claims.chosen) & asking.keys()
    return found
