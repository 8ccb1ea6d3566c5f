"""The official SDKs beyond what holds for every client (`tests/clients`): embeddings, kept answers, counts, lists."""

import json
from typing import Any

import anthropic
import boto3
import openai
import pytest
from botocore.config import Config
from google import genai
from google.genai import types
from llama_api_client import LlamaAPIClient

from tests.journeys.house import ARGUMENTS, PATIENCE_S, WORDS, Server, Upstream, eventually, get

TEXT = "".join(WORDS)
UPSTREAMS = ("chatty", "messagy")
ASK: Any = [{"role": "user", "content": "How is the harbour?"}]


def settled(house: Server, exchange: str) -> dict[str, Any]:
    """The journal's row of an exchange, once the books have it."""

    def booked() -> Any:
        rows = get(f"{house.url}/understudy/v1/exchanges?limit=1000")["exchanges"]
        return next((row for row in rows if row["id"] == exchange), None)

    return dict(eventually(booked))


@pytest.fixture
def chat(house: Server) -> Any:
    with openai.OpenAI(base_url=f"{house.url}/v1", api_key="any", max_retries=0) as client:
        yield client


@pytest.fixture
def messages(house: Server) -> Any:
    with anthropic.Anthropic(base_url=house.url, api_key="any", max_retries=0) as client:
        yield client


@pytest.fixture
def gemini(house: Server) -> Any:
    with genai.Client(api_key="any", http_options=types.HttpOptions(base_url=house.url)) as client:
        yield client.models


@pytest.mark.parametrize("provider", UPSTREAMS)
def test_openai_plain(chat: Any, provider: str) -> None:
    answer = chat.chat.completions.create(model=f"{provider}/plain", messages=ASK)
    assert answer.choices[0].message.content == TEXT
    assert answer.choices[0].finish_reason == "stop"
    assert answer.model == f"{provider}/plain"
    assert (answer.usage.prompt_tokens, answer.usage.completion_tokens) == (20, 7)
    assert answer.usage.prompt_tokens_details.cached_tokens == 5


@pytest.mark.parametrize("provider", UPSTREAMS)
def test_openai_streamed(chat: Any, provider: str) -> None:
    stream = chat.chat.completions.create(
        model=f"{provider}/plain", messages=ASK, stream=True, stream_options={"include_usage": True}
    )
    chunks = list(stream)
    assert "".join(c.choices[0].delta.content or "" for c in chunks if c.choices) == TEXT
    assert [c.choices[0].finish_reason for c in chunks if c.choices and c.choices[0].finish_reason] == ["stop"]
    assert chunks[-1].usage.prompt_tokens == 20
    assert len({c.id for c in chunks}) == 1


@pytest.mark.parametrize("provider", UPSTREAMS)
def test_T36_usage_is_hidden_from_a_client_that_did_not_ask(chat: Any, scripted: Upstream, provider: str) -> None:
    chunks = list(chat.chat.completions.create(model=f"{provider}/plain", messages=ASK, stream=True))
    assert all(c.choices for c in chunks)
    if provider == "chatty":
        assert scripted.bodies[-1]["stream_options"] == {"include_usage": True}


RESPONSES_TOOL: Any = {"type": "function", "name": "weather", "parameters": {"type": "object"}, "strict": False}


@pytest.mark.parametrize("provider", UPSTREAMS)
def test_responses_plain(chat: Any, provider: str) -> None:
    answer = chat.responses.create(model=f"{provider}/plain", input="How is the harbour?", instructions="Be brief.")
    assert (answer.output_text, answer.status, answer.model) == (TEXT, "completed", f"{provider}/plain")
    assert (answer.instructions, answer.object) == ("Be brief.", "response")
    assert (answer.usage.input_tokens, answer.usage.output_tokens) == (20, 7)
    assert answer.usage.input_tokens_details.cached_tokens == 5


@pytest.mark.parametrize("provider", UPSTREAMS)
def test_T51_responses_streamed(chat: Any, provider: str) -> None:
    with chat.responses.stream(model=f"{provider}/plain", input=ASK) as stream:
        events = list(stream)
        answer = stream.get_final_response()
    assert answer.output_text == TEXT
    assert "".join(event.delta for event in events if event.type == "response.output_text.delta") == TEXT
    assert [event.sequence_number for event in events] == sorted({event.sequence_number for event in events})


def test_T22_a_free_text_tool_is_called_and_answered_through_a_chat_model(chat: Any, scripted: Upstream) -> None:
    tool: Any = {"type": "custom", "name": "weather", "description": "Ask in words."}
    answer = chat.responses.create(model="chatty/tools", input=ASK, tools=[tool])
    calls = [item for item in answer.output if item.type == "custom_tool_call"]
    # The scripted model knows no `input`: what it wrote is the text.
    assert [call.input for call in calls] == [ARGUMENTS] * 2
    results: Any = [{"type": "custom_tool_call_output", "call_id": call.call_id, "output": "mild"} for call in calls]
    history: Any = [*ASK, *(item.model_dump(exclude_none=True) for item in answer.output), *results]
    assert chat.responses.create(model="chatty/plain", input=history, tools=[tool]).output_text == TEXT
    written = scripted.bodies[-1]["messages"][1]["tool_calls"][0]["function"]
    assert json.loads(written["arguments"]) == {"input": ARGUMENTS}


def test_W18_the_middle_of_a_text_is_filled_in_whole_and_streamed(chat: Any, scripted: Upstream) -> None:
    ask: Any = {"model": "chatty/plain", "prompt": "def f(", "suffix": "return x", "extra_body": {"later": [1]}}
    answer = chat.completions.create(**ask)
    assert (answer.choices[0].text, answer.model, answer.usage.total_tokens) == (TEXT, "chatty/plain", 9)
    sent = scripted.bodies[-1]
    assert (sent["model"], sent["suffix"], sent["later"]) == ("plain", "return x", [1])
    events = list(chat.completions.create(**ask, stream=True))
    assert "".join(event.choices[0].text for event in events) == TEXT
    assert {event.model for event in events} == {"chatty/plain"}


@pytest.mark.parametrize("script", ["cut", "inband"])
def test_W18_a_completion_that_breaks_off_never_looks_whole(house: Server, chat: Any, script: str) -> None:
    with pytest.raises(openai.APIError):
        # Raised at once where the break is already there when the first words are.
        list(chat.completions.create(model=f"chatty/{script}", prompt="x", stream=True))


def test_what_passes_is_metered_and_what_is_no_json_stays_as_it_is(house: Server, chat: Any) -> None:
    answer = chat.completions.with_raw_response.create(model="chat-model", prompt="x")
    assert settled(house, answer.headers["x-request-id"])["cost_nano_usd"] == 6_000 + 3 * 2_000
    spoken = chat.audio.speech.with_raw_response.create(model="chatty/plain", input="x", voice="alloy")
    assert (spoken.content, spoken.headers["content-type"]) == (bytes(range(256)), "audio/mpeg")


@pytest.mark.parametrize("provider", UPSTREAMS)
def test_azures_client_names_the_model_in_the_path(house: Server, provider: str) -> None:
    with openai.AzureOpenAI(azure_endpoint=house.url, api_key="any", api_version="2024-10-21", max_retries=0) as azure:
        answer = azure.chat.completions.create(model=f"{provider}/plain", messages=ASK)
        assert (answer.choices[0].message.content, answer.model) == (TEXT, f"{provider}/plain")
        assert azure.embeddings.create(model="chatty/plain", input="x").data
        with pytest.raises(openai.NotFoundError):
            azure.chat.completions.create(model="nobody", messages=ASK)


def test_a_form_passes_to_the_model_that_it_names_with_its_file_untouched(
    house: Server, chat: Any, scripted: Upstream
) -> None:
    sound = b"RIFF" + bytes(range(256))
    heard = chat.audio.transcriptions.with_raw_response.create(
        model="chatty/plain", file=("harbour.wav", sound), language="no"
    )
    assert heard.parse().text == "calm"
    assert scripted.bodies[-1] == {"model": "plain", "language": "no", "file": sound}
    assert settled(house, heard.headers["x-request-id"])["usage"]["out"] == 3


@pytest.mark.parametrize(
    ("model", "error"), [("messagy/plain", openai.BadRequestError), ("nobody", openai.NotFoundError)]
)
def test_T57_what_cannot_pass_raises_the_class_that_the_sdk_knows(chat: Any, model: str, error: Any) -> None:
    with pytest.raises(error):
        chat.completions.create(model=model, prompt="x")


VECTORS = [[8.0, 0.0, 104.0], [4.0, 1.0, 98.0]]


@pytest.mark.parametrize("provider", ["chatty", "googly"])
def test_T70_openai_embeds_several_texts(chat: Any, scripted: Upstream, provider: str) -> None:
    # The SDK asks for base64 by itself.
    answer = chat.embeddings.create(model=f"{provider}/plain", input=["harbours", "boat"], dimensions=3)
    assert [one.embedding for one in answer.data] == VECTORS or [one.embedding for one in answer.data] == VECTORS[::-1]
    assert [one.embedding for one in sorted(answer.data, key=lambda one: one.index)] == VECTORS
    assert answer.model == f"{provider}/plain"
    sent = scripted.bodies[-1]
    assert (sent if provider == "chatty" else sent["requests"][0])[
        "dimensions" if provider == "chatty" else "outputDimensionality"
    ] == 3


@pytest.mark.parametrize("provider", ["chatty", "googly"])
def test_T70_gemini_embeds_one_text_and_several(gemini: Any, provider: str) -> None:
    several = gemini.embed_content(model=f"{provider}/plain", contents=["harbours", "boat"])
    assert [one.values for one in several.embeddings] == VECTORS
    one = gemini.embed_content(model=f"{provider}/plain", contents="harbours")
    assert [one.values for one in one.embeddings] == VECTORS[:1]


def test_embeddings_are_metered_and_stay_with_one_model(house: Server, chat: Any) -> None:
    answer = chat.embeddings.with_raw_response.create(model="vectors", input="harbours")
    assert (answer.headers["x-understudy-model"], answer.headers["x-understudy-owned"]) == ("vectors", "false")
    row = settled(house, answer.headers["x-request-id"])
    assert (row["cost_nano_usd"], row["asked"], row["route"]) == (18_000, "vectors", None)


@pytest.mark.parametrize(
    ("model", "text", "error"),
    [
        ("messagy/plain", "x", openai.BadRequestError),
        ("chatty/status-429", "x", openai.RateLimitError),
        ("nobody", "x", openai.NotFoundError),
        ("chatty/plain", [], openai.BadRequestError),
        ("googly/plain", [[1, 2]], openai.BadRequestError),
    ],
)
def test_T57_embeddings_that_fail_raise_the_class_that_the_sdk_knows(
    chat: Any, model: str, text: Any, error: type[Exception]
) -> None:
    with pytest.raises(error):
        chat.embeddings.create(model=model, input=text)


def test_embeddings_that_never_come_are_a_time_out(hasty: Server, scripted: Upstream) -> None:
    scripted.aborted.clear()
    with (
        openai.OpenAI(base_url=f"{hasty.url}/v1", api_key="any", max_retries=0) as chat,
        pytest.raises(openai.InternalServerError) as caught,
    ):
        chat.embeddings.create(model="chatty/silent", input="x")
    assert caught.value.status_code == 504
    assert scripted.aborted.wait(PATIENCE_S)


@pytest.mark.parametrize("streamed", [False, True])
@pytest.mark.parametrize("provider", UPSTREAMS)
def test_T69_an_answer_goes_on_by_its_id_whoever_answers_next(
    chat: Any, scripted: Upstream, provider: str, streamed: bool
) -> None:
    other = UPSTREAMS[1 - UPSTREAMS.index(provider)]
    ask: Any = {"model": f"{provider}/tools", "input": "How is it?", "tools": [RESPONSES_TOOL], "instructions": "Once."}
    if streamed:
        with chat.responses.stream(**ask) as stream:
            first = stream.get_final_response()
    else:
        first = chat.responses.create(**ask)
    results: Any = [
        {"type": "function_call_output", "call_id": item.call_id, "output": "mild"}
        for item in first.output
        if item.type == "function_call"
    ]
    second = chat.responses.create(
        model=f"{other}/plain", input=results, previous_response_id=first.id, tools=[RESPONSES_TOOL]
    )
    assert (second.output_text, second.previous_response_id) == (TEXT, first.id)
    sent = scripted.bodies[-1]
    # The question, both calls and both results; instructions hold for one request alone.
    assert [message["role"] for message in sent["messages"]][:2] == ["user", "assistant"]
    assert "Once." not in json.dumps(sent)
    chat.responses.create(model=f"{provider}/plain", input="And tomorrow?", previous_response_id=second.id)
    assert json.dumps(scripted.bodies[-1]).count("mild") == 2
    assert TEXT in json.dumps(scripted.bodies[-1])


def test_T69_kept_answers_are_told_listed_and_deleted(chat: Any) -> None:
    answer = chat.responses.create(model="chatty/plain", input="How is the harbour?")
    again = chat.responses.retrieve(answer.id)
    assert again.model_dump() == answer.model_dump()
    items = chat.responses.input_items.list(answer.id).data
    assert [(item.role, item.content[0].text) for item in items] == [("user", "How is the harbour?")]
    chat.responses.delete(answer.id)
    with pytest.raises(openai.NotFoundError, match="was not kept here"):
        chat.responses.retrieve(answer.id)


def test_T69_what_was_not_kept_is_not_found(chat: Any) -> None:
    answer = chat.responses.create(model="chatty/plain", input="Off the record.", store=False)
    for unknown in (answer.id, "resp_never"):
        with pytest.raises(openai.NotFoundError) as caught:
            chat.responses.create(model="chatty/plain", input="Go on.", previous_response_id=unknown)
        assert caught.value.code == "previous_response_not_found"


@pytest.mark.parametrize("provider", UPSTREAMS)
def test_gemini_plain_and_streamed(gemini: Any, provider: str) -> None:
    answer = gemini.generate_content(model=f"{provider}/plain", contents="How is the harbour?")
    assert answer.text == TEXT
    assert answer.candidates[0].finish_reason is types.FinishReason.STOP
    assert answer.model_version == f"{provider}/plain"
    usage = answer.usage_metadata
    assert (usage.prompt_token_count, usage.candidates_token_count, usage.cached_content_token_count) == (20, 7, 5)
    chunks = list(gemini.generate_content_stream(model=f"{provider}/plain", contents="How is the harbour?"))
    assert len(chunks) > 2
    assert "".join(chunk.text or "" for chunk in chunks) == TEXT
    assert chunks[-1].usage_metadata.prompt_token_count == 20


def test_T70_gemini_lists_the_models(gemini: Any) -> None:
    assert {"models/to-chat", "models/chat-model"} <= {model.name for model in gemini.list()}
    assert gemini.get(model="to-chat").name == "models/to-chat"


def test_W4_every_dialect_has_a_prefix_of_its_own(house: Server) -> None:
    with openai.OpenAI(base_url=f"{house.url}/openai/v1", api_key="any", max_retries=0) as chat:
        assert chat.chat.completions.create(model="to-chat", messages=ASK).choices[0].message.content == TEXT
        assert chat.models.retrieve("to-chat").object == "model"
    with anthropic.Anthropic(base_url=f"{house.url}/anthropic", api_key="any", max_retries=0) as messages:
        answer: Any = messages.messages.create(model="to-chat", max_tokens=50, messages=ASK)
        assert answer.content[0].text == TEXT
        assert messages.models.retrieve("to-chat").type == "model"
    with genai.Client(api_key="any", http_options=types.HttpOptions(base_url=f"{house.url}/genai")) as client:
        assert client.models.generate_content(model="to-chat", contents="How is the harbour?").text == TEXT
        assert client.models.get(model="to-chat").name == "models/to-chat"


def test_both_sdks_list_the_models(chat: Any, messages: Any) -> None:
    assert {"to-chat", "chat-model"} <= {model.id for model in chat.models.list()}
    assert {"to-chat", "chat-model"} <= {model.id for model in messages.models.list()}
    for sdk in (chat, messages):
        assert sdk.models.retrieve("to-chat").id == "to-chat"
    with pytest.raises(openai.NotFoundError, match="no model 'nobody'"):
        chat.models.retrieve("nobody")
    with pytest.raises(anthropic.NotFoundError, match="no model 'nobody'"):
        messages.models.retrieve("nobody")


def test_W5_betas_go_to_an_upstream_of_the_same_dialect_alone(messages: Any, scripted: Upstream) -> None:
    for provider, seen in (("messagy", "one-2026,two-2026"), ("chatty", None)):
        messages.beta.messages.create(
            model=f"{provider}/plain", messages=ASK, max_tokens=9, betas=["one-2026", "two-2026"]
        )
        assert scripted.headers[-1].get("anthropic-beta") == seen
        assert scripted.headers[-1].get("x-api-key") is None


def test_routes_say_who_answered_and_why(house: Server, chat: Any) -> None:
    raw = chat.chat.completions.with_raw_response.create(model="to-messages", messages=ASK)
    assert raw.headers["x-understudy-model"] == "messages-model"
    assert raw.headers["x-understudy-owned"] == "false"
    assert raw.headers["x-understudy-route"] == "to-messages"
    assert raw.headers["x-understudy-kind"] == "chat"
    assert raw.parse().model == "to-messages"
    extension = raw.parse().model_extra["understudy"]
    # 15 uncached at $1, 5 read from the cache at $0.5, 7 out at $2 a million.
    assert extension["cost_usd"] == pytest.approx(31.5e-6)
    exchange = get(f"{house.url}/understudy/v1/exchanges?route=to-messages")["exchanges"]
    assert isinstance(exchange, list)


@pytest.fixture
def bedrock(house: Server) -> Any:
    keys = {"aws_access_key_id": "any", "aws_secret_access_key": "any", "region_name": "us-east-1"}
    config = Config(retries={"total_max_attempts": 1})
    return boto3.client("bedrock-runtime", endpoint_url=house.url, config=config, **keys)


CONVERSE_ASK: Any = [{"role": "user", "content": [{"text": "How is the harbour?"}]}]


def test_W13_every_sdk_that_counts_tokens_is_told_an_estimate_without_a_call_upstream(
    chat: Any, messages: Any, gemini: Any, bedrock: Any, scripted: Upstream
) -> None:
    before = len(scripted.bodies)
    told = [
        messages.messages.count_tokens(model="to-chat", messages=ASK).input_tokens,
        chat.responses.input_tokens.count(model="to-chat", input=ASK).input_tokens,
        gemini.count_tokens(model="to-chat", contents="How is the harbour?").total_tokens,
        bedrock.count_tokens(modelId="to-chat", input={"converse": {"messages": CONVERSE_ASK}})["inputTokens"],
    ]
    assert told == [told[0]] * 4
    assert 5 < told[0] < 20
    assert len(scripted.bodies) == before
    with pytest.raises(anthropic.BadRequestError, match="messages"):
        messages.messages.count_tokens(model="to-chat", messages=[])
    with pytest.raises(bedrock.exceptions.ValidationException, match="messages"):
        bedrock.count_tokens(modelId="to-chat", input={"converse": {"messages": []}})


@pytest.fixture
def llama(house: Server) -> Any:
    with LlamaAPIClient(base_url=f"{house.url}/llama/v1", api_key="any", max_retries=0) as client:
        yield client


@pytest.mark.parametrize("provider", UPSTREAMS)
def test_L3_L4_llama_plain_and_streamed(llama: Any, provider: str) -> None:
    answer = llama.chat.completions.create(model=f"{provider}/plain", messages=ASK)
    assert answer.completion_message.content.text == TEXT
    assert answer.completion_message.stop_reason == "stop"
    metrics = {metric.metric: metric.value for metric in answer.metrics}
    assert metrics == {"num_prompt_tokens": 20, "num_completion_tokens": 7, "num_total_tokens": 27}
    chunks = list(llama.chat.completions.create(model=f"{provider}/plain", messages=ASK, stream=True))
    assert "".join(chunk.event.delta.text for chunk in chunks) == TEXT
    assert [chunk.event.event_type for chunk in chunks if chunk.event.event_type != "progress"] == [
        "start",
        "complete",
        "metrics",
    ]


def test_L5_llama_lists_the_models(llama: Any) -> None:
    assert {"to-chat", "chat-model"} <= {model.id for model in llama.models.list()}
    assert llama.models.retrieve("to-chat").object == "model"
