"""The contract of ports.Store for what routes learn from and believe."""

from understudy.ports import Batch, BeliefRow, ComparisonRow, Feedback, LessonRow, Store, StrataRow


class LearningContract:
    """Every test takes an empty store that was opened with a secret."""

    def test_lessons_and_beliefs_read_back_in_order_and_the_newest_belief_counts(self, store: Store) -> None:
        rows = tuple(
            LessonRow(
                exchange_id=f"ex_{number}",
                tenant="t",
                key="k",
                route="auto" if number < 3 else "other",
                kind="chat",
                at_s=1.0,
                expires_at_s=50.0 + number,
                served="own",
                outcomes=b"{}",
                words="naïve \x00 words",
            )
            for number in range(4)
        )
        reaction = Feedback(id="f", exchange_id="ex_1", at_s=2.0, key="k", signal="thumb", y=0.5)
        store.enter(Batch(lessons=rows, feedback=(reaction,)))
        store.enter(Batch(lessons=rows))
        found = store.lessons("auto", 0, 10)
        assert [(row.exchange_id, row.said, row.words) for row in found] == [
            ("ex_0", None, "naïve \x00 words"), ("ex_1", 0.5, "naïve \x00 words"), ("ex_2", None, "naïve \x00 words"),
        ]  # fmt: skip
        assert [row.exchange_id for row in store.lessons("auto", found[1].seq, 10)] == ["ex_2"]
        assert store.lesson_counts() == {("t", "auto"): {"chat": 3}, ("t", "other"): {"chat": 1}}
        assert store.forget_texts(51.5) == 2
        version = store.board_version()
        told = [
            BeliefRow(tenant="t", route="auto", version=str(at), at_s=at, since_s=0.0, words="won", body=b"\x00weights")
            for at in (2.0, 1.0)
        ]
        store.enter(Batch(beliefs=tuple(told)))
        assert store.beliefs() == store.beliefs({("t", "auto"): 1.0, ("t", "r"): 2.0}) == told[:1]
        assert store.beliefs({("t", "auto"): 2.0}) == []
        assert store.board_version() == version + 1

    def test_what_a_tenants_route_was_taught_last_is_read_while_its_words_live(self, store: Store) -> None:
        rows = [
            LessonRow(
                exchange_id=f"ex_{number}", tenant="u" if number == 3 else "t", key="k", at_s=1.0, kind="chat",
                route="auto" if number < 4 else "other", expires_at_s=50.0 + number, served="own", outcomes=b"{}",
                words="naïve",
            )
            for number in range(5)
        ]  # fmt: skip
        reaction = Feedback(id="f", exchange_id="ex_1", at_s=2.0, key="k", signal="thumb", y=0.5)
        store.enter(Batch(lessons=tuple(rows), feedback=(reaction,)))
        found = store.past("t", "auto", 49.0, 9)
        assert [(row.exchange_id, row.said, row.words) for row in found] == [
            ("ex_2", None, "naïve"), ("ex_1", 0.5, "naïve"), ("ex_0", None, "naïve"),
        ]  # fmt: skip
        assert [row.exchange_id for row in store.past("t", "auto", 50.0, 1)] == ["ex_2"]
        assert [row.exchange_id for row in store.past("t", "auto", 51.0, 9)] == ["ex_2"]
        assert (store.lesson("ex_1", 50.0), store.lesson("ex_1", 51.0)) == (found[1], None)
        assert store.lesson("ex_9", 1.0) is None

        def newest(routes: list[str], most: int) -> list[tuple[str, str, float | None, str]]:
            return [(row.exchange_id, row.tenant, row.said, row.words) for row in store.newest(routes, most)]

        assert newest(["auto", "none"], 2) == [
            ("ex_3", "u", None, ""), ("ex_2", "t", None, ""), ("ex_1", "t", 0.5, ""),
        ]  # fmt: skip
        assert [row[0] for row in newest(["other", "auto"], 1)] == ["ex_4", "ex_3", "ex_2"]
        assert newest([], 9) == []

    def test_comparisons_wait_until_they_are_lessons_or_their_time_is_over(self, store: Store) -> None:
        rows = [
            ComparisonRow(
                exchange_id=f"ex_{number}", tenant="t", route="auto" if number < 3 else "other", at_s=1.0,
                expires_at_s=50.0 + number, body=b"\x00answers",
            )
            for number in range(4)
        ]  # fmt: skip
        store.enter(Batch(comparisons=tuple(rows)))
        store.enter(Batch(comparisons=tuple(rows)))
        assert store.unjudged(["auto", "none"], 49.0, 9) == [(f"ex_{number}", "auto") for number in range(3)]
        assert store.unjudged(["auto"], 50.0, 1) == [("ex_1", "auto")]
        assert store.unjudged([], 49.0, 9) == []
        assert store.comparison_counts(49.0) == {("t", "auto"): 3, ("t", "other"): 1}
        assert store.comparison_counts(50.0) == {("t", "auto"): 2, ("t", "other"): 1}
        assert (store.comparison("ex_0"), store.comparison("ex_9")) == (rows[0], None)
        lesson = LessonRow(
            exchange_id="ex_1", tenant="t", key="k", route="auto", kind="chat", at_s=1.0, expires_at_s=90.0,
            served="own", outcomes=b"{}", words="hi", by="a judge",
        )  # fmt: skip
        store.enter(Batch(lessons=(lesson, lesson)))
        store.enter(Batch(comparisons=tuple(rows)))
        assert store.unjudged(["auto", "other"], 49.0, 9) == [("ex_0", "auto"), ("ex_2", "auto"), ("ex_3", "other")]
        assert [row.by for row in store.lessons("auto", 0, 9)] == ["a judge"]
        assert store.forget_texts(52.0) == 2
        assert store.unjudged(["auto", "other"], 1.0, 9) == [("ex_3", "other")]

    def test_the_newest_strata_and_paces_count_and_move_the_board(self, store: Store) -> None:
        version = store.board_version()
        told = [StrataRow(tenant="t", route="auto", at_s=at, kinds={"chat": at}, new=0.5) for at in (2.0, 1.0)]
        other = StrataRow(tenant="u", route="auto", at_s=1.0, kinds={}, new=1.0)
        store.enter(Batch(strata=(*told, other)))
        assert sorted(store.strata(), key=lambda row: row.tenant) == [told[0], other]
        assert store.board_version() == version + 1
        for pace in (0.5, 0.5, 0.0):
            store.set_pace("auto", pace)
        assert store.paces() == {"auto": 0.0}
        assert store.board_version() == version + 3
