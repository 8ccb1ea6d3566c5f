"""Routes: what one says fits together, and a pool is led by somebody."""

from pathlib import Path

import pytest
from tests.settings.files import GOOD, POOL, problems

from understudy.app import pools_of
from understudy.jobs.board import base_board
from understudy.routing.priors import Prior
from understudy.settings import load
from understudy.settings.reading import ConfigError


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
