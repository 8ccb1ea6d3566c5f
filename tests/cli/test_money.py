"""`understudy money` on books with one tenant and with several: whose bill is shown, and what of it is not known."""

import json
from pathlib import Path

import pytest

from tests.cli.test_serve import understudy
from tests.storage.samples import exchange
from understudy.ports import Batch, Exchange
from understudy.storage.open import open_store

CONFIG = 'storage: "sqlite:///understudy.db"\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a configuration."""
    (tmp_path / "understudy.yaml").write_text(CONFIG, encoding="utf-8")
    return tmp_path


def book(folder: Path, *told: Exchange) -> None:
    """Books with these exchanges."""
    store = open_store(f"sqlite:///{folder / 'understudy.db'}")
    store.enter(Batch(exchanges=told))
    store.close()


def test_one_tenants_bill_needs_no_names(folder: Path) -> None:
    book(folder)
    assert "Nothing was asked yet." in understudy(folder, "money").stdout
    book(folder, exchange(1), exchange(2, model="unpriced", cost_nano_usd=None))
    done = understudy(folder, "money")
    assert done.returncode == 0, done.stderr
    heads, priced, unpriced = (line.split() for line in done.stdout.strip().splitlines())
    assert heads == ["route", "kind", "model", "purpose", "exchanges", "cost", "saved"]
    assert priced == ["assistant", "extraction", "llama", "serve", "1", "$0.0000010", "$0.0000040"]
    assert unpriced[-3:] == ["1", "–", "–"]


def test_of_several_tenants_each_has_its_name_and_one_can_be_asked_for(folder: Path) -> None:
    book(folder, exchange(1, tenant="a"), exchange(2, tenant="b"), exchange(3, tenant="b", route=None, kind=None))
    lines = [line.split() for line in understudy(folder, "money").stdout.strip().splitlines()]
    assert [line[:3] for line in lines] == [
        ["tenant", "route", "kind"],
        ["a", "assistant", "extraction"],
        ["b", "–", "–"],
        ["b", "assistant", "extraction"],
    ]
    done = understudy(folder, "money", "--tenant", "b", "--json", "-")
    told = json.loads(done.stdout)["money"]
    assert [(row["tenant"], row["exchanges"]) for row in told] == [("b", 1), ("b", 1)]
    assert "tenant" not in done.stderr
    assert "Nothing was asked yet." in understudy(folder, "money", "--tenant", "c").stdout
