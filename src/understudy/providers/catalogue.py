"""The catalogue: rows of providers, read from data that ships with the package and overlaid with the operator's own."""

from importlib import resources

import msgspec

from understudy.canon.value import Value


class ProviderRow(Value, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where models are reached: one row of the catalogue.

    `maker` is whose seals on thinking it gives and takes, the dialect's own where none is named. `probe` marks a
    server that may run on this machine and needs no key. `base_url_env` is the variable that clients of this provider
    know for moving its address.
    """

    dialect: str
    base_url: str
    api_key: str | None = None
    auth: str = "bearer"
    headers: dict[str, str] = {}
    renames: dict[str, str] = {}
    unsupported: tuple[str, ...] = ()
    maker: str | None = None
    max_tokens: int = 4096
    owned: bool = False
    probe: bool = False
    base_url_env: str | None = None


def load_rows() -> dict[str, ProviderRow]:
    """The rows that ship with the package."""
    text = resources.files("understudy.providers").joinpath("rows.yaml").read_bytes()
    return msgspec.yaml.decode(text, type=dict[str, ProviderRow])
