"""Names that callers, operators and code share: how the id of a kind of query is written."""

from typing import Annotated

from msgspec import Meta

KIND = r"[a-z0-9][a-z0-9_.-]{0,63}"
KIND_WORDS = "a kind is 1 to 64 of a-z, 0-9, '_', '.', '-'"
KindName = Annotated[str, Meta(pattern=rf"^{KIND}\Z", description=KIND_WORDS)]
