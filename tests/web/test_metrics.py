"""Metrics: each figure is counted once, and no caller can add a label."""

import msgspec
from prometheus_client.parser import text_string_to_metric_families

from understudy.canon.omissions import Omission
from understudy.canon.usage import Usage
from understudy.ports import Exchange
from understudy.web.metrics import Believed, Metrics, Resting

EXCHANGE = Exchange(
    id="e",
    at_s=0.0,
    route="support",
    asked="support",
    model="own",
    latency_ms=250.0,
    first_token_ms=50.0,
    usage=Usage(uncached_in=10, cache_read=5, out=3),
    cost_nano_usd=1_500_000_000,
    omissions=(Omission("seed", "none"), Omission("top_k", "none")),
)
Samples = dict[tuple[str, tuple[str, ...]], float]


def samples(*exchanges: Exchange) -> Samples:
    """Every sample of a page, by name and label values in order of their names."""
    metrics = Metrics(frozenset({"support", "own", "rented"}))
    for exchange in exchanges:
        metrics.observe(exchange)
    page = metrics.render().decode()
    return {
        (sample.name, tuple(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(page)
        for sample in family.samples
    }


def changed(**changes: object) -> Samples:
    return samples(msgspec.structs.replace(EXCHANGE, **changes))


def test_an_exchange_is_counted_in_every_figure() -> None:
    page = samples(EXCHANGE, EXCHANGE)
    assert page["understudy_requests_total", ("own", "serve", "support", "ok")] == 2
    assert page["understudy_cost_usd_total", ("own", "serve")] == 3.0
    assert page["understudy_omissions_total", ("own",)] == 4
    assert page["gen_ai_client_token_usage_total", ("own", "input")] == 30
    assert page["gen_ai_client_token_usage_total", ("own", "output")] == 6
    assert page["gen_ai_server_request_duration_seconds_sum", ("support", "own")] == 0.5
    assert page["gen_ai_server_time_to_first_token_seconds_sum", ("own",)] == 0.1


def test_a_duration_falls_into_its_bucket() -> None:
    page = samples(EXCHANGE)
    bucket = "gen_ai_server_request_duration_seconds_bucket"
    assert page[bucket, ("support", "own", "0.1")] == 0
    assert page[bucket, ("support", "own", "0.25")] == 1


def test_what_is_unknown_is_not_counted_as_nothing() -> None:
    page = changed(usage=Usage(), cost_nano_usd=None, first_token_ms=None, omissions=())
    names = {name for name, _ in page}
    assert not any(name.startswith(("understudy_cost", "gen_ai_client", "understudy_omissions")) for name in names)
    assert "gen_ai_server_time_to_first_token_seconds_count" not in names


def test_answers_of_unknown_cost_are_counted_and_what_was_never_answered_is_not() -> None:
    unknown = msgspec.structs.replace(EXCHANGE, cost_nano_usd=None)
    statuses = ("ok", "incomplete", "cancelled", "failed", "refused")
    page = samples(EXCHANGE, *(msgspec.structs.replace(unknown, status=status) for status in statuses))
    assert page["understudy_unpriced_total", ("own", "serve")] == 3
    assert ("understudy_unpriced_total", ("own", "serve")) not in samples(EXCHANGE)


def test_places_that_rest_are_shown_while_they_do() -> None:
    metrics = Metrics(frozenset({"own"}))
    own, strange = Resting("p", "own", "why"), Resting("p", "p/named-by-somebody", "why")
    page = metrics.render([own, own, strange]).decode()
    assert 'understudy_resting_places{model="own",provider="p"} 2.0' in page
    assert 'understudy_resting_places{model="other",provider="p"} 1.0' in page
    assert "understudy_resting_places{" not in metrics.render([]).decode()


def test_a_shadows_cost_stands_apart() -> None:
    page = samples(EXCHANGE, msgspec.structs.replace(EXCHANGE, purpose="shadow", model="rented"))
    assert page["understudy_cost_usd_total", ("rented", "shadow")] == 1.5
    assert page["understudy_cost_usd_total", ("own", "serve")] == 1.5


def test_a_failure_has_its_status_and_no_model() -> None:
    page = changed(status="refused", model=None, route=None)
    assert page["understudy_requests_total", ("none", "serve", "none", "refused")] == 1


def test_names_that_are_not_declared_cannot_grow_the_page() -> None:
    strange = [msgspec.structs.replace(EXCHANGE, asked=f"a{n}", model=f"m{n}", route=f"r{n}") for n in range(100)]
    assert len(samples(*strange)) == len(samples(strange[0]))
    assert samples(*strange)["understudy_requests_total", ("other", "serve", "other", "ok")] == 100


def test_two_workers_count_apart() -> None:
    one, other = Metrics(frozenset()), Metrics(frozenset())
    one.observe(EXCHANGE)
    assert b'status="ok"' in one.render()
    assert b'status="ok"' not in other.render()


def test_RT_6_9_judges_are_shown_as_they_are_believed_now() -> None:
    metrics = Metrics(frozenset({"support", "chat", "third"}))
    page = metrics.render(judges=[Believed("support", "third", True), Believed("chat", "third", False)]).decode()
    assert 'understudy_judge_believed{judge="third",route="support"} 1.0' in page
    assert 'understudy_judge_believed{judge="third",route="chat"} 0.0' in page
    assert "understudy_judge_believed{" not in metrics.render().decode()


def test_a_comparison_that_was_left_out_is_counted_and_took_no_time() -> None:
    page = changed(purpose="shadow", status="refused", latency_ms=0.0, first_token_ms=None)
    assert page["understudy_requests_total", ("own", "shadow", "support", "refused")] == 1
    assert ("gen_ai_server_request_duration_seconds_count", ("support", "own")) not in page
