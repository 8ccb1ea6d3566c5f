"""Losses of this dialect: how it spells the path of a field that stayed behind."""

from understudy.dialects.losses import Gathered


def at(path: str, name: str | int) -> str:
    """The path of a field below `path`, which is empty at the top: `contents[0].parts[1].text`."""
    if isinstance(name, int):
        return f"{path}[{name}]"
    return f"{path}.{name}" if path else name


class Losses(Gathered):
    """The omissions of one translation, their paths spelt as this dialect's error texts spell them."""

    at = staticmethod(at)
