"""Judging: what each side's answer becomes in the books, and that no mistake of a check ends them."""

import msgspec
import pytest

from tests.jobs.books import answered, request
from understudy.canon.messages import Message
from understudy.canon.parts import Text, text_of
from understudy.canon.reply import Reply, StopReason
from understudy.canon.request import Request
from understudy.jobs.evidence import turn_of
from understudy.jobs.judging import (
    answered_row,
    lesson_row,
    outcome_row,
    pair_digest,
    prompt_hash,
    sampled_row,
    verdict_digest,
    verdict_row,
)
from understudy.jobs.learning import lesson_of
from understudy.jobs.panel import Panel
from understudy.jobs.specs import GuardrailSpec, JudgeSpec, ParitySpec
from understudy.parity.slices import OutcomeKind
from understudy.parity.units import entering
from understudy.ports import Answered, Compared, Live, Paired, PairRow, Sampled, Side, Verdict


class Check:
    """Says the number that the answer says, nothing of "silent", and breaks on anything else."""

    name = "number"
    version = "1"
    slow = False

    def prepare(self) -> None:
        """Needs nothing."""

    def score(self, request: Request, reply: Reply) -> float | None:
        word = text_of(reply.parts)
        return None if word == "silent" else float(word)


PANEL = Panel(ParitySpec(check="number"), check=Check())


class SlowCheck(Check):
    """The same, in its own time."""

    slow = True


def pair(own: str | None, rented: str | None, *, served: Side = "incumbent") -> PairRow:
    return answered_row(paired(answered("own", own), answered("rented", rented), served=served), PANEL)


def paired(own: Answered, rented: Answered, *, served: Side = "incumbent") -> Paired:
    return Paired(
        exchange_id="e",
        at_s=1.0,
        settled_at_s=2.0,
        deadline_s=9.0,
        hypothesis="h",
        unit="u",
        served=served,
        request=request(),
        candidate=own,
        incumbent=rented,
    )


@pytest.mark.parametrize(
    ("own", "rented", "outcomes", "good", "missing"),
    [
        ("1", "0", (1.0, 0.0), (True, True), None),
        ("0.5", "1", (0.5, 1.0), (True, True), None),
        (None, "1", (None, 1.0), (False, True), "candidate: timeout"),
        ("1", None, (1.0, None), (True, False), "incumbent: timeout"),
        (None, None, (None, None), (False, False), "candidate: timeout"),
        ("silent", "silent", (None, None), (True, True), "check number: no opinion"),
        ("silent", "1", (None, None), (True, True), "check number: no opinion"),
        ("silent", None, (None, None), (True, False), "incumbent: timeout"),
        ("1", "silent", (1.0, None), (True, True), None),
        ("broken", "1", (0.0, 1.0), (True, True), None),
        ("1", "broken", (1.0, None), (True, True), None),
        ("1.5", "1", (0.0, 1.0), (True, True), None),
        ("-0.1", "1", (0.0, 1.0), (True, True), None),
        ("nan", "1", (0.0, 1.0), (True, True), None),
        ("1", "inf", (1.0, None), (True, True), None),
    ],
)
def test_a_settled_pair(
    own: str | None,
    rented: str | None,
    outcomes: tuple[float | None, float | None],
    good: tuple[bool, bool],
    missing: str | None,
) -> None:
    row = pair(own, rented)
    assert (row.candidate, row.incumbent) == outcomes
    assert (row.candidate_good, row.incumbent_good) == good
    assert row.missing == missing
    assert row.settled


@pytest.mark.parametrize("outcome", list(OutcomeKind))
@pytest.mark.parametrize("panel", [PANEL, Panel(ParitySpec(judge=JudgeSpec(model="third")))])
def test_a_pair_that_we_cut_off_counts_for_nobody(panel: Panel, outcome: OutcomeKind) -> None:
    lost = Answered(model="own", build="own-1", missing="stopped")
    record = msgspec.structs.replace(paired(lost, answered("rented", "1")), void="we stopped")
    row = answered_row(record, panel)
    assert (row.settled, row.answered, row.candidate, row.incumbent, row.missing) == (
        True,
        False,
        None,
        None,
        "we stopped",
    )
    assert (row.candidate_good, row.incumbent_good, row.candidate_failure) == (True, True, None)
    assert row.digest == pair_digest(row) != ""
    # Even where a person was to be asked about it.
    turn = turn_of(msgspec.structs.replace(row, asked=True, deadline_s=0.0), outcome=outcome)
    assert (turn.complete, turn.x, turn.technical) == (True, None, 0.0)
    assert entering([turn], 100.0) == ()
    # Told as lost, it would be the candidate's failure.
    assert answered_row(paired(lost, answered("rented", "1")), PANEL).candidate_good is False


def test_a_broken_check_is_logged_with_its_name(caplog: pytest.LogCaptureFixture) -> None:
    pair("broken", "2")
    assert [record.getMessage() for record in caplog.records] == [
        "check number 1 broke on an answer of own",
        "check number 1 broke on an answer of rented",
    ]


def test_a_pairs_row_says_which_builds_and_what_the_comparison_cost() -> None:
    own = msgspec.structs.replace(answered("own", "1"), cost_nano_usd=1)
    rented = msgspec.structs.replace(answered("rented", "1"), cost_nano_usd=200)
    row = answered_row(paired(own, rented), PANEL)
    assert (row.exchange_id, row.hypothesis, row.unit, row.served) == ("e", "h", "u", "incumbent")
    assert (row.candidate_build, row.incumbent_build) == ("own-1", "rented-1")
    assert row.prompt_hash == prompt_hash(request())
    assert row.shadow_cost_nano_usd == 1
    assert answered_row(paired(own, rented, served="candidate"), PANEL).shadow_cost_nano_usd == 200


def test_an_announced_pair_is_open() -> None:
    record = Sampled(
        exchange_id="e",
        at_s=1.0,
        hypothesis="h",
        unit="u",
        served="candidate",
        deadline_s=9.0,
        propensity=0.25,
        idle_s=60.0,
    )
    row = sampled_row(record)
    assert (row.exchange_id, row.hypothesis, row.unit, row.at_s, row.served) == ("e", "h", "u", 1.0, "candidate")
    assert (row.deadline_s, row.propensity, row.idle_s, row.settled) == (9.0, 0.25, 60.0, False)


def test_a_digest_changes_with_whatever_a_pair_was_settled_with() -> None:
    row = pair("1", "0")
    assert row.digest == pair_digest(row)
    changes: list[dict[str, object]] = [
        {"exchange_id": "f"},
        {"hypothesis": "i"},
        {"unit": "v"},
        {"served": "candidate"},
        {"candidate": 0.0},
        {"candidate": None},
        {"incumbent": 1.0},
        {"candidate_good": False},
        {"incumbent_good": False},
        {"candidate_build": "own-2"},
        {"incumbent_build": "rented-2"},
        {"surplus": 0.5},
        {"rails": b'{"format":[1.0,0.0]}'},
    ]
    digests = {pair_digest(msgspec.structs.replace(row, **change)) for change in changes}
    assert len(digests | {row.digest}) == len(changes) + 1


@pytest.mark.parametrize(
    ("word", "side", "outcome", "good"),
    [
        ("1", "candidate", 1.0, True),
        ("silent", "candidate", None, True),
        ("broken", "candidate", 0.0, True),
        ("broken", "incumbent", None, True),
        ("2", "incumbent", None, True),
        (None, "candidate", 0.0, False),
        (None, "incumbent", 0.0, False),
    ],
)
def test_a_live_outcome(word: str | None, side: Side, outcome: float | None, good: bool) -> None:
    record = Live(exchange_id="e", at_s=3.0, hypothesis="h", side=side, request=request(), answer=answered("own", word))
    row = outcome_row(record, PANEL)
    assert (row.exchange_id, row.hypothesis, row.at_s, row.side) == ("e", "h", 3.0, side)
    assert (row.outcome, row.good) == (outcome, good)


def test_a_prompts_hash_is_of_its_meaning() -> None:
    asked = request()
    same = msgspec.structs.replace(asked, stream=True, source=b"{}", model="other")
    other = msgspec.structs.replace(asked, messages=(Message("user", (Text("ask "),)),))
    assert prompt_hash(same) == prompt_hash(asked)
    assert prompt_hash(other) != prompt_hash(asked)
    assert len(prompt_hash(asked)) == 64


LATE = {
    "slow check": Panel(ParitySpec(check="number"), check=SlowCheck()),
    "judge": Panel(ParitySpec(judge=JudgeSpec(model="third"))),
    "people": Panel(ParitySpec(labels=0.5)),
}


@pytest.mark.parametrize("panel", LATE.values(), ids=LATE.keys())
def test_a_late_verdict_leaves_the_pair_open_until_it_comes(panel: Panel) -> None:
    row = answered_row(paired(answered("own", "1"), answered("rented", "0")), panel)
    assert (row.answered, row.settled, row.candidate, row.incumbent) == (True, False, None, None)
    lost = answered_row(paired(answered("own", None), answered("rented", "0")), panel)
    # Beside a judge that nobody corrects it waits for whether that can be heard.
    alone = panel.outcome is OutcomeKind.JUDGE
    told = (True, False, None, None) if alone else (False, True, 0.0, 1.0)
    assert (lost.answered, lost.settled, lost.candidate, lost.incumbent) == told
    assert not lost.candidate_good
    void = answered_row(paired(answered("own", "1"), answered("rented", None)), panel)
    assert (void.answered, void.settled, void.candidate, void.incumbent) == (False, True, None, None)


def test_guardrails_are_judged_beside_quality_and_only_where_both_answered() -> None:
    spec = ParitySpec(check="number", guardrails={"format": GuardrailSpec(check="number")})
    panel = Panel(spec, check=Check(), rails={"format": Check()})
    row = answered_row(paired(answered("own", "0.5"), answered("rented", "silent")), panel)
    assert msgspec.json.decode(row.rails) == {"format": [0.5, None]}
    assert row.candidate_failure == "format"
    lost = answered_row(paired(answered("own", None), answered("rented", "1")), panel)
    assert msgspec.json.decode(lost.rails) == {}
    assert lost.candidate_failure == "error"


def reply(text: str, stop: StopReason = StopReason.STOP) -> Answered:
    made = Reply(id="x", model="own", dialect="openai_chat", parts=(Text(text),), stop=stop)
    return Answered(model="own", build="own-1", reply=made)


@pytest.mark.parametrize(
    ("own", "failure"),
    [
        (reply("1"), None),
        (reply("0"), "wrong"),
        (reply(" "), "empty"),
        (reply("no", StopReason.REFUSAL), "refusal"),
        (reply("silent"), None),
    ],
)
def test_a_bad_answer_has_a_class(own: Answered, failure: str | None) -> None:
    assert answered_row(paired(own, answered("rented", "1")), PANEL).candidate_failure == failure


def test_an_invented_field_is_told_from_a_wrong_one() -> None:
    class Json(Check):
        def score(self, request: Request, reply: Reply) -> float | None:
            return 0.0

    asked = msgspec.structs.replace(request(), extras={"metadata": {"expected": '{"a": 1, "b": null}'}})
    panel = Panel(ParitySpec(check="number"), check=Json())
    for text, failure in (('{"a": 1, "b": 2}', "invented field"), ('{"a": 2}', "wrong"), ("[1]", "wrong")):
        told = msgspec.structs.replace(paired(reply(text), answered("rented", "1")), request=asked)
        assert answered_row(told, panel).candidate_failure == failure


def test_how_much_longer_an_answer_is() -> None:
    assert pair("1", "1").surplus == 0.0
    assert answered_row(paired(reply("1" * 30), reply("1" * 10)), PANEL).surplus == 0.5
    assert answered_row(paired(answered("own", None), reply("1")), PANEL).surplus == -1.0


def test_on_a_slice_whose_users_speak_a_lost_answer_has_no_outcome_of_its_own() -> None:
    record = Live(
        exchange_id="e", at_s=3.0, hypothesis="h", side="candidate", request=request(), answer=answered("own", None)
    )
    users = Panel(ParitySpec(judge=JudgeSpec(model="third"), feedback=True))
    assert (outcome_row(record, users).outcome, outcome_row(record, users).good) == (None, False)


def test_a_verdicts_digest_changes_with_whatever_was_said() -> None:
    said = verdict_row(
        Verdict(exchange_id="e", hypothesis="h", source="judge", at_s=1.0, by="third", first=1.0, second=0.0)
    )
    assert said.digest == verdict_digest(said)
    changes: list[dict[str, object]] = [
        {"exchange_id": "f"}, {"source": "label"}, {"by": "ann"}, {"version": "2"}, {"score": 0.5},
        {"first": 0.0}, {"second": 1.0}, {"missing": "nonsense"}, {"candidate": 1.0}, {"incumbent": 1.0}, {"at_s": 2.0},
    ]  # fmt: skip
    digests = {verdict_digest(msgspec.structs.replace(said, **change)) for change in changes}
    assert len(digests | {said.digest}) == len(changes) + 1


def test_a_lesson_keeps_completed_answers_apart_from_what_was_paid_for_nothing() -> None:
    good = msgspec.structs.replace(answered("own", "0.5"), cost_nano_usd=2_000_000, latency_ms=30.0)
    lost = Answered(model="rented", build="b", missing="truncated", cost_nano_usd=1_000_000)
    told = Compared(
        exchange_id="e",
        at_s=1.0,
        tenant="t",
        key="k",
        route="auto",
        kind="chat",
        request=request(),
        served="own",
        answers=(good, lost, msgspec.structs.replace(lost, model="third", cost_nano_usd=None)),
        chances={"own": 0.5, "rented": 1.0, "third": 1.0},
    )
    row = lesson_row(told, PANEL)
    assert msgspec.json.decode(row.outcomes) == {
        "own": [0.5, 0.5, 0.002, 30.0],
        "rented": [0.0, 1.0, None, None, 0.001],
        "third": [0.0, 1.0, None, None, 0.0],
    }
    lesson = lesson_of(row)
    assert (lesson.outcomes, lesson.usd, lesson.ms) == (
        {"own": 0.5, "rented": 0.0, "third": 0.0},
        {"own": 0.002},
        {"own": 30.0},
    )
    assert lesson.wasted_usd == {"rented": 0.001}
