"""The judge is judged: asked of the script itself nothing differs, and every kind of lie is found."""

import asyncio
from collections.abc import Callable
from dataclasses import replace

import pytest

from understudy.conformance import upstream
from understudy.conformance.answers import BROKEN, SAID, SCENARIOS, Answer, Scenario
from understudy.conformance.run import Cell, difference, judged
from understudy.conformance.upstream import WIRES, scripted


def cells(model: Callable[[str, str], str] = lambda _, scenario: f"any-{scenario}") -> list[Cell]:
    """What is heard of the script without a gateway: it answers each client in that client's own dialect."""

    async def asked() -> list[Cell]:
        async with scripted() as url:
            return [cell async for cell in judged(url, model)]

    return asyncio.run(asked())


def test_every_dialect_hears_what_it_says_itself() -> None:
    heard = cells()
    assert [cell for cell in heard if cell.wrong and cell.scenario != "cut"] == []
    # The script itself stops without a word where it is cut off; a gateway must tell its callers.
    assert {cell.wrong for cell in heard if cell.scenario == "cut"} == {"the stream stops without an error"}
    assert len(heard) == len(WIRES) ** 2 * (2 * len(SCENARIOS) - len(BROKEN))


@pytest.mark.parametrize(
    ("scenario", "lie"),
    [
        ("text", replace(SAID["text"], text="The harbour is calm")),
        ("tools", replace(SAID["tools"], calls=SAID["tools"].calls[:1])),
        ("tools", replace(SAID["tools"], calls=(("weather", {"city": "Oslo"}), SAID["tools"].calls[1]))),
        ("length", replace(SAID["length"], stop="stop")),
        ("usage", replace(SAID["usage"], cached=0)),
        ("usage", replace(SAID["usage"], prompt=1_600)),
        ("usage", replace(SAID["usage"], out=12)),
        ("thinking", replace(SAID["thinking"], thinking="")),
        ("refusal", replace(SAID["refusal"], stop="stop")),
    ],
)
def test_every_lie_is_found_by_every_client(monkeypatch: pytest.MonkeyPatch, scenario: Scenario, lie: Answer) -> None:
    monkeypatch.setattr(upstream, "SAID", {**SAID, scenario: lie})
    wrong = {(cell.client, cell.scenario, cell.streamed) for cell in cells() if cell.wrong and cell.scenario != "cut"}
    assert wrong == {(wire.name, scenario, streamed) for wire in WIRES for streamed in (False, True)}


def test_an_ending_that_nobody_told_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upstream, "BROKEN", ())
    wrong = [cell for cell in cells() if cell.wrong]
    assert {cell.scenario for cell in wrong} == {"cut", "inband"}
    assert {cell.wrong for cell in wrong} == {"an ending was told of an answer that broke off"}


def test_an_error_without_its_status_or_its_form_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upstream, "ERROR_STATUS", 500)
    assert {cell.wrong for cell in cells() if cell.scenario == "error"} == {"status 500 for 429"}


def test_what_is_no_answer_is_told_in_words() -> None:
    wrong = [cell.wrong for cell in cells(lambda _, scenario: "nothing")]
    assert all(words.startswith("status 404") for words in wrong)


def test_a_difference_names_what_was_heard_and_what_was_said() -> None:
    assert difference(Answer("a"), Answer("b"), "text") == "text 'b' for 'a'"
    assert difference(Answer("a", stop="refusal"), Answer("", stop="refusal"), "refusal") == ""
    assert difference(Answer(cached=None), Answer(cached=0), "text") == ""
