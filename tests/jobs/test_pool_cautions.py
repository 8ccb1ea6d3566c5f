"""What a route with a pool is told to do and cannot: each is said, and nothing where all is well."""

import msgspec
import pytest

from tests.gateway.sites import BOARD, OWN, RENTED
from understudy.jobs.pool_cautions import ONLY_FOR_CANDIDATES, pool_cautions
from understudy.jobs.specs import ParitySpec, RouteSpec

MODELS = BOARD.models | {
    "own": OWN,
    "rented": RENTED,
    "mine": msgspec.structs.replace(OWN, name="mine"),
    "theirs": msgspec.structs.replace(RENTED, name="theirs"),
}
BOTH, MINE, THEIRS = ("own", "rented"), ("own", "mine"), ("rented", "theirs")


def told(pool: tuple[str, ...] = BOTH, **changes: object) -> list[str]:
    route = RouteSpec(name="auto", incumbent=pool[0] if pool else "own", choose_from=pool)
    return list(pool_cautions([msgspec.structs.replace(route, **changes)], MODELS))


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"rented_share": 0.3, "cascade": True},
        {"pool": THEIRS, "rented_share": 1.0},
        {"pool": (), "parity": ParitySpec(margin=0.1, shadow=0.0)},
        {"parity": ParitySpec(shadow=0.0), "explore": 0.01},
        {"parity": ParitySpec(check="numeric", feedback=True, lessons="1d", unit_idle="1m", texts="1d")},
    ],
)
def test_nothing_is_said_where_all_is_well(changes: dict[str, object]) -> None:
    assert told(**changes) == []  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"parity": ParitySpec(margin=0.1, approvals=1)}, "a pool has no use for 'margin', 'approvals' under 'parity'"),
        ({"pool": MINE, "rented_share": 0.3}, "no model of its pool is rented, so that 'rented_share' decides nothing"),
        ({"pool": THEIRS, "rented_share": 0.3}, "every model of its pool is rented, so that a 'rented_share' of 30%"),
        ({"pool": THEIRS, "cascade": True}, "'cascade' asks an own model before a rented one"),
        ({"pool": MINE, "cascade": True}, "'cascade' asks an own model before a rented one"),
        ({"parity": ParitySpec(shadow=0.0)}, "'parity.shadow' is 0 and so is 'explore'"),
    ],
)
def test_what_does_nothing_is_said(changes: dict[str, object], words: str) -> None:
    (said,) = told(**changes)  # type: ignore[arg-type]
    assert said.startswith(f"route 'auto': {words}")


def test_what_only_candidates_have_is_there() -> None:
    assert {one.name for one in msgspec.structs.fields(ParitySpec)} >= ONLY_FOR_CANDIDATES
