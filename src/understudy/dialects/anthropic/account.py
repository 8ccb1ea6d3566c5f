"""What hosts of Messages keep under an account: files, batches and skills.

Where a batch is done, its answer names the place of its results. References:
https://docs.anthropic.com/en/api/creating-message-batches, …/files-create
"""

import re
from collections.abc import Iterable
from typing import Any

from understudy.dialects.anthropic.metering import read_usage
from understudy.dialects.batches import Told, lines, word
from understudy.dialects.contract import Account
from understudy.dialects.fields import object_of

_RESULTS = re.compile(r"/messages/batches/[^/]+/results")


def _results(path: str, body: bytes) -> Iterable[Told]:
    return lines(body, _result) if _RESULTS.fullmatch(path) else ()


def _result(line: dict[str, Any]) -> Told:
    answer = object_of(object_of(line.get("result")).get("message"))
    return word(answer.get("model")), read_usage(answer.get("usage"))


ACCOUNT = Account(
    re.compile(r"/(?:files|messages/batches|skills)(?:/.+)?"),
    home="/anthropic",
    linked=("results_url",),
    results=_results,
)
