"""Decoders led astray by coverage: `make fuzz`, for a night. Nothing but a Fault ever leaves them.

`python -m tests.dialects.fuzzing DIALECT -runs=N` lets libFuzzer bend true streams, answers, requests and errors of one
dialect; a find ends it with the input in a file. The fast suite has its own inputs in `test_fuzz.py`.
"""

import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import atheris

with atheris.instrument_imports(include=["understudy.canon", "understudy.dialects"]):
    from tests.dialects.test_contract import DIALECTS, ECHO, REQUEST, TARGET
    from tests.dialects.test_fuzz import REPLY, stream_of

    from understudy.canon.faults import Fault, FaultKind
    from understudy.dialects.contract import Dialect

# The longest input: the seeds are shorter, and what only length breaks has limits of its own.
MAX_BYTES = 8_192


def stream(dialect: Dialect, data: bytes) -> None:
    """A stream, cut where its first byte says, each frame edited for a caller of the same dialect."""
    decoder, cut = dialect.reply_decoder("anthropic"), data[0] * (len(data) - 1) // 255 if data else 0
    for frame in [*decoder.feed(data[1:cut]), *decoder.feed(data[max(1, cut) :]), *decoder.close()]:
        if not frame.malformed:
            dialect.edit_frame(frame, REQUEST, ECHO)


def answer(dialect: Dialect, data: bytes) -> None:
    """A whole answer."""
    dialect.decode_reply(data, "anthropic")


def request(dialect: Dialect, data: bytes) -> None:
    """A caller's request."""
    dialect.decode_request(data, dialect.path_to(REQUEST, TARGET))


def error(dialect: Dialect, data: bytes) -> None:
    """An upstream's error."""
    dialect.decode_fault(400, data, None)


KINDS: tuple[Callable[[Dialect, bytes], None], ...] = (stream, answer, request, error)


def seeds(dialect: Dialect) -> list[bytes]:
    """A true input of each kind, its kind before it."""
    fault = Fault("no", kind=FaultKind.RATE_LIMITED)
    true = (
        b"\0" + stream_of(dialect),
        dialect.encode_reply(REPLY, REQUEST, ECHO).body,
        dialect.encode_request(REQUEST, TARGET).body,
        dialect.encode_fault(fault, "ex_1")[1],
    )
    return [bytes([kind]) + data for kind, data in enumerate(true)]


def main() -> None:
    """Fuzz the dialect that is named first; what follows is libFuzzer's."""
    name, *options = sys.argv[1:]
    dialect = DIALECTS[name]

    def one(data: bytes) -> None:
        if not data:
            return
        try:
            KINDS[data[0] % len(KINDS)](dialect, data[1:])
        except Fault:
            return

    with TemporaryDirectory() as folder:
        for place, seed in enumerate(seeds(dialect)):
            (Path(folder) / str(place)).write_bytes(seed)
        atheris.Setup([sys.argv[0], f"-max_len={MAX_BYTES}", *options, folder], one)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
