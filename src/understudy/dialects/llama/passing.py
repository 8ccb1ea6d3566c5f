"""What the Llama API has besides answers: moderations by a model, which pass as they are, and uploads.

A moderation names its model, or means the one that this dialect's hosts had for it. Uploads lie under an account.
Reference: https://github.com/meta-llama/llama-api-python
"""

import re

from understudy.canon.usage import Usage
from understudy.dialects.bodies import read_body
from understudy.dialects.contract import Account, PassedRequest
from understudy.dialects.fields import STRING
from understudy.dialects.llama.words import HOME, NAME
from understudy.dialects.openai_fields import Fields
from understudy.dialects.openai_passing import renamed_whole
from understudy.dialects.passage import renamed

# The model of moderations that name none.
GUARD = "Llama-Guard"
_PATH = "/moderations"


class LlamaPassing:
    """Satisfies the contract's Passing."""

    name = NAME
    paths: tuple[str, ...] = (HOME + "/v1" + _PATH,)
    polled: tuple[str, ...] = ()
    event = None

    def read(self, body: bytes, content_type: str, address: str) -> PassedRequest:
        """The model that is asked; a Fault names the field that is wrong."""
        top = read_body(body, lambda value: Fields(value, ""))
        return PassedRequest(top.take("model", STRING) or GUARD, streamed=False)

    def path_to(self, address: str, model: str) -> str:
        """The path below a provider's base URL."""
        return _PATH

    def write(self, body: bytes, content_type: str, model: str) -> bytes:
        """A caller's body for an upstream that knows the model by another name."""
        return renamed(body, model)

    def whole(self, body: bytes, model: str) -> tuple[bytes, Usage]:
        """An answer under the caller's name for the model; hosts tell no usage of it."""
        return renamed_whole(body, model)


PASSING = LlamaPassing()
ACCOUNT = Account(re.compile(r"/uploads(?:/.+)?"), home=HOME, sent=("x-api-version", "x-upload-offset"))
