"""What the demo's own model is trained on: the training side of the tasks, in the form of its chat template.

Pure code, no torch: the corpus is never stored, it is drawn as training goes, and the same seed draws the same one.
Nothing here may draw from the played side of the cut.
"""

import random
from collections.abc import Iterator

from understudy.demo.tasks import KINDS, Task, make

# Markers that are one token each. The model begins with the first and ends its answers with the second.
SPECIAL = ("<|begin|>", "<|end|>", "<|system|>", "<|user|>", "<|assistant|>")
BEGIN, END = 0, 1
# System messages are kept: a template that drops them does so in silence.
CHAT_TEMPLATE = (
    "{{ bos_token }}{% for message in messages %}<|{{ message['role'] }}|>{{ message['content'] }}{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>{% endif %}"
)
# Kinds that a model of this size cannot learn get a small part: enough to learn what an answer looks like.
HARD = {"product_4digit": 0.15, "word_problem": 0.15}
# Of each kind, for the tokenizer: enough that every word of the vocabulary becomes one token.
TOKENIZER_LINES = 1500

_TRAINED = [kind.id for kind in KINDS if kind.trained]
_WEIGHTS = [HARD.get(kind, 1.0) for kind in _TRAINED]


def draw(rng: random.Random) -> Task:
    """One task to train on."""
    return make(rng.choices(_TRAINED, _WEIGHTS)[0], rng, "training")


def conversation(prompt: str) -> str:
    """A prompt as the chat template writes it, up to where the answer begins."""
    return f"<|begin|><|user|>{prompt}<|assistant|>"


def tokenizer_lines(rng: random.Random) -> Iterator[str]:
    """Text for the tokenizer to learn from, without digits, so that no token ever holds two of them."""
    for kind in _TRAINED:
        for _ in range(TOKENIZER_LINES):
            task = make(kind, rng, "training")
            yield from (_without_digits(task.prompt), _without_digits(task.truth))


def _without_digits(text: str) -> str:
    return "".join(letter for letter in text if not letter.isdigit())
