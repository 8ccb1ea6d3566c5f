"""Estimates of tokens against what providers counted for recorded requests; how far they are apart is on the page."""

import json
import statistics

import pytest

from tests.kit.page import Measured
from tests.kit.recordings import CHAT, GEMINI, MESSAGES, RESPONSES, Recording, chosen
from understudy.dialects.anthropic import DIALECT as ANTHROPIC
from understudy.dialects.contract import Dialect
from understudy.dialects.counting import estimate
from understudy.dialects.gemini import DIALECT as GOOGLE
from understudy.dialects.openai_chat import DIALECT as OPENAI
from understudy.dialects.openai_responses import DIALECT as ITEMS

SPOKEN: dict[str, Dialect] = {CHAT: OPENAI, RESPONSES: ITEMS, MESSAGES: ANTHROPIC, GEMINI: GOOGLE}
ADDRESSES = {GEMINI: "/v1beta/models/m:generateContent"}
# Shorter prompts are told by what a host puts around them, not by their words.
MIN_TOKENS = 100
# What no estimate can know: media, and texts that the kit's makers cut out of a recording.
MEDIA = ("image", "document", "inlineData", "inline_data", "file", "audio")
# JSON of fewer bytes for each token than any text has was cut, or its host added what is not in it.
MIN_BYTES = 2
# The middle of the estimates must lie this near to the truth.
MOST_OFF = 0.15


def ratio(recording: Recording) -> float | None:
    """The estimate as a part of the true count; None where the two cannot be compared."""
    body = json.dumps({"model": "m", **recording.asked})
    true = recording.view["usage"].get("in") or 0
    if recording.edited or true < MIN_TOKENS or any(word in body for word in MEDIA) or len(body) < MIN_BYTES * true:
        return None
    dialect = SPOKEN[recording.protocol]
    request = dialect.decode_request(body.encode(), ADDRESSES.get(recording.protocol, ""))
    return estimate(request, dialect.counting.preamble if dialect.counting else 0) / true


# Too few prompts of Converse are whole, and those are of several makers.
@pytest.mark.parametrize("protocol", [CHAT, RESPONSES, MESSAGES, GEMINI])
def test_W13_the_middle_of_the_estimates_is_near_the_truth(protocol: str, measured: Measured) -> None:
    told = [ratio(recording) for recording in chosen()[0] if recording.protocol == protocol]
    ratios = sorted(one for one in told if one is not None)
    assert len(ratios) > 20
    low, *_, high = statistics.quantiles(ratios, n=20)
    middle = statistics.median(ratios)
    measured.estimates[protocol] = (len(ratios), [low, middle, high])
    assert abs(middle - 1) <= MOST_OFF
