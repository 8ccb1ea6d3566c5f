"""Names: each means something, and none is taken twice."""

from pathlib import Path

from tests.settings.files import GOOD, loaded, problems


def test_an_alias_stands_for_a_route_or_a_model_that_there_is(tmp_path: Path) -> None:
    made = loaded(tmp_path, GOOD + 'aliases: {"claude-*haiku*": own, "claude-*": support}\n')
    assert list(made.file.aliases.items()) == [("claude-*haiku*", "own"), ("claude-*", "support")]
    assert problems(tmp_path, GOOD + 'aliases: {"gpt-*": suport}\n') == [
        "19: aliases.gpt-*: there is no route or model 'suport'; did you mean 'support'?"
    ]


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


def test_a_dialect_and_a_proof_that_nobody_knows_are_named(tmp_path: Path) -> None:
    text = "providers:\n  aws:\n    dialect: convers\n    base_url: https://a.example\n    auth: sigv5\n"
    assert problems(tmp_path, text) == [
        "3: providers.aws.dialect: there is no dialect 'convers'; did you mean 'converse'?",
        "5: providers.aws.auth: there is no auth 'sigv5'; did you mean 'sigv4'?",
    ]
    assert loaded(tmp_path, text.replace("convers\n", "converse\n").replace("sigv5", "sigv4")).file.providers


def test_beside_what_is_no_name_the_names_are_checked_still(tmp_path: Path) -> None:
    numbered = "providers: {1: {dialect: gemini, base_url: 'http://x.test'}}\n"
    used = "models:\n  - {name: a, provider: '1', model: m}\n"
    assert loaded(tmp_path, numbered + used).rows["1"].base_url == "http://x.test"
    [found] = problems(tmp_path, numbered + used.replace("'1'", "vlm"))
    assert found == "3: models[0].provider: there is no provider 'vlm'; did you mean 'vllm'?"
    route = "routes:\n  - {name: r, choose_from: [1, a], priors: {b: {mean: 1}}}\n"
    assert problems(tmp_path, numbered + used + route) == [
        "5: routes[0].choose_from[0]: 1 is no text to YAML; write it in quotes",
        "5: routes[0].priors.b: there is no model to choose from 'b'; known: a",
    ]
