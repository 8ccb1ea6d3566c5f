"""Kept answers, told and deleted, in the shape of each dialect that goes on from them; each tenant sees its own."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from understudy.dialects.contract import Dialect, Keeping
from understudy.policy.keys import Caller
from understudy.ports import KeptAnswer
from understudy.web.back import Back, Page, guarded, told


def kept(back: Back) -> list[Route]:
    """The routes of every dialect whose answers are kept, below where it is served."""
    return [
        route
        for dialect in back.dialects
        if dialect.keeping is not None
        for path in dialect.served
        for route in _routes(back, dialect, dialect.keeping, path + "/{answer}")
    ]


def _routes(back: Back, dialect: Dialect, keeping: Keeping, path: str) -> list[Route]:
    return [
        Route(path, guarded(back, _shown(back, keeping), dialect)),
        Route(path, guarded(back, _deleted(back, keeping), dialect), methods=["DELETE"]),
        Route(path + "/input_items", guarded(back, _items(back, keeping), dialect)),
    ]


def _shown(back: Back, keeping: Keeping) -> Page:
    async def shown(request: Request, caller: Caller) -> Response:
        return told(keeping.answer(await _words(back, keeping, request, caller)))

    return shown


def _items(back: Back, keeping: Keeping) -> Page:
    async def items(request: Request, caller: Caller) -> Response:
        words = await _words(back, keeping, request, caller)
        return told(keeping.items(words, request.url.query))

    return items


def _deleted(back: Back, keeping: Keeping) -> Page:
    async def deleted(request: Request, caller: Caller) -> Response:
        await _words(back, keeping, request, caller)
        answer, now_s = request.path_params["answer"], back.clock.now_s()
        expires_at_s = now_s + back.keep_answers_s
        back.shelf.put(KeptAnswer(id=answer, tenant=caller.tenant, at_s=now_s, expires_at_s=expires_at_s, words=None))
        return told(keeping.deleted(answer))

    return deleted


async def _words(back: Back, keeping: Keeping, request: Request, caller: Caller) -> bytes:
    answer = request.path_params["answer"]
    words = await back.shelf.get(caller.tenant, answer)
    if words is None:
        raise keeping.unknown(answer)
    return words
