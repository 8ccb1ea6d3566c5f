"""The request: what a caller asks of a model, in words that every dialect can be translated to.

`None` always means that the caller did not say. A knob that the target dialect lacks becomes an omission at the
encoder; nothing here decides what is supported. `source` is the caller's own body: an upstream of the same dialect
gets those bytes with named top-level edits only.
"""

from typing import Any, Literal

from understudy.canon.messages import Message
from understudy.canon.value import Extras, Value


class Tool(Value, frozen=True, tag="function"):
    """A function that the model may call; `parameters` is a JSON schema with its key order kept."""

    name: str
    description: str | None = None
    parameters: dict[str, Any] | None = None
    strict: bool | None = None
    extras: Extras = {}


class BuiltinTool(Value, frozen=True, tag="builtin"):
    """A tool that the provider itself runs; it has no peer elsewhere and passes in its own dialect only.

    An `optional` one is offered along by a client that does without it where it is not to be had.
    """

    kind: str
    body: dict[str, Any]
    optional: bool = False


class ToolChoice(Value, frozen=True):
    """Whether a tool must be called: `named` goes with `name`."""

    mode: Literal["auto", "none", "required", "named"]
    name: str | None = None
    extras: Extras = {}


class Format(Value, frozen=True):
    """The form of the answer: words, any JSON object, or JSON that follows `schema`."""

    kind: Literal["text", "json_object", "json_schema"]
    name: str | None = None
    description: str | None = None
    schema: dict[str, Any] | None = None
    strict: bool | None = None
    extras: Extras = {}


class ThinkingAsk(Value, frozen=True):
    """How much the model should think first: a mode, a budget in tokens, an effort word; each may stand alone."""

    mode: Literal["enabled", "disabled", "adaptive"] | None = None
    budget_tokens: int | None = None
    effort: str | None = None
    extras: Extras = {}


class Sampling(Value, frozen=True):
    """The knobs of decoding. `top_logprobs` counts alternatives per token; `n` counts answers."""

    temperature: float | None = None
    top_p: float | None = None
    top_k: int | None = None
    stop: tuple[str, ...] | None = None
    seed: int | None = None
    presence_penalty: float | None = None
    frequency_penalty: float | None = None
    logit_bias: dict[str, float] | None = None
    logprobs: bool | None = None
    top_logprobs: int | None = None
    n: int | None = None


class Remembered(Value, frozen=True):
    """The caller's own body, for the provider that remembers what stands before it in a resumed conversation."""

    provider: str
    source: bytes


class Request(Value, frozen=True, kw_only=True):
    """One request. `spelling` remembers which of two names for one thing the caller's dialect used."""

    model: str
    messages: tuple[Message, ...]
    dialect: str
    tools: tuple[Tool | BuiltinTool, ...] | None = None
    tool_choice: ToolChoice | None = None
    parallel_tools: bool | None = None
    max_tokens: int | None = None
    sampling: Sampling = Sampling()
    thinking: ThinkingAsk | None = None
    format: Format | None = None
    stream: bool | None = None
    stream_usage: bool | None = None
    user: str | None = None
    spelling: tuple[str, ...] = ()
    # The caller's headers that an upstream of the same dialect must see beside `source`.
    headers: dict[str, str] = {}
    extras: Extras = {}
    source: bytes = b""
    # Where a conversation was put before it: the body as it came, and who could do with that.
    remembered: Remembered | None = None

    # The last message is the model's, and a beginning that the answer goes on from.
    continues: bool = False

    @property
    def streamed(self) -> bool:
        """Whether the caller wants the answer as it is made."""
        return self.stream is True
