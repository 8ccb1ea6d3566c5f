"""The gateway that is judged where nobody names another: `understudy serve`, in front of the scripted upstream."""

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from tempfile import TemporaryDirectory

from understudy.bench.serving import served
from understudy.engines.llama_cpp import free_port

CONFIG = """\
server: {{host: 127.0.0.1, port: {port}}}
providers:
  scripted-chat: {{dialect: openai_chat, base_url: "{upstream}/v1", auth: none}}
  scripted-responses: {{dialect: openai_responses, base_url: "{upstream}/v1", auth: none}}
  scripted-messages: {{dialect: anthropic, base_url: "{upstream}/v1", auth: none}}
  scripted-gemini: {{dialect: gemini, base_url: "{upstream}/v1beta", auth: none}}
  scripted-converse: {{dialect: converse, base_url: "{upstream}", auth: none}}
  scripted-llama: {{dialect: llama, base_url: "{upstream}/llama/v1", auth: none}}
models:
  - {{name: text, provider: scripted-chat, model: text}}
"""
# It loses patience soon, so that the judge need not wait; a stream is kept alive before, whether it has begun or not.
# Not so soon that a failure could not be told by its status where the machine holds the judge up for a moment.
HASTY = "timeouts: {{first_token_s: 4, idle_s: 2, total_s: 20, keep_alive_s: 1}}\n" + CONFIG
# How this configuration calls an upstream dialect's scenario.
MODEL = "scripted-{upstream}/{scenario}"


@contextlib.asynccontextmanager
async def own_gateway(upstream: str, config: str = HASTY) -> AsyncIterator[str]:
    """Understudy, up in front of the scripted upstream: its address."""
    with TemporaryDirectory() as folder:
        path, port = Path(folder) / "understudy.yaml", free_port()
        path.write_text(config.format(port=port, upstream=upstream), encoding="utf-8")
        async with served(path, port, Path(folder) / "server.log") as url:
            yield url
