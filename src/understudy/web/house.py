"""All that the house tells below /understudy/v1, and the document that describes it."""

from functools import cache
from typing import Any

from understudy.policy.keys import Caller
from understudy.web.back import Back
from understudy.web.books import BOOKS
from understudy.web.openapi import document
from understudy.web.operations import Operation
from understudy.web.parity import PARITY
from understudy.web.pools import POOLS
from understudy.web.steering import STEERING


async def described(back: Back, caller: Caller) -> dict[str, Any]:
    """This document."""
    return _document()


@cache
def _document() -> dict[str, Any]:
    """It takes milliseconds to make, and is the same for as long as the program is."""
    return document(HOUSE)


HOUSE = (*BOOKS, *POOLS, *PARITY, *STEERING, Operation("GET", "/openapi.json", described))
