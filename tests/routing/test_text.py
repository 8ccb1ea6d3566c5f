"""The text model: it finds what the words tell, says exactly why, and reads the same from bytes."""

import numpy as np
import pytest

from tests.routing.pools import by_text, prompt
from understudy.routing.text import design, held_out, learn, packed, read, unpacked

LESSONS = by_text(400)
DESIGN = design([one.prompt for one in LESSONS])
GAINS = np.array([one.outcomes["own"] - one.outcomes["rented"] for one in LESSONS])
MODEL = learn(DESIGN, GAINS, 0.3)


def test_the_words_tell_which_prompts_gain() -> None:
    sums = [MODEL.gain(read(prompt(number, sums=True))) for number in range(1000, 1050)]
    letters = [MODEL.gain(read(prompt(number, sums=False))) for number in range(1000, 1050)]
    assert min(sums) > max(letters) + 0.2


def test_contributions_add_up_to_the_gain() -> None:
    asked = read(prompt(7, sums=True))
    every = MODEL.contributions(asked, 10_000)
    assert sum(one.gain for one in every) - MODEL.offset == pytest.approx(MODEL.gain(asked), abs=1e-6)
    assert [abs(one.gain) for one in every] == sorted((abs(one.gain) for one in every), reverse=True)
    assert {one.block for one in every} == {"hand", "word", "char"}


def test_one_prompt_and_many_get_the_same() -> None:
    np.testing.assert_allclose(MODEL.gains(DESIGN)[:20], [MODEL.gain(one.prompt) for one in LESSONS[:20]], atol=1e-9)
    assert MODEL.gains(DESIGN).mean() == pytest.approx(0.0, abs=1e-6)


def test_a_model_is_the_same_after_packing() -> None:
    again = unpacked(packed(MODEL))
    for number in range(20):
        asked = read(prompt(number, sums=bool(number % 2)))
        assert again.gain(asked) == pytest.approx(MODEL.gain(asked), abs=1e-5)
    assert len(packed(MODEL)) < 200_000


def test_foreign_prompts_are_known_as_foreign() -> None:
    assert MODEL.knows(read(prompt(3, sums=False)))
    for foreign in ("", "彼は毎朝コーヒーを飲みます", "Zwölf Boxkämpfer jagen Viktor quer über den Sylter Deich"):
        assert not MODEL.knows(read(foreign))


def test_held_out_says_nothing_that_it_was_told() -> None:
    noise = np.random.default_rng(0).choice([-1.0, 0.0, 1.0], size=len(LESSONS))
    folds = np.arange(len(LESSONS)) % 5
    held = held_out(DESIGN, noise, folds)
    assert abs(np.corrcoef(held.gains, noise)[0, 1]) < 0.15
    assert np.corrcoef(held_out(DESIGN, GAINS, folds).gains, GAINS)[0, 1] > 0.25
    assert np.corrcoef(learn(DESIGN, noise).gains(DESIGN), noise)[0, 1] > 0.3
