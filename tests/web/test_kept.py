"""Which paths kept answers have; what they tell is asked by a real client in the journeys."""

from typing import Any, cast

from understudy.dialects.anthropic import DIALECT as MESSAGES
from understudy.dialects.openai_responses import DIALECT as RESPONSES
from understudy.web.back import Back
from understudy.web.kept import kept


class Dialects:
    dialects = (MESSAGES, RESPONSES)


def test_dialects_that_keep_answers_have_their_paths_below_where_they_are_served() -> None:
    routes = kept(cast("Back", cast("Any", Dialects())))
    paths = {route.path for route in routes}
    assert paths == {p + "/{answer}" + tail for p in RESPONSES.served for tail in ("", "/input_items")}
    assert {method for route in routes for method in route.methods or ()} == {"GET", "HEAD", "DELETE"}
