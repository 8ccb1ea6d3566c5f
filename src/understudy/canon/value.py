"""The base of every canon value: frozen, comparable, cheap to make.

`Extras` are the fields of a body that canon has no word for. They belong to the dialect they came from
(`Request.dialect`, `Started.dialect`): an encoder of that dialect sends them back out as they are; any other
encoder leaves them behind and says so with an omission.
"""

from typing import Any

import msgspec

Extras = dict[str, Any]


class Value(msgspec.Struct, frozen=True, omit_defaults=True):
    """A frozen value; a changed one is made with `msgspec.structs.replace`."""
