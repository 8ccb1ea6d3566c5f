"""The headers of an error answer; how a stream is relayed is seen in tests/journeys/test_faults.py."""

from pathlib import Path

import pytest

from tests.gateway.sites import Stage
from understudy.canon.faults import Fault, FaultKind
from understudy.gateway.draft import Draft
from understudy.gateway.relay import PASSING, fault_headers


def told(folder: Path, fault: Fault) -> str | None:
    stage = Stage(folder)
    return dict(fault_headers(Draft(stage.site, stage.call()), fault)).get("retry-after")


@pytest.mark.parametrize("kind", list(FaultKind))
def test_W15_what_passes_by_itself_names_a_time(tmp_path: Path, kind: FaultKind) -> None:
    assert told(tmp_path, Fault("no", kind=kind)) == ("1" if kind in PASSING else None)


@pytest.mark.parametrize(("said_s", "header"), [(0.0, "1"), (1.0, "1"), (1.2, "2"), (30.0, "30")])
def test_T58_the_upstreams_time_rounds_up(tmp_path: Path, said_s: float, header: str) -> None:
    assert told(tmp_path, Fault("no", kind=FaultKind.RATE_LIMITED, retry_after_s=said_s)) == header
