"""Routes: what a route says must fit together: its pool, its dial, its judge; and so must the policies of kinds."""

from collections.abc import Mapping

import msgspec

from understudy.canon.names import KIND_WORDS
from understudy.jobs.specs import RouteSpec
from understudy.providers.catalogue import ProviderRow
from understudy.routing.kinds import could_be_declared
from understudy.routing.policies import KindPolicy
from understudy.settings.file import File
from understudy.settings.reading import Reader


def check_pools(reader: Reader, file: File) -> None:
    """A route has a candidate or a pool, and of a pool at most one dial."""
    for place, route in enumerate(file.routes):
        if not route.incumbent and not route.choose_from:
            reader.wrong(("routes", place), "a route needs an 'incumbent', or models to 'choose_from'")
        if route.choose_from and route.candidate:
            words = "a candidate takes over slice by slice, a pool is chosen from by what was learned: name one of both"
            reader.wrong(("routes", place, "choose_from"), words)
        if route.choose_from and route.incumbent and route.incumbent not in route.choose_from:
            reader.wrong(("routes", place, "incumbent"), "the incumbent of a pool is one of 'choose_from'")
        if len(route.choose_from) == 1 or len(set(route.choose_from)) < len(route.choose_from):
            reader.wrong(("routes", place, "choose_from"), "a pool has two models or more, each once")
        for name in list(route.dials)[1:]:
            reader.wrong(("routes", place, name), f"{next(iter(route.dials))!r} is set already; one dial rules")
        needing = (route.dials, route.explore, route.cascade, route.latency_price, route.priors)
        if any(needing) and not route.choose_from:
            words = "dials, 'explore', 'cascade', 'latency_price' and 'priors' need models to 'choose_from'"
            reader.wrong(("routes", place), words)
        for model, kind in ((model, kind) for model, prior in route.priors.items() for kind in prior.kinds):
            if not could_be_declared(kind):
                where = ("routes", place, "priors", model, "kinds", kind)
                reader.wrong(where, f"{kind!r} can be no kind; {KIND_WORDS}")


def check_judges(reader: Reader, file: File) -> None:
    """A judge reads what is asked of its route: it bears the route's tags, as everybody does who sees that."""
    tags = {model.name: model.tags for model in file.models}
    for place, route in enumerate(file.routes):
        judge = route.parity.judge
        borne = tags.get(judge.model) if judge is not None else None
        if judge is None or borne is None:
            continue
        for lacking in (tag for tag in route.only_tags if tag not in borne):
            words = (
                f"the judge {judge.model!r} reads what is asked of this route and lacks its tag {lacking!r}: give the "
                "model that tag if it may, or take another judge"
            )
            reader.wrong(("routes", place, "parity", "judge", "model"), words)


def check_policies(reader: Reader, policies: tuple[KindPolicy, ...]) -> None:
    """A policy says something, under a name of its own."""
    for place, policy in enumerate(policies):
        if policy.says_nothing:
            words = f"policy {policy.name!r} has no condition and would hold for everything"
            reader.wrong(("policies", place), words)
        if policy.name in [one.name for one in policies[:place]]:
            reader.wrong(("policies", place, "name"), f"the name {policy.name!r} is taken already")


def led(route: RouteSpec, file: File, rows: Mapping[str, ProviderRow]) -> RouteSpec:
    """A route that chooses from a pool is led by its first rented model, unless it says by which."""
    if route.incumbent or not route.choose_from:
        return route
    specs = {spec.name: spec for spec in file.models}

    def rented(name: str) -> bool:
        spec = specs.get(name)
        row = rows.get(spec.provider) if spec is not None else None
        owned = spec.owned if spec is not None else None
        return not (row.owned if owned is None and row is not None else owned)

    return msgspec.structs.replace(route, incumbent=next(filter(rented, route.choose_from), route.choose_from[0]))
