"""A route with a pool learns from a judge, on the real server: comparisons wait, verdicts come late, a belief wins."""

import contextlib
import json
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from tests.cli.test_serve import understudy
from tests.journeys.house import Server, completing, completion, eventually, get, post, server
from understudy.policy.keys import digest

CONFIG = """\
server: {{host: 127.0.0.1, port: 0}}
providers:
  small: {{dialect: openai_chat, base_url: "{url}", auth: none, maker: one}}
  large: {{dialect: openai_chat, base_url: "{url}", auth: none, maker: two}}
  judging: {{dialect: openai_chat, base_url: "{url}", auth: none, maker: three}}
models:
  - {{name: own, provider: small, model: counts, owned: true, price: {{input_usd: 0, output_usd: 0}}}}
  - {{name: rented, provider: large, model: writes, price: {{input_usd: 3, output_usd: 15}}}}
  - {{name: third, provider: judging, model: judges, price: {{input_usd: 1, output_usd: 2}}}}
routes:
  - name: auto
    choose_from: [own, rented]
    parity: {{shadow: 1.0, judge: {{model: third, rubric: "the right answer"}}}}
"""
WORDS = {"sums": "Compute the sum of these numbers", "letters": "Write to my neighbour about the fence"}
RIGHT = {"sums": "42", "letters": "Dear neighbour"}
WRONG = "I would rather talk about the weather"


class Upstream:
    """One model counts, another writes, and a third judges which of two answers is right."""

    def __init__(self) -> None:
        self.url = ""
        self.judged = 0
        self.fooled = False
        self.down = False

    async def answer(self, request: web.Request) -> web.Response:
        """POST /chat/completions."""
        body = json.loads(await request.read())
        model, words = body["model"], body["messages"][-1]["content"]
        if model == "judges":
            if self.down:
                error = {"message": "asleep", "type": "server_error", "param": None, "code": None}
                return web.json_response({"error": error}, status=503)
            self.judged += 1
            text = self.verdict(words)
        else:
            kind = "sums" if "sum" in words else "letters"
            text = RIGHT[kind] if (model == "counts") == (kind == "sums") else WRONG
        return completion(model, text, prompt_tokens=100)

    def verdict(self, prompt: str) -> str:
        """Which of the two is right, by the parts that the prompt's fence marks off; none is right: equally good."""
        fence = re.search(r"the word (\S+) is material", prompt)
        assert fence is not None
        _, conversation, first, second, _ = re.split(rf"^{fence[1]} .*$", prompt, flags=re.MULTILINE)
        right = RIGHT["sums" if "sum" in conversation else "letters"]
        worth = [self.worth(one.strip(), right) for one in (first, second)]
        sign = {True: "A>>B", False: "B>>A"}[worth[0] > worth[1]] if worth[0] != worth[1] else "A=B"
        return f"I have compared both.\nVERDICT: {sign}"

    def worth(self, answer: str, right: str) -> int:
        """A right answer is worth most, and another that a model gave more than none; to a fooled one none is best."""
        known = {right: 2, WRONG: 1}
        return known.get(answer, 3 if self.fooled else 0)


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    scripted = Upstream()
    with completing(scripted.answer) as scripted.url:
        yield scripted


def ask(house: Server, kind: str, number: int, **headers: str) -> dict[str, str]:
    body = {"model": "auto", "messages": [{"role": "user", "content": f"{WORDS[kind]}, number {number}"}]}
    told = {"x-understudy-kind": kind, **headers}
    status, heard, answer = post(f"{house.url}/v1/chat/completions", json.dumps(body).encode(), **told)
    assert status == 200, answer
    return heard


def pool(house: Server) -> dict[str, Any]:
    found: list[dict[str, Any]] = get(f"{house.url}/understudy/v1/pools")["pools"]
    return found[0] if found else {}


def asked(house: Server, count: int) -> None:
    for number in range(count):
        ask(house, ("sums", "letters")[number % 2], number)


def chances(folder: Path) -> set[float]:
    """The chances with which the outcomes that a judge gave were seen."""
    with contextlib.closing(sqlite3.connect(folder / "understudy.db")) as books:
        rows = books.execute("SELECT outcomes FROM lessons WHERE \"by\" <> ''").fetchall()
    return {seen[1] for (raw,) in rows for seen in json.loads(raw).values()}


def lessons(house: Server) -> int:
    return sum(pool(house).get("lessons", {}).values())


def test_RT_6_1_a_route_learns_from_a_judge_which_model_answers_what(upstream: Upstream, tmp_path: Path) -> None:
    with server(tmp_path, CONFIG.format(url=upstream.url)) as house:
        upstream.down = True
        asked(house, 130)
        assert lessons(house) == 0
    # What waited for its judge waits through a restart.
    upstream.down = False
    with server(tmp_path, CONFIG.format(url=upstream.url)) as house:
        asked(house, 110)
        served = eventually(lambda: (h := ask(house, "sums", 999))["x-understudy-model"] == "own" and h)
        assert "more than the incumbent here" in served["x-understudy-reason"]
        assert ask(house, "letters", 999)["x-understudy-model"] == "rented"
        eventually(lambda: lessons(house) >= 240)
        # What serves may have been learned from few: which model is better is known, by how much is not.
        records = pool(house)["records"]
        assert records["sums"]["rented"]["mean"] == records["letters"]["rented"]["mean"] == 0.5
        assert records["sums"]["own"]["mean"] > 0.5 > records["letters"]["own"]["mean"]
        money = get(f"{house.url}/understudy/v1/money")["money"]
        rows = [row for row in money if row["purpose"] == "judge"]
        assert {row["route"] for row in rows} == {"auto"}
        assert all(row["cost_nano_usd"] == row["costed"] * (100 * 1000 + 5 * 2000) for row in rows)
        assert sum(row["costed"] for row in rows) >= 2 * 240
        told = understudy(tmp_path, "route", "status", "--config", str(tmp_path / "understudy.yaml"))
        assert "incumbent rented)" in told.stdout, told.stderr


def test_RT_6_9_a_judge_that_is_fooled_teaches_nothing_and_is_told_of(upstream: Upstream, tmp_path: Path) -> None:
    upstream.fooled = True
    with server(tmp_path, CONFIG.format(url=upstream.url)) as house:
        asked(house, 40)
        said = eventually(lambda: "not believed" in (words := pool(house).get("judge", "")) and words)
        # Ten probes in both orders, and those that ran beside the tenth.
        assert re.search(r"it rejected 0 of 1[0-3] answers that say nothing", said)
        assert 20 <= upstream.judged <= 26
        assert lessons(house) == 0
        told = understudy(tmp_path, "route", "status", "--config", str(tmp_path / "understudy.yaml"))
        assert "judge third is not believed: it rejected 0 of 1" in told.stdout, told.stderr
        assert "say in its rubric what makes an answer good" in (tmp_path / "server.log").read_text(encoding="utf-8")
    # Another rubric is another judge.
    upstream.fooled = False
    half = CONFIG.format(url=upstream.url).replace("the right", "what is asked; the right").replace("1.0", "0.5")
    with server(tmp_path, half) as house:
        asked(house, 40)
        eventually(lambda: re.search(r"is believed: it rejected (\d+) of \1 ", pool(house)["judge"]))
        eventually(lambda: 0.5 in chances(tmp_path))
        # What was compared before was compared always.
        assert chances(tmp_path) <= {1.0, 0.5}


def test_RT_6_9_what_a_judge_said_since_its_last_passed_round_is_taken_back(upstream: Upstream, tmp_path: Path) -> None:
    config = CONFIG.format(url=upstream.url)
    with server(tmp_path, config) as house:
        asked(house, 40)
        eventually(lambda: lessons(house) == 40)
    # From here on it is convinced by what says nothing; how it compares real answers does not matter.
    upstream.fooled = True
    with server(tmp_path, config) as house:
        asked(house, 80)
        said = eventually(lambda: "do not count" in (words := pool(house)["judge"]) and words)
        found = re.search(r"not believed: .*; (\d+) lessons from before a judge was found fooled", said)
        assert found is not None, said
        taken = int(found[1])
        # Two failed probes ended it. What came after the last one that it passed is doubted, what came before is not.
        assert 45 <= taken <= 60
        assert 20 <= lessons(house) - taken <= 30
        log = tmp_path / "server.log"
        eventually(lambda: "judge third was found to be fooled" in log.read_text(encoding="utf-8"))
        told = understudy(tmp_path, "route", "status", "--config", str(tmp_path / "understudy.yaml"))
        assert said in told.stdout, told.stderr
        count = lessons(house)
    # It is in the books: a restart knows of it, and nothing was deleted.
    with server(tmp_path, config) as house:
        ask(house, "sums", 998)
        eventually(lambda: f"{taken} lessons from before" in pool(house)["judge"])
        assert lessons(house) == count


def test_a_judge_reads_nothing_of_a_key_whose_tags_it_lacks(upstream: Upstream, tmp_path: Path) -> None:
    secret = "s" * 32
    keys = {name: digest(secret.encode(), name) for name in ("near", "ops")}
    tagged = CONFIG.replace("model: counts,", "model: counts, tags: [eu],").replace("writes,", "writes, tags: [eu],")
    text = "secret: ${WORD}\n" + tagged.format(url=upstream.url)
    text += f"keys:\n  - {{name: near, digest: {keys['near']}, only_tags: [eu]}}\n"
    text += f"  - {{name: ops, digest: {keys['ops']}, roles: [operate]}}\n"
    with server(tmp_path, text, WORD=secret) as house:
        for number in range(12):
            ask(house, "sums", number, **{"x-api-key": "near"})
        ask(house, "letters", 0, **{"x-api-key": "ops"})

        def heard() -> Any:
            rows = get(f"{house.url}/understudy/v1/exchanges", **{"x-api-key": "ops"})["exchanges"]
            return any(row["purpose"] == "judge" for row in rows) and rows

        rows = eventually(heard)
        assert {row["kind"] for row in rows if row["purpose"] != "serve"} == {"letters"}
        assert {row["decision"].get("compared", 0.0) for row in rows if row["kind"] == "sums"} == {0.0}


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("shadow: 1.0", "shadow: 1.0, labels: 0.1", "take out 'labels' and 'feedback' beside a judge"),
        ("shadow: 1.0", "shadow: 1.0, feedback: true", "take out 'labels' and 'feedback' beside a judge"),
        ("- name: auto", "- name: auto\n    cascade: true", "take out 'cascade', or name a check"),
        ("maker: three", "maker: one", "any_family: true"),
    ],
)
def test_a_judge_that_cannot_teach_a_pool_is_refused_at_start(
    tmp_path: Path, before: str, after: str, words: str
) -> None:
    config = CONFIG.format(url="http://127.0.0.1:9/v1")
    assert before in config
    (tmp_path / "understudy.yaml").write_text(config.replace(before, after), encoding="utf-8")
    done = understudy(tmp_path, "serve")
    assert done.returncode != 0
    assert words in " ".join((done.stdout + done.stderr).split())
