"""The panel of a route: who says how good its answers are, and what else must hold.

A panel is made once at start from the configuration and the installed checks. What it says goes into the hypothesis,
so that another judge, rubric or check opens another one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from understudy.jobs.specs import ParitySpec
from understudy.parity.slices import Guardrail, OutcomeKind
from understudy.ports import Check, Judge

# What a hypothesis calls people as judges; the way in which they are asked is a version of its own.
PEOPLE = "people"
PEOPLE_VERSION = "blind/1"


@dataclass(frozen=True, slots=True)
class Panel:
    """One route's check or judge, and its guardrails' checks by name."""

    spec: ParitySpec
    check: Check | None = None
    judge: Judge | None = None
    rails: Mapping[str, Check] = field(default_factory=dict)

    @property
    def outcome(self) -> OutcomeKind:
        """What kind of outcome this panel gives."""
        return self.spec.outcome

    @property
    def named(self) -> tuple[str, str]:
        """Who judges, and in which version."""
        speaker = self.judge or self.check
        return (speaker.name, speaker.version) if speaker is not None else (PEOPLE, PEOPLE_VERSION)

    @property
    def late(self) -> bool:
        """Whether verdicts come after the answers, so that the words have to be kept until then."""
        return self.check is None or self.check.slow

    @property
    def by_machine(self) -> bool:
        """Whether late verdicts are a judge's or a slow check's, and not people's."""
        return self.judge is not None or (self.check is not None and self.check.slow)

    def scale(self, incumbent: str) -> str:
        """On which scale a pool's outcomes are: a judge's against one incumbent; a check's is everybody's, and empty.

        Outcomes of two scales are never added up.
        """
        return "" if self.judge is None else f"{self.judge.name}/{self.judge.version} against {incumbent}"

    def guardrails(self) -> tuple[Guardrail, ...]:
        """The guardrails as a hypothesis has them, in order of name."""
        return tuple(
            Guardrail(
                name=name,
                check=self.rails[name].name,
                version=self.rails[name].version,
                margin=rail.margin,
                unsafe=rail.unsafe,
            )
            for name, rail in sorted(self.spec.guardrails.items())
        )
