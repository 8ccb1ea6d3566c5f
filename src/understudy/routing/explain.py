"""Explain: a decision as lines that a person can read. Words only; every figure stands in the decision."""

from collections.abc import Iterator, Mapping

from understudy.routing.decide import Decision, Option

# The hand features, and all vectors together, as people call them, by the names that the model has for them.
WORDS = {
    "digits": "digits", "numbers": "numbers", "latex": "LaTeX", "code": "marks of code", "q": "question marks",
    "list": "items of lists", "opt": "options A to J", "caps": "capitals", "upperword": "words in capitals",
    "math": "signs of mathematics", "neg": "words that negate", "why": "words that ask why or how",
    "write": "words that ask to write", "quote": "quotation marks", "statement": "'Statement' or 'following'",
    "non_ascii": "characters beyond ASCII", "newl": "line breaks", "money": "signs of money and per cent",
    "log_len": "length in characters", "log_words": "length in words", "avg_word": "length of its words",
    "uniq_ratio": "share of different words", "max_num": "largest number", "sent_len": "length of its sentences",
    "meaning": "what it means (vectors)",
}  # fmt: skip
_PIECES = {"word": "words", "char": "characters"}
# A rest that would be shown as nothing is not shown.
_NOTHING = 0.00005
# Less of a mean than this is not worth a word.
_NO_SHARE = 0.0005


def explained(decision: Decision, names: Mapping[str, str] | None = None) -> Iterator[str]:
    """The whole reason, one line a fact. `names` has the tenant's n-grams for buckets."""
    yield f"{decision.chosen} answers: {decision.why}"
    if decision.known:
        yield f"the kind is {decision.kind}, {decision.known}"
    if decision.belief:
        speaks = "the text speaks" if decision.text_speaks else "the text does not speak here"
        speaks += f": {decision.text_silent}" if decision.text_silent else ""
        yield f"learned from {decision.labels:,} prompts (belief {decision.belief}); {speaks}"
    if decision.drift:
        yield f"learned anew because of drift: {decision.drift}"
    for option in decision.options:
        yield f"  {option.model}: {_option(option, decision)}"
    yield from _moves(decision, names or {})
    if decision.dial:
        yield f"dial: {decision.dial} (price {decision.price:+.4f} a rented call)" if decision.price else decision.dial
    if decision.latency_price:
        yield f"latency: {decision.latency_price:g} a second"
    if decision.trial:
        yield f"if the check refuses its answer, {decision.incumbent} answers"
    if decision.stand_ins:
        yield f"if it fails before its first words, in turn: {', '.join(decision.stand_ins)}"
    if decision.explored:
        yield f"it was drawn by chance; this model had {decision.propensity:.1%}"
    if decision.compared:
        yield f"all models answer {decision.compared:.1%} of such requests, to be compared"
    if decision.flips:
        yield f"otherwise: {decision.flips}"


def _moves(decision: Decision, names: Mapping[str, str]) -> Iterator[str]:
    """What the text adds to the model that it moves most, feature by feature; the lines add up to all of it."""
    if not decision.contributions:
        return
    moved = max(decision.options, key=lambda option: abs(option.text))
    yield f"of the {moved.text:+.4f} that the text adds to {moved.model}, most first:"
    for block, feature, gain in decision.contributions:
        yield f"  {gain:+.4f}  {_feature(block, feature, names)}"
    rest = moved.text - sum(gain for _, _, gain in decision.contributions)
    if abs(rest) >= _NOTHING:
        yield f"  {rest:+.4f}  all else"


def _option(option: Option, decision: Decision) -> str:
    whose = "own" if option.owned else "rented"
    told = [whose]
    if option.mean is not None and option.low is not None and option.high is not None:
        told.append(f"quality {option.mean:.3f} ({option.low:.3f} to {option.high:.3f}; n {option.n:,.0f})")
        if option.start is not None and option.start.share >= _NO_SHARE:
            told.append(f"{option.start.share:.1%} of it the start at {option.start.mean:.3f}, {option.start.said}")
        if decision.text_speaks and option.text:
            told.append(f"text {option.text:+.3f}")
        if option.cost_usd is not None:
            told.append(f"${option.cost_usd:.6f} a completed request")
        if option.latency_ms is not None:
            charged = decision.latency_price * option.latency_ms / 1_000
            told.append(f"{option.latency_ms:,.0f} ms" + (f" (worth {-charged:+.3f})" if charged else ""))
        if option.worth is not None and option.out is None:
            told.append(f"worth {option.worth:.3f}")
    elif option.start is not None:
        told.append(f"nothing learned of it on this kind yet; starts at {option.start.mean:.3f}, {option.start.said}")
    if option.out is not None:
        told.append(f"out: {option.out}")
    return ", ".join(told)


def _feature(block: str, feature: str | int, names: Mapping[str, str]) -> str:
    if isinstance(feature, str):
        return WORDS.get(feature, feature)
    gram, pieces = names.get(f"{block}:{feature}"), _PIECES.get(block, block)
    return f"{gram!r} ({pieces})" if gram is not None else f"bucket {feature} ({pieces})"
