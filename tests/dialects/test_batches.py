"""Results of batches: what each dialect's lines tell, and what is passed over."""

import pytest

from understudy.canon.usage import Usage
from understudy.dialects.anthropic.account import ACCOUNT as MESSAGES
from understudy.dialects.contract import Account
from understudy.dialects.gemini.passing import ACCOUNT as GEMINI
from understudy.dialects.openai_passing import ACCOUNT as OPENAI

CASES = [
    (
        OPENAI,
        "/files/f-1/content",
        b'{"custom_id":"1","response":{"status_code":200,"body":{"model":"m","usage":'
        b'{"prompt_tokens":5,"completion_tokens":2}}},"error":null}',
    ),
    (
        MESSAGES,
        "/messages/batches/b-1/results",
        b'{"custom_id":"1","result":{"type":"succeeded","message":{"model":"m","usage":'
        b'{"input_tokens":5,"output_tokens":2}}}}',
    ),
    (
        GEMINI,
        "/files/f-1:download",
        b'{"key":"1","response":{"modelVersion":"m","usageMetadata":{"promptTokenCount":5,"candidatesTokenCount":2}}}',
    ),
]
NOISE = [b"", b"words", b"[1]", b"\xff", b'{"error":{"message":"no"}}', b'{"response":1,"result":1}']


def told(means: Account, path: str, body: bytes) -> list[tuple[str, Usage]]:
    assert means.results is not None
    return list(means.results(path, body))


@pytest.mark.parametrize(("means", "path", "line"), CASES)
def test_each_line_that_tells_a_model_and_a_usage_counts(means: Account, path: str, line: bytes) -> None:
    found = told(means, path, b"\n".join([line, *NOISE, line]))
    assert [(model, usage.uncached_in, usage.out) for model, usage in found] == [("m", 5, 2)] * 2


@pytest.mark.parametrize(("means", "path", "line"), CASES)
def test_other_places_hold_no_results(means: Account, path: str, line: bytes) -> None:
    for other in (path + "/x", path[: path.rfind("/")], "/batches"):
        assert told(means, other, line) == []


@pytest.mark.parametrize(("means", "path", "line"), CASES)
def test_a_line_without_a_model_or_a_usage_is_passed_over(means: Account, path: str, line: bytes) -> None:
    for broken in (line.replace(b'"m"', b"1"), line.replace(b"5", b"null").replace(b"2}", b"null}")):
        assert told(means, path, broken) == []
