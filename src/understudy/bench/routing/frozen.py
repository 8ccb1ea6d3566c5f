"""The constants of the bench, read from the file that was committed before its first run."""

from pathlib import Path

import msgspec


class Frozen(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What may not be changed after results were seen; `tests` hold the router's own constants against it."""

    committed: str
    chosen_on: str
    changed_since: str
    second_version: str
    third_version: str
    max_deviations: float
    seeds: tuple[int, ...]
    more_seeds: tuple[int, ...]
    mmlu_labels: int
    folds: int
    unseen_groups: int
    resamples: int
    penalty: float
    hand_weight: float
    read_chars: int
    word_buckets: int
    char_buckets: int
    pseudo_outcomes: float
    pseudo_gains: float
    min_labels: float
    min_pairs: int
    online_requests: int
    online_seeds: int
    online_shadow: float


FROZEN = msgspec.json.decode((Path(__file__).parent / "frozen.json").read_bytes(), type=Frozen)
