"""Keeping: for the caller's tenant, for so long, and only where the operator wants it."""

import asyncio
import json
from dataclasses import replace
from pathlib import Path

import pytest

from tests.gateway.sites import RENTED, Stage
from understudy.canon.faults import Fault, FaultKind
from understudy.canon.parts import text_of
from understudy.dialects.openai_responses import DIALECT
from understudy.gateway.draft import Draft
from understudy.gateway.keeping import MAX_KEPT_BYTES, MAX_NAMED, check_known, keep, resumed
from understudy.policy.keys import Caller
from understudy.ports import KeptAnswer

TOLD = b'{"id":"resp_1","status":"completed","output":[]}'


def request(**fields: object) -> bytes:
    return json.dumps({"model": "m", "input": "x", **fields}).encode()


def drafted(stage: Stage, body: bytes, tenant: str = "t") -> Draft:
    draft = Draft(stage.site, stage.call())
    draft.caller = Caller(name="k", tenant=tenant)
    draft.request = DIALECT.decode_request(body)
    return draft


def test_an_answer_is_kept_in_the_spool_for_its_tenant(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    keep(stage.site, DIALECT, drafted(stage, request()), TOLD, streamed=False)
    (record,) = stage.journal()
    assert isinstance(record, KeptAnswer)
    assert (record.id, record.tenant, record.expires_at_s) == ("resp_1", "t", 1_000.0 + 3600.0)
    asked = DIALECT.decode_request(request(previous_response_id="resp_1"))
    mine = asyncio.run(resumed(stage.site, DIALECT, asked, "t"))
    other = asyncio.run(resumed(stage.site, DIALECT, asked, "u"))
    assert (len(mine.messages), other) == (2, asked)


def test_items_are_named_by_the_tenant_that_was_told_them_and_by_no_other(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    said = {"type": "message", "id": "msg_1_0", "role": "assistant", "content": "Calm."}
    answer = json.dumps({"id": "resp_1", "status": "completed", "output": [said]}).encode()
    keep(stage.site, DIALECT, drafted(stage, request()), answer, streamed=False)
    asked = DIALECT.decode_request(request(input=[{"type": "item_reference", "id": "msg_1_0"}]))
    mine = asyncio.run(resumed(stage.site, DIALECT, asked, "t"))
    assert text_of(mine.messages[0].parts) == "Calm."
    assert asyncio.run(resumed(stage.site, DIALECT, asked, "u")) == asked
    many = [{"type": "item_reference", "id": f"msg_{place}_0"} for place in range(2, 2 + 2 * MAX_NAMED)]
    asked = DIALECT.decode_request(request(input=many))
    assert asyncio.run(resumed(stage.site, DIALECT, asked, "t")) == asked


def test_nothing_is_kept_where_the_operator_wants_none_or_it_is_too_large(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    keep(replace(stage.site, keep_answers_s=0.0), DIALECT, drafted(stage, request()), TOLD, streamed=False)
    large = drafted(stage, request(input="x" * MAX_KEPT_BYTES))
    keep(stage.site, DIALECT, large, TOLD, streamed=False)
    assert stage.journal() == []


def test_an_unknown_answer_may_be_known_to_a_host_of_its_dialect_alone() -> None:
    asked = DIALECT.decode_request(request(previous_response_id="resp_1"))
    with pytest.raises(Fault) as caught:
        check_known(DIALECT, asked, RENTED)
    assert caught.value.kind is FaultKind.NOT_FOUND
