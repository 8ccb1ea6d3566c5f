"""Static word vectors: the mean of a text's tokens, of length 1, over what is read of a prompt."""

import numpy as np
import pytest

from understudy.stats.features import READ_CHARS
from understudy.stats.vectors import Vectors

TABLE = np.array([[3.0, 0.0], [0.0, 4.0], [-3.0, 0.0]], dtype=np.float32)
LETTERS = Vectors("letters", TABLE, lambda text: ["abc".index(letter) for letter in text if letter in "abc"])


@pytest.mark.parametrize(
    ("text", "values"), [("a", [1.0, 0.0]), ("ab", [0.6, 0.8]), ("", [0.0, 0.0]), ("xyz", [0.0, 0.0]), ("ac", [0, 0])]
)
def test_the_mean_has_length_1_and_nothing_means_nothing(text: str, values: list[float]) -> None:
    found = LETTERS.meaning(text)
    assert found.vectors == "letters"
    np.testing.assert_allclose(found.values, values, atol=1e-6)


def test_what_is_not_read_of_a_prompt_means_nothing() -> None:
    np.testing.assert_allclose(LETTERS.meaning("a" * READ_CHARS + "b" * READ_CHARS).values, [1.0, 0.0])
