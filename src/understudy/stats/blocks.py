"""Differences of live outcomes, which come unpaired: one candidate outcome against a block of incumbent ones.

A canary gives most of its traffic to the incumbent, so a candidate outcome is set against the mean of the latest
incumbent outcomes that no block has used. Each outcome is used once, and which ones are used depends on their order
alone, never on their values: given the blocks before, the mean of a difference is the true difference.

A block takes as many incumbent outcomes as its size asks for, or as many as there are, at least one. Waiting for a
full block would delay the news of a catastrophe, and would buy only a little less noise.
"""

import math

import msgspec

from understudy.stats.mixture import Mixture, promotion, rollback

# More incumbent outcomes than this in one block hardly lower its noise: 19 leave a twentieth of one outcome's variance.
MAX_BLOCK = 19
# Candidate outcomes that wait for a first incumbent one; the oldest is forgotten, since news matters more than history.
MAX_WAITING = 64


def block_size(share_percent: int) -> int:
    """How many incumbent outcomes a block takes while the candidate serves a whole percentage; 0 at 0 and at 100."""
    if not 0 <= share_percent <= 100:
        raise ValueError(f"share {share_percent!r} is no percentage; use 0 to 100")
    return 0 if share_percent == 0 else min(MAX_BLOCK, (100 - share_percent) // share_percent)


class Blocks(msgspec.Struct, frozen=True):
    """The outcomes in [0, 1] that no block has used yet, oldest first."""

    unused: tuple[float, ...] = ()
    waiting: tuple[float, ...] = ()

    def incumbent(self, y: float) -> tuple["Blocks", float | None]:
        """Takes an incumbent outcome; closes a block if a candidate outcome was waiting for it."""
        _outcome(y)
        if self.waiting:
            return Blocks(self.unused, self.waiting[1:]), self.waiting[0] - y
        return Blocks((*self.unused, y)[-MAX_BLOCK:], ()), None

    def candidate(self, y: float, size: int) -> tuple["Blocks", float | None]:
        """Takes a candidate outcome; closes a block with the `size` latest unused incumbent outcomes, if any."""
        _outcome(y)
        if size < 1:
            raise ValueError(f"block size {size!r} is below 1; at this share there are no blocks")
        block = self.unused[-size:]
        if not block:
            return Blocks((), (*self.waiting, y)[-MAX_WAITING:]), None
        return Blocks(self.unused[: -len(block)], ()), y - math.fsum(block) / len(block)


def _outcome(y: float) -> None:
    if not 0.0 <= y <= 1.0:
        raise ValueError(f"outcome {y!r} lies outside [0, 1]; fix the check that made it")


class Canary(msgspec.Struct, frozen=True):
    """The evidence of live differences that the candidate is worse than the incumbent by more than a margin.

    Blocks and pairs feed one mixture, in any order between them, so that there is one error to bound. The same
    differences feed `forward`, where it is kept: the evidence that the candidate is not worse.
    """

    mixture: Mixture
    forward: Mixture | None = None
    blocks: Blocks = Blocks()

    @classmethod
    def start(cls, margin: float, *, forward: bool = False) -> "Canary":
        """A canary that has seen nothing yet."""
        return cls(Mixture(rollback(margin)), Mixture(promotion(margin)) if forward else None)

    def incumbent(self, y: float) -> "Canary":
        """The canary after one live outcome of the incumbent."""
        return self._after(*self.blocks.incumbent(y))

    def candidate(self, y: float, size: int) -> "Canary":
        """The canary after one live outcome of the candidate."""
        return self._after(*self.blocks.candidate(y, size))

    def pair(self, difference: float) -> "Canary":
        """The canary after one unit that both models answered: a pair is its own block, and a quieter one."""
        return self._after(self.blocks, difference)

    @property
    def n(self) -> int:
        """How many differences have entered, from blocks and from pairs."""
        return self.mixture.n

    @property
    def log_e(self) -> float:
        """The evidence now, as the logarithm of an e-value."""
        return self.mixture.log_e

    def _after(self, blocks: Blocks, difference: float | None) -> "Canary":
        if difference is None:
            return Canary(self.mixture, self.forward, blocks)
        forward = self.forward.update(difference) if self.forward is not None else None
        return Canary(self.mixture.update(difference), forward, blocks)
