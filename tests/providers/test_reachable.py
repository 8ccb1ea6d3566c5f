"""Which providers a caller can reach by writing `provider/upstream-id`."""

import pytest

from understudy.providers.catalogue import ProviderRow
from understudy.providers.models import reachable

URL = "http://127.0.0.1:9/v1"


@pytest.mark.parametrize(
    ("row", "known"),
    [
        (ProviderRow(dialect="spoken", base_url=URL, api_key="${KEY}"), True),
        (ProviderRow(dialect="spoken", base_url=URL, api_key="${OTHER}"), False),
        (ProviderRow(dialect="spoken", base_url=URL, probe=True), True),
        (ProviderRow(dialect="spoken", base_url=URL, auth="none"), True),
        (ProviderRow(dialect="spoken", base_url=URL), False),
    ],
    ids=["its secret is there", "its secret is missing", "on this machine", "needs no secret", "names no secret"],
)
def test_a_provider_is_reachable_when_its_secret_is_there_or_none_is_needed(row: ProviderRow, known: bool) -> None:
    assert bool(reachable({"one": row}, {"${KEY}": "value"})) is known
