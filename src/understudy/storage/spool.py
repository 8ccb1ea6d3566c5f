"""The spool: where records wait between the request path and the database.

Each worker appends to a segment file of its own with one `write` per call and no fsync: what was appended survives
the death of the process at any instant, not a power cut of the machine. One reader drains all segments; its places
are booked in the same transaction as the rows, so a crash between the two doubles nothing.

A frame is a mark, a length, a CRC-32 and a record in MessagePack. The CRC starts from the segment's own name, part of
which is drawn at random, so that no text inside a record can pass for a frame.

Who still writes is told by a lock, not by a clock or a process id: a writer holds `flock` on its segment for as long
as it lives, and the kernel lets go when it dies. What stands at the end of an ended segment without being a whole
frame was torn by that death and was never acknowledged: it is counted and passed over. The same at the end of a
living one is not yet complete. Damage with whole frames after it is corruption: the reader goes on at the next whole
frame, and a second link to the segment (`….corrupt`) keeps it for people to look at; nothing here ever removes that.

Never here: judging a record, or a database.
"""

import fcntl
import logging
import os
import re
import secrets
import struct
import time
import zlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import msgspec

from understudy.canon.value import Value
from understudy.ports import RECORD_DECODER, RECORD_ENCODER, Record

log = logging.getLogger(__name__)

SUFFIX = ".seg"
KEPT_SUFFIX = ".corrupt"
# A segment before it is locked; one left behind by a kill in that instant is empty.
NEW_SUFFIX = ".new"
# The place that says: this segment is drained to its end and nobody writes it; its row and its file can go.
FINISHED = -1
MARK = b"\xa7Usp"
HEADER = struct.Struct("<4sII")
# How much of a segment is read at a time; a longer frame is read whole.
WINDOW_BYTES = 1 << 20
# The bytes of one batch of records: conversations may be long, and a batch is held in memory while it is judged.
MAX_BATCH_BYTES = 32 << 20
_WORKER_ID = re.compile(r"[A-Za-z0-9_.]+")


class SpoolLimits(Value, frozen=True, kw_only=True):
    """How large a spool may become.

    `max_bytes` is for all segments together: minutes of traffic at thousands of requests a second, little beside a
    disk. A segment of 16 MiB is drained and gone within seconds, yet costs no open and close in ordinary requests.
    `free_bytes` is left on the disk so that the database can still be written when the spool has to stop. The size
    is measured anew after `measure_s`: a listing of a few dozen names, too dear for each request, cheap four times
    a second.
    """

    max_bytes: int = 1 << 30
    segment_bytes: int = 16 << 20
    free_bytes: int = 64 << 20
    measure_s: float = 0.25


LIMITS = SpoolLimits()


class SpoolWriter:
    """One worker's end of the spool, for one thread. Satisfies ports.Journal."""

    def __init__(
        self,
        directory: Path,
        worker_id: str,
        limits: SpoolLimits = LIMITS,
        *,
        monotonic_s: Callable[[], float] = time.monotonic,
    ) -> None:
        if not _WORKER_ID.fullmatch(worker_id):
            raise ValueError(f"worker id {worker_id!r} becomes part of a file name; use letters, digits, '_' and '.'")
        # Records hold prompts: the directory is its owner's alone.
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._directory = directory
        # Unique for each start, so that none appends to what another left, possibly torn; oldest first by name.
        self._stem = f"{worker_id}-{time.time_ns():016x}-{os.getpid()}-{secrets.token_hex(4)}"
        self._limits = limits
        self._monotonic_s = monotonic_s
        self._count = 0
        self._closed = False
        self._fd, self._seed = self._next_segment()
        self._torn = False
        self._size = 0
        self._measure()

    @property
    def full(self) -> bool:
        """Whether the spool has reached its limit, or the disk its reserve; a little late for what others wrote."""
        if self._monotonic_s() >= self._measure_at_s:
            self._measure()
        return self._disk_short or self._total >= self._limits.max_bytes

    def append(self, *records: Record) -> None:
        """Write records in one call to the kernel; OSError if the disk takes none, and then none may be counted on."""
        if self._closed:
            raise ValueError("the spool is closed: append before close()")
        if self._torn or self._size >= self._limits.segment_bytes:
            self._roll()
        seed = self._seed
        frames = b"".join([framed(RECORD_ENCODER.encode(record), seed) for record in records])
        written = os.write(self._fd, frames)
        if written != len(frames):
            self._write_rest(frames[written:])
        self._size += len(frames)
        self._total += len(frames)

    def close(self) -> None:
        """End the segment: the reader may remove it once it is drained."""
        if not self._closed:
            self._closed = True
            os.close(self._fd)

    def _write_rest(self, rest: bytes) -> None:
        """After a short write: the rest, or a fresh segment next time, so that nothing follows a torn frame."""
        self._torn = True
        while rest:
            rest = rest[os.write(self._fd, rest) :]
        self._torn = False

    def _roll(self) -> None:
        # The old segment ends only when the new one is there: without it there would be nothing to append to. No
        # reader is misled, since a record goes to the new one only after the old one has ended.
        fd, seed = self._next_segment()
        os.close(self._fd)
        self._fd, self._seed, self._size, self._torn = fd, seed, 0, False

    def _next_segment(self) -> tuple[int, int]:
        """A new segment under this writer's lock, and the seed of its checksums.

        It gets its name once it is locked: the reader must never see a living segment that nobody holds, since it
        would take it for an ended one, and remove it with all that was written in between.
        """
        path = self._directory / f"{self._stem}-{self._count:08d}{SUFFIX}"
        self._count += 1
        unnamed = path.with_suffix(NEW_SUFFIX)
        fd = os.open(unnamed, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC, 0o600)
        fcntl.flock(fd, fcntl.LOCK_EX)
        unnamed.rename(path)
        return fd, seed_of(path.name)

    def _measure(self) -> None:
        self._total = sum(size for _, size in segment_sizes(self._directory))
        disk = os.statvfs(self._directory)
        self._disk_short = disk.f_bavail * disk.f_frsize < self._limits.free_bytes
        self._measure_at_s = self._monotonic_s() + self._limits.measure_s


class SpoolReader:
    """The bookkeeper's end of the spool: one reader for one directory. Satisfies ports.SpoolReader.

    `torn` counts the broken ends passed over, `corrupt` the damaged stretches and the records that make no sense.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._turn = 0
        self.torn = 0
        self.corrupt = 0

    def read(self, positions: Mapping[str, int], limit: int) -> tuple[list[Record], dict[str, int]]:
        """Up to `limit` records after the booked places, and the places after them; no places when nothing is new.

        A worker's records come in the order of its appends. A place of FINISHED asks the books to forget the segment.
        """
        records: list[Record] = []
        places: dict[str, int] = {}
        budget = MAX_BATCH_BYTES
        for name in self._in_turn():
            if len(records) >= limit or budget <= 0:
                break
            start = positions.get(name, 0)
            place = self._drain(name, start, records, limit, budget)
            if place != start:
                places[name] = place
            budget -= max(0, place - start)
        return records, places

    def forget(self, positions: Mapping[str, int]) -> None:
        """Remove the segments whose booked place is FINISHED; call it after the books have committed that."""
        for name, place in positions.items():
            if place != FINISHED:
                continue
            path = self._directory / name
            try:
                fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
            except FileNotFoundError:
                continue
            try:
                # A living segment stays, whatever the books say.
                if _lock(fd):
                    path.unlink()
            finally:
                os.close(fd)

    def _in_turn(self) -> Iterator[str]:
        """All segments, each worker's oldest first; another worker is first each time, so that none waits for ever."""
        of_worker: dict[str, list[str]] = {}
        for name, _ in sorted(segment_sizes(self._directory)):
            of_worker.setdefault(name.partition("-")[0], []).append(name)
        workers = list(of_worker)
        self._turn += 1
        for step in range(len(workers)):
            yield from of_worker[workers[(self._turn + step) % len(workers)]]

    def _drain(self, name: str, at: int, records: list[Record], limit: int, budget: int) -> int:
        """Add the records of one segment from a place on; the place after them."""
        try:
            fd = os.open(self._directory / name, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            return at
        try:
            # First whether it has ended, then how long it is: in this order an ended segment's length is final.
            ended = _lock(fd)
            if ended:
                fcntl.flock(fd, fcntl.LOCK_UN)
            size = os.fstat(fd).st_size
            if at >= size:
                return FINISHED if ended else at
            until = at + budget
            for payload, end in _pieces(fd, at, size, seed_of(name)):
                if payload is None:
                    self._damaged(name, f"{end - at} bytes at {at} are no frame")
                else:
                    self._decode(name, payload, records)
                at = end
                if len(records) >= limit or at >= until:
                    return at
            return self._torn(name, size - at) + at if ended else at
        finally:
            os.close(fd)

    def _torn(self, name: str, length: int) -> int:
        """Pass over what stands behind the last whole frame of an ended segment."""
        if length:
            self.torn += 1
            log.warning("spool segment %s: its last %d bytes were torn by its writer's end", name, length)
        return length

    def _decode(self, name: str, payload: bytes, records: list[Record]) -> None:
        try:
            records.append(RECORD_DECODER.decode(payload))
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            self._damaged(name, f"a record of {len(payload)} bytes cannot be read: {error}")

    def _damaged(self, name: str, what: str) -> None:
        """Count it, say it, and keep the segment under a second name."""
        self.corrupt += 1
        path = self._directory / name
        kept = path.with_suffix(KEPT_SUFFIX)
        log.error("spool segment %s: %s; the rest is read, and the segment is kept as %s", name, what, kept.name)
        if not kept.exists():
            kept.hardlink_to(path)


def _pieces(fd: int, at: int, size: int, seed: int) -> Iterator[tuple[bytes | None, int]]:
    """The payloads of a segment from a place on, each with the place after it; None for a stretch that is no frame.

    It stops where no whole frame follows.
    """
    window = WINDOW_BYTES
    while at < size:
        data = os.pread(fd, min(window, size - at), at)
        offset = 0
        while end := frame_end(data, offset, seed):
            yield data[offset + HEADER.size : end], at + end
            offset = end
        if offset:
            at += offset
        elif window < size - at:
            # A frame longer than the window, or damage: either way the rest has to be seen.
            window = size - at
        elif found := next_frame(data, 1, seed):
            at += found
            yield None, at
        else:
            return


def segment_sizes(directory: Path) -> Iterator[tuple[str, int]]:
    """The name and size in bytes of every segment of a spool; none if there is no such directory."""
    try:
        with os.scandir(directory) as entries:
            for entry in entries:
                if entry.name.endswith(SUFFIX):
                    try:
                        yield entry.name, entry.stat().st_size
                    except FileNotFoundError:
                        continue
    except FileNotFoundError:
        return


def seed_of(name: str) -> int:
    """The value that the checksums of a segment start from."""
    return zlib.crc32(name.removesuffix(SUFFIX).encode())


def framed(payload: bytes, seed: int) -> bytes:
    """One record as it stands in a segment."""
    return HEADER.pack(MARK, len(payload), zlib.crc32(payload, seed)) + payload


def frame_end(data: bytes, offset: int, seed: int) -> int | None:
    """Where the frame at `offset` ends; None if no whole and sound frame is there."""
    start = offset + HEADER.size
    if start > len(data):
        return None
    mark, length, checksum = HEADER.unpack_from(data, offset)
    end: int = start + length
    if mark != MARK or end > len(data):
        return None
    return end if zlib.crc32(memoryview(data)[start:end], seed) == checksum else None


def next_frame(data: bytes, offset: int, seed: int) -> int | None:
    """The first place from `offset` on where a whole and sound frame begins."""
    while (offset := data.find(MARK, offset)) >= 0:
        if frame_end(data, offset, seed):
            return offset
        offset += 1
    return None


def _lock(fd: int) -> bool:
    """Whether nobody else holds the segment; it is held here then, until released or closed."""
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
