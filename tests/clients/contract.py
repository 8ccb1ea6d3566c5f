"""What holds for every real client: what it hears across four upstream dialects, and what the upstream is asked."""

from typing import Any, ClassVar

import pytest

from tests.clients.received import Received
from tests.clients.rows import Client
from tests.clients.said import (
    CACHED,
    CALLED,
    FAILING,
    IMAGE,
    IMAGE_TYPE,
    OSLO,
    OUT,
    PROMPT,
    QUESTION,
    REFUSED,
    RESULTS,
    SCENARIOS,
    SCHEMA,
    SEAL,
    SYSTEM,
    TEXT,
    THOUGHT,
    TOOL,
    UPSTREAMS,
)
from tests.clients.stage import Heard, Stage

USAGE = {"prompt": PROMPT, "cached": CACHED, "out": OUT}


def of_all(heard: Heard, client: Client, scenario: str) -> dict[str, Any]:
    """What a client heard in one scenario, by upstream."""
    return {upstream: heard[client.name, upstream, scenario] for upstream in UPSTREAMS}


def everywhere(said: dict[str, Any]) -> dict[str, Any]:
    """The same of every upstream."""
    return {upstream: said for upstream in UPSTREAMS}


def shape(schema: dict[str, Any]) -> dict[str, Any]:
    """What a schema asks for, whatever a client or a dialect adds to it: names in their order, types, duties."""
    types = {name: one["type"].lower() for name, one in schema["properties"].items()}
    return {"properties": list(types.items()), "required": schema["required"]}


def one(asked: list[Received]) -> Received:
    """The only request of a scenario."""
    (only,) = asked
    return only


class ClientContract:
    """What holds for every client of `clients`."""

    clients: ClassVar[tuple[Client, ...]]

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """Every test is asked of every client."""
        metafunc.parametrize("client", self.clients, ids=lambda client: client.name)

    @pytest.fixture
    def heard(self, staged: Stage, client: Client) -> Heard:
        """What the client's program told."""
        return staged.heard(client.environment, client.program)

    @pytest.mark.parametrize("scenario", ["plain", "streamed", "image"])
    def test_words_their_end_and_the_usage_are_those_of_the_upstream(
        self, heard: Heard, client: Client, scenario: str
    ) -> None:
        usage = {name: None if name in client.without else count for name, count in USAGE.items()}
        said = {"text": TEXT, "stop": client.stop, "usage": usage}
        for upstream, told in of_all(heard, client, scenario).items():
            words = {name: value for name, value in told.items() if name != "pieces"}
            assert words == said, upstream
            # They come as they are said.
            assert scenario != "streamed" or told["pieces"] > 1, upstream

    @pytest.mark.parametrize("scenario", CALLED)
    def test_calls_are_heard_and_answered(self, heard: Heard, client: Client, scenario: str) -> None:
        calls = [list(call) for call in CALLED[scenario].calls]
        thoughts = CALLED[scenario].thinking if "thoughts" not in client.without else ""
        said = {"calls": calls, "stop": client.tools, "text": TEXT, "thoughts": thoughts or None}
        assert of_all(heard, client, scenario) == everywhere(said)

    def test_an_answer_of_a_schema_is_its_value(self, heard: Heard, client: Client) -> None:
        assert of_all(heard, client, "schema") == everywhere({"value": OSLO})

    @pytest.mark.parametrize("scenario", FAILING)
    def test_T57_a_failure_is_of_the_class_that_the_client_has_for_it(
        self, heard: Heard, client: Client, scenario: str
    ) -> None:
        for upstream, failed in of_all(heard, client, scenario).items():
            scripted = int(scenario.split("-")[1])
            status = client.statuses.get(scripted, scripted)
            error = client.errors.get(scenario, client.errors[status])
            assert (failed.get("error"), failed.get("status")) == (error, status), upstream
            assert f"scripted {scripted}" in failed["message"], upstream

    @pytest.mark.parametrize("scenario", REFUSED)
    def test_T56_what_the_gateway_refuses_is_of_that_class_too(
        self, heard: Heard, client: Client, scenario: str
    ) -> None:
        failed, status = heard[client.name, "", scenario], client.statuses.get(REFUSED[scenario], REFUSED[scenario])
        error = client.errors.get(scenario, client.errors[status])
        assert (failed.get("error"), failed.get("status")) == (error, status)
        assert "is not known here" in failed["message"]

    def test_T70_the_models_are_listed(self, heard: Heard, client: Client) -> None:
        if "models" in client.without:
            assert (client.name, "", "models") not in heard
            return
        told = heard[client.name, "", "models"]
        assert set(told["ids"]) == {f"{upstream}-{scenario}" for upstream in UPSTREAMS for scenario in SCENARIOS}
        assert told["one"] == "chat-plain"

    @pytest.mark.parametrize("scenario", ["plain", "streamed", "image", "schema"])
    def test_the_upstream_is_asked_what_the_client_asked(
        self, staged: Stage, heard: Heard, client: Client, scenario: str
    ) -> None:
        for upstream in UPSTREAMS:
            asked = one(staged.scripted.received(client.name, upstream, scenario))
            assert (asked.system.strip(), "".join(asked.texts)) == (SYSTEM, f"{QUESTION} ({client.name})"), upstream
            assert asked.images == ([(IMAGE_TYPE, IMAGE)] if scenario == "image" else []), upstream
            if scenario == "schema":
                # A client may have its schema filled by a call.
                schema = asked.schema or next(iter(asked.tools.values()))
                assert shape(schema) == shape(SCHEMA), upstream

    @pytest.mark.parametrize("scenario", CALLED)
    def test_T11_the_upstream_is_sent_every_result_with_its_call(
        self, staged: Stage, heard: Heard, client: Client, scenario: str
    ) -> None:
        for upstream in UPSTREAMS:
            first, second = staged.scripted.received(client.name, upstream, scenario)
            for asked in (first, second):
                assert list(asked.tools) == [TOOL["name"]], upstream
                assert shape(asked.tools[TOOL["name"]]) == shape(SCHEMA), upstream
                # A framework may say more of its own.
                assert asked.system.strip().endswith(SYSTEM), upstream
            assert (first.calls, first.results) == ({}, {}), upstream
            assert tuple((name, arguments) for name, arguments, _ in second.pairs) == CALLED[scenario].calls, upstream
            for _, arguments, result in second.pairs:
                assert RESULTS[arguments["city"]] in (result or ""), upstream
            assert len(second.results) == len(second.calls), upstream

    @pytest.mark.parametrize("scenario", ["thinking", "thinking-streamed"])
    def test_T37_T38_T39_thinking_comes_back_sealed_to_its_maker_and_to_nobody_else(
        self, staged: Stage, heard: Heard, client: Client, scenario: str
    ) -> None:
        for upstream in UPSTREAMS:
            first, second = staged.scripted.received(client.name, upstream, scenario)
            # A Claude that called while it thought refuses to think on without what it had thought.
            goes_on = client.thinks and (upstream != "messages" or upstream in client.seals)
            assert (first.thinks, second.thinks) == (client.thinks, goes_on), upstream
            # Gemini's seal stands on the call, not on the thought.
            sealed = ("" if upstream == "gemini" else THOUGHT, SEAL)
            assert (first.seals, second.seals) == ([], [sealed] if upstream in client.seals else []), upstream
