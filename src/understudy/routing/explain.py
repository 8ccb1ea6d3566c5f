"""Explain: a decision as lines that a person can read. Words only; every figure stands in the decision."""

from collections.abc import Iterator, Mapping

from understudy.routing.decide import Decision, Option


def explained(decision: Decision, names: Mapping[str, str] | None = None) -> Iterator[str]:
    """The whole reason, one line a fact. `names` has the tenant's n-grams for buckets."""
    yield f"{decision.chosen} answers: {decision.why}"
    if decision.known:
        yield f"the kind is {decision.kind}, {decision.known}"
    if decision.belief:
        speaks = "the text speaks" if decision.text_speaks else "the text does not speak here"
        yield f"learned from {decision.labels:,} prompts (belief {decision.belief}); {speaks}"
    for option in decision.options:
        yield f"  {option.model}: {_option(option, decision)}"
    if decision.contributions:
        yield "what in the prompt moves the expected gain over the incumbent, most first:"
    for block, feature, gain in decision.contributions:
        yield f"  {gain:+.4f}  {_feature(block, feature, names or {})}"
    if decision.dial:
        yield f"dial: {decision.dial} (price {decision.price:+.4f} a rented call)" if decision.price else decision.dial
    if decision.latency_price:
        yield f"latency: {decision.latency_price:g} a second"
    if decision.trial:
        yield f"if the check refuses its answer, {decision.incumbent} answers"
    if decision.explored:
        yield f"it was drawn by chance; this model had {decision.propensity:.1%}"
    if decision.compared:
        yield f"all models answer {decision.compared:.1%} of such requests, to be compared"
    if decision.flips:
        yield f"otherwise: {decision.flips}"


def _option(option: Option, decision: Decision) -> str:
    whose = "own" if option.owned else "rented"
    told = [whose]
    if option.mean is not None and option.low is not None and option.high is not None:
        told.append(f"quality {option.mean:.3f} ({option.low:.3f} to {option.high:.3f}; n {option.n:,.0f})")
        if decision.text_speaks and option.text:
            told.append(f"text {option.text:+.3f}")
        if option.cost_usd is not None:
            told.append(f"${option.cost_usd:.6f} a completed request")
        if option.latency_ms is not None:
            charged = decision.latency_price * option.latency_ms / 1_000
            told.append(f"{option.latency_ms:,.0f} ms" + (f" (worth {-charged:+.3f})" if charged else ""))
        if option.worth is not None and option.out is None:
            told.append(f"worth {option.worth:.3f}")
    if option.out is not None:
        told.append(f"out: {option.out}")
    return ", ".join(told)


def _feature(block: str, feature: str | int, names: Mapping[str, str]) -> str:
    if isinstance(feature, str):
        return f"{feature} ({block})"
    gram = names.get(f"{block}:{feature}")
    return f"{gram!r} ({block})" if gram is not None else f"bucket {feature} ({block})"
