"""Two tenants on the real server, side by side: what each asks, learns and is asked about stays its own.

Every operation that the house has is walked with the keys of both. A tenant leaves marks wherever it can: its name, its
words, its ids, the notes of its orders. A page that shows a mark to the other tenant's key fails; so does one that is
not as the house describes it (`/understudy/v1/openapi.json`).
"""

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.cli.test_serve import understudy
from tests.journeys.described import wrong
from tests.journeys.house import WORDS, Server, eventually, post, server, upstream
from understudy.policy.keys import digest
from understudy.web.house import HOUSE
from understudy.web.operations import Operation

SECRET = "a-server-secret-of-some-length"
TEXT = "".join(WORDS)
CONFIG = """\
server: {{host: 127.0.0.1, port: 0, workers: 1}}
providers:
  chatty: {{dialect: openai_chat, base_url: "{url}", auth: none}}
models:
  - {{name: rented, provider: chatty, model: plain, build: r1}}
  - {{name: own, provider: chatty, model: plain, build: o1, owned: true}}
routes:
  - name: people
    incumbent: rented
    candidate: own
    parity: {{shadow: 1.0, dwell: 0, cycle: 0, labels: 1.0}}
  - name: auto
    choose_from: [own, rented]
    incumbent: rented
    parity: {{shadow: 1.0, check: expected}}
keys:
{keys}
"""
# What a tenant's requests say, and nobody else's.
SPOKEN = {"acme": "zanzibar", "bolt": "timbuktu"}
ROLES = {"": [], "-reader": ["label"], "-account": ["account"]}
PAIRS = 6


@dataclass
class Two:
    """The server with both tenants, what each has left there, and everybody's keys."""

    house: Server
    marks: dict[str, set[str]] = field(default_factory=lambda: {name: {name, word} for name, word in SPOKEN.items()})
    exchanges: dict[str, str] = field(default_factory=dict)
    questions: dict[str, str] = field(default_factory=dict)
    answers: dict[str, str] = field(default_factory=dict)
    document: dict[str, Any] = field(default_factory=dict)

    def ask(self, key: str, path: str, body: object = None, method: str = "") -> tuple[int, str]:
        """Status and body of a page, for a key; one of the house's is held against what the house says of it."""
        method = method or ("GET" if body is None else "POST")
        status, kind, words = self._asked(key, path, body, method)
        if path.startswith("/understudy"):
            if not self.document:
                self.document = json.loads(self._asked("boss", "/understudy/v1/openapi.json", None, "GET")[2])
            told = json.loads(words) if kind == "application/json" else words
            assert not wrong(self.document, method, path, status, kind, told)
        return status, words

    def _asked(self, key: str, path: str, body: object, method: str) -> tuple[int, str, str]:
        request = urllib.request.Request(
            self.house.url + path,
            data=json.dumps(body).encode() if body is not None else None,
            headers={"authorization": f"Bearer {secret_of(key)}", "content-type": "application/json"},
            method=method,
        )
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return answer.status, answer.headers.get_content_type(), answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.headers.get_content_type(), error.read().decode()

    def told(self, key: str, below: str, body: object = None) -> Any:
        """What a page below the house's base tells a key that may have it."""
        status, words = self.ask(key, f"/understudy/v1{below}", body)
        assert status < 300, words
        return json.loads(words)


def secret_of(key: str) -> str:
    return f"sk-us-{key}"


def ask_as(two: Two, tenant: str, route: str, number: int) -> dict[str, str]:
    """One request of a tenant; the headers of its answer."""
    messages = [{"role": "user", "content": f"{SPOKEN[tenant]} {number}"}]
    body = {"model": route, "messages": messages, "metadata": {"expected": TEXT}, "max_tokens": 9}
    sent = {"authorization": f"Bearer {secret_of(tenant)}", "x-understudy-kind": "facts"}
    status, headers, answer = post(f"{two.house.url}/v1/chat/completions", json.dumps(body).encode(), **sent)
    assert status == 200, answer
    two.marks[tenant].add(headers["x-understudy-request-id"])
    return headers


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Two]:
    """Both tenants have asked, were compared, were asked about, were steered, and keep an answer."""
    folder = tmp_path_factory.mktemp("two")
    (folder / "understudy.secret").write_text(SECRET, encoding="utf-8")
    keys = [(f"{tenant}{tail}", tenant, roles) for tenant in SPOKEN for tail, roles in ROLES.items()]
    lines = "".join(
        f"  - {{name: {name}, tenant: {tenant}, roles: {json.dumps(roles)}, "
        f"digest: {digest(SECRET.encode(), secret_of(name))}}}\n"
        for name, tenant, roles in [*keys, ("boss", "house", ["operate"])]
    )
    with upstream() as scripted, server(folder, CONFIG.format(url=scripted.url, keys=lines)) as house:
        made = Two(house)
        compare(made)
        steer(made)
        yield made


def compare(two: Two) -> None:
    """Requests of both tenants, on both routes, until all of them are in the books."""
    for tenant in SPOKEN:
        ask_as(two, tenant, "people", 0)
    eventually(lambda: len(two.told("boss", "/parity")["slices"]) == len(SPOKEN))
    for tenant in SPOKEN:
        eventually(lambda tenant=tenant: "0%" in ask_as(two, tenant, "people", 0)["x-understudy-reason"])
    for number in range(PAIRS):
        for tenant in SPOKEN:
            two.exchanges[tenant] = ask_as(two, tenant, "people", number)["x-understudy-request-id"]
            ask_as(two, tenant, "auto", number)
    eventually(lambda: len(two.told("boss", "/labels?limit=100")["questions"]) >= len(SPOKEN) * PAIRS)
    eventually(lambda: len(two.told("boss", "/pools")["pools"]) == len(SPOKEN))


def steer(two: Two) -> None:
    """A question, an order and a kept answer of each tenant."""
    for tenant, word in SPOKEN.items():
        said, left, *_ = [one for one in two.told("boss", "/labels?limit=100")["questions"] if word in one["prompt"]]
        assert two.told("boss", f"/labels/{said['id']}", {"choice": "first"}) == {"labelled": said["id"]}
        two.questions[tenant] = left["id"]
        # The words of a pair on which the models part are in the report, for those who may read them.
        eventually(lambda word=word: f"{word} " in two.ask("boss", "/understudy/v1/parity/report")[1])
    for tenant, word in SPOKEN.items():
        ordered = two.told("boss", f"/parity/{tenant}:people/facts/hold", {"note": f"a note for {word}"})
        assert ordered["done"] is True
        kept = two.ask(tenant, "/v1/responses", {"model": "rented", "input": word})
        assert kept[0] == 200, kept
        two.answers[tenant] = json.loads(kept[1])["id"]
        two.marks[tenant] |= {ordered["order"], two.answers[tenant]}
    for view in two.told("boss", "/parity")["slices"]:
        two.marks[view["tenant"]].add(view["hypothesis"])


def other_of(tenant: str) -> str:
    return next(name for name in SPOKEN if name != tenant)


READS = [one for one in HOUSE if one.method == "GET"]
WRITES = [one for one in HOUSE if one.method == "POST"]
QUERIES = {
    "/parity/report": ("", "?format=json"),
    "/exchanges": ("?limit=1000", "?route=people"),
    "/labels": ("?limit=100",),
}
# The pages that tell nothing of anybody.
BLANK = {"/openapi.json", "/parity/imports"}


def paths(two: Two, one: Operation, tenant: str) -> list[str]:
    """The addresses of an operation for what is a tenant's."""
    ids = two.questions if one.below.startswith("/labels") else two.exchanges
    named = {"route": f"{tenant}:people", "kind": "facts", "id": ids[tenant]}
    return [one.path.format(**named) + query for query in QUERIES.get(one.below, ("",))]


@pytest.mark.parametrize("tail", ROLES)
@pytest.mark.parametrize("tenant", SPOKEN)
@pytest.mark.parametrize("one", READS, ids=lambda one: one.below)
def test_a_page_shows_a_key_its_own_tenants_and_nothing_else(two: Two, one: Operation, tenant: str, tail: str) -> None:
    for path in paths(two, one, tenant):
        status, words = two.ask(tenant + tail, path)
        if one.roles and not set(one.roles) & set(ROLES[tail]):
            assert status == 403
            continue
        assert status == 200, words
        assert [mark for mark in two.marks[other_of(tenant)] if mark in words] == []
        assert one.below in BLANK or any(mark in words for mark in two.marks[tenant])
        assert "label" in ROLES[tail] or "{route}" in path or f"{SPOKEN[tenant]} " not in words


@pytest.mark.parametrize("tail", ROLES)
@pytest.mark.parametrize("tenant", SPOKEN)
@pytest.mark.parametrize("one", [one for one in READS if "{" in one.below], ids=lambda one: one.below)
def test_what_is_anothers_is_not_there(two: Two, one: Operation, tenant: str, tail: str) -> None:
    for path in paths(two, one, other_of(tenant)):
        status, words = two.ask(tenant + tail, path)
        assert status == 404
        asked = path.split("/")
        assert not [mark for mark in two.marks[other_of(tenant)] if mark in words and not any(mark in a for a in asked)]


def test_figures_are_of_the_tenants_own_traffic(two: Two) -> None:
    def asked(key: str) -> tuple[int, int]:
        spending = two.told(key, "/parity/report?format=json")["spending"]
        served = [row["exchanges"] for row in spending if row["purpose"] == "serve"]
        bill = two.told(key, "/money")["money"]
        return sum(served), sum(
            row["exchanges"] for row in bill if row["purpose"] == "serve" and row["route"] == "people"
        )

    of_acme, of_bolt = asked("acme"), asked("bolt")
    assert min(*of_acme, *of_bolt) > PAIRS
    assert asked("boss") == (of_acme[0] + of_bolt[0], of_acme[1] + of_bolt[1])


def test_a_report_on_anothers_slice_is_none(two: Two) -> None:
    status, words = two.ask("acme-reader", "/understudy/v1/parity/report?format=json&slice=bolt:people/facts")
    assert status == 404, words
    assert two.ask("bolt-reader", "/understudy/v1/parity/report?format=json&slice=bolt:people/facts")[0] == 200


@pytest.mark.parametrize("one", READS, ids=lambda one: one.below)
def test_who_operates_sees_every_tenant(two: Two, one: Operation) -> None:
    for tenant in SPOKEN:
        for path in paths(two, one, tenant):
            status, words = two.ask("boss", path)
            assert status == 200, words
            assert one.below in BLANK or any(mark in words for mark in two.marks[tenant])


def state(two: Two) -> object:
    """All that somebody could have changed."""
    stories = [two.told("boss", f"/parity/{tenant}:people/facts") for tenant in SPOKEN]
    return [(one["orders"], one["transitions"], one["slice"]["status"]) for one in stories], two.told(
        "boss", "/labels?limit=100"
    )


@pytest.mark.parametrize("tail", ROLES)
@pytest.mark.parametrize("one", WRITES, ids=lambda one: one.below)
def test_nobody_changes_what_is_anothers(two: Two, one: Operation, tail: str) -> None:
    before = state(two)
    bodies: dict[str, object] = {
        "/feedback": {"exchange_id": two.exchanges["bolt"], "signal": "thumb", "value": 0},
        "/labels/{id}": {"choice": "first"},
    }
    allowed = not one.roles or set(one.roles) & set(ROLES[tail])
    for path in paths(two, one, "bolt"):
        status, words = two.ask(f"acme{tail}", path, bodies.get(one.below, {}))
        assert status == (404 if allowed else 403), words
    assert state(two) == before


def test_a_kept_answer_is_its_tenants(two: Two) -> None:
    place = f"/v1/responses/{two.answers['bolt']}"
    for path, method in ((place, "GET"), (f"{place}/input_items", "GET"), (place, "DELETE")):
        status, words = two.ask("acme", path, method=method)
        assert (status, SPOKEN["bolt"] in words) == (404, False)
    going_on = {"model": "rented", "input": "and then?", "previous_response_id": two.answers["bolt"]}
    status, words = two.ask("acme", "/v1/responses", going_on)
    assert (status, SPOKEN["bolt"] in words) == (404, False), words
    assert two.ask("bolt", place)[0] == 200
    assert SPOKEN["bolt"] in two.ask("bolt", f"{place}/input_items")[1]
    assert two.ask("bolt", "/v1/responses", going_on)[0] == 200


def test_at_a_terminal_a_slice_shows_its_own_moves_and_orders(two: Two) -> None:
    for tenant in SPOKEN:
        done = understudy(two.house.folder, "parity", "show", f"{tenant}:people/facts", "--json", "-")
        assert done.returncode == 0, done.stderr
        assert SPOKEN[tenant] in done.stdout
        assert SPOKEN[other_of(tenant)] not in done.stdout + done.stderr
    assert understudy(two.house.folder, "parity", "replay").returncode == 0


def test_a_deletion_takes_the_words_of_one_tenants_pairs(two: Two) -> None:
    done = understudy(two.house.folder, "tenant", "delete", "acme", "--yes")
    assert done.returncode == 0, done.stderr
    asked = [question["prompt"] for question in two.told("boss", "/labels?limit=100")["questions"]]
    assert asked
    assert not any(SPOKEN["acme"] in prompt for prompt in asked)
