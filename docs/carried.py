"""The page of what each dialect carries, found out by asking: one thing at a time is put into canon and written.

Nothing is listed by hand but the things themselves; whether a dialect takes one, leaves it behind or refuses it is what
its encoder says. A page that is not what this writes fails the tests.
"""

from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from understudy.canon.faults import Fault
from understudy.canon.messages import Message
from understudy.canon.parts import (
    Audio,
    Document,
    Image,
    Inline,
    Opaque,
    Refusal,
    Remote,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
)
from understudy.canon.reply import Reply, StopReason
from understudy.canon.request import BuiltinTool, Format, Request, Sampling, ThinkingAsk, Tool, ToolChoice
from understudy.canon.usage import Usage
from understudy.dialects.anthropic import DIALECT as MESSAGES
from understudy.dialects.contract import Dialect, Echo, Encoded, Target
from understudy.dialects.converse import DIALECT as CONVERSE
from understudy.dialects.gemini import DIALECT as GEMINI
from understudy.dialects.llama import DIALECT as LLAMA
from understudy.dialects.openai_chat import DIALECT as CHAT
from understudy.dialects.openai_responses import DIALECT as RESPONSES

DIALECTS: dict[str, Dialect] = {
    "Chat": CHAT, "Responses": RESPONSES, "Messages": MESSAGES, "Gemini": GEMINI, "Converse": CONVERSE, "Llama": LLAMA,
}  # fmt: skip
# The dialect that everything here came in: none of the six, so that nothing passes as it is.
ELSEWHERE = "another"
PNG, PDF = Inline("image/png", "iVBO"), Inline("application/pdf", "JVBE")
WAV = Inline("audio/wav", "UklG")
TOOL = Tool("add", "Adds.", {"type": "object", "properties": {"a": {"type": "integer"}}})
ASK = Message("user", (Text("Add"),))
CALL = Message("assistant", (ToolCall("call_1", "add", '{"a":1}'),))
CUT = Message("assistant", (ToolCall("call_1", "add", '{"a'),))
RESULT = Message("tool", (ToolResult("call_1", (Text("2"),), plain=True),))
# What is asked of each thing: the target's own maker, since seals go back to theirs.
Asked = Callable[[Dialect], Request]


def asked(*said: Message, **fields: Any) -> Asked:
    """A request of such turns and fields, whoever is asked."""
    return lambda dialect: Request(model="m", messages=said or (ASK,), dialect=ELSEWHERE, **fields)


def user(*parts: Any) -> Asked:
    """A question of such parts."""
    return asked(Message("user", (*parts, Text("Well?"))))


def sealed(maker: str | None) -> Asked:
    """A conversation with thinking that some maker sealed; None for the one who is asked."""

    def request(dialect: Dialect) -> Request:
        thought = Thinking("So.", "c2VhbA==", maker or dialect.name)
        return asked(ASK, Message("assistant", (thought, Text("Two."))), ASK)(dialect)

    return request


def knob(**knobs: Any) -> Asked:
    """A request with some knobs of decoding."""
    return asked(sampling=Sampling(**knobs))


def choice(mode: Any, name: str | None = None) -> Asked:
    """A request with a tool and a rule on calling it."""
    return asked(tools=(TOOL,), tool_choice=ToolChoice(mode, name))


def form(**fields: Any) -> Asked:
    """A request for an answer of some form."""
    return asked(format=Format(**fields))


SCHEMA = {"type": "object", "properties": {"a": {"type": "integer"}}}
REQUESTS: dict[str, dict[str, Asked]] = {
    "Turns": {
        "instructions at the beginning": asked(Message("system", (Text("Be brief."),)), ASK),
        "instructions later": asked(ASK, CALL, RESULT, Message("system", (Text("Be brief."),)), ASK),
        "a developer's instructions": asked(Message("developer", (Text("Be brief."),)), ASK),
        "two turns of one side": asked(ASK, ASK),
        "an answer at the beginning": asked(Message("assistant", (Text("Hello"),)), ASK),
        "an answer at the end, to go on from": asked(ASK, Message("assistant", (Text("Two"),))),
        "a speaker's name": asked(Message("user", (Text("Add"),), name="ann")),
        "a text of white space": user(Text(" ")),
    },
    "Media": {
        "picture": user(Image(PNG)),
        "picture by URL": user(Image(Remote("https://pictures.example/a.png"))),
        "a picture's `detail`": user(Image(PNG, "low")),
        "PDF": user(Document(PDF)),
        "PDF by URL": user(Document(Remote("https://papers.example/a.pdf"))),
        "plain text as a document": user(Document(Inline("text/plain", "aGk="))),
        "a document's name": user(Document(PDF, "a.pdf")),
        "sound (WAV)": user(Audio(WAV)),
        "content of another kind": user(Opaque("video_url", {"type": "video_url"})),
    },
    "Thinking that was told before": {
        "sealed by who is asked": sealed(None),
        "sealed by another": sealed("acme"),
        "without a seal": asked(ASK, Message("assistant", (Thinking("So."), Text("Two."))), ASK),
    },
    "Tools": {
        "tool": asked(tools=(TOOL,)),
        "strict tool": asked(tools=(msgspec.structs.replace(TOOL, strict=True),)),
        "tool that the host runs": asked(tools=(BuiltinTool("web_search", {"type": "web_search"}),)),
        "`auto`": choice("auto"),
        "`none`": choice("none"),
        "`required`": choice("required"),
        "a tool by its name": choice("named", "add"),
        "one call at a time": asked(tools=(TOOL,), parallel_tools=False),
        "call and result": asked(ASK, CALL, RESULT, tools=(TOOL,)),
        "a call whose arguments are no JSON": asked(ASK, CUT, RESULT),
        "a call without a result": asked(ASK, CALL, ASK),
        "a failed result": asked(ASK, CALL, Message("tool", (ToolResult("call_1", (Text("no"),), True, True),))),
        "a picture in a result": asked(ASK, CALL, Message("tool", (ToolResult("call_1", (Image(PNG),)),))),
    },
    "Knobs": {
        "`max_tokens`": asked(max_tokens=100),
        "temperature 0.5": knob(temperature=0.5),
        "temperature 1.5": knob(temperature=1.5),
        "`top_p`": knob(top_p=0.9),
        "`top_k`": knob(top_k=40),
        "one stop sequence": knob(stop=("END",)),
        "five stop sequences": knob(stop=("A", "B", "C", "D", "E")),
        "seed": knob(seed=1),
        "penalties": knob(presence_penalty=0.5, frequency_penalty=0.5),
        "`logit_bias`": knob(logit_bias={"50256": -100.0}),
        "logprobs": knob(logprobs=True, top_logprobs=2),
        "several answers (`n`)": knob(n=2),
        "the user's id": asked(user="ann"),
    },
    "Thinking that is asked for": {
        "effort `high`": asked(thinking=ThinkingAsk(effort="high"), max_tokens=32_000),
        "a budget of 2,000 tokens": asked(thinking=ThinkingAsk("enabled", 2_000), max_tokens=32_000),
        "as much as it takes": asked(thinking=ThinkingAsk("adaptive"), max_tokens=32_000),
        "none": asked(thinking=ThinkingAsk("disabled"), max_tokens=32_000),
    },
    "The answer's form": {
        "any JSON object": form(kind="json_object"),
        "JSON by a schema": form(kind="json_schema", name="sum", schema=SCHEMA, strict=True),
        "a schema's description": form(kind="json_schema", name="sum", schema=SCHEMA, description="A sum."),
    },
}  # fmt: skip


def answer(*parts: Any, **fields: Any) -> Reply:
    """An answer of such parts."""
    told = {"stop": StopReason.STOP, "usage": Usage(10, out=5)} | fields
    return Reply(id="r1", model="m", dialect=ELSEWHERE, parts=parts or (Text("Two."),), **told)


ANSWERS: dict[str, Callable[[Dialect], Reply]] = {
    "words": lambda dialect: answer(),
    "thinking": lambda dialect: answer(Thinking("So."), Text("Two.")),
    "a seal of the caller's own maker": lambda dialect: answer(Thinking("So.", "c2VhbA==", dialect.name), Text("Two.")),
    "a seal of another maker": lambda dialect: answer(Thinking("So.", "c2VhbA==", "acme"), Text("Two.")),
    "calls": lambda dialect: answer(ToolCall("c", "add", '{"a":1}'), stop=StopReason.TOOL_CALLS),
    "a call that was cut off": lambda dialect: answer(ToolCall("c", "add", '{"a'), stop=StopReason.LENGTH),
    "words of refusal": lambda dialect: answer(Refusal("No."), stop=StopReason.REFUSAL),
    "the stop sequence that was met": lambda dialect: answer(stop=StopReason.STOP_SEQUENCE, stop_sequence="END"),
    "content of another kind": lambda dialect: answer(Opaque("video", {"type": "video"})),
}


# Where each dialect says why an answer stopped; Responses says it in two words.
STOPPED: dict[str, Callable[[Any], Any]] = {
    "Chat": lambda body: body["choices"][0]["finish_reason"],
    "Responses": lambda body: " ".join([body["status"], *(body["incomplete_details"] or {}).values()]),
    "Messages": lambda body: body["stop_reason"],
    "Gemini": lambda body: body["candidates"][0]["finishReason"],
    "Converse": lambda body: body["stopReason"],
    "Llama": lambda body: body["completion_message"]["stop_reason"],
}
# What each dialect tells of tokens: of 100 in, 60 from the cache and 10 into it, and of 50 out, 20 for thinking.
TOKENS = Usage(30, 60, 10, None, 50, 20)
METERED: dict[str, Callable[[Any], Any]] = {
    "Chat": lambda body: body["usage"],
    "Responses": lambda body: body["usage"],
    "Messages": lambda body: body["usage"],
    "Gemini": lambda body: body["usageMetadata"],
    "Converse": lambda body: body["usage"],
    "Llama": lambda body: {metric["metric"]: metric["value"] for metric in body["metrics"]},
}


def page() -> str:
    """The whole page."""
    notes: dict[str, int] = {}
    lines = [
        "# What each dialect carries",
        "",
        "Generated by asking the encoders (`make docs`): one thing at a time, from none of these dialects, is written",
        "in each. `yes`: it is carried. `left`: it stays behind, and the caller is told (a 400 in strict mode). `400`:",
        "the request is refused. Numbers are the reasons below. What a caller of a dialect can say is what it carries,",
        "so that a pair carries what both columns do. How things are carried stands in",
        "[translation](translation.md).",
        "",
    ]
    for title, things in REQUESTS.items():
        lines += _table(title, "asked, upstream", things, lambda make, dialect: _request(make(dialect), dialect), notes)
    lines += _table("Answers", "told, caller", ANSWERS, lambda make, dialect: _reply(make(dialect), dialect), notes)
    lines += _words()
    lines += ["## Reasons", ""] + [f"{number}. {why}" for why, number in notes.items()]
    return "\n".join(lines) + "\n"


def _request(request: Request, dialect: Dialect) -> Encoded:
    return dialect.encode_request(request, Target("m", dialect.name))


def _reply(reply: Reply, dialect: Dialect) -> Encoded:
    asked_for = Request(model="m", messages=(ASK,), dialect=dialect.name)
    return dialect.encode_reply(reply, asked_for, Echo("m"))


def _table(
    title: str,
    head: str,
    things: dict[str, Any],
    encode: Callable[[Any, Dialect], Encoded],
    notes: dict[str, int],
) -> Iterator[str]:
    yield from (f"## {title}", "", f"| {head} | {' | '.join(DIALECTS)} |", "| --- |" + " --- |" * len(DIALECTS))
    for name, make in things.items():
        cells = [_cell(make, encode, dialect, notes) for dialect in DIALECTS.values()]
        yield f"| {name} | {' | '.join(cells)} |"
    yield ""


def _cell(make: Any, encode: Callable[[Any, Dialect], Encoded], dialect: Dialect, notes: dict[str, int]) -> str:
    try:
        word, reasons = "left", [one.why for one in encode(make, dialect).omissions]
    except Fault as fault:
        word, reasons = "400", [fault.message.removeprefix(f"{fault.param}: ").partition(";")[0]]
    numbers = dict.fromkeys(notes.setdefault(_plain(why, dialect), len(notes) + 1) for why in reasons)
    return f"{word} ({', '.join(map(str, numbers))})" if numbers else "yes"


def _plain(why: str, dialect: Dialect) -> str:
    """A reason without the names that are only this page's."""
    plain = why.replace(f"the {dialect.name} dialect", "this dialect").replace(f"the {ELSEWHERE} dialect", "another")
    return plain.replace(f"and 'm' is served by '{dialect.name}'", "and another made it")


def _words() -> Iterator[str]:
    yield from ("## Why an answer stopped", "", f"| told, caller | {' | '.join(DIALECTS)} |")
    yield "| --- |" + " --- |" * len(DIALECTS)
    for reason in StopReason:
        called = (ToolCall("c", "add", "{}"),) if reason is StopReason.TOOL_CALLS else ()
        bodies = [_told(answer(*called, stop=reason), dialect) for dialect in DIALECTS.values()]
        words = [read(body) for read, body in zip(STOPPED.values(), bodies, strict=True)]
        yield f"| {reason.value.replace('_', ' ')} | " + " | ".join(f"`{word}`" for word in words) + " |"
    yield from ("", "## How tokens are told", "")
    yield "An answer with 100 tokens in, 60 of them from the cache and 10 into it, and 50 out, 20 of them thinking:"
    yield ""
    for name, read in METERED.items():
        yield f"- {name}: `{msgspec.json.encode(read(_told(answer(usage=TOKENS), DIALECTS[name]))).decode()}`"
    yield ""


def _told(reply: Reply, dialect: Dialect) -> Any:
    return msgspec.json.decode(_reply(reply, dialect).body)
