"""The tables: what their types do to values from outside, and that rows and columns bear the same names."""

import msgspec
import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from understudy.ports import HypothesisRow, OutcomeRow, PairRow, SliceRow, TransitionRow
from understudy.storage import tables
from understudy.storage.tables import MAX_FIGURE, Figure, Words, figure

DIALECTS: tuple[sa.Dialect, ...] = (sqlite.dialect(), postgresql.dialect())  # type: ignore[no-untyped-call]


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
def test_words_lose_their_nul_and_nothing_else(dialect: sa.Dialect) -> None:
    words = Words()
    assert words.process_bind_param("a\x00b\x00", dialect) == "a\ufffdb\ufffd"
    assert words.process_bind_param("plain ü \U0001f600", dialect) == "plain ü \U0001f600"
    assert words.process_bind_param(None, dialect) is None


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
def test_figures_beyond_belief_are_unknown(dialect: sa.Dialect) -> None:
    for known in (0, 1, -1, MAX_FIGURE, -MAX_FIGURE):
        assert Figure().process_bind_param(known, dialect) == known == figure(known)
    for unknown in (None, MAX_FIGURE + 1, -MAX_FIGURE - 1, 2**63, 2**64):
        assert Figure().process_bind_param(unknown, dialect) is None


@pytest.mark.parametrize(
    ("table", "row", "added"),
    [
        (tables.hypotheses, HypothesisRow, {"seq"}),
        (tables.pairs, PairRow, set()),
        (tables.outcomes, OutcomeRow, set()),
        (tables.slices, SliceRow, set()),
        (tables.transitions, TransitionRow, set()),
    ],
    ids=lambda value: getattr(value, "name", None),
)
def test_rows_and_columns_bear_the_same_names(table: sa.Table, row: type[msgspec.Struct], added: set[str]) -> None:
    assert {column.name for column in table.columns} == set(row.__struct_fields__) | added
