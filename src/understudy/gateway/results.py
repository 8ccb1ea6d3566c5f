"""Results of batches on their way to their caller: the usage that they tell, in the books once.

A batch's answers come long after it was asked for, as one file that may be read again and again. The row of each model
in it is named after the place where the file lies, so that the books take the first and no other. What batches cost is
in no catalogue here: their cost is unknown, never that of single answers.
"""

import hashlib
from collections.abc import Iterable

import msgspec

from understudy.canon.usage import Usage, added
from understudy.gateway.draft import Draft
from understudy.gateway.places import Wanted
from understudy.gateway.site import Site
from understudy.policy.keys import Caller
from understudy.ports import Exchange

REASON = "results of a batch; what batches cost is in no catalogue here"
# The bill shows no more of a name.
_MAX_NAME_CHARS = 200


def summed(told: Iterable[tuple[str, Usage]]) -> dict[str, Usage]:
    """The usage of each model that answered."""
    totals: dict[str, Usage] = {}
    for model, usage in told:
        name = model[:_MAX_NAME_CHARS]
        totals[name] = added(totals[name], usage) if name in totals else usage
    return totals


def book(site: Site, draft: Draft, caller: Caller, wanted: Wanted, path: str, totals: dict[str, Usage]) -> None:
    """Write a row for each model; one that is there already stays as it is."""
    for model, usage in totals.items():
        name = f"{wanted.provider}/{model}"
        place = msgspec.json.encode((wanted.provider, path, model))
        row = Exchange(
            id=f"results_{hashlib.sha256(place).hexdigest()[:32]}",
            at_s=draft.at_s,
            tenant=caller.tenant,
            key=caller.name,
            dialect=draft.dialect,
            asked=name,
            model=name,
            owned=False,
            reason=REASON,
            usage=usage,
        )
        site.journal.append(row)
