"""The text model: it finds what the words tell, says exactly why, and reads the same from bytes."""

import zlib

import msgspec
import numpy as np
import pytest

from tests.routing.pools import by_text, meant, prompt
from understudy.routing.text import TRIED, design, held_out, helps, learn, packed, packed_over, read, tried, unpacked
from understudy.stats.ridge import Vector
from understudy.stats.vectors import Meaning

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
    held = held_out(DESIGN, np.stack([noise, GAINS], axis=1), folds)
    assert abs(np.corrcoef(held.gains[:, 0], noise)[0, 1]) < 0.15
    assert np.corrcoef(held.gains[:, 1], GAINS)[0, 1] > 0.25
    inside = np.flatnonzero(folds == 3)
    alone = learn(DESIGN.take(np.flatnonzero(folds != 3)), GAINS[folds != 3])
    np.testing.assert_array_equal(held.gains[inside, 1], alone.gains(DESIGN.take(inside)))
    assert np.corrcoef(learn(DESIGN, noise).gains(DESIGN), noise)[0, 1] > 0.3


SUMS = np.arange(400) % 2 == 1
MEANT = design([meant(number, sums=bool(sums)) for number, sums in enumerate(SUMS)])
SENSE = learn(MEANT, np.where(SUMS, 0.5, -0.5), 0.3)


def test_a_meaning_tells_what_no_word_does_and_is_one_line_of_the_sum() -> None:
    for number in range(1_000, 1_020):
        asked = meant(number, sums=bool(number % 2))
        assert (SENSE.gain(asked) > 0) == bool(number % 2)
        every = SENSE.contributions(asked, 10_000)
        assert sum(one.gain for one in every) - SENSE.offset == pytest.approx(SENSE.gain(asked), abs=1e-6)
        assert [one.feature for one in every if one.block == "vectors"] == ["meaning"]
    many = [meant(number, sums=bool(number % 2)) for number in range(50)]
    np.testing.assert_allclose(SENSE.gains(design(many)), [SENSE.gain(one) for one in many], atol=1e-9)
    assert SENSE.gains(MEANT).mean() == pytest.approx(0.0, abs=1e-6)


def test_the_block_takes_the_length_that_it_may_take() -> None:
    far = MEANT._replace(meaning=Meaning("v1", 100.0 + 7.0 * np.asarray(MEANT.meaning and MEANT.meaning.values)))
    np.testing.assert_allclose(learn(far, np.where(SUMS, 0.5, -0.5)).gains(far), SENSE.gains(MEANT), atol=1e-6)
    same = MEANT._replace(meaning=Meaning("v1", np.full((400, 8), 0.1)))
    alone = learn(MEANT._replace(meaning=None), np.where(SUMS, 0.5, -0.5))
    np.testing.assert_allclose(learn(same, np.where(SUMS, 0.5, -0.5)).gains(same), alone.gains(MEANT), atol=1e-9)


def test_held_out_prompts_keep_their_meanings() -> None:
    gains = np.where(SUMS, 0.5, -0.5)
    held = held_out(MEANT, gains[:, None], np.random.default_rng(0).integers(5, size=400))
    assert np.corrcoef(held.gains[:, 0], gains)[0, 1] > 0.9


FOLDS = np.random.default_rng(0).integers(5, size=400)
SIDED = np.where(SUMS, 0.5, -0.5)


def noise(seed: int) -> Vector:
    """Gains that nothing tells."""
    return np.random.default_rng(seed).choice([-1.0, 0.0, 1.0], size=400)


def columns(*gains: Vector) -> Vector:
    """One model's gains a column."""
    return np.stack(gains, axis=1)


def test_RT_2_5_vectors_count_only_where_they_predict_what_was_held_out_better() -> None:
    assert tried(MEANT, columns(SIDED), FOLDS).prompts.meaning is not None
    # By more than a standard error: one draw of chance in six.
    lucky = [tried(MEANT, columns(noise(seed)), FOLDS).prompts.meaning is not None for seed in range(30)]
    assert sum(lucky) <= 9
    plain = MEANT._replace(meaning=None)
    assert tried(plain, columns(SIDED), FOLDS).prompts.meaning is None


def test_RT_2_5_all_gains_of_a_belief_count_together() -> None:
    dull = next(noise(seed) for seed in range(30) if tried(MEANT, columns(noise(seed)), FOLDS).prompts.meaning is None)
    both = tried(MEANT, columns(SIDED, dull), FOLDS)
    assert both.prompts.meaning is not None
    assert both.held.gains.shape == (400, 2)
    assert tried(MEANT, columns(SIDED / 100, dull), FOLDS).prompts.meaning is None


def test_RT_2_5_what_errs_less_and_ranks_worse_does_not_help() -> None:
    gains = np.concatenate([np.full(10, -1.0), np.linspace(-0.1, 0.1, 90)])
    timid, near = gains / 100, np.concatenate([np.full(10, -1.0), np.linspace(0.001, 0.002, 90)])
    assert helps(columns(gains), columns(timid), columns(near))
    turned = np.concatenate([near[:10], near[:9:-1]])
    assert np.sum((gains - turned) ** 2) < np.sum((gains - timid) ** 2) / 10
    assert not helps(columns(gains), columns(timid), columns(turned))
    assert not helps(columns(gains), columns(near), columns(timid))


@pytest.mark.parametrize("enough", [1, 150, TRIED])
@pytest.mark.parametrize("gains", [SIDED, noise(0)], ids=["with", "without"])
def test_what_was_held_out_is_the_same_however_many_folds_were_tried(
    monkeypatch: pytest.MonkeyPatch, enough: int, gains: Vector
) -> None:
    monkeypatch.setattr("understudy.routing.text.TRIED", enough)
    found = tried(MEANT, columns(gains), FOLDS)
    whole = held_out(found.prompts, columns(gains), FOLDS)
    np.testing.assert_array_equal(found.held.gains, whole.gains)
    np.testing.assert_array_equal(found.held.known, whole.known)


def test_no_more_prompts_are_tried_both_ways_than_it_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    # Only in the last folds do vectors tell anything; the first are the ones that are tried.
    late = np.where(FOLDS > 1, 2 * SIDED, noise(0) / 4)
    assert tried(MEANT, columns(late), FOLDS).prompts.meaning is not None
    monkeypatch.setattr("understudy.routing.text.TRIED", 100)
    assert tried(MEANT, columns(late), FOLDS).prompts.meaning is None


def test_other_vectors_are_never_misread() -> None:
    assert SENSE.vectors == "v1"
    for stranger in (meant(7, sums=True, vectors="v2"), meant(7, sums=True)._replace(meaning=None)):
        with pytest.raises(ValueError, match="over the vectors 'v1' say nothing of a prompt read with"):
            SENSE.gain(stranger)
    with pytest.raises(ValueError, match="cannot stand together"):
        design([meant(1, sums=True), meant(2, sums=True, vectors="v2")])
    assert MODEL.gain(meant(7, sums=True)) == MODEL.gain(meant(7, sums=True)._replace(meaning=None))


def test_packing_keeps_the_vectors_and_reads_what_was_packed_without() -> None:
    again = unpacked(packed(SENSE))
    assert again.vectors == packed_over(packed(SENSE)) == "v1"
    assert packed_over(packed(MODEL)) == ""
    for number in range(20):
        asked = meant(number, sums=bool(number % 2))
        assert again.gain(asked) == pytest.approx(SENSE.gain(asked), abs=1e-5)
    arrays, *_ = msgspec.msgpack.decode(zlib.decompress(packed(MODEL)))
    assert set(arrays) == {"mean", "deviation", "hand", "word_idf", "word", "char_idf", "char"}
    assert unpacked(packed(MODEL)).sense is None
