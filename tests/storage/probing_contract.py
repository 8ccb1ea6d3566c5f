"""The contract of ports.Store for probes of judges: how they are read, and what is doubted for them."""

import msgspec
from tests.storage.samples import HYPOTHESIS, answered, hypothesis_row, slice_row, verdict

from understudy.ports import Batch, LessonRow, ProbeRow, Store


def probe(number: int, at_s: float, **changes: object) -> ProbeRow:
    told = {"exchange_id": f"p{number}", "tenant": "t", "route": "r", "at_s": at_s, "by": "third", "version": "1"}
    return msgspec.convert(told | {"score": -1.0} | changes, ProbeRow)


def lesson(number: int, judged_s: float, route: str = "r") -> LessonRow:
    return LessonRow(
        exchange_id=f"{route}{number}",
        tenant="t",
        key="k",
        route=route,
        kind="chat",
        at_s=1.0,
        expires_at_s=1e9,
        served="rented",
        outcomes=b"{}",
        words="w",
        by="third/1 against rented",
        judged_s=judged_s,
    )


# The judge of `r` passed at 10, went on, and was found fooled at 20; that of another route stands.
FALL = probe(2, 20.0, score=1.0, doubted_s=10.0)
PROBES = (probe(1, 10.0), FALL, probe(3, 30.0), probe(4, 5.0, route="s"))


class ProbingContract:
    def test_probes_are_read_newest_first_and_once(self, store: Store) -> None:
        rows = [probe(number, 9.0 - number, score=None if number == 1 else -0.25) for number in range(1, 4)]
        store.enter(Batch(probes=(probe(0, 9.0, route="other"), *rows)))
        store.enter(Batch(probes=(msgspec.structs.replace(rows[2], score=1.0),)))
        assert store.probes("r", 2) == [rows[2], rows[1]]
        assert store.probes("r", 9)[2:] == [rows[0]]
        assert store.probes("none", 9) == []
        again = msgspec.structs.replace(rows[0], version="2")
        store.enter(Batch(probes=(again,)))
        assert store.probes("r", 1) == [again]

    def test_probes_are_counted_and_known_by_their_exchange_and_version(self, store: Store) -> None:
        store.enter(Batch(probes=(*PROBES, probe(1, 40.0, version="2"))))
        assert [store.probe_count(route) for route in ("r", "s", "none")] == [4, 1, 0]
        assert [store.probed(f"p{number}", "2") for number in (1, 2, 9)] == [True, False, False]

    def test_a_fall_stays_in_the_books(self, store: Store) -> None:
        store.enter(Batch(probes=PROBES))
        store.enter(Batch(probes=(msgspec.structs.replace(FALL, doubted_s=1.0),)))
        assert store.falls("r") == [FALL]
        assert store.falls("s") == store.falls("none") == []
        again = probe(5, 50.0, doubted_s=40.0)
        store.enter(Batch(probes=(again,)))
        assert store.falls("r") == [FALL, again]

    def test_lessons_are_doubted_from_the_last_passed_round_to_the_fall(self, store: Store) -> None:
        told = (*(lesson(number, float(number)) for number in (0, 9, 10, 11, 20, 21)), lesson(15, 15.0, "s"))
        store.enter(Batch(lessons=told))
        assert store.doubted_lessons("r") == set()
        store.enter(Batch(probes=PROBES))
        assert store.doubted_lessons("r") == {"r11", "r20"} == store.doubted_lessons("r", tenant=told[0].tenant)
        assert store.doubted_lessons("r", tenant="other") == set()
        assert store.doubted_lessons("s") == set()
        assert {row.exchange_id: row.judged_s for row in store.lessons("r", 0, 9)}["r11"] == 11.0

    def test_verdicts_of_a_judge_are_doubted_alike(self, store: Store) -> None:
        store.register(hypothesis_row(), slice_row())
        pairs = [answered(number) for number in range(6)]
        said = [msgspec.structs.replace(verdict(pair), at_s=5.0 + 5 * number) for number, pair in enumerate(pairs)]
        # What a person said is not, nor where the judge was not heard.
        person = msgspec.structs.replace(verdict(pairs[0], "label"), at_s=15.0)
        said[3] = msgspec.structs.replace(said[3], score=None, missing="why")
        route = hypothesis_row().route
        store.enter(Batch(settled=tuple(pairs), verdicts=(*said, person)))
        assert store.doubted_verdicts() == {}
        store.enter(Batch(probes=tuple(msgspec.structs.replace(one, route=route) for one in PROBES[:3])))
        # At 5, 10, 15, 20, 25 and 30: those at 15 and 20, of which the last was not heard.
        assert store.doubted_verdicts() == {HYPOTHESIS: 1}
        # What two falls doubt is doubted once.
        store.enter(Batch(probes=(probe(6, 15.0, route=route, doubted_s=9.0),)))
        assert store.doubted_verdicts() == {HYPOTHESIS: 2}

    def test_what_was_judged_since_is_counted_over_lessons_and_pairs(self, store: Store) -> None:
        store.register(hypothesis_row(), slice_row())
        pair = answered(1)
        said = msgspec.structs.replace(verdict(pair), at_s=12.0)
        route = hypothesis_row().route
        store.enter(Batch(settled=(pair,), verdicts=(said,), lessons=(lesson(1, 12.0, route), lesson(2, 9.0, route))))
        assert [store.judged_since(route, at_s) for at_s in (8.0, 9.0, 12.0)] == [3, 2, 0]
        assert store.judged_since("none", 0.0) == 0
