"""The stage of the kit's tests: the replay of recorded bytes, the real server before it, callers of both dialects.

Here lives how a recording is asked for through the gateway and how the answer is read. What must be equal is in the
tests. The replay is a program of its own in a process of its own; the model's name chooses the recording.
"""

import asyncio
import contextlib
import json
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import aiohttp
from botocore.eventstream import EventStreamBuffer

from tests.journeys.house import PATIENCE_S, server
from tests.kit.recordings import CHAT, CONVERSE, FILES, GEMINI, LLAMA, MESSAGES, RESPONSES, TOOLS, Recording
from understudy.engines.llama_cpp import free_port

PATHS = {
    CHAT: "/v1/chat/completions",
    RESPONSES: "/v1/responses",
    MESSAGES: "/v1/messages",
    LLAMA: "/llama/v1/chat/completions",
}
# In this dialect the path names the model and whether the answer is streamed.
VERBS = {False: "generateContent", True: "streamGenerateContent?alt=sse"}
ENDINGS = {False: "converse", True: "converse-stream"}
NAMED_IN_PATH = (GEMINI, CONVERSE)
PROVIDERS = {
    CHAT: "recordedchat",
    RESPONSES: "recordeditems",
    MESSAGES: "recordedmessages",
    GEMINI: "recordedgenerate",
    CONVERSE: "recordedconverse",
}
# Chat's formats of sealed thinking, and the provider below whose maker takes them back; others get none (T40).
SEALED = {
    "anthropic-claude-v1": "recordedclaude",
    "google-gemini-v1": "recordedgemini",
    "openai-responses-v1": "recordedresponses",
}
# Enough to overlap waiting with work on two cores; more only queues.
CALLERS = 8
# How long the replay keeps silent where a fault is silence, in seconds; the server below gives up before.
HOLD_S = 3.0
CONFIG = """\
server: {{host: 127.0.0.1, port: 0, workers: 1}}
timeouts: {{first_token_s: 1.5, idle_s: 1.0, total_s: 20.0, keep_alive_s: 0.5}}
providers:
  recordedchat: {{dialect: openai_chat, base_url: "{url}/v1", auth: none, developer: true}}
  recordedclaude: {{dialect: openai_chat, base_url: "{url}/v1", auth: none, maker: anthropic}}
  recordedgemini: {{dialect: openai_chat, base_url: "{url}/v1", auth: none, maker: gemini}}
  recordedresponses: {{dialect: openai_chat, base_url: "{url}/v1", auth: none, maker: openai_responses}}
  recordeditems: {{dialect: openai_responses, base_url: "{url}/v1", auth: none}}
  recordedgenerate: {{dialect: gemini, base_url: "{url}/v1beta", auth: none}}
  recordedconverse: {{dialect: converse, base_url: "{url}", auth: none}}
  recordedmessages: {{dialect: anthropic, base_url: "{url}/v1", auth: none}}
models:
  - {{name: any, provider: recordedchat, model: any}}
"""
_T = TypeVar("_T")
_R = TypeVar("_R")


@dataclass(frozen=True)
class Stage:
    """A server whose upstream is the replay, and the journal of what the replay was sent."""

    url: str
    journal: Path

    def sent(self) -> dict[str, list[dict[str, Any]]]:
        """The bodies that the replay was sent for each recording, in order; those that asked for a fault left out."""
        bodies: dict[str, list[dict[str, Any]]] = {}
        for line in self.journal.read_text(encoding="utf-8").splitlines():
            entry = json.loads(line)
            if entry["fault"] is None:
                bodies.setdefault(entry["id"], []).append(entry["body"])
        return bodies


@dataclass(frozen=True)
class Answer:
    """What a caller got, in the form that the oracle reads."""

    status: int
    headers: dict[str, str]
    response: dict[str, Any]


@contextlib.contextmanager
def replay(folder: Path) -> Iterator[tuple[str, Path]]:
    """The replay of the kit, up: its address, and its journal."""
    port, journal = free_port(), folder / "sent.jsonl"
    command = [sys.executable, str(TOOLS / "replay_upstream.py"), "--port", str(port), "--journal", str(journal)]
    command += ["--hold", str(HOLD_S), *map(str, FILES)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    watchdog = threading.Timer(PATIENCE_S, process.kill)
    try:
        watchdog.start()
        assert process.stdout is not None
        assert process.stdout.readline(), "the replay did not start"
        watchdog.cancel()
        yield f"http://127.0.0.1:{port}", journal
    finally:
        process.kill()
        process.communicate()


@contextlib.contextmanager
def stage(folder: Path) -> Iterator[Stage]:
    """The replay, and `understudy serve` in front of it."""
    with replay(folder) as (url, journal), server(folder, CONFIG.format(url=url)) as house:
        yield Stage(house.url, journal)


def request(recording: Recording, client: str, fault: str = "") -> dict[str, Any]:
    """The body with which a caller of one dialect asks for a recording.

    In the recording's own dialect it is the recorded body. In the other it is as small as can be, because the replay
    does not look at it: what must be equal is the answer.
    """
    model = f"{provider(recording)}/{recording.id}{'!' + fault if fault else ''}"
    if client == recording.protocol:
        streamed = {"stream": recording.stream} if client in NAMED_IN_PATH else {}
        return {**recording.asked, "model": model, **streamed}
    body: dict[str, Any] = {"model": model, "messages": [{"role": "user", "content": "Go on."}]}
    tools = [TOOL_OF[client](name, schema) for name, schema in _tools(recording)]
    if tools:
        body["tools"] = [{"functionDeclarations": tools}] if client == GEMINI else tools
    if client == CONVERSE:
        config = {"toolConfig": {"tools": tools}} if tools else {}
        said = [{"role": "user", "content": [{"text": "Go on."}]}]
        return {"model": model, "messages": said, "stream": recording.stream, **config}
    if client == GEMINI:
        del body["messages"]
        return {**body, "contents": [{"role": "user", "parts": [{"text": "Go on."}]}], "stream": recording.stream}
    if client == MESSAGES:
        body["max_tokens"] = 1024
    if client == RESPONSES:
        body["input"] = body.pop("messages")
    if recording.stream:
        body["stream"] = True
        if client == CHAT:
            body["stream_options"] = {"include_usage": True}
    return body


def provider(recording: Recording) -> str:
    """The provider to ask for a recording: one that takes back the seals which its request holds."""
    if recording.protocol == CHAT:
        for message in recording.asked["messages"]:
            for entry in message.get("reasoning_details") or []:
                if entry.get("format") in SEALED:
                    return SEALED[entry["format"]]
    return PROVIDERS[recording.protocol]


TOOL_OF: dict[str, Callable[[str, dict[str, Any]], dict[str, Any]]] = {
    CHAT: lambda name, schema: {"type": "function", "function": {"name": name, "parameters": schema}},
    LLAMA: lambda name, schema: {"type": "function", "function": {"name": name, "parameters": schema}},
    RESPONSES: lambda name, schema: {"type": "function", "name": name, "parameters": schema},
    MESSAGES: lambda name, schema: {"name": name, "input_schema": schema},
    GEMINI: lambda name, schema: {"name": name, "parametersJsonSchema": schema},
    CONVERSE: lambda name, schema: {"toolSpec": {"name": name, "inputSchema": {"json": schema}}},
}


def _tools(recording: Recording) -> Iterator[tuple[str, dict[str, Any]]]:
    """The recorded caller's own tools by name, with a schema where theirs is one; a provider's own have none."""
    empty: dict[str, Any] = {"type": "object", "properties": {}}
    for tool in (recording.asked.get("toolConfig") or {}).get("tools") or []:
        if recording.protocol == CONVERSE and "toolSpec" in tool:
            yield tool["toolSpec"]["name"], tool["toolSpec"]["inputSchema"]["json"]
    for tool in recording.asked.get("tools") or []:
        if recording.protocol == CHAT and tool.get("type") == "function":
            yield tool["function"]["name"], tool["function"].get("parameters") or empty
        if recording.protocol == RESPONSES and tool.get("type") == "function":
            yield tool["name"], tool.get("parameters") or empty
        if recording.protocol == MESSAGES and "input_schema" in tool:
            yield tool["name"], tool["input_schema"]
        if recording.protocol == GEMINI:
            for function in tool.get("functionDeclarations") or tool.get("function_declarations") or []:
                yield function["name"], empty


async def ask(session: aiohttp.ClientSession, url: str, client: str, body: dict[str, Any]) -> Answer:
    """One request and its answer, read to the end or to the break."""
    path = PATHS.get(client)
    if path is None:
        body = dict(body)
        model, stream = body.pop("model"), body.pop("stream")
        path = f"/v1beta/models/{model}:{VERBS[stream]}" if client == GEMINI else f"/model/{model}/{ENDINGS[stream]}"
    data = json.dumps(body, ensure_ascii=False).encode()
    headers = {"content-type": "application/json"}
    async with session.post(url + path, data=data, headers=headers) as answer:
        raw = await answer.read()
        got = {name.lower(): value for name, value in answer.headers.items()}
        if "vnd.amazon.eventstream" in got.get("content-type", ""):
            return Answer(answer.status, got, {"status": answer.status, "events": events_in(raw)})
        text = raw.decode()
        if "event-stream" in got.get("content-type", ""):
            return Answer(answer.status, got, {"status": answer.status, "sse_text": text})
        return Answer(answer.status, got, {"status": answer.status, "body": json.loads(text)})


def events_in(raw: bytes) -> list[dict[str, Any]]:
    """The messages of a binary stream as AWS's own library reads them, in the form that the oracle takes."""
    buffer = EventStreamBuffer()
    buffer.add_data(raw)
    messages = [message.to_response_dict() for message in buffer]
    kinds = (":event-type", ":exception-type")
    return [
        {
            "type": next(one["headers"][kind] for kind in kinds if kind in one["headers"]),
            "payload": json.loads(one["body"]),
        }
        for one in messages
    ]


def each(jobs: Iterable[_T], do: Callable[[aiohttp.ClientSession, _T], Awaitable[_R]]) -> list[_R]:
    """Do every job, several at a time; the results in the order of the jobs."""
    return asyncio.run(_each(list(jobs), do))


async def _each(jobs: list[_T], do: Callable[[aiohttp.ClientSession, _T], Awaitable[_R]]) -> list[_R]:
    results: dict[int, _R] = {}
    waiting = iter(enumerate(jobs))

    async def caller(session: aiohttp.ClientSession) -> None:
        for place, job in waiting:
            results[place] = await do(session, job)

    async with _session() as session, asyncio.TaskGroup() as group:
        for _ in range(CALLERS):
            group.create_task(caller(session))
    return [results[place] for place in range(len(jobs))]


@contextlib.asynccontextmanager
async def _session() -> AsyncIterator[aiohttp.ClientSession]:
    limit = aiohttp.ClientTimeout(total=PATIENCE_S)
    async with aiohttp.ClientSession(timeout=limit, connector=aiohttp.TCPConnector(limit=CALLERS)) as session:
        yield session
