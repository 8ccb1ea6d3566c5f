"""Right or wrong by the truth: the bar is the demo's promise, and it can be missed."""

from understudy.demo.truth import judge

MARGIN = 0.05


def verdict(own: int, share: float) -> bool | None:
    (found,) = judge(
        {"triage": (own, 100)}, 0.97, [{"kind": "triage", "share": share}], {"triage": share}, MARGIN, None
    )
    return found.right


def test_a_worse_slice_must_stay_under_a_quarter() -> None:
    assert verdict(80, 0.05) is True
    assert verdict(80, 0.25) is False


def test_a_slice_at_parity_must_hold_a_quarter() -> None:
    assert verdict(99, 0.25) is True
    assert verdict(99, 0.05) is False


def test_between_both_ends_are_right() -> None:
    assert verdict(95, 0.0) is None
    assert verdict(95, 1.0) is None
