"""The spool: what was appended is read, once and in order, whatever dies in between."""

import fcntl
import os
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.storage.samples import exchange, paired, records, sampled
from tests.storage.spools import SMALL, Books, segments, told, write

from understudy.ports import RECORD_ENCODER, Journal
from understudy.ports import SpoolReader as ReaderPort
from understudy.storage import spool
from understudy.storage.spool import FINISHED, HEADER, MARK, SpoolLimits, SpoolReader, SpoolWriter


@pytest.fixture
def books(tmp_path: Path) -> Books:
    return Books(tmp_path)


def test_both_ends_satisfy_their_ports(tmp_path: Path) -> None:
    journal: Journal = SpoolWriter(tmp_path, "w0")
    reader: ReaderPort = SpoolReader(tmp_path)
    journal.append(exchange(1))
    assert reader.read({}, 10)[0] == [exchange(1)]


@pytest.mark.parametrize("limit", [1, 3, 1_000])
def test_records_come_back_in_order_over_many_segments(tmp_path: Path, books: Books, limit: int) -> None:
    writer = write(tmp_path, range(60))
    assert len(segments(tmp_path)) > 3
    assert books.drain(limit) == told(range(60))
    writer.close()
    books.drain()
    assert segments(tmp_path) == []
    assert books.places == {}
    assert (books.reader.torn, books.reader.corrupt) == (0, 0)


def test_one_append_is_one_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    writer = SpoolWriter(tmp_path, "w0")
    calls: list[int] = []
    write_for_real = os.write

    def counted(fd: int, data: bytes) -> int:
        calls.append(len(data))
        return write_for_real(fd, data)

    monkeypatch.setattr(os, "write", counted)
    writer.append(*records(0))
    assert len(calls) == 1


def test_there_is_nothing_in_a_directory_that_is_not_there(tmp_path: Path) -> None:
    assert SpoolReader(tmp_path / "none").read({"w0-x": 3}, 10) == ([], {})


def test_nothing_new_means_no_places(tmp_path: Path, books: Books) -> None:
    writer = write(tmp_path, range(3))
    books.drain()
    assert books.reader.read(books.places, 10) == ([], {})
    writer.append(exchange(3))
    assert books.turn()
    assert books.numbers() == [0, 1, 2, 3]


def test_reading_again_from_the_same_place_gives_the_same(tmp_path: Path) -> None:
    write(tmp_path, range(40))
    reader = SpoolReader(tmp_path)
    first, places = reader.read({}, 25)
    again, places_again = SpoolReader(tmp_path).read({}, 25)
    assert (first, places) == (again, places_again)
    rest, _ = reader.read(places, 1_000)
    assert first + rest == told(range(40))


def test_a_living_segment_stays_even_when_it_is_drained(tmp_path: Path, books: Books) -> None:
    writer = write(tmp_path, range(3), limits=SpoolLimits())
    books.drain()
    assert len(segments(tmp_path)) == 1
    books.reader.forget({segments(tmp_path)[0].name: FINISHED})
    assert len(segments(tmp_path)) == 1
    writer.append(exchange(3))
    books.drain()
    assert books.numbers() == [0, 1, 2, 3]


def test_a_segment_goes_only_after_its_last_place_was_booked(tmp_path: Path) -> None:
    write(tmp_path, range(3), limits=SpoolLimits()).close()
    reader = SpoolReader(tmp_path)
    _, places = reader.read({}, 100)
    reader.forget(places)
    assert len(segments(tmp_path)) == 1
    records_after, done = reader.read(places, 100)
    assert records_after == []
    assert list(done.values()) == [FINISHED]
    reader.forget(done)
    assert segments(tmp_path) == []
    reader.forget(done)


def test_a_restart_never_appends_to_an_older_file(tmp_path: Path, books: Books) -> None:
    write(tmp_path, range(3)).close()
    before = {path: path.read_bytes() for path in segments(tmp_path)}
    write(tmp_path, range(3, 6)).close()
    assert {path: path.read_bytes() for path in before} == before
    assert books.drain() == told(range(6))


def test_two_writers_at_once_each_in_its_order(tmp_path: Path, books: Books) -> None:
    one, two = SpoolWriter(tmp_path, "w0", SMALL), SpoolWriter(tmp_path, "w1", SMALL)
    for number in range(0, 60, 2):
        one.append(exchange(number))
        two.append(exchange(number + 1))
    books.drain(7)
    numbers = books.numbers()
    assert sorted(numbers) == list(range(60))
    assert [n for n in numbers if n % 2 == 0] == list(range(0, 60, 2))
    assert [n for n in numbers if n % 2] == list(range(1, 60, 2))


def test_no_writer_waits_for_ever_behind_a_busy_one(tmp_path: Path, books: Books) -> None:
    write(tmp_path, range(100))
    quiet = SpoolWriter(tmp_path, "w1", SMALL)
    quiet.append(exchange(777))
    for _ in range(2):
        books.turn(5)
    assert 777 in books.numbers()


def test_a_record_longer_than_the_window(tmp_path: Path, books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spool, "WINDOW_BYTES", 64)
    writer = SpoolWriter(tmp_path, "w0")
    writer.append(exchange(1), paired(2, "long " * 5_000), exchange(3))
    assert books.drain() == [exchange(1), paired(2, "long " * 5_000), exchange(3)]


@pytest.mark.parametrize("segment_bytes", [1, 1 << 20], ids=["over segments", "within one"])
def test_a_batch_is_bounded_in_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, segment_bytes: int) -> None:
    monkeypatch.setattr(spool, "MAX_BATCH_BYTES", 1_000)
    write(tmp_path, range(30), limits=SpoolLimits(segment_bytes=segment_bytes))
    records_of_one, _ = SpoolReader(tmp_path).read({}, 1_000)
    assert 1 < len(records_of_one) < 6


# --- full ----------------------------------------------------------------------------------------------------------


def test_full_at_the_limit_of_the_directory_and_not_after_it_drained(tmp_path: Path, books: Books) -> None:
    limits = SpoolLimits(max_bytes=20_000, segment_bytes=4_000, measure_s=0.0, free_bytes=0)
    one, two = SpoolWriter(tmp_path, "w0", limits), SpoolWriter(tmp_path, "w1", limits)
    number = 0
    while not one.full:
        one.append(exchange(number))
        number += 1
        assert number < 200
    assert two.full
    # What runs already is still booked: nothing is dropped.
    two.append(exchange(number))
    books.drain()
    assert not one.full
    assert not two.full
    assert sorted(books.numbers()) == list(range(number + 1))


def test_the_directory_is_not_listed_for_each_request(tmp_path: Path) -> None:
    now_s = 0.0
    limits = SpoolLimits(max_bytes=2_000, free_bytes=0)
    writer = SpoolWriter(tmp_path, "w0", limits, monotonic_s=lambda: now_s)
    other = SpoolWriter(tmp_path, "w1", limits, monotonic_s=lambda: now_s)
    for number in range(10):
        other.append(exchange(number))
    assert other.full
    assert not writer.full
    now_s = 0.25
    assert writer.full


def test_full_when_the_disk_is_short(tmp_path: Path) -> None:
    disk = os.statvfs(tmp_path)
    assert SpoolWriter(tmp_path, "w0", SpoolLimits(free_bytes=2 * disk.f_blocks * disk.f_frsize)).full
    assert not SpoolWriter(tmp_path, "w0", SpoolLimits(free_bytes=0)).full


# --- what goes wrong ------------------------------------------------------------------------------------------------


def test_a_worker_id_must_fit_into_a_file_name(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="up/w0"):
        SpoolWriter(tmp_path, "up/w0")


def test_a_closed_writer_takes_nothing(tmp_path: Path) -> None:
    writer = SpoolWriter(tmp_path, "w0")
    writer.close()
    writer.close()
    with pytest.raises(ValueError, match="closed"):
        writer.append(exchange(1))


def test_records_are_for_their_owner_alone(tmp_path: Path) -> None:
    directory = tmp_path / "deep" / "spool"
    SpoolWriter(directory, "w0")
    assert directory.stat().st_mode & 0o777 == 0o700
    assert segments(directory)[0].stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("cut", [1, HEADER.size - 1, HEADER.size, HEADER.size + 5, -1])
def test_a_torn_end_is_waited_for_while_its_writer_lives_and_passed_over_after(
    tmp_path: Path, books: Books, cut: int
) -> None:
    writer = write(tmp_path, range(3), limits=SpoolLimits())
    (path,) = segments(tmp_path)
    frame = spool.framed(RECORD_ENCODER.encode(exchange(3)), spool.seed_of(path.name))
    with path.open("ab") as file:
        file.write(frame[:cut])
    books.drain()
    assert books.numbers() == [0, 1, 2]
    assert books.reader.torn == 0
    writer.close()
    books.drain()
    assert books.numbers() == [0, 1, 2]
    assert (books.reader.torn, books.reader.corrupt) == (1, 0)
    assert list(tmp_path.iterdir()) == []


def test_an_append_seen_in_part_is_read_when_it_is_whole(tmp_path: Path, books: Books) -> None:
    write_ = SpoolWriter(tmp_path, "w0")
    (path,) = segments(tmp_path)
    frame = spool.framed(RECORD_ENCODER.encode(exchange(0)), spool.seed_of(path.name))
    for place in range(len(frame)):
        with path.open("ab") as file:
            file.write(frame[place : place + 1])
        books.drain()
        assert len(books.records) == (1 if place == len(frame) - 1 else 0)
    write_.close()
    assert books.drain() == [exchange(0)]


def test_zeros_that_a_power_cut_leaves_are_a_torn_end(tmp_path: Path, books: Books) -> None:
    write(tmp_path, range(3), limits=SpoolLimits()).close()
    with segments(tmp_path)[0].open("ab") as file:
        file.write(bytes(4_096))
    books.drain()
    assert books.numbers() == [0, 1, 2]
    assert books.reader.torn == 1


@pytest.mark.parametrize("alive", [True, False], ids=["living", "ended"])
@pytest.mark.parametrize("where", ["mark", "length", "checksum", "payload"])
def test_damage_in_the_middle_costs_its_record_and_is_kept(
    tmp_path: Path, books: Books, where: str, alive: bool
) -> None:
    writer = SpoolWriter(tmp_path, "w0")
    for number in range(5):
        writer.append(exchange(number))
    if not alive:
        writer.close()
    (path,) = segments(tmp_path)
    damaged = bytearray(path.read_bytes())
    start = sum(HEADER.size + len(RECORD_ENCODER.encode(exchange(n))) for n in range(2))
    damaged[start + {"mark": 0, "length": 6, "checksum": 9, "payload": 40}[where]] ^= 0xFF
    path.write_bytes(damaged)
    books.drain()
    assert books.numbers() == [0, 1, 3, 4]
    assert (books.reader.torn, books.reader.corrupt) == (0, 1)
    writer.close()
    books.drain()
    (kept,) = tmp_path.iterdir()
    assert kept.suffix == ".corrupt"
    assert kept.read_bytes() == bytes(damaged)


def test_a_frame_inside_a_damaged_record_is_not_believed(tmp_path: Path, books: Books) -> None:
    """A caller who writes a frame into a prompt does not get it booked when its own record is damaged."""
    forged = exchange(666)
    payload = RECORD_ENCODER.encode(forged)
    frame = HEADER.pack(MARK, len(payload), zlib.crc32(payload)) + payload
    writer = SpoolWriter(tmp_path, "w0")
    writer.append(exchange(1, asked=frame.decode("latin-1")), exchange(2))
    (path,) = segments(tmp_path)
    carrying = bytearray(path.read_bytes())
    carrying[HEADER.size + 3] ^= 0xFF
    end = carrying.index(RECORD_ENCODER.encode("ex_00000002"))
    carrying[200 : 200 + len(frame)] = frame
    assert 200 + len(frame) < end
    path.write_bytes(carrying)
    books.drain()
    assert books.numbers() == [2]
    assert books.reader.corrupt == 1


def test_a_record_that_makes_no_sense_is_counted_and_kept(tmp_path: Path, books: Books) -> None:
    writer = SpoolWriter(tmp_path, "w0")
    writer.append(exchange(0))
    (path,) = segments(tmp_path)
    with path.open("ab") as file:
        file.write(spool.framed(RECORD_ENCODER.encode({"type": "from the future"}), spool.seed_of(path.name)))
    writer.append(exchange(1))
    writer.close()
    books.drain()
    assert books.numbers() == [0, 1]
    assert books.reader.corrupt == 1
    assert [kept.suffix for kept in tmp_path.iterdir()] == [".corrupt"]


def test_a_disk_that_takes_a_part_gets_the_rest(tmp_path: Path, books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    writer = SpoolWriter(tmp_path, "w0")
    write_for_real = os.write
    monkeypatch.setattr(os, "write", lambda fd, data: write_for_real(fd, data[:100]))
    writer.append(*records(0))
    monkeypatch.undo()
    writer.append(exchange(1))
    assert books.drain() == [*records(0), exchange(1)]
    assert len(segments(tmp_path)) == 1


def test_after_a_full_disk_the_next_append_starts_a_fresh_segment(
    tmp_path: Path, books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = SpoolWriter(tmp_path, "w0")
    writer.append(exchange(0))
    write_for_real = os.write
    answers = iter([100])

    def short(fd: int, data: bytes) -> int:
        for length in answers:
            return write_for_real(fd, data[:length])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "write", short)
    with pytest.raises(OSError, match="No space"):
        writer.append(exchange(1))
    monkeypatch.undo()
    writer.append(exchange(2))
    assert len(segments(tmp_path)) == 2
    books.drain()
    assert books.numbers() == [0, 2]
    assert (books.reader.torn, books.reader.corrupt) == (1, 0)


def test_a_segment_has_no_name_before_it_is_locked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else a reader could come between the two, find a file that nobody holds, and later remove it unread."""
    lock_for_real = fcntl.flock
    seen: list[list[Path]] = []

    def watched(fd: int, how: int) -> None:
        seen.append(segments(tmp_path))
        lock_for_real(fd, how)

    monkeypatch.setattr(fcntl, "flock", watched)
    writer = SpoolWriter(tmp_path, "w0", SpoolLimits(segment_bytes=1))
    writer.append(exchange(1))
    writer.append(exchange(2))
    (first, _) = segments(tmp_path)
    assert seen == [[], [first]]


# --- frames ---------------------------------------------------------------------------------------------------------


payloads = st.lists(st.binary(min_size=1, max_size=60) | st.just(MARK * 3), min_size=1, max_size=6)


def frames_of(data: bytes, seed: int) -> Iterator[bytes]:
    at = 0
    while end := spool.frame_end(data, at, seed):
        yield data[at + HEADER.size : end]
        at = end


@given(payloads=payloads, seed=st.integers(0, 2**32 - 1))
def test_frames_read_back(payloads: list[bytes], seed: int) -> None:
    data = b"".join(spool.framed(payload, seed) for payload in payloads)
    assert list(frames_of(data, seed)) == payloads


@given(payloads=payloads, seed=st.integers(0, 2**32 - 1), data=st.data())
def test_any_cut_of_the_last_frame_loses_only_that_record(
    payloads: list[bytes], seed: int, data: st.DataObject
) -> None:
    whole = b"".join(spool.framed(payload, seed) for payload in payloads)
    last = HEADER.size + len(payloads[-1])
    cut = data.draw(st.integers(1, last))
    left = whole[: len(whole) - cut]
    assert list(frames_of(left, seed)) == payloads[:-1]
    assert spool.next_frame(left, len(whole) - last + 1, seed) is None


@given(payloads=payloads, seed=st.integers(0, 2**32 - 1), noise=st.binary(max_size=40))
def test_noise_before_a_frame_is_passed_over(payloads: list[bytes], seed: int, noise: bytes) -> None:
    data = noise + b"".join(spool.framed(payload, seed) for payload in payloads)
    found = spool.next_frame(data, 0, seed)
    assert found is not None
    assert list(frames_of(data[found:], seed))[-len(payloads) :] == payloads


@given(payload=st.binary(min_size=1, max_size=60), seed=st.integers(0, 2**32 - 1), data=st.data())
def test_no_changed_bit_goes_unseen(payload: bytes, seed: int, data: st.DataObject) -> None:
    frame = bytearray(spool.framed(payload, seed))
    bit = data.draw(st.integers(0, len(frame) * 8 - 1))
    frame[bit // 8] ^= 1 << bit % 8
    assert spool.frame_end(bytes(frame), 0, seed) is None


def test_a_sampled_record_stands_before_the_pair_it_announces(tmp_path: Path, books: Books) -> None:
    writer = SpoolWriter(tmp_path, "w0", SpoolLimits(segment_bytes=1))
    for number in range(20):
        writer.append(sampled(number))
        writer.append(paired(number))
    assert books.drain(3) == [record for n in range(20) for record in (sampled(n), paired(n))]
