"""What the gate learns from: settled units in the order of their sampling, live outcomes in the order of booking.

The two are separate streams, each numbered on its own, since they feed different processes and so may interleave as
they like. Each stream carries a running hash, its tip: a single value that was changed, dropped or moved later on can
then be named, even where the evidence would come out the same.
"""

import hashlib

import msgspec

GENESIS = "0" * 64


class Judged(msgspec.Struct, frozen=True):
    """What besides a judge's score is known of a unit: see `stats.ppi.Score`; the label that was asked for, if any.

    `propensity` is the chance with which a label was asked for. A `certain` unit needs none: the candidate lost.
    """

    propensity: float
    surplus: float = 0.0
    consistent: float = 1.0
    label: float | None = None
    certain: bool = False


class Pair(msgspec.Struct, frozen=True, tag=True):
    """A settled unit that both models answered: `x` = candidate - incumbent in [-1, 1], the mean over its turns.

    `technical` is the same difference of "the call went well". `live` says that the candidate's answer was the one
    served, so that it stood on its own history and not on the incumbent's. `incumbent` is the incumbent's outcome,
    `rails` has the difference on each guardrail that had an opinion, and `judged` is there where x is a judge's word.
    """

    seq: int
    unit: str
    x: float
    technical: float = 0.0
    live: bool = False
    incumbent: float | None = None
    rails: tuple[tuple[str, float], ...] = ()
    judged: Judged | None = None


class Live(msgspec.Struct, frozen=True, tag=True):
    """The outcome of a served unit that only one model answered; `y` in [0, 1], None if no check had an opinion.

    `good` says that the call went well; a call that did not has y = 0; None where the event tells nothing of the call,
    as a user's feedback. `alone` says that no incumbent answers beside it any more.
    """

    seq: int
    unit: str
    candidate: bool
    y: float | None
    good: bool | None = True
    alone: bool = False


Event = Pair | Live


class Cursor(msgspec.Struct, frozen=True):
    """How far a stream has been read: the number of its last event, and the hash of all events so far."""

    seq: int = 0
    tip: str = GENESIS

    def after(self, event: Event) -> "Cursor":
        """The cursor one event on; ValueError if that number has been passed, since a unit enters once."""
        if event.seq <= self.seq:
            raise ValueError(f"event {event.seq!r} of unit {event.unit!r} comes after {self.seq!r}; each enters once")
        return Cursor(event.seq, link(self.tip, event))


def link(tip: str, event: Event) -> str:
    """The running hash of a stream after one event more: SHA-256 of the tip before and of the event's fields."""
    match event:
        case Pair(seq, unit, x, technical, live, incumbent, rails, judged):
            # Adding 0.0 turns -0.0, and whole numbers that a database made of floats, into one form.
            text = f"{tip} pair {seq} {unit!r} {x + 0.0!r} {technical + 0.0!r} {int(live)} {_number(incumbent)}"
            text += "".join(f" {name!r} {value + 0.0!r}" for name, value in rails)
            if judged is not None:
                text += f" judged {judged.propensity!r} {judged.surplus + 0.0!r} {judged.consistent + 0.0!r}"
                text += f" {_number(judged.label)} {int(judged.certain)}"
        case Live(seq, unit, candidate, y, good, alone):
            text = f"{tip} live {seq} {unit!r} {int(candidate)} {_number(y)} {_number(good)} {int(alone)}"
    return hashlib.sha256(text.encode()).hexdigest()


def _number(value: float | None) -> str:
    return "None" if value is None else repr(float(value) + 0.0)
