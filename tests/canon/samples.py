"""Answers in canon, any that the grammar allows, for the tests of this room."""

from hypothesis import strategies as st
from tests.dialects.strategies import interleaved, replies

from understudy.canon.reply import Event, Reply

REPLIES: st.SearchStrategy[Reply] = replies("openai_chat")
# An answer with its events, mingled in any way that the grammar allows.
TOLD: st.SearchStrategy[tuple[Reply, list[Event]]] = REPLIES.flatmap(
    lambda reply: st.tuples(st.just(reply), interleaved(reply))
)
