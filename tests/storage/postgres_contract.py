"""The store on a real PostgreSQL, started here: `python -m pytest tests/storage/postgres_contract.py`.

Not collected by itself, since it needs PostgreSQL's programs (`initdb` on the PATH or in /usr/lib/postgresql) and its
driver; asked for without them, it fails. The server listens on a socket in its own folder only. PostgreSQL refuses to
run as root, so under root it runs as the user that owns the folder.
"""

import os
import pwd
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from tests.storage.contract import StoreContract
from tests.storage.samples import SECRET, exchange, hypothesis_row, open_pair, slice_row, transition

from understudy.ports import Batch, BrokenChain, Store
from understudy.storage import postgres
from understudy.storage.open import DatabaseRefused, database_state, open_store
from understudy.storage.tables import VERSION_TABLE, metadata


def programs() -> Path:
    """Where PostgreSQL's programs are; the newest of several."""
    for folder in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True):
        if (folder / "initdb").exists():
            return folder
    found = shutil.which("initdb")
    assert found, "these tests need PostgreSQL's server programs: install them, or put initdb on the PATH"
    return Path(found).parent


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """The URL of a fresh server."""
    folder = Path(tempfile.mkdtemp(prefix="understudy-pg-"))
    user, prefix = pwd.getpwuid(os.getuid()).pw_name, []
    if os.getuid() == 0:
        user = "nobody"
        prefix = ["setpriv", "--reuid", user, "--regid", str(pwd.getpwnam(user).pw_gid), "--clear-groups"]
        shutil.chown(folder, user)
    bin_, data = programs(), folder / "data"

    def run(*command: str) -> None:
        subprocess.run([*prefix, *command], check=True, cwd=folder, stdout=subprocess.DEVNULL, timeout=300)

    run(str(bin_ / "initdb"), "-D", str(data), "-U", "understudy", "--auth=trust", "--no-sync", "-E", "UTF8")
    options = f"-k {folder} -c listen_addresses= -c fsync=off"
    run(str(bin_ / "pg_ctl"), "-D", str(data), "-w", "-l", str(folder / "log"), "-o", options, "start")
    try:
        yield f"postgresql://understudy@/postgres?host={folder}"
    finally:
        run(str(bin_ / "pg_ctl"), "-D", str(data), "-w", "-m", "immediate", "stop")
        shutil.rmtree(folder)


@pytest.fixture
def url(server: str) -> str:
    """The server's URL, its database emptied."""
    run_sql(server, "DROP SCHEMA public CASCADE", "CREATE SCHEMA public")
    return server


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    opened = open_store(url, secret=SECRET)
    yield opened
    opened.close()


def run_sql(url: str, *statements: str) -> None:
    engine = postgres.engine(sa.make_url(url), read_only=False)
    with engine.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
    engine.dispose()


class TestStoreOnPostgres(StoreContract):
    pass


def test_up_from_nothing_gives_the_tables_that_the_program_uses(url: str) -> None:
    open_store(url).close()
    engine = postgres.engine(sa.make_url(url), read_only=True)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE, "compare_type": True})
        assert compare_metadata(context, metadata) == []
    engine.dispose()


def test_a_reader_follows_and_cannot_write(url: str) -> None:
    with pytest.raises(DatabaseRefused, match="does not exist yet"):
        open_store(url, read_only=True)
    assert "will be made" in database_state(url)
    writer = open_store(url)
    assert "schema 0012" in database_state(url)
    reader = open_store(url, read_only=True)
    writer.register(hypothesis_row(), slice_row())
    assert reader.board_version() == 1
    with pytest.raises(sa.exc.DBAPIError, match="read-only"):
        reader.enter(Batch(exchanges=(exchange(1),)))
    reader.close()
    writer.close()


def test_what_is_not_fit_is_refused(url: str) -> None:
    run_sql(url, "CREATE TABLE songs (title text)")
    with pytest.raises(DatabaseRefused, match=r"another program .*songs"):
        open_store(url)
    run_sql(url, "DROP TABLE songs")
    open_store(url).close()
    run_sql(url, f"UPDATE {VERSION_TABLE} SET version_num = '9999'")
    with pytest.raises(DatabaseRefused, match=r"newer version .*9999"):
        open_store(url)


def test_several_machines_write_at_once(url: str) -> None:
    """Four stores are opened at once on an empty database; numbers then grow in the order in which rows are seen."""
    failures: list[BaseException] = []
    together = threading.Barrier(4)
    written: list[str] = []

    def machine(number: int) -> None:
        together.wait()
        try:
            store = open_store(url)
            store.register(hypothesis_row(), slice_row())
            fence = store.lease(f"evaluate {number}", str(number), 1e6, 0.0)
            for turn in range(20):
                name = number * 100 + turn
                store.enter(Batch(exchanges=(exchange(name),), sampled=(open_pair(name),)))
                last = store.transitions()[-1].hash if store.transitions() else ""
                try:
                    link = transition(0, last, f"{number}:{turn}")
                    store.save(slice_row(), link, lease=f"evaluate {number}", fence=int(fence or 0))
                    written.append(link.hash)
                except BrokenChain:
                    continue
            store.close()
        except sa.exc.SQLAlchemyError as error:
            failures.append(error)

    threads = [threading.Thread(target=machine, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    store = open_store(url)
    assert len(store.exchanges(1_000)) == 80
    assert [row.exchanges for row in store.money()] == [80]
    assert [row.seq for row in store.pairs("hyp_1")] == list(range(1, 81))
    links = store.transitions()
    assert [link.prev_hash for link in links] == ["", *(link.hash for link in links[:-1])]
    assert sorted(link.hash for link in links) == sorted(written)
    assert len(links) >= 20
    store.close()
