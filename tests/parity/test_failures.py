"""Classes of bad answers: a field that nobody asked for."""

import pytest

from understudy.parity.failures import invents_field


@pytest.mark.parametrize(
    ("answer", "invents"),
    [('{"a": 1, "b": 2}', True), ('{"a": 2}', False), ('{"a": 1, "b": null}', False), ("[1]", False), ("{", False)],
)
def test_a_field_with_a_value_that_was_not_expected(answer: str, invents: bool) -> None:
    assert invents_field(answer, '{"a": 1, "b": null}') is invents
