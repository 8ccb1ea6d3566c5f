"""What tests of the spool share: a writer of numbered records, and a bookkeeper without a database."""

from pathlib import Path

from tests.storage.samples import records

from understudy.ports import Exchange, Record
from understudy.storage.spool import FINISHED, SpoolLimits, SpoolReader, SpoolWriter

SMALL = SpoolLimits(segment_bytes=4_000, measure_s=0.0, free_bytes=0)


class Books:
    """What a bookkeeper does with a spool, without a database: places are kept, then segments go."""

    def __init__(self, directory: Path) -> None:
        self.reader = SpoolReader(directory)
        self.places: dict[str, int] = {}
        self.records: list[Record] = []

    def turn(self, limit: int = 500) -> bool:
        """One batch; whether anything was new."""
        records, places = self.reader.read(self.places, limit)
        self.records += records
        for name, place in places.items():
            if place == FINISHED:
                self.places.pop(name, None)
            else:
                self.places[name] = place
        self.reader.forget(places)
        return bool(places)

    def drain(self, limit: int = 500) -> list[Record]:
        """All there is."""
        while self.turn(limit):
            pass
        return self.records

    def numbers(self) -> list[int]:
        """The exchanges so far, by their numbers."""
        return [int(record.id[3:]) for record in self.records if isinstance(record, Exchange)]


def write(directory: Path, numbers: range, worker: str = "w0", limits: SpoolLimits = SMALL) -> SpoolWriter:
    writer = SpoolWriter(directory, worker, limits)
    for number in numbers:
        writer.append(*records(number))
    return writer


def segments(directory: Path) -> list[Path]:
    return sorted(directory.glob("*.seg"))


def told(numbers: range) -> list[Record]:
    return [record for number in numbers for record in records(number)]
