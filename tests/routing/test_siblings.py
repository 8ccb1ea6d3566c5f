"""Siblings: models of one line lend their means; who is of none lends nothing."""

import msgspec
import pytest

from tests.routing.pools import OWN, POOL, RENTED, lesson
from understudy.routing.beliefs import Record
from understudy.routing.board import Model
from understudy.routing.learn import Pool, believe
from understudy.routing.lessons import Lesson
from understudy.routing.priors import Prior
from understudy.routing.siblings import line_of, siblings, start_of


def model(upstream: str, maker: str = "meta", name: str = "") -> Model:
    return msgspec.structs.replace(OWN, name=name or upstream, upstream=upstream, maker=maker)


OLD, NEW = model("llama-3.1-8b-instruct", name="old"), model("llama-3.3-8b-instruct", name="new")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("llama-3.1-8b-instruct", "llama-3.3-8b-instruct"),
        ("meta-llama/Llama-3-8B", "Llama-3_1-8B"),
        ("llama3.1:8b", "llama3:8b"),
        ("qwen2.5-72b-instruct", "qwen2-72b-instruct"),
        ("Mistral-7B-Instruct-v0.1", "Mistral-7B-Instruct-v0.2"),
        ("claude-sonnet-4-20250514", "claude-sonnet-4-5"),
        ("gpt-4.1-mini-2025-04-14", "gpt-4.1-mini"),
        ("gemini-1.5-pro-001", "gemini-1.5-pro-002"),
        ("gpt-4o-2024-08-06", "gpt-4o-2024-11-20"),
        ("gpt-4o", "gpt-4o-2024-11-20"),
        ("openai/gpt-4o-2024-08-06", "gpt-4o-2024-08-06"),
        ("gpt-4-0613", "gpt-4"),
        ("claude-3-5-sonnet-20240620", "claude-3-5-sonnet-latest"),
        ("claude-3-5-sonnet@20240620", "claude-3-5-sonnet-20241022"),
        ("mistral-large-2407", "mistral-large-2411"),
        ("mistral-large-2411", "mistral-large-latest"),
        ("command-r-03-2024", "command-r-08-2024"),
        ("gemini-2.5-flash-preview-05-20", "gemini-2.5-flash-preview-09-2025"),
        ("qwen-max-2025-01-25", "qwen-max"),
    ],
)
def test_another_version_build_or_date_is_a_sibling(one: str, other: str) -> None:
    pool = [model(one), model(other)]
    assert list(siblings(pool[0], pool)) == [pool[1]]
    assert list(siblings(pool[1], pool)) == [pool[0]]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("llama-3.1-8b-instruct", "llama-3.1-70b-instruct"),
        ("llama-3.1-8b-instruct", "llama-3.1-8b"),
        ("llama-2-70b", "llama-3-70b"),
        ("qwen2.5-1.5b", "qwen2.5-0.5b"),
        ("mixtral-8x7b-v0.1", "mixtral-8x22b-v0.1"),
        ("gpt-4o", "gpt-4.1"),
        ("gpt-4o", "gpt-4o-mini"),
        ("o3-mini", "o4-mini"),
        ("gemini-1.5-pro-002", "gemini-1.5-flash-002"),
        ("my-llama", "my-llama"),
        ("gpt-4o", "gpt-4o"),
        ("gpt-4o-2024-08-06", "gpt-4o-mini-2024-07-18"),
        ("gpt-4o-2024-08-06", "gpt-4-0613"),
        ("chatgpt-4o-latest", "gpt-4o-2024-11-20"),
        ("command-r-08-2024", "command-r-plus-08-2024"),
        ("mistral-large-2411", "mistral-small-2409"),
        ("ministral-8b-2410", "ministral-3b-2410"),
        ("my-llama", "my-llama-v2"),
        ("3.1", "3.2"),
        ("2407", "2411"),
    ],
)
def test_another_size_tuning_generation_or_an_unclear_name_is_none(one: str, other: str) -> None:
    pool = [model(one, name="one"), model(other, name="other")]
    assert list(siblings(pool[0], pool)) == []


@pytest.mark.parametrize("upstream", ["", "3.1", "2407", "2024-08-06", "latest"])
def test_a_name_without_words_is_of_no_line(upstream: str) -> None:
    assert line_of(model(upstream)) is None


@pytest.mark.parametrize("upstream", ["gpt-4o-2024-08-06", "mistral-large-2407", "command-r-08-2024", "my-llama"])
def test_builds_and_dates_are_no_versions(upstream: str) -> None:
    line = line_of(model(upstream))
    assert line is not None
    assert line.generation is None


def test_another_makers_model_is_none() -> None:
    assert list(siblings(OLD, [OLD, model("llama-3.3-8b-instruct", maker="somebody")])) == []


def record(mean: float) -> Record:
    return Record(n=100, mean=mean, low=mean, high=mean)


def test_a_new_model_starts_at_the_mean_of_its_siblings_and_says_so() -> None:
    pool = [OLD, NEW, model("llama-3.2-8b-instruct", name="third"), model("gpt-4o", name="other")]
    records = {"old": record(0.6), "third": record(0.8), "other": record(0.1)}
    start = start_of(NEW, "chat", pool, records, {})
    assert start is not None
    assert start.mean == pytest.approx(0.7)
    assert start.said == "the mean of its siblings old, third"
    assert start_of(NEW, "chat", pool, {}, {}) is None
    assert start_of(pool[3], "chat", pool, records, {}) is None


def test_what_the_operator_says_comes_first() -> None:
    priors = {"new": Prior(mean=0.9, kinds={"code": 0.3}, weight=10), "old": Prior(mean=0.8)}
    start = start_of(NEW, "code", [OLD, NEW], {"old": record(0.6)}, priors)
    assert start is not None
    assert (start.mean, start.part, start.said) == (0.3, 0.5, "as the route's priors say")
    leads = start_of(OLD, "code", [OLD, NEW], {"old": record(0.6)}, priors)
    assert leads is not None
    assert (leads.mean, leads.part) == (0.8, 1.0)


def taught(count_new: int) -> list[Lesson]:
    """Nine of ten of the old model's answers are right, all of the new one's, the incumbent's by half."""
    found = []
    for number in range(400):
        outcomes = {"rented": 0.5, "old": float(number % 10 > 0)} | ({"new": 1.0} if number < count_new else {})
        found.append(lesson(number, "chat", 0, 0)._replace(outcomes=outcomes, usd={}, ms={}))
    return found


def test_real_outcomes_wash_a_start_out_and_its_share_adds_up() -> None:
    """With only one kind on one route nothing stands between the start and the slice."""
    pool = Pool(route="auto", models=(OLD, NEW, RENTED), incumbent="rented")
    for count, share in ((5, 20 / 25), (20, 0.5), (180, 0.1)):
        told = believe(taught(count), pool).belief.records["chat"]["new"]
        assert told.start is not None
        assert told.start.share == pytest.approx(share)
        assert told.start.mean == pytest.approx(0.5 + 0.4 * 400 / 420)
        # All that was seen was right: the rest of the mean is 1.
        assert told.mean == pytest.approx(share * told.start.mean + (1 - share))
        assert told.untold == pytest.approx(share * 0.5 + (1 - share))


def test_strangers_start_nowhere() -> None:
    records = believe([lesson(number, "chat", 1.0, 0.0) for number in range(60)], POOL).belief.records
    assert [one.start for one in records["chat"].values()] == [None, None]
