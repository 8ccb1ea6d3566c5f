"""The caller's end of a stream: what it is told while nothing comes, and what a failure goes on from."""

import asyncio
import json
from pathlib import Path

from tests.dialects.gemini.samples import ARRAY_PATH, STREAM_PATH
from tests.dialects.gemini.samples import asked as asked_gemini
from tests.dialects.gemini.samples import body as gemini_body
from tests.dialects.openai_responses.samples import asked, data_of
from tests.gateway.sites import Heard, Stage
from understudy.canon.faults import Fault, FaultKind
from understudy.canon.parts import Text
from understudy.canon.reply import Delta, Event, PartEnded, PartStarted, Started
from understudy.canon.request import Request
from understudy.dialects.contract import Dialect, Echo
from understudy.dialects.gemini import DIALECT as GEMINI
from understudy.dialects.openai_responses import DIALECT as RESPONSES
from understudy.gateway.draft import Draft
from understudy.gateway.relay import Relay
from understudy.gateway.site import Call
from understudy.gateway.wheel import Watch

LATE = Fault("late", kind=FaultKind.TIMEOUT)


def relay(folder: Path, dialect: Dialect, request: Request, sender: Heard) -> Relay:
    draft = Draft(Stage(folder).site, Call(dialect, {}, b"{}"))
    draft.request = request
    return Relay(sender, dialect, draft, Watch(0.0, total_s=60.0))


def test_T53_a_failure_repeats_the_items_that_were_complete_whatever_came_between(tmp_path: Path) -> None:
    events: list[Event] = [
        Started("up_1", "", "anthropic"),
        PartStarted(0, Text("")),
        Delta(0, "Calm."),
        PartEnded(0),
        PartStarted(1, Text("")),
        *(Delta(1, word) for word in ["and", "will", "stay", "so"]),
    ]
    writer, sender = RESPONSES.reply_encoder(asked(), Echo("m")), Heard()

    async def run() -> None:
        told = relay(tmp_path, RESPONSES, asked(), sender)
        for event in events:
            await told.write(writer.send(event), 0.0)
        await told.fail(LATE)

    asyncio.run(run())
    *sent, _, failed = data_of(sender.body)
    assert [event["sequence_number"] for event in (*sent, failed)][-2:] == [len(sent) - 1, len(sent) + 1]
    assert [item["content"][0]["text"] for item in failed["response"]["output"]] == ["Calm."]
    assert failed["response"]["id"] == sent[0]["response"]["id"]


def test_F7_an_array_is_kept_back_until_its_first_element(tmp_path: Path) -> None:
    async def run(path: str) -> Heard:
        sender = Heard()
        told = relay(tmp_path / path.replace("/", "_"), GEMINI, asked_gemini(gemini_body(), path), sender)
        await told.keep_alive()
        await told.fail(LATE)
        return sender

    array, stream = asyncio.run(run(ARRAY_PATH)), asyncio.run(run(STREAM_PATH))
    assert (array.status, json.loads(array.body)["error"]["status"]) == (504, "DEADLINE_EXCEEDED")
    assert (stream.status, stream.body[:2]) == (200, b"\n\n")
