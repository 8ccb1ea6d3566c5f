"""T56 to T59: errors in the caller's words, limits, and who is asked again."""

import email.utils
import json
import time
from collections.abc import Callable
from typing import Any

import anthropic
import openai
import pytest
from google import genai
from google.genai import errors as genai_errors

from tests.journeys.house import post
from tests.wire.answers import TEXT, chunk, heard, streamed, whole
from tests.wire.asks import ASK, Call, written
from tests.wire.house import ALL, CUT, HEARD, A, Answer, C, Dialect, G, L, R, Said, V, Wire
from tests.wire.mutants import mutant

JSON = ("content-type", "application/json")
WHY = "too many words at once"


def fails(status: int, body: Any, **headers: str) -> Said:
    """An error answer."""
    told = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return Said((json.dumps(body).encode(),), status, (JSON, *told))


def envelope(dialect: Dialect, status: int, message: str = WHY) -> dict[str, Any]:
    """An error body of a dialect's own making."""
    if dialect == A:
        return {"type": "error", "error": {"type": "api_error", "message": message}}
    if dialect == G:
        return {"error": {"code": status, "message": message, "status": "UNKNOWN"}}
    return {"message": message} if dialect == V else {"error": {"message": message, "type": "any", "param": None}}


# The bodies of section 3: whoever fails, and in whatever form.
BODIES: list[tuple[Dialect, Any]] = [
    (C, {"error": {"message": WHY, "type": "invalid_request_error", "param": "messages", "code": "context"}}),
    (R, {"error": {"message": WHY, "type": "invalid_request_error", "param": None, "code": None}, "status": 400}),
    (C, {"error": {"code": "BadRequest", "message": WHY, "details": []}}),
    (A, {"type": "error", "error": {"type": "invalid_request_error", "message": WHY}, "request_id": "req_1"}),
    (A, {"type": "error", "error": {"type": "invalid_request_error", "message": WHY}}),
    (G, {"error": {"code": 400, "message": WHY, "status": "INVALID_ARGUMENT", "details": []}}),
    (G, [{"error": {"code": 400, "message": WHY, "status": "INVALID_ARGUMENT"}}]),
    (V, {"message": WHY}),
    (C, {"object": "error", "message": WHY, "type": "invalid", "param": None, "code": 1, "raw_status_code": 400}),
    (C, {"detail": WHY}),
    (C, {"id": "1", "message": WHY, "error_type": "bad"}),
    (C, {"error": {"message": WHY, "type": "invalid_request_error", "failed_generation": "x"}}),
    (C, {"error": {"code": 400, "message": WHY, "type": "exceed_context_size", "n_ctx": 1, "n_prompt_tokens": 2}}),
    (C, {"error": {"code": 400, "message": WHY, "metadata": {}}, "user_id": "u"}),
    (C, {"error": WHY}),
    (R, {"code": "bad", "error": WHY}),
    (L, {"error": {"message": WHY}}),
]


def told(answer: Answer) -> tuple[str, Any]:
    """The message of an error answer in its caller's envelope, and the word or number that classes it."""
    body = answer.json
    if answer.dialect == A:
        assert body["type"] == "error"
        assert body["request_id"] == answer.headers["request-id"]
        return body["error"]["message"], body["error"]["type"]
    if answer.dialect == G:
        assert body["error"]["code"] == answer.status
        return body["error"]["message"], body["error"]["status"]
    if answer.dialect == V:
        return body["message"], body["__type"]
    assert body["error"].keys() == {"message", "type", "param", "code"}
    return body["error"]["message"], body["error"]["type"]


BAD = {A: "invalid_request_error", G: "INVALID_ARGUMENT", V: "ValidationException"}


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("caller", ALL)
@pytest.mark.parametrize(("upstream", "body"), BODIES)
@mutant("dialects/envelopes.py", "    if isinstance(error, str):\n", '    if error == "":\n')
def test_T56_any_error_body_is_read_and_told_in_the_callers_envelope(
    wire: Wire, caller: Dialect, upstream: Dialect, body: Any, stream: bool
) -> None:
    answer = wire.ask(caller, wire.says(upstream, fails(400, body)), written(caller, ASK), stream=stream)
    assert answer.status == 400
    assert told(answer) == (WHY, BAD.get(caller, "invalid_request_error"))


@pytest.mark.parametrize("caller", ALL)
@mutant(
    "dialects/gemini/errors.py",
    '{"code": status, "message": message, "status": word,',
    '{"code": status, "message": message, "state": word,',
)
def test_T56_the_gateways_own_refusals_have_the_same_envelope(wire: Wire, caller: Dialect) -> None:
    answer = wire.ask(caller, "nobody/knows-it", written(caller, ASK))
    assert answer.status == 404
    message, word = told(answer)
    assert "nobody/knows-it" in message
    assert word in ("not_found_error", "NOT_FOUND", "ResourceNotFoundException")


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("caller", ALL)
@mutant("gateway/relay.py", "self._draft.headers(final=True), *wait", "self._draft.headers(final=False), *wait")
def test_T56_an_error_says_who_failed_last_and_why_it_was_asked(wire: Wire, caller: Dialect, stream: bool) -> None:
    wire.says(C, fails(500, envelope(C, 500)), model="first")
    wire.says(A, fails(529, envelope(A, 529)), model="second")
    headers = wire.ask(caller, "fails-over", written(caller, ASK), stream=stream).headers
    told = {name: headers[f"x-understudy-{name}"] for name in ("route", "kind", "model", "owned", "reason")}
    reason = "the route's model; first, second failed"
    assert told == {"route": "fails-over", "kind": "chat", "model": "second", "owned": "false", "reason": reason}
    assert headers["x-understudy-request-id"] == headers["request-id"]


@pytest.mark.parametrize("caller", ALL)
@mutant("gateway/draft.py", "if final and self.model is not None:", "if final:")
def test_T56_an_error_names_no_model_where_none_was_asked(wire: Wire, caller: Dialect) -> None:
    answer = wire.ask(caller, "nobody/knows-it", written(caller, ASK))
    assert answer.status == 404
    assert {name for name in answer.headers if name.startswith("x-understudy-")} == {"x-understudy-request-id"}


# What an upstream's status becomes for callers of C (and R, L), A, G and V.
STATUSES = [
    (400, 400, 400, 400, 400),
    (401, 401, 401, 401, 403),
    (404, 404, 404, 404, 404),
    (413, 413, 413, 400, 400),
    (429, 429, 429, 429, 429),
    (500, 500, 500, 500, 500),
    (503, 503, 529, 503, 503),
    (529, 503, 529, 503, 503),
    (504, 504, 504, 504, 408),
]


@pytest.mark.parametrize("row", STATUSES, ids=lambda row: str(row[0]))
@pytest.mark.parametrize("upstream", [C, A, G, V])
@mutant("canon/faults.py", "    529: FaultKind.OVERLOADED,\n", "")
def test_T57_a_status_takes_the_callers_own(wire: Wire, upstream: Dialect, row: tuple[int, ...]) -> None:
    status, *expected = row
    model = wire.says(upstream, fails(status, envelope(upstream, status)))
    got = [wire.ask(caller, model, written(caller, ASK)).status for caller in (C, A, G, V)]
    assert got == expected
    assert wire.ask(R, model, written(R, ASK)).status == wire.ask(L, model, written(L, ASK)).status == expected[0]


@mutant("dialects/converse/__init__.py", "headers.get(ERROR_HEADER)", "None")
def test_T57_the_name_in_a_header_counts_before_the_status(wire: Wire) -> None:
    name = "ThrottlingException:http://aws.example/errors"
    model = wire.says(V, fails(400, {"message": WHY}, x_amzn_errortype=name))
    assert wire.ask(C, model, written(C, ASK)).status == 429


@mutant("dialects/gemini/errors.py", 'detail.get("reason") == BAD_KEY', 'detail.get("reason") == "none"')
def test_T57_a_bad_key_is_401_although_google_says_400(wire: Wire) -> None:
    detail = {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID"}
    error = {"code": 400, "message": "API key not valid.", "status": "INVALID_ARGUMENT", "details": [detail]}
    answer = wire.ask(C, wire.says(G, fails(400, {"error": error})), written(C, ASK))
    assert answer.status == 401
    assert answer.json["error"]["type"] == "authentication_error"


Raises = Callable[[str, str], Any]


def by_openai(url: str, model: str) -> Any:
    """Ask as the SDK of OpenAI does."""
    with openai.OpenAI(base_url=f"{url}/v1", api_key="any", max_retries=0) as client:
        return client.chat.completions.create(model=model, messages=[{"role": "user", "content": "Hi"}])


def by_anthropic(url: str, model: str) -> Any:
    """Ask as the SDK of Anthropic does."""
    with anthropic.Anthropic(base_url=url, api_key="any", max_retries=0) as client:
        return client.messages.create(model=model, max_tokens=9, messages=[{"role": "user", "content": "Hi"}])


def by_google(url: str, model: str) -> Any:
    """Ask as the SDK of Google does."""
    options = genai.types.HttpOptions(base_url=url, api_version="v1beta")
    with genai.Client(api_key="any", http_options=options) as client:
        return client.models.generate_content(model=model, contents="Hi")


CLASSES: list[tuple[int, Any, Any, Any]] = [
    (400, openai.BadRequestError, anthropic.BadRequestError, genai_errors.ClientError),
    (401, openai.AuthenticationError, anthropic.AuthenticationError, genai_errors.ClientError),
    (404, openai.NotFoundError, anthropic.NotFoundError, genai_errors.ClientError),
    (429, openai.RateLimitError, anthropic.RateLimitError, genai_errors.ClientError),
    (500, openai.InternalServerError, anthropic.InternalServerError, genai_errors.ServerError),
    (529, openai.InternalServerError, anthropic.OverloadedError, genai_errors.ServerError),
]


@pytest.mark.parametrize("row", CLASSES, ids=lambda row: str(row[0]))
@pytest.mark.parametrize("upstream", [C, A, G])
@mutant(
    "dialects/anthropic/words.py",
    'FaultKind.RATE_LIMITED: ("rate_limit_error", 429)',
    'FaultKind.RATE_LIMITED: ("rate_limit_error", 400)',
)
def test_T57_the_sdks_raise_the_right_class(wire: Wire, upstream: Dialect, row: tuple[int, Any, Any, Any]) -> None:
    status, *classes = row
    model = wire.says(upstream, fails(status, envelope(upstream, status)))
    # Names with a slash in them are for paths of the SDK's own making.
    asks: list[Raises] = [by_openai, by_anthropic, by_google]
    for ask, raised in zip(asks, classes, strict=True):
        with pytest.raises(raised):
            ask(wire.server.url, model)


AHEAD_S = 30.0


def limited(dialect: Dialect) -> Said:
    """A 429 of a provider, with how long to wait and what is left, in its own words."""
    if dialect == A:
        at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + AHEAD_S))
        quotas = {
            "anthropic_ratelimit_requests_limit": "50",
            "anthropic_ratelimit_requests_remaining": "0",
            "anthropic_ratelimit_requests_reset": at,
            "anthropic_ratelimit_input_tokens_limit": "9000",
            "anthropic_ratelimit_input_tokens_remaining": "8000",
            "anthropic_ratelimit_input_tokens_reset": at,
        }
        return fails(429, envelope(A, 429), retry_after="7", **quotas)
    if dialect == G:
        delay = {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "7s"}
        return fails(429, {"error": {**envelope(G, 429)["error"], "details": [delay]}})
    quotas = {
        "x_ratelimit_limit_requests": "50",
        "x_ratelimit_remaining_requests": "0",
        "x_ratelimit_reset_requests": "0m30s",
    }
    return fails(429, envelope(dialect, 429), retry_after_ms="7000", **quotas)


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("upstream", [C, R, A, G, V])
@pytest.mark.parametrize("caller", ALL)
@mutant("gateway/limits.py", "return [*_spelt(limits, None, now_s), *(_spelt", "return [*(_spelt")
def test_T58_a_429_says_how_long_to_wait_and_what_is_left_in_the_callers_words(
    wire: Wire, caller: Dialect, upstream: Dialect, stream: bool
) -> None:
    answer = wire.ask(caller, wire.says(upstream, limited(upstream)), written(caller, ASK), stream=stream)
    assert answer.status == 429
    assert (answer.headers["retry-after"], answer.headers["retry-after-ms"]) == ("7", "7000")
    if caller == G:
        assert [one["retryDelay"] for one in answer.json["error"]["details"] if "retryDelay" in one] == ["7s"]
    if upstream == G:
        return
    assert answer.headers["x-ratelimit-limit-requests"] == "50"
    assert answer.headers["x-ratelimit-remaining-requests"] == "0"
    assert float(answer.headers["x-ratelimit-reset-requests"].removesuffix("s")) == pytest.approx(AHEAD_S, abs=5)
    own = {name: value for name, value in answer.headers.items() if name.startswith("anthropic-ratelimit")}
    assert bool(own) == (caller == A)
    if caller == A:
        assert own["anthropic-ratelimit-requests-remaining"] == "0"
        reset = time.strptime(own["anthropic-ratelimit-requests-reset"], "%Y-%m-%dT%H:%M:%SZ")
        ahead_s = time.mktime((*reset[:8], 0)) - time.mktime((*time.gmtime()[:8], 0))
        assert ahead_s == pytest.approx(AHEAD_S, abs=5)
        assert ("anthropic-ratelimit-input-tokens-remaining" in own) == (upstream == A)


@mutant("gateway/limits.py", "seconds = _until(said, now_s)", "seconds = None")
def test_T58_a_wait_until_a_date_is_read(wire: Wire) -> None:
    until = email.utils.formatdate(time.time() + AHEAD_S, usegmt=True)
    answer = wire.ask(C, wire.says(C, fails(429, envelope(C, 429), retry_after=until)), written(C, ASK))
    assert float(answer.headers["retry-after"]) == pytest.approx(AHEAD_S, abs=5)


@pytest.mark.parametrize("caller", ALL)
@mutant("gateway/draft.py", '"x-request-id", "request-id")]', '"x-request-id", "request-name")]')
def test_T58_every_answer_bears_its_id_in_the_header_that_its_client_reads(wire: Wire, caller: Dialect) -> None:
    name = {A: "request-id"}.get(caller, "x-request-id")
    for answer in (
        wire.ask(caller, wire.says(C, whole(C)), written(caller, ASK)),
        wire.ask(caller, wire.says(C, streamed(C)), written(caller, ASK), stream=True),
        wire.ask(caller, wire.says(C, fails(400, envelope(C, 400))), written(caller, ASK)),
    ):
        assert answer.headers[name] == answer.headers["x-understudy-request-id"]
        assert wire.booked(answer)["id"] == answer.headers[name]


@mutant("web/back.py", "headers=dict(identity(request_id)), ", "")
def test_T58_so_does_what_is_answered_without_a_model(wire: Wire) -> None:
    status, headers, body = post(f"{wire.server.url}/v1/messages/count_tokens", b"{}")
    assert status == 400
    assert headers["request-id"] == headers["x-request-id"] == json.loads(body)["request_id"] != ""


# Before the first content: a refusal, a connection that is cut, a stream that breaks off right after its opening.
BEFORE: dict[str, Any] = {
    "500": fails(500, envelope(C, 500)),
    "429": fails(429, envelope(C, 429)),
    "cut": Said((CUT,), headers=(("content-type", "text/event-stream"),)),
    "opening": [chunk({"role": "assistant", "content": ""}), CUT],
}


@pytest.mark.parametrize("before", BEFORE)
@pytest.mark.parametrize("caller", ALL)
@mutant(
    "gateway/attempt.py",
    "        if watch.first_s is not None:\n            self._held.append(data)\n            return\n",
    "",
)
def test_T59_before_the_first_content_the_next_model_answers_unseen(wire: Wire, caller: Dialect, before: str) -> None:
    wire.says(C, BEFORE[before], model="first")
    wire.says(A, streamed(A), model="second")
    answer = wire.ask(caller, "fails-over", written(caller, ASK), stream=True)
    assert heard(answer).text == TEXT
    assert answer.headers["x-understudy-model"] == "second"
    assert [sent.provider for sent in wire.upstream.sent[-2:]] == ["openai", "anthropic"]


HALF_A_CALL = {
    "index": 0,
    "id": "call_1",
    "type": "function",
    "function": {"name": "weather", "arguments": '{"city": "Os'},
}


@pytest.mark.parametrize("words", [True, False], ids=["after a word", "after half a call"])
@pytest.mark.parametrize("caller", [C, R, A, L, V])
@mutant("gateway/corridor.py", "if begun() or number == len(places)", "if number == len(places)")
def test_T59_after_it_nobody_is_asked_again(wire: Wire, caller: Dialect, words: bool) -> None:
    head, word, *_ = streamed(C)
    begun = word if words else chunk({"tool_calls": [HALF_A_CALL]})
    wire.says(C, [head, begun, HEARD, CUT], model="first")
    wire.says(A, streamed(A, "", [Call("call_2", "weather", {"city": "Oslo"})]), model="second")
    before = wire.reached()
    answer = wire.ask(caller, "fails-over", written(caller, ASK, "weather"), stream=True)
    assert answer.status == 200
    assert b"call_2" not in answer.body
    assert b"error" in answer.body.lower() or b"Exception" in answer.body
    assert wire.reached() == before + 1


@mutant(
    "canon/faults.py",
    "FaultKind.BAD_REQUEST: Row(400, Blame.CALLER, False)",
    "FaultKind.BAD_REQUEST: Row(400, Blame.CALLER, True)",
)
def test_T59_what_the_caller_must_mend_is_not_asked_again(wire: Wire) -> None:
    wire.says(C, fails(400, envelope(C, 400)), model="first")
    wire.says(A, whole(A), model="second")
    before = wire.reached()
    assert wire.ask(C, "fails-over", written(C, ASK)).status == 400
    assert wire.reached() == before + 1
