"""The books, as commands read them: the database opened for reading, or a clear word why not."""

import time

from understudy.app import server_secret
from understudy.cli.screen import give_up
from understudy.declared import specs_of
from understudy.jobs.status import SliceView, views
from understudy.ports import Store
from understudy.settings import Settings
from understudy.storage.open import DatabaseRefused, open_store


def open_books_or_leave(settings: Settings) -> Store:
    """The store, read-only, or the reason and exit status 2."""
    try:
        return open_store(settings.database, read_only=True, secret=server_secret(settings))
    except DatabaseRefused as error:
        give_up(str(error))


def slices_of(settings: Settings, store: Store) -> list[SliceView]:
    """Every slice of the configured routes."""
    return views(store, specs_of(settings), time.time(), settings.file.fleet.hypotheses)
