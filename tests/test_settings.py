"""Settings: every mistake of a file is told at once, with its path, its line and what to do."""

import os
import re
from pathlib import Path

import pytest

from understudy import settings
from understudy.app import pools_of
from understudy.jobs.board import base_board
from understudy.providers.catalogue import load_rows
from understudy.routing.priors import Prior
from understudy.settings import ConfigError, File, Secrets, Settings, load, secret_value

GOOD = """\
server: {port: 4321}
storage: sqlite:///data/books.db
secret: file:server.secret
models:
  - name: rented
    provider: openai
    model: gpt-4.1
    price: {input_usd: 2.0, output_usd: 8.0}
  - name: own
    provider: llama_cpp
    model: own-7b
routes:
  - name: support
    incumbent: rented
    candidate: own
    parity: {margin: 0.1, dwell: 90s, cycle: 12, risk: high}
keys:
  - {name: team, digest: abababababababababababababababababababababababababababababababab, routes: [support]}
"""
KEY = {"OPENAI_API_KEY": "sk-live-word"}


def loaded(folder: Path, text: str | bytes, environ: dict[str, str] | None = None) -> Settings:
    path = folder / "understudy.yaml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return load(path, KEY if environ is None else environ)


def problems(folder: Path, text: str | bytes, environ: dict[str, str] | None = None) -> list[str]:
    """What is wrong with a file, as `line: path: message`."""
    with pytest.raises(ConfigError) as raised:
        loaded(folder, text, environ)
    prefix = f"{folder / 'understudy.yaml'}:"
    lines = str(raised.value).split("\n")
    assert all(line.startswith(prefix) for line in lines)
    return [line.removeprefix(prefix) for line in lines]


def test_an_alias_stands_for_a_route_or_a_model_that_there_is(tmp_path: Path) -> None:
    made = loaded(tmp_path, GOOD + 'aliases: {"claude-*haiku*": own, "claude-*": support}\n')
    assert list(made.file.aliases.items()) == [("claude-*haiku*", "own"), ("claude-*", "support")]
    assert problems(tmp_path, GOOD + 'aliases: {"gpt-*": suport}\n') == [
        "19: aliases.gpt-*: there is no route or model 'suport'; did you mean 'support'?"
    ]


def test_a_good_file(tmp_path: Path) -> None:
    made = loaded(tmp_path, GOOD)
    assert made.file.server.port == 4321
    assert [model.name for model in made.file.models] == ["rented", "own"]
    [route] = made.file.routes
    assert (route.incumbent, route.candidate, route.parity.margin, route.parity.risk) == ("rented", "own", 0.1, "high")
    policy = route.parity.policy(multi_turn=False)
    assert (policy.dwell_s, policy.cycle_s) == (90.0, 12.0)
    assert made.file.keys[0].routes == ("support",)
    assert made.base == tmp_path
    assert made.database == f"sqlite:///{tmp_path}/data/books.db"
    assert made.secrets == {"${OPENAI_API_KEY}": "sk-live-word"}


@pytest.mark.parametrize("text", ["", "\n\n", "# only words\n", "---\n", "{}"])
def test_an_empty_file_is_all_defaults(tmp_path: Path, text: str) -> None:
    made = loaded(tmp_path, text, {})
    assert made.file == File()
    assert made.rows == load_rows()
    assert (made.file.server.host, made.file.server.port, made.file.server.workers) == ("127.0.0.1", 4000, 1)
    assert (made.file.timeouts.connect_s, made.file.timeouts.total_s) == (5.0, 600.0)
    assert (made.database, made.spool) == (f"sqlite:///{tmp_path}/understudy.db", tmp_path / "understudy.spool")


def test_media_are_fetched_from_nowhere_unless_hosts_are_named(tmp_path: Path) -> None:
    assert loaded(tmp_path, "", {}).file.media.fetch == ()
    hosts = "[a.example.com, '*.b.example', 'c.example:8443', '[fd00:1::2]:8443', 10.1.2.3, '*']"
    made = loaded(tmp_path, f"media: {{fetch: {hosts}, private: [10.0.0.0/8, 'fd00:1::/32'], http: true}}", {})
    assert len(made.file.media.fetch) == 6
    assert made.file.media.private == ("10.0.0.0/8", "fd00:1::/32")


def test_sections_left_empty_are_defaults_too(tmp_path: Path) -> None:
    assert loaded(tmp_path, "server:\nmodels:\nroutes:\nkeys: []\n", {}).file == File()


def test_without_a_file_the_environment_alone_counts(tmp_path: Path) -> None:
    made = load(None, KEY, base=tmp_path)
    assert (made.file, made.base) == (File(), tmp_path)
    assert made.secrets == {"${OPENAI_API_KEY}": "sk-live-word"}


def test_the_environment_of_the_process_is_read_when_none_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "from-the-process")
    assert load(None).secrets["${OPENAI_API_KEY}"] == "from-the-process"
    assert load(None).base == Path(os.curdir).resolve()


OWN = "models: [{name: own, provider: llama_cpp, model: m}]\n"
MISTAKES = [
    ("server: {prot: 1}", "1: server.prot: unknown key 'prot'; did you mean 'port'?"),
    ("zzz: 1", "1: zzz: unknown key 'zzz'; known here: server, timeouts, media, providers, storage, secret, mode"),
    ("server:\n  port: many", "2: server.port: 'many' does not fit; a whole number from 0 to 65535 is expected here"),
    ("server: {port: 65536}", "1: server.port: '65536' does not fit; a whole number from 0 to 65535 is expected here"),
    ("server: {workers: 0}", "1: server.workers: '0' does not fit; a whole number"),
    ("server: {port: true}", "1: server.port: 'true' does not fit; a whole number"),
    ("server: [1]", "1: server: a mapping is expected here"),
    ("- 1", "1: a mapping is expected here"),
    ("words", "1: a mapping is expected here"),
    ("models: {}", "1: models: "),
    ("models: [1]", "1: models[0]: a mapping is expected here"),
    ("models:\n  -", "2: models[0]: a mapping is expected here"),
    ("server:\n  port: 1\n  port: 2", "3: server.port: the key 'port' stands here twice"),
    ("providers:\n  p: {dialect: d, base_url: 'http://x'}\n  p: {}", "3: providers.p: the key 'p' stands here twice"),
    ("timeouts: {idle_s: 0}", "1: timeouts.idle_s: '0' does not fit; a number above 0 is expected here"),
    ("timeouts: {idle_s: .nan}", "1: timeouts.idle_s: "),
    ("timeouts: {idle_s: 1 minute}", "1: timeouts.idle_s: '1 minute' does not fit; a number above 0 is expected here"),
    ("providers: {openai: {base_url: 'ftp://x'}}", "1: providers.openai.base_url: 'ftp://x' is no address; "),
    ("providers: {new: {dialect: gemini}}", "1: providers.new: a new provider needs 'dialect' and 'base_url'"),
    (
        "providers: {openai: {headers: {a: 1}}}",
        "1: providers.openai.headers.a: 1 is no text to YAML; write it in quotes",
    ),
    ("models:\n  - name: a/b\n    provider: vllm\n    model: m", "2: models[0].name: 'a/b' is no name; "),
    ("zzz:\n  a: 1", "1: zzz: unknown key"),
    (f"{OWN}routes:\n  - name: a/b\n    incumbent: own", "3: routes[0].name: 'a/b' is no name of a route; "),
    (f"{OWN}routes:\n  - name: 'a:b'\n    incumbent: own", "3: routes[0].name: 'a:b' is no name of a route; "),
    (f"{OWN}routes: [{{name: [a], incumbent: own}}]", "2: routes[0].name: "),
    ("providers: {a: {tool_ids: ten}}", "1: providers.a.tool_ids: 'ten' is none of the values that exist: "),
    ("providers: {a: {tool_choices: [auto, some]}}", "1: providers.a.tool_choices[1]: 'some' is none of the values"),
    ("providers: {a: {thoughts: [chosen]}}", "1: providers.a.thoughts: ['chosen'] is none of the values that exist: "),
    ("secret: word", "1: secret: a secret is written as a reference, ${NAME} or file:PATH, never as itself"),
    ("1: 2", "1: 1: unknown key '1'"),
    ("media: {fetch: [https://a.example]}", "1: media.fetch[0]: 'https://a.example' is no host; write a.example.com"),
    ("media: {fetch: ['a.*']}", "1: media.fetch[0]: 'a.*' is no host; "),
    ("media: {private: [inside]}", "1: media.private[0]: 'inside' is no network; write it as 10.20.0.0/16"),
    ("media: {fetch: [a.example], private: [10.0.0.1/8]}", "1: media.private[0]: 10.0.0.1/8 has host bits set; "),
    ("media: {fetch: ['*'], private: [10.0.0.0/8]}", "1: media.private: no host of a private network is fetched from"),
    ("media: {private: [10.0.0.0/8]}", "1: media.private: no host of a private network is fetched from"),
    ("server: {trusted_proxies: [proxy]}", "1: server.trusted_proxies[0]: 'proxy' is no address or network; write 127"),
    ("server: {trusted_proxies: ['*', 10.0.0.1/8]}", "1: server.trusted_proxies[1]: 10.0.0.1/8 has host bits set; "),
    ("media: {timeout_s: 0}", "1: media.timeout_s: '0' does not fit; a number above 0"),
    ("? [a, b]\n: 1", "1: is not YAML: found unhashable key"),
    ("server: {<<: {port: 1}}", "1: server.<<: unknown key '<<'"),
    ("server: {port: !!python/object/apply:os.getcwd []}", "1: is not YAML: could not determine a constr"),
    ("secret: 2024-99-99", "1: is not YAML: month must be in 1..12"),
    ("a: " + "[" * 600, "1: is nested too deeply"),
]


@pytest.mark.parametrize(("text", "expected"), MISTAKES, ids=[text[:40] for text, _ in MISTAKES])
def test_one_mistake(tmp_path: Path, text: str, expected: str) -> None:
    [found] = problems(tmp_path, text)
    assert found.startswith(expected)


PARITY = [
    ("margin: 0", "'0' does not fit; a number above 0 and below 1 is expected here"),
    ("margin: 5", "'5' does not fit; a number above 0 and below 1 is expected here; did you mean 0.05?"),
    ("shadow: 3%", "'3%' does not fit; a number from 0 to 1 is expected here; did you mean 0.03?"),
    ("dwell: soon", "'soon' is no duration; write seconds, or 500ms, 30s, 5m, 1h, 1d"),
    ("dwell: 1w", "'1w' is no duration"),
    ("dwell: -1", "'-1' is no duration"),
    ("risk: low", "'low' is none of the values that exist: 'normal', 'high'"),
    ("approvals: -1", "'-1' does not fit; a whole number of at least 0 is expected here"),
    ("watch: 1", "'1' does not fit; a number above 1 is expected here"),
    ("mragin: 0.1", "unknown key 'mragin'; did you mean 'margin'?"),
]


@pytest.mark.parametrize(("said", "expected"), PARITY, ids=[said for said, _ in PARITY])
def test_a_mistake_deep_inside_has_its_whole_path(tmp_path: Path, said: str, expected: str) -> None:
    text = GOOD.replace("{margin: 0.1, dwell: 90s, cycle: 12, risk: high}", f"\n      {said}")
    [found] = problems(tmp_path, text)
    assert found.startswith(f"17: routes[0].parity.{said.split(':')[0]}: {expected}")


def test_all_mistakes_are_told_together_in_order(tmp_path: Path) -> None:
    text = """\
server: {prot: 1, workers: none}
models:
  - name: a
    provider: openai
  - provider: openai
    model: x
    api_key: sk-live-word
storge: x
"""
    found = problems(tmp_path, text)
    assert [re.sub(r";.*|expected.*", "", line) for line in found] == [
        "1: server.prot: unknown key 'prot'",
        "1: server.workers: 'none' does not fit",
        "3: models[0]: the key 'model' is missing",
        "5: models[1]: the key 'name' is missing",
        "7: models[1].api_key: a secret is written as a reference, ${NAME} or file:PATH, never as itself",
        "8: storge: unknown key 'storge'",
    ]
    assert not any("sk-live" in line for line in found)


NAMES = """\
models:
  - {name: rented, provider: opnai, model: x}
  - {name: own, provider: llama_cpp, model: x}
  - {name: own, provider: llama_cpp, model: y}
routes:
  - {name: own, incumbent: rentd, candidate: zebra, fallbacks: [own, onw]}
keys:
  - {name: k, digest: 0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d, routes: [own, rentet]}
"""


def test_every_name_must_mean_something(tmp_path: Path) -> None:
    assert problems(tmp_path, NAMES) == [
        "2: models[0].provider: there is no provider 'opnai'; did you mean 'openai'?",
        "4: models[2].name: the name 'own' is taken already",
        "6: routes[0].name: the name 'own' is taken already",
        "6: routes[0].incumbent: there is no model 'rentd'; did you mean 'rented'?",
        "6: routes[0].candidate: there is no model 'zebra'; known: rented, own, own",
        "6: routes[0].fallbacks: there is no model 'onw'; did you mean 'own'?",
        "8: keys[0].routes: there is no route 'rentet'; did you mean 'rented'?",
    ]


def test_a_name_that_is_missing_twice_is_not_taken(tmp_path: Path) -> None:
    found = problems(tmp_path, "models: [{provider: vllm, model: a}, {provider: vllm, model: b}]")
    assert found == ["1: models[0]: the key 'name' is missing", "1: models[1]: the key 'name' is missing"]


def test_an_unknown_name_on_an_empty_board(tmp_path: Path) -> None:
    [found] = problems(tmp_path, "routes: [{name: r, incumbent: x}]")
    assert found.endswith("there is no model 'x'; known: none")


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"server: {port: 1", "1: is not YAML: "),
        (b"server:\n\tport: 1", "2: is not YAML: "),
        (b"a: *nobody", "1: is not YAML: found undefined alias"),
        (b"a: 1\n---\nb: 2", "2: is not YAML: "),
        (b"a: \x00", "1: is not YAML: "),
        (b"server: {host: '\xff\xfe'}", "1: is not UTF-8: "),
    ],
)
def test_a_file_that_cannot_be_read_as_yaml(tmp_path: Path, content: bytes, expected: str) -> None:
    [found] = problems(tmp_path, content)
    assert found.startswith(expected)


def test_a_file_that_is_too_large(tmp_path: Path) -> None:
    [found] = problems(tmp_path, b"#" * (settings.MAX_FILE_BYTES + 1))
    assert found == "1: the file is larger than 4194304 bytes"


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"none\.yaml:1: cannot be read: No such file"):
        load(tmp_path / "none.yaml", {})
    with pytest.raises(ConfigError, match="cannot be read: Is a directory"):
        load(tmp_path, {})


def test_a_file_in_a_loop_of_aliases_ends(tmp_path: Path) -> None:
    bomb = "\n".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 30))
    found = problems(tmp_path, "a0: &a0 [x]\n" + bomb)
    assert len(found) == 30


def test_a_literal_secret_is_refused_and_never_repeated(tmp_path: Path) -> None:
    text = GOOD.replace("    model: gpt-4.1\n", "    model: gpt-4.1\n    api_key: sk-live-word\n")
    [found] = problems(tmp_path, text)
    assert found == "8: models[0].api_key: a secret is written as a reference, ${NAME} or file:PATH, never as itself"


def test_a_secret_that_is_needed_and_missing_has_a_remedy(tmp_path: Path) -> None:
    expected = "5: models[0]: model 'rented' has no secret: set OPENAI_API_KEY in the environment"
    assert problems(tmp_path, GOOD, {}) == [expected]
    assert problems(tmp_path, GOOD, {"OPENAI_API_KEY": ""}) == [expected]
    text = GOOD.replace("    model: gpt-4.1\n", "    model: gpt-4.1\n    api_key: file:keys/one\n")
    assert problems(tmp_path, text) == ["5: models[0]: model 'rented' has no secret: write it to 'keys/one'"]


def test_the_servers_own_secret_may_come_from_the_environment(tmp_path: Path) -> None:
    text = GOOD.replace("secret: file:server.secret", "secret: ${WORD}")
    environ = {"OPENAI_API_KEY": "k", "WORD": "w"}
    assert loaded(tmp_path, text, environ).secrets["${WORD}"] == "w"
    assert problems(tmp_path, text) == ["3: secret: the server has no secret: set WORD in the environment"]


def test_a_deployments_own_secret_is_needed_too(tmp_path: Path) -> None:
    more = "    deployments: [{base_url: 'https://x', api_key: '${OTHER}'}, {base_url: 'https://y'}]\n"
    text = GOOD.replace("    model: gpt-4.1\n", "    model: gpt-4.1\n" + more)
    assert problems(tmp_path, text) == ["5: models[0]: model 'rented' has no secret: set OTHER in the environment"]
    made = loaded(tmp_path, text, {**KEY, "OTHER": "o"})
    assert made.secrets == {"${OPENAI_API_KEY}": "sk-live-word", "${OTHER}": "o"}


def test_secrets_come_from_files_beside_the_configuration(tmp_path: Path) -> None:
    (tmp_path / "one").write_text("  word\n")
    (tmp_path / "empty").write_text("\n")
    assert secret_value("file:one", {}, tmp_path) == "word"
    assert secret_value(f"file:{tmp_path}/one", {}, Path("/")) == "word"
    assert secret_value("file:empty", {}, tmp_path) is None
    assert secret_value("file:none", {}, tmp_path) is None
    assert secret_value("${A}", {"A": "b"}, tmp_path) == "b"
    assert secret_value("${A}", {"A": ""}, tmp_path) is None


def test_a_secret_file_that_is_not_text_counts_as_missing(tmp_path: Path) -> None:
    (tmp_path / "one").write_bytes(b"\xff\xfe\x00")
    assert secret_value("file:one", {}, tmp_path) is None


def test_secrets_never_show(tmp_path: Path) -> None:
    made = loaded(tmp_path, GOOD)
    for shown in (repr(made), str(made), repr(made.secrets), str(made.secrets), f"{made.secrets}", repr(made.file)):
        assert "sk-live-word" not in shown
    assert repr(Secrets({"a": "b"})) == "<1 secrets>"


def test_a_providers_own_variable_moves_its_address(tmp_path: Path) -> None:
    environ = {**KEY, "OPENAI_BASE_URL": "http://127.0.0.1:9/v1/"}
    assert loaded(tmp_path, GOOD, environ).rows["openai"].base_url == "http://127.0.0.1:9/v1"
    said = GOOD + "providers: {openai: {base_url: 'https://said.test'}}\n"
    assert loaded(tmp_path, said, environ).rows["openai"].base_url == "https://said.test"
    other = GOOD + "providers: {openai: {max_tokens: 5}}\n"
    assert loaded(tmp_path, other, environ).rows["openai"].base_url == "http://127.0.0.1:9/v1"


def test_a_provider_may_be_added_and_used(tmp_path: Path) -> None:
    text = GOOD.replace("provider: openai", "provider: new")
    added = "providers:\n  new: {dialect: openai_chat, base_url: 'https://new.test', auth: none}\n"
    made = loaded(tmp_path, text + added, {})
    assert made.rows["new"].auth == "none"
    assert made.rows["openai"] == load_rows()["openai"]


@pytest.mark.parametrize(
    ("storage", "database", "spool"),
    [
        ("sqlite:///a.db", "sqlite:///{base}/a.db", "a.spool"),
        ("sqlite:///data/a.db", "sqlite:///{base}/data/a.db", "data/a.spool"),
        ("sqlite:////srv/a.db", "sqlite:////srv/a.db", "/srv/a.spool"),
        ("postgresql://u@h/d", "postgresql://u@h/d", "understudy.spool"),
    ],
)
def test_the_spool_lies_beside_the_database(tmp_path: Path, storage: str, database: str, spool: str) -> None:
    made = loaded(tmp_path, f"storage: {storage}", {})
    assert made.database == database.format(base=tmp_path)
    assert made.spool == tmp_path / spool


def test_a_model_whose_provider_has_no_common_address_must_be_told_one(tmp_path: Path) -> None:
    text = "models:\n  - {name: a, provider: azure, model: deployment}\n"
    environ = {"AZURE_API_KEY": "word"}
    with pytest.raises(ConfigError) as raised:
        loaded(tmp_path, text, environ)
    where = "set models[].base_url, or providers.azure.base_url"
    assert [f"{p.line}: {p.path}: {p.message}" for p in raised.value.problems] == [
        f"2: models[0]: model 'a' has no address: {where}"
    ]
    given = "providers: {azure: {base_url: https://r.openai.azure.com/openai/v1}}\n" + text
    assert loaded(tmp_path, given, environ).rows["azure"].auth == "api-key"


def test_what_the_catalogue_knows_of_models_is_part_of_the_settings(tmp_path: Path) -> None:
    assert ("anthropic", "claude-opus-5") in loaded(tmp_path, GOOD).known


def test_a_dialect_and_a_proof_that_nobody_knows_are_named(tmp_path: Path) -> None:
    text = "providers:\n  aws:\n    dialect: convers\n    base_url: https://a.example\n    auth: sigv5\n"
    assert problems(tmp_path, text) == [
        "3: providers.aws.dialect: there is no dialect 'convers'; did you mean 'converse'?",
        "5: providers.aws.auth: there is no auth 'sigv5'; did you mean 'sigv4'?",
    ]
    assert loaded(tmp_path, text.replace("convers\n", "converse\n").replace("sigv5", "sigv4")).file.providers


POOL = """\
models:
  - {name: own, provider: vllm, model: m, base_url: "http://127.0.0.1:1/v1"}
  - {name: rented, provider: openai, model: gpt, api_key: "${KEY}"}
routes:
  - {name: auto, %s}
"""


@pytest.mark.parametrize(
    ("route", "words"),
    [
        ("candidate: own", "a route needs an 'incumbent', or models to 'choose_from'"),
        ("choose_from: [own]", "a pool has two models or more, each once"),
        ("choose_from: [own, own]", "a pool has two models or more, each once"),
        ("choose_from: [own, rented], candidate: own", "name one of both"),
        ("choose_from: [own, rentet]", "rentet"),
        ("choose_from: [own, rented], quality_target: 0.9, rented_share: 0.5", "'quality_target' is set already"),
        ("incumbent: rented, rented_share: 0.5", "need models to 'choose_from'"),
        ("choose_from: [own, rented], quality_target: 98", "quality_target"),
        ("choose_from: [own, rented], explore: 0.5", "explore"),
        ("incumbent: rented, priors: {rented: {mean: 0.5}}", "'priors' need models to 'choose_from'"),
        (
            "choose_from: [own, rented], priors: {owm: {mean: 0.5}}",
            "priors.owm: there is no model to choose from 'owm'; did",
        ),
        ("choose_from: [own, rented], priors: {x: {mean: 0.5}}", "known: own, rented"),
        ("choose_from: [own, rented], priors: {own: {mean: 7}}", "'7' is no mean outcome; write a number from 0"),
        ("choose_from: [own, rented], priors: {own: {mean: .nan}}", "'.nan' is no mean outcome"),
        ("choose_from: [own, rented], priors: {own: {kinds: {}}}", "the key 'mean' is missing"),
        ("choose_from: [own, rented], priors: {own: {mean: 1, weight: 21}}", "'21' is no weight of a prior"),
        ("choose_from: [own, rented], priors: {own: {mean: 1, kinds: {a: 2}}}", "kinds.a: '2' is no mean outcome"),
        (
            "choose_from: [own, rented], priors: {own: {mean: 1, kinds: {A: 1}}}",
            "kinds.A: 'A' can be no kind; a kind is",
        ),
    ],
)
def test_a_pool_that_makes_no_sense_is_told(tmp_path: Path, route: str, words: str) -> None:
    path = tmp_path / "understudy.yaml"
    path.write_text(POOL % route, encoding="utf-8")
    with pytest.raises(ConfigError) as raised:
        load(path, {"KEY": "k"})
    assert words in str(raised.value)


def test_a_judge_bears_the_tags_of_its_route(tmp_path: Path) -> None:
    text = POOL % "choose_from: [own, rented], only_tags: [eu, gpu], parity: {judge: {model: third}}"
    third = "routes:\n  - {name: other, incumbent: own, candidate: rented, parity: {judge: {model: third}}}"
    for tags, lacks in (("[eu]", "'gpu'"), ("[]", "'eu'"), ("[gpu, eu]", "")):
        model = f"  - {{name: third, provider: openai, model: t, api_key: '${{KEY}}', tags: {tags}}}\n{third}"
        path = tmp_path / "understudy.yaml"
        path.write_text(text.replace("routes:", model), encoding="utf-8")
        if not lacks:
            assert load(path, {"KEY": "k"}).file.routes[1].only_tags == ("eu", "gpu")
            continue
        with pytest.raises(ConfigError) as raised:
            load(path, {"KEY": "k"})
        lacking = f"the judge 'third' reads what is asked of this route and lacks its tag {lacks}"
        assert f"routes[1].parity.judge.model: {lacking}" in str(raised.value)
        assert "give the model that tag if it may, or take another judge" in str(raised.value)


@pytest.mark.parametrize(("told", "leads"), [("", "rented"), (", incumbent: own", "own")])
def test_a_pool_is_led_by_its_first_rented_model_unless_told(tmp_path: Path, told: str, leads: str) -> None:
    path = tmp_path / "understudy.yaml"
    path.write_text(POOL % f"choose_from: [own, rented], quality_target: 0.98{told}", encoding="utf-8")
    (route,) = load(path, {"KEY": "k"}).file.routes
    assert (route.incumbent, route.dials) == (leads, {"quality_target": 0.98})


def test_a_pools_priors_reach_the_learner_and_the_board(tmp_path: Path) -> None:
    path = tmp_path / "understudy.yaml"
    path.write_text(
        POOL % "choose_from: [own, rented], priors: {own: {mean: 0.7, kinds: {code: 0.6}}}", encoding="utf-8"
    )
    loaded = load(path, {"KEY": "k"})
    told = {"own": Prior(mean=0.7, kinds={"code": 0.6})}
    assert pools_of(loaded)["auto"].priors == told
    assert base_board({}, loaded.file.routes, {}).routes["auto"].priors == told


def test_a_policy_says_something_under_a_name_of_its_own(tmp_path: Path) -> None:
    text = GOOD + "policies:\n  - {name: a, kind: bills, words: [invoice]}\n  - {name: a, kind: code}\n"
    assert problems(tmp_path, text) == [
        "21: policies[1]: policy 'a' has no condition and would hold for everything",
        "21: policies[1].name: the name 'a' is taken already",
    ]
