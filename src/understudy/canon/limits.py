"""Limits: how much a provider still lets its caller do, as it says beside an answer or a refusal."""

from understudy.canon.value import Value


class Quota(Value, frozen=True):
    """One thing that is counted. `resets_in_s` is how many seconds it takes until all of it is there again."""

    limit: int | None = None
    remaining: int | None = None
    resets_in_s: float | None = None


# By what is counted: requests, tokens, input-tokens, output-tokens.
Limits = dict[str, Quota]
