"""Choose: every way to an answer, and the exact borders of a share."""

import msgspec
import pytest

from understudy.canon.faults import Fault, FaultKind
from understudy.routing.board import Board, Endpoint, Model, Ramp, Route
from understudy.routing.choose import Features, Plan, choose, meant, named
from understudy.routing.fitness import Moment


def model(name: str, *, provider: str = "p") -> Model:
    return Model(
        name=name,
        provider=provider,
        upstream=f"{name}-id",
        dialect="openai_chat",
        endpoints=(Endpoint(f"http://{name}.test/v1"),),
        maker="openai_chat",
    )


MODELS = {name: model(name) for name in ("own", "rented", "spare")}
BOARD = Board(
    models=MODELS,
    routes={
        "r": Route(name="r", incumbent="rented", candidate="own", fallbacks=("spare",), shadow=0.25),
        "plain": Route(name="plain", incumbent="rented", fallbacks=("spare", "rented")),
    },
    ramps={("default", "r", "chat"): Ramp(hypothesis="h1", share=0.25, rate=0.25, canary=True)},
    providers={"cloud": model("cloud", provider="cloud")},
)


def plan(
    asked: str = "r",
    *,
    kind: str = "chat",
    running: str | None = None,
    draw: float = 0.5,
    shadow_draw: float = 0.5,
    board: Board = BOARD,
) -> Plan:
    return choose(Features(asked=asked, kind=kind, running=running), board, draw=draw, shadow_draw=shadow_draw)


def names(chosen: Plan) -> list[str]:
    return [model.name for model in chosen.chain]


def ramped(**changes: object) -> Board:
    ramp = msgspec.structs.replace(BOARD.ramps["default", "r", "chat"], **changes)
    return msgspec.structs.replace(BOARD, ramps={("default", "r", "chat"): ramp})


def shadowing(rate: float) -> Board:
    return ramped(rate=rate)


def test_a_share_is_of_the_tenant_that_earned_it() -> None:
    def asked_by(tenant: str) -> Plan:
        return choose(Features(asked="r", kind="chat", tenant=tenant), BOARD, draw=0.0, shadow_draw=0.0)

    assert (names(asked_by("default"))[0], asked_by("default").hypothesis) == ("own", "h1")
    other = asked_by("other")
    assert (names(other)[0], other.hypothesis, other.shadow) == ("rented", None, None)


def test_a_named_model_is_served_as_it_is() -> None:
    chosen = plan("own", draw=0.0, shadow_draw=0.0)
    assert names(chosen) == ["own"]
    assert (chosen.route, chosen.kind, chosen.shadow, chosen.incumbent, chosen.hypothesis) == (None,) * 5
    assert "named" in chosen.reason


def test_a_route_wins_over_a_model_of_its_name() -> None:
    board = msgspec.structs.replace(BOARD, routes={"own": Route(name="own", incumbent="rented")})
    assert names(plan("own", board=board)) == ["rented"]


def test_an_alias_stands_for_its_route_where_nothing_has_the_very_name() -> None:
    aliases = {"claude-*haiku*": "own", "claude-*": "r", "own": "spare", "cloud/*": "spare"}
    board = msgspec.structs.replace(BOARD, aliases=aliases)
    asked = ("claude-haiku-4-5", "claude-opus-5[1m]", "own", "cloud/any", "Claude-x", "gpt-5")
    assert [meant(name, board) for name in asked] == ["own", "r", "own", "cloud/any", "Claude-x", "gpt-5"]
    with pytest.raises(Fault, match="'gpt-5' is not known here"):
        named(meant("gpt-5", board), board)


def test_a_provider_and_an_id_make_a_model() -> None:
    chosen = plan("cloud/some/deep:id")
    assert names(chosen) == ["cloud/some/deep:id"]
    assert (chosen.chain[0].upstream, chosen.chain[0].build) == ("some/deep:id", "some/deep:id")
    assert chosen.chain[0].endpoints == BOARD.providers["cloud"].endpoints


def test_a_known_id_of_a_provider_has_its_price_and_limits() -> None:
    known = msgspec.structs.replace(BOARD.providers["cloud"], upstream="deep", max_tokens=77)
    board = msgspec.structs.replace(BOARD, providers={**BOARD.providers, "cloud/deep": known})
    assert plan("cloud/deep", board=board).chain[0].max_tokens == 77
    assert plan("cloud/deeper", board=board).chain[0].max_tokens == BOARD.providers["cloud"].max_tokens


@pytest.mark.parametrize("asked", ["", "gpt", "cloud", "cloud/", "/x", "nowhere/x"])
def test_an_unknown_name_lists_the_known_ones(asked: str) -> None:
    with pytest.raises(Fault) as raised:
        plan(asked)
    assert (raised.value.kind, raised.value.param) == (FaultKind.NOT_FOUND, "model")
    assert f"model {asked!r} is not known here; known: r, plain, own, rented, spare." in raised.value.message
    assert "GET /v1/models" in raised.value.message


def test_a_long_list_of_names_is_cut() -> None:
    board = Board(models={f"m{number}": model(f"m{number}") for number in range(9)})
    with pytest.raises(Fault, match=r"known: m0, m1, m2, m3, m4, m5, m6, m7, …\. GET"):
        named("x", board)
    few = msgspec.structs.replace(board, models={f"m{number}": model(f"m{number}") for number in range(8)})
    with pytest.raises(Fault, match=r"m7\. GET"):
        named("x", few)


def test_an_empty_board_says_so() -> None:
    with pytest.raises(Fault, match="known: none"):
        named("x", Board())


def test_a_route_without_a_candidate_compares_nothing() -> None:
    chosen = plan("plain", draw=0.0, shadow_draw=0.0)
    assert names(chosen) == ["rented", "spare"]
    assert (chosen.route, chosen.kind, chosen.shadow, chosen.hypothesis) == ("plain", "chat", None, None)
    assert chosen.incumbent == MODELS["rented"]


def test_a_new_slice_goes_to_the_incumbent_and_draws_no_pair() -> None:
    chosen = plan(kind="code", draw=0.0, shadow_draw=0.0, running="own")
    assert names(chosen) == ["rented", "spare"]
    assert (chosen.route, chosen.kind, chosen.shadow, chosen.hypothesis) == ("r", "code", None, None)
    assert "new slice" in chosen.reason


@pytest.mark.parametrize(
    ("share", "draw", "served"),
    [
        (0.25, 0.0, "candidate"),
        (0.25, 0.2499999, "candidate"),
        (0.25, 0.25, "incumbent"),
        (0.25, 0.9999999, "incumbent"),
        (0.0, 0.0, "incumbent"),
        (1.0, 0.9999999, "candidate"),
    ],
)
def test_the_border_of_a_share_lies_outside(share: float, draw: float, served: str) -> None:
    chosen = plan(draw=draw, board=ramped(share=share))
    assert chosen.served == served
    assert names(chosen)[0] == ("own" if served == "candidate" else "rented")
    assert (chosen.share, chosen.bucket, chosen.hypothesis, chosen.canary) == (share, draw, "h1", True)
    assert ("inside" if served == "candidate" else "outside") in chosen.reason


def test_the_rented_model_takes_over_from_the_own_one_then_the_fallbacks() -> None:
    assert names(plan(draw=0.0)) == ["own", "rented", "spare"]
    assert names(plan(draw=0.9)) == ["rented", "spare"]


@pytest.mark.parametrize(("running", "draw", "served"), [("own", 0.9, "candidate"), ("rented", 0.0, "incumbent")])
def test_a_running_conversation_stays(running: str, draw: float, served: str) -> None:
    chosen = plan(running=running, draw=draw)
    assert (chosen.served, names(chosen)[0]) == (served, running)
    assert "stays" in chosen.reason


def test_a_conversation_on_a_model_that_left_the_route_is_drawn_anew() -> None:
    chosen = plan(running="spare", draw=0.0)
    assert chosen.served == "candidate"
    assert "inside" in chosen.reason


@pytest.mark.parametrize(
    ("rate", "draw", "compared"),
    [(0.0, 0.0, False), (1.0, 0.9999999, True), (0.25, 0.2499, True), (0.25, 0.25, False)],
)
def test_the_shadow_rate(rate: float, draw: float, compared: bool) -> None:
    chosen = plan(shadow_draw=draw, board=shadowing(rate))
    assert (chosen.shadow is not None) == compared
    assert chosen.shadow_rate == rate


def test_the_shadow_is_the_one_that_does_not_serve() -> None:
    assert plan(draw=0.0, shadow_draw=0.0).shadow == MODELS["rented"]
    assert plan(draw=0.9, shadow_draw=0.0).shadow == MODELS["own"]


def test_an_ended_slice_is_compared_no_longer() -> None:
    assert plan(shadow_draw=0.0, board=ramped(rate=0.0)).shadow is None


def test_PAR_5_2_a_running_conversation_leaves_a_candidate_that_fell_for_faults() -> None:
    chosen = plan(running="own", draw=0.9, board=ramped(share=0.0, evict=True))
    assert (chosen.served, names(chosen)[0]) == ("incumbent", "rented")
    assert "taken back for faults" in chosen.reason
    assert plan(running="own", draw=0.9, board=ramped(share=0.0)).served == "candidate"


def test_in_a_pool_models_that_rest_are_asked_last() -> None:
    route = Route(name="pool", incumbent="rented", choose_from=("own", "rented"), fallbacks=("spare",))
    board = Board(models=MODELS, routes={"pool": route})

    def chain(*resting: str) -> list[str]:
        moment = Moment(resting=dict.fromkeys(resting, "it rests"))
        return names(choose(Features(asked="pool", kind="chat", moment=moment), board, draw=0.5, shadow_draw=0.5))

    assert chain() == ["rented", "spare"]
    assert chain("rented") == ["own", "spare", "rented"]
    assert chain("own", "rented") == ["rented", "spare"]


@pytest.mark.parametrize(
    ("fallbacks", "then"), [(None, ["own", "spare"]), ((), []), (("spare",), ["spare"])], ids=["unsaid", "none", "one"]
)
def test_the_rest_of_a_pool_stands_in_unless_the_route_says_who_does(
    fallbacks: tuple[str, ...] | None, then: list[str]
) -> None:
    route = Route(name="pool", incumbent="rented", choose_from=("own", "rented", "spare"), fallbacks=fallbacks)
    board = Board(models=MODELS, routes={"pool": route})
    chosen = choose(Features(asked="pool", kind="chat"), board, draw=0.5, shadow_draw=0.5)
    assert names(chosen) == ["rented", *then]
    assert chosen.decision is not None
    assert (chosen.decision.stand_ins, chosen.decision.propensity) == (tuple(then), 1.0)
