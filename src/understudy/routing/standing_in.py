"""Standing in: who of a pool answers where the chosen model fails before its first words, next best first.

Nobody stands in who may not answer the request: tags, keys' rights and money, and what a model cannot do hold here as
in a decision. A stand-in was not chosen: its answer is the caller's and teaches nothing, since its chance of being
seen was that of another one's failure. What came of the choice is the failure.
"""

from collections.abc import Sequence

from understudy.routing.board import Model
from understudy.routing.decide import Decision
from understudy.routing.fitness import Moment, Needs, compared, unfit


def stand_ins(decision: Decision, pool: Sequence[Model], needs: Needs, moment: Moment) -> tuple[Model, ...]:
    """The other models that may answer, as they would be chosen one after the other.

    Where the route has to save the cheapest come first, else those of whom enough is known, by their worth; of others
    the incumbent, then in the pool's order. Models that rest after failures are the last resort.
    """
    options = {option.model: option for option in decision.options}
    able = [model for model in pool if model.name != decision.chosen and unfit(model, needs, moment) is None]
    saving = compared(able, {name: one.cost_usd for name, one in options.items()}) if moment.route_spent else {}

    def rank(model: Model) -> tuple[bool, bool, float, bool, bool, float, bool]:
        option, other = options[model.name], model.name != decision.incumbent
        unsure = option.out is not None
        return (
            # What the check refuses is answered by the incumbent.
            decision.trial and other,
            model.name in moment.resting,
            saving.get(model.name, 0.0),
            unsure,
            unsure and other,
            -(option.worth or 0.0),
            other,
        )

    return tuple(sorted(able, key=rank))
