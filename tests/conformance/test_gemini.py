"""The scripted upstream of Gemini counts as the real one does: chunk by chunk, thoughts first and apart."""

from understudy.conformance import sse
from understudy.conformance.answers import Answer
from understudy.conformance.gemini import Gemini

COUNTS = ("promptTokenCount", "thoughtsTokenCount", "candidatesTokenCount", "totalTokenCount")


def counted(frames: list[bytes]) -> list[tuple[int | None, ...]]:
    usages = [event.data["usageMetadata"] for event in sse.read(b"".join(frames))]
    return [tuple(usage.get(name) for name in COUNTS) for usage in usages]


def test_T32_counts_grow_chunk_by_chunk() -> None:
    assert counted(Gemini().frames(Answer("It is calm.", thinking="No wind.", prompt=20, out=10))) == [
        (20, 2, None, 22),
        (20, 4, None, 24),
        (20, 4, 2, 26),
        (20, 4, 4, 28),
        (20, 4, 6, 30),
        (20, 4, 6, 30),
    ]


def test_what_was_not_counted_yet_is_not_told() -> None:
    first, *_, last = counted(Gemini().frames(Answer("The harbour is calm.", prompt=20, out=3)))
    assert first == (20, None, None, 20)
    assert last == (20, None, 3, 23)


def test_F8_the_counts_of_half_a_call_are_those_so_far() -> None:
    answer = Answer("I will look.", calls=(("weather", {"city": "Oslo"}), ("weather", {"city": "Bergen"})), out=10)
    assert counted(Gemini().half(answer))[-1] == (20, None, 8, 28)
