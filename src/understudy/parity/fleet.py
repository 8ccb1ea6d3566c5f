"""Who of many slices may take the last rung, so that few of those that took it are expected not to deserve it.

A slice's own ladder bounds that slice's error; over a whole fleet some errors would add up. e-BH bounds their expected
share. A family is fixed ahead, such as a tenant's half-year: its size counts every hypothesis opened in it, those that
were stopped too. Only slices that already hold 100 % and those that meet every other condition now are ranked.
"""

from collections.abc import Mapping

from understudy.stats.ebh import e_bh
from understudy.stats.mixture import e_value

FLEET_ALPHA = 0.05


def admitted(holding: Mapping[str, float], asking: Mapping[str, float], *, family: int) -> frozenset[str]:
    """The hypotheses among `asking` that may take the last rung now.

    Both map hypothesis ids to log e: `holding` as it was frozen at its own promotion to 100 %, kept after a fall;
    `asking` as it is now, for slices that only the fleet blocks. All that are admitted move in one transaction.
    """
    ids = [*holding, *asking]
    values = [e_value(log_e) for log_e in (*holding.values(), *asking.values())]
    claims = e_bh(values, family=family, alpha=FLEET_ALPHA)
    return frozenset(ids[i] for i in claims.chosen) & asking.keys()
