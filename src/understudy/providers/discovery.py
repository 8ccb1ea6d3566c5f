"""Discovery: with no configuration file, which models can be reached from here?

Providers whose key is in the environment are asked for their list of models; the usual ports of own servers on this
machine are tried. Nobody else is called.
"""

import asyncio
from collections.abc import Mapping

import msgspec

from understudy.canon.faults import Fault
from understudy.canon.value import Value
from understudy.ports import Upstream
from understudy.providers.catalogue import ProviderRow
from understudy.providers.headers import call_headers
from understudy.providers.models import ModelSpec, template_of

# A server on this machine answers within milliseconds, a hosted list within a second or two.
LOCAL_TIMEOUT_S = 1.0
HOSTED_TIMEOUT_S = 5.0


class _Listed(msgspec.Struct):
    id: str


class _List(msgspec.Struct):
    data: list[_Listed]


class Found(Value, frozen=True):
    """What one provider offers: its models, or why they could not be listed."""

    provider: str
    models: tuple[str, ...] = ()
    trouble: str | None = None


async def discover(rows: Mapping[str, ProviderRow], secrets: Mapping[str, str], upstream: Upstream) -> list[Found]:
    """Ask every provider that has a key or a usual port here; silent ports are left out."""
    asked = [name for name, row in rows.items() if row.base_url and (row.probe or row.api_key in secrets)]
    found = await asyncio.gather(*(_ask(name, rows[name], secrets, upstream) for name in asked))
    return [entry for entry in found if entry is not None]


async def _ask(name: str, row: ProviderRow, secrets: Mapping[str, str], upstream: Upstream) -> Found | None:
    template = template_of(name, row)
    endpoint = template.endpoints[0]
    timeout_s = LOCAL_TIMEOUT_S if row.probe else HOSTED_TIMEOUT_S
    headers = call_headers(template, endpoint, secrets)
    try:
        status, body = await upstream.get(endpoint.url + "/models", headers, timeout_s)
        if status != 200:
            raise ValueError(f"its list of models answered {status}")
        models = listed(body)
    except (Fault, ValueError, msgspec.MsgspecError, TimeoutError) as error:
        return None if row.probe else Found(name, trouble=str(error))
    return Found(name, models)


def listed(body: bytes) -> tuple[str, ...]:
    """The models of a list as OpenAI and Anthropic give it. Raises msgspec.DecodeError if it is none."""
    return tuple(entry.id for entry in msgspec.json.decode(body, type=_List).data)


def declared(found: list[Found]) -> tuple[ModelSpec, ...]:
    """The models found, each under its own id; an id that two providers share goes to the first."""
    specs: dict[str, ModelSpec] = {}
    for entry in found:
        for model in entry.models:
            specs.setdefault(model, ModelSpec(name=model, provider=entry.provider, model=model))
    return tuple(specs.values())
