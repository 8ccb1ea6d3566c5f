"""What is tested: a slice, and the hypothesis that a candidate may serve it.

A hypothesis is its definition and nothing else: change the build, the check, the margin or the slice, and it is
another hypothesis with an empty purse. Its id is a hash of exactly those fields, so that two machines agree on it and
nobody can edit a margin in silence. Outcomes must never flow into a definition.
"""

import enum
import hashlib
import re

import msgspec

DEFAULT_TENANT = "default"
# A slice's text form, and the message that a bucket hashes, are cut at these.
_SEPARATORS = re.compile(r"[\x00-\x20:/\x7f]")
_CONTROLS = re.compile(r"[\x00-\x20\x7f]")
# 128 bits: no two of all hypotheses that a company could open will meet.
_ID_HEX = 32


class RiskClass(enum.StrEnum):
    """How bad a wrong promotion would be; `high` asks for five times the evidence."""

    NORMAL = "normal"
    HIGH = "high"


class OutcomeKind(enum.StrEnum):
    """What says that an answer was good; how far each kind may promote is in `ladder.CAPS`."""

    CHECK = "check"
    HUMAN = "human"
    JUDGE_WITH_LABELS = "judge_with_labels"
    FEEDBACK = "feedback"
    JUDGE = "judge"


# The kinds that rest on people's labels of a random few.
LABELLED = frozenset({OutcomeKind.HUMAN, OutcomeKind.JUDGE_WITH_LABELS})
# The kinds in which a judge speaks and nobody corrects it.
JUDGED_ALONE = frozenset({OutcomeKind.JUDGE, OutcomeKind.FEEDBACK})


class SliceId(msgspec.Struct, frozen=True, order=True):
    """One kind of query on one route of one tenant: the unit of routing and of parity."""

    route: str
    kind: str
    tenant: str = DEFAULT_TENANT

    def __post_init__(self) -> None:
        for field, value, banned in (
            ("tenant", self.tenant, _SEPARATORS),
            ("route", self.route, _SEPARATORS),
            ("kind", self.kind, _CONTROLS),
        ):
            if not value or banned.search(value):
                raise ValueError(f"{field} {value!r} is empty or holds a separator; use letters, digits, '_', '-', '.'")

    def __str__(self) -> str:
        prefix = "" if self.tenant == DEFAULT_TENANT else f"{self.tenant}:"
        return f"{prefix}{self.route}/{self.kind}"

    @classmethod
    def parse(cls, text: str) -> "SliceId":
        """The slice of `route/kind` or `tenant:route/kind`; ValueError if the text is neither."""
        path, slash, kind = text.partition("/")
        tenant, colon, route = path.rpartition(":")
        if not slash:
            raise ValueError(f"slice {text!r} has no kind; write it as route/kind")
        return cls(route, kind, tenant if colon else DEFAULT_TENANT)


class Guardrail(msgspec.Struct, frozen=True, kw_only=True):
    """Another measure that must hold besides quality, such as format or safety, with a check and a margin of its own.

    `unsafe` says that a candidate that fails it leaves running conversations too.
    """

    name: str
    check: str
    version: str = "1"
    margin: float = 0.02
    unsafe: bool = False

    def __post_init__(self) -> None:
        if not 0 < self.margin < 1:
            raise ValueError(f"guardrail {self.name!r}: margin {self.margin!r} is not between 0 and 1")


class Hypothesis(msgspec.Struct, frozen=True, kw_only=True):
    """The candidate is at most `margin` worse than the incumbent on this slice, as this check or judge sees it.

    `margin` is a difference of mean outcomes in (0, 1). `attempt` counts the times that these same builds were tried.
    `labels` is the probability with which a unit is labelled by a person, `feedback` whether users must agree from
    25 % on.
    """

    slice: SliceId
    candidate: str
    incumbent: str
    check: str
    outcome: OutcomeKind = OutcomeKind.CHECK
    margin: float = 0.05
    check_version: str = "1"
    slice_version: str = "1"
    attempt: int = 1
    labels: float = 0.0
    feedback: bool = False
    guardrails: tuple[Guardrail, ...] = ()

    def __post_init__(self) -> None:
        if not 0 < self.margin < 1:
            raise ValueError(f"margin {self.margin!r} is not between 0 and 1; 0.05 allows 5 points")
        if not 0 <= self.labels <= 1 or (self.labels == 0) != (self.outcome not in LABELLED):
            raise ValueError(f"labels {self.labels!r} do not fit outcomes of kind {self.outcome.value!r}")
        if self.attempt < 1:
            raise ValueError(f"attempt {self.attempt!r} is below 1; the first attempt is 1")

    @property
    def id(self) -> str:
        """The same for the same definition on every machine: SHA-256 of the fields, the first 128 bits in hex."""
        place = (self.slice.tenant, self.slice.route, self.slice.kind, self.slice_version)
        builds = (self.candidate, self.incumbent, self.attempt)
        claim = (self.check, self.check_version, self.outcome, self.margin)
        more = (self.labels, self.feedback, self.guardrails)
        # The fields by hand and under a version: a field that a later release adds must not change today's ids.
        added = () if more == (0.0, False, ()) else (more,)
        body = msgspec.json.encode(("hypothesis/1", place, builds, claim, *added))
        return hashlib.sha256(body).hexdigest()[:_ID_HEX]

    def retry(self) -> "Hypothesis":
        """The same claim once more, with new wealth: after an alarm, or when a person asks for it."""
        return msgspec.structs.replace(self, attempt=self.attempt + 1)
