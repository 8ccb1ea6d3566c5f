"""What an operator says of a route: durations, bounds, and the gate's policy that comes of it."""

import msgspec
import pytest

from understudy.jobs.specs import Duration, ParitySpec, RouteName, RouteSpec, seconds
from understudy.parity.gate import Policy
from understudy.parity.slices import RiskClass, SliceId


@pytest.mark.parametrize(
    ("duration", "expected"),
    [("500ms", 0.5), ("30s", 30.0), ("1.5m", 90.0), ("2h", 7200.0), ("1d", 86400.0), (7, 7.0), (0.25, 0.25), (0, 0.0)],
)
def test_durations(duration: str | float, expected: float) -> None:
    assert seconds(msgspec.convert(duration, Duration)) == expected


@pytest.mark.parametrize("duration", ["", "5", "s", "5w", "5 s", "-5s", ".5s", "1.2.3s", "5s\n", "5S", "1h30m"])
def test_what_is_no_duration(duration: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(duration, Duration)
    with pytest.raises(ValueError, match=r"is no duration; write 30s, 5m, 1h or 1d"):
        seconds(duration)


def test_a_negative_number_is_no_duration() -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(-1, Duration)


@pytest.mark.parametrize("name", ["support", "gpt-4.1", "A_1", "x" * 128])
def test_every_name_of_a_route_can_be_part_of_a_slice(name: str) -> None:
    assert SliceId.parse(str(SliceId(msgspec.convert(name, RouteName), "chat"))).route == name


@pytest.mark.parametrize("name", ["", "a:b", "a/b", "a b", "a\n", "_a", "x" * 129])
def test_a_name_that_would_cut_a_slice(name: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(name, RouteName)


def test_a_policy_is_what_the_operator_said_in_seconds() -> None:
    spec = ParitySpec(dwell="2m", cycle=5, risk="high", approvals=2, watch=500.0)
    assert spec.policy(multi_turn=True) == Policy(
        dwell_s=120.0, cycle_s=5.0, risk=RiskClass.HIGH, approvals=2, multi_turn=True, watch_at=500.0
    )


def test_the_defaults_are_those_of_the_gate() -> None:
    assert ParitySpec().policy(multi_turn=False) == Policy()


@pytest.mark.parametrize(
    "said",
    [
        {"margin": 0},
        {"margin": 1},
        {"shadow": -0.1},
        {"shadow": 1.1},
        {"risk": "low"},
        {"approvals": -1},
        {"approvals": 1.5},
        {"watch": 1},
        {"dwell": "soon"},
        {"dwel": "1h"},
    ],
)
def test_nonsense_is_refused(said: dict[str, object]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(said, ParitySpec)


def test_a_route_needs_a_name_alone() -> None:
    route = msgspec.convert({"name": "r", "incumbent": "m"}, RouteSpec)
    assert (route.candidate, route.fallbacks, route.parity) == (None, None, ParitySpec())
    with pytest.raises(msgspec.ValidationError, match="name"):
        msgspec.convert({"incumbent": "m"}, RouteSpec)
