"""The clients, as data: where each comes from, how it is pointed at a gateway, how it is told a task without a screen.

In commands, variables and files `{url}` is the gateway, `{key}` a key, `{model}` the model, `{prompt}` the task and
`{home}` the client's home, empty but for these files. What would leave the machine (telemetry, updates, lists of
models) is switched off by the client's own means.
"""

from dataclasses import dataclass, field
from typing import Literal

Installer = Literal["npm", "pip"]


@dataclass(frozen=True)
class Client:
    """One client. `package` is what npm or pip installs, `program` what is then there; `setup` runs before each task.

    `dialect` is what it speaks, `built_in` are models that it knows by name.
    """

    name: str
    package: str
    program: str
    dialect: str
    built_in: tuple[str, ...]
    command: tuple[str, ...]
    environ: dict[str, str] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    setup: tuple[str, ...] = ()
    installer: Installer = "npm"

    @property
    def remedy(self) -> str:
        """How to install it."""
        how = "npm install -g" if self.installer == "npm" else "pip install"
        return f"{how} {self.package}, or --install with a --folder"


_CODEX = """\
model = "{model}"
model_provider = "gateway"
check_for_update_on_startup = false

[model_providers.gateway]
name = "gateway"
base_url = "{url}/v1"
env_key = "GATEWAY_KEY"
wire_api = "responses"

[analytics]
enabled = false

[features]
apps = false
plugins = false
"""
_QUIET = """\
  "privacy": {"usageStatisticsEnabled": false},
  "telemetry": {"enabled": false},
  "general": {"disableAutoUpdate": true, "disableUpdateNag": true, "enableAutoUpdate": false}
}
"""
_GEMINI = '{\n  "security": {"auth": {"selectedType": "gemini-api-key"}},\n' + _QUIET
_QWEN = "{\n" + _QUIET
_OPENCODE = """\
{
  "model": "gateway/{model}",
  "autoupdate": false,
  "share": "disabled",
  "permission": {"bash": "allow"},
  "provider": {
    "gateway": {
      "npm": "@ai-sdk/openai-compatible",
      "options": {"baseURL": "{url}/v1", "apiKey": "{key}"},
      "models": {"{model}": {"limit": {"context": 128000, "output": 8000}}}
    }
  }
}
"""
_CONTINUE = """\
name: gateway
version: 1.0.0
schema: v1
models:
  - name: main
    provider: openai
    model: {model}
    apiBase: {url}/v1
    apiKey: {key}
    roles: [chat, edit, apply]
    capabilities: [tool_use]
"""

_AIDER = """\
{
  "openai/{model}": {"max_input_tokens": 128000, "max_output_tokens": 8000, "mode": "chat"},
  "openai/gpt-4o-mini": {"max_input_tokens": 128000, "max_output_tokens": 8000, "mode": "chat"}
}
"""

CLIENTS: tuple[Client, ...] = (
    Client(
        "claude-code",
        "@anthropic-ai/claude-code@2.1.332",
        "claude",
        "messages",
        ("opus",),
        ("-p", "{prompt}", "--allowedTools", "Bash"),
        environ={
            "ANTHROPIC_BASE_URL": "{url}",
            "ANTHROPIC_AUTH_TOKEN": "{key}",
            "ANTHROPIC_MODEL": "{model}",
            "DISABLE_TELEMETRY": "1",
            "DISABLE_ERROR_REPORTING": "1",
            "DISABLE_AUTOUPDATER": "1",
            "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
        },
    ),
    Client(
        "codex",
        "@openai/codex@0.171.0",
        "codex",
        "responses",
        ("gpt-6-sol", "gpt-6.2-sol", "gpt-6.2-astra", "gpt-6.1-sol"),
        ("exec", "--skip-git-repo-check", "--dangerously-bypass-approvals-and-sandbox", "{prompt}"),
        environ={"CODEX_HOME": "{home}/.codex", "GATEWAY_KEY": "{key}"},
        files={".codex/config.toml": _CODEX},
    ),
    Client(
        "gemini-cli",
        "@google/gemini-cli@0.61.0",
        "gemini",
        "gemini",
        ("auto",),
        ("-m", "{model}", "-p", "{prompt}", "--approval-mode", "yolo"),
        environ={
            "GOOGLE_GEMINI_BASE_URL": "{url}",
            "GEMINI_API_KEY": "{key}",
            "GEMINI_CLI_TRUST_WORKSPACE": "true",
        },
        files={".gemini/settings.json": _GEMINI},
    ),
    Client(
        "opencode",
        "opencode-ai@1.18.33",
        "opencode",
        "chat",
        ("gpt-5.5",),
        ("run", "{prompt}"),
        environ={
            "OPENCODE_DISABLE_MODELS_FETCH": "1",
            "OPENCODE_DISABLE_AUTOUPDATE": "1",
            "OPENCODE_DISABLE_LSP_DOWNLOAD": "1",
            "OPENCODE_DISABLE_DEFAULT_PLUGINS": "1",
        },
        files={".config/opencode/opencode.json": _OPENCODE},
    ),
    Client(
        "qwen-code",
        "@qwen-code/qwen-code@0.24.4",
        "qwen",
        "chat",
        ("gpt-5.5",),
        ("--auth-type", "openai", "-p", "{prompt}", "--approval-mode", "yolo"),
        environ={"OPENAI_API_KEY": "{key}", "OPENAI_BASE_URL": "{url}/v1", "OPENAI_MODEL": "{model}"},
        files={".qwen/settings.json": _QWEN},
    ),
    Client(
        "cline",
        "cline@3.0.65",
        "cline",
        "chat",
        ("gpt-5.5",),
        ("-P", "openai", "-m", "{model}", "-k", "{key}", "--json", "{prompt}"),
        # Its sessions run in a process that outlives it, unless they are local.
        environ={"CLINE_NO_AUTO_UPDATE": "1", "CLINE_SESSION_BACKEND_MODE": "local"},
        files={".cline/data/settings/global-settings.json": '{"telemetryOptOut": true, "autoUpdateEnabled": false}'},
        setup=("auth", "-p", "openai", "-k", "{key}", "-b", "{url}/v1", "-m", "{model}"),
    ),
    Client(
        "continue",
        "@continuedev/cli@1.5.47",
        "cn",
        "chat",
        ("gpt-5.5",),
        ("--config", "{home}/cn.yaml", "--auto", "-p", "{prompt}"),
        environ={"CONTINUE_CLI_ENABLE_TELEMETRY": "0", "CONTINUE_METRICS_ENABLED": "0"},
        files={"cn.yaml": _CONTINUE},
    ),
    Client(
        "aider",
        "aider-chat==0.86.2",
        "aider",
        "chat",
        ("gpt-5.5",),
        (
            "--model", "openai/{model}", "--weak-model", "openai/gpt-4o-mini", "--edit-format", "whole", "--yes-always",
            "--no-show-model-warnings", "--no-show-release-notes", "--no-check-update", "--no-analytics", "--no-pretty",
            "--message", "{prompt}", "seed.txt", "made.txt",
        ),
        environ={"OPENAI_API_BASE": "{url}/v1", "OPENAI_API_KEY": "{key}", "LITELLM_LOCAL_MODEL_COST_MAP": "True"},
        files={".aider.model.metadata.json": _AIDER},
        installer="pip",
    ),
)  # fmt: skip
