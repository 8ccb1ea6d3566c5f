"""Hypothesis strategies for bodies of this dialect."""

from typing import Any

from hypothesis import strategies as st
from tests.dialects.strategies import COUNTS, JSON, NAMES, OBJECTS, SAID, UNKNOWN, WORDS


def _with(known: dict[str, st.SearchStrategy[Any]], **maybe: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """An object with all the known fields, some of the others, null now and then, and some that nobody knows."""
    fields = st.fixed_dictionaries(known, optional={name: value | st.none() for name, value in maybe.items()})
    return st.builds(lambda body, more: {**body, **more}, fields, UNKNOWN)


def _piece(kind: str, known: dict[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[Any]:
    return _with({"type": st.just(kind), **known}, cache_control=OBJECTS)


_URLS = WORDS | st.just("data:image/png;base64,AAAA") | st.just("https://pictures.example/1.png")
_TEXT = _piece("text", {"text": WORDS})
_PIECES = st.one_of(
    _TEXT,
    _piece("image_url", {"image_url": _with({"url": _URLS}, detail=NAMES)}),
    _piece("image_url", {"image_url": _URLS}),
    _piece("file", {"file": _with({}, file_data=_URLS, filename=NAMES, file_id=NAMES)}),
    _piece("input_audio", {"input_audio": OBJECTS}),
)
_SPOKEN = st.one_of(
    _TEXT,
    _piece("refusal", {"refusal": WORDS}),
    _piece("thinking", {"thinking": WORDS | st.lists(_TEXT, max_size=2) | COUNTS}),
)
_FUNCTION = _with({"name": NAMES, "arguments": WORDS})
_CALLS = st.one_of(
    _with({"id": NAMES, "type": st.just("function"), "function": _FUNCTION}, index=COUNTS),
    _with({"id": NAMES, "type": st.just("custom"), "custom": OBJECTS}),
)
_DETAILS = st.one_of(
    _with({"type": st.just("reasoning.text")}, text=WORDS, signature=SAID, format=NAMES, index=COUNTS),
    _with({"type": st.just("reasoning.summary")}, summary=WORDS, format=NAMES),
    _with({"type": st.just("reasoning.encrypted")}, data=SAID, format=NAMES, index=COUNTS),
    _with({"type": NAMES}),
)
_ASSISTANT = _with(
    {"role": st.just("assistant")},
    content=WORDS | st.lists(_SPOKEN, max_size=3),
    refusal=WORDS,
    tool_calls=st.lists(_CALLS, max_size=2),
    name=NAMES,
    reasoning_content=WORDS,
    reasoning=WORDS,
    reasoning_details=st.lists(_DETAILS, max_size=2),
)
_MESSAGES = st.one_of(
    _with({"role": st.sampled_from(["user", "system", "developer"]), "content": WORDS | st.lists(_PIECES, max_size=3)}),
    _with({"role": st.just("tool"), "tool_call_id": NAMES, "content": WORDS | st.lists(_PIECES, max_size=2)}),
    _ASSISTANT,
)
_TOOLS = st.one_of(
    _with(
        {
            "type": st.just("function"),
            "function": _with({"name": NAMES}, description=WORDS, parameters=OBJECTS, strict=st.booleans()),
        }
    ),
    _with({"type": st.just("web_search")}, name=NAMES),
)
_FORMATS = st.one_of(
    _with({"type": st.sampled_from(["text", "json_object", "grammar"])}),
    _with(
        {
            "type": st.just("json_schema"),
            "json_schema": _with({"name": NAMES}, description=WORDS, schema=OBJECTS, strict=st.booleans()),
        }
    ),
)
_SAMPLING: dict[str, st.SearchStrategy[Any]] = {
    "temperature": st.floats(0, 2),
    "top_p": st.floats(0, 1),
    "top_k": COUNTS,
    "stop": WORDS | st.lists(WORDS, max_size=2),
    "seed": COUNTS,
    "presence_penalty": st.floats(-2, 2),
    "frequency_penalty": st.floats(-2, 2),
    "logit_bias": st.dictionaries(NAMES, st.integers(-100, 100), max_size=2),
    "logprobs": st.booleans(),
    "top_logprobs": st.integers(0, 20),
    "n": st.integers(1, 3),
}
BODIES = _with(
    {"model": NAMES, "messages": st.lists(_MESSAGES, min_size=1, max_size=4)},
    tools=st.lists(_TOOLS, max_size=2),
    tool_choice=st.one_of(
        st.sampled_from(["auto", "none", "required", "any"]),
        _with({"type": st.just("function"), "function": _with({"name": NAMES})}),
        _with({"type": st.just("allowed_tools")}),
    ),
    parallel_tool_calls=st.booleans(),
    max_tokens=COUNTS,
    max_completion_tokens=COUNTS,
    reasoning_effort=NAMES,
    response_format=_FORMATS,
    stream=st.booleans(),
    stream_options=_with({}, include_usage=st.booleans()),
    user=WORDS,
    metadata=OBJECTS,
    service_tier=JSON,
    **_SAMPLING,
)
