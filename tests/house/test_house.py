"""The house inspects itself: sizes, signs at doors, and the absences that ARCHITECTURE.md promises.

Each rule is a function from a module's source to what is wrong with it, so that `test_rules_can_fail` can show every
one of them a module that breaks it.
"""

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src" / "understudy"
TESTS = Path(__file__).parents[1]
MODULES = sorted(SOURCE.rglob("*.py"))

MAX_FUNCTION_LINES = 60
MAX_FILE_LINES = 500
PURE_ROOMS = {"canon", "dialects", "stats", "routing", "parity", "policy"}
# What floors 0 to 2 may import besides lower floors: nothing that reads a clock, a file, a socket or chance.
PURE_MODULES = {
    "__future__", "base64", "bisect", "collections", "contextlib", "dataclasses", "enum", "fnmatch", "fractions",
    "functools", "hashlib", "heapq", "hmac", "itertools", "json", "math", "msgspec", "numpy", "operator", "re",
    "string", "struct", "types", "typing", "understudy", "unicodedata", "zlib",
}  # fmt: skip
# Of packages that as a whole are not pure: the modules that are.
PURE_SUBMODULES = {"urllib.parse"}
# Where a plain `except Exception` may stand: the supervisors of request, task, job, writer, check and plug-in load, and
# the page of metrics, which is wanted most where the database is away.
SUPERVISORS = {
    "gateway/corridor.py",
    "gateway/tasks.py",
    "gateway/trial.py",
    "app.py",
    "engines/vectors.py",
    "jobs/judging.py",
    "jobs/bookkeeper.py",
    "web/lane.py",
    "processes.py",
    "web/rest.py",
}
PROVIDER_NAMES = {"openai", "anthropic", "gemini", "deepseek", "ollama", "vllm", "llama_cpp", "openrouter", "azure"}
BAD_NAMES = {"utils", "helpers", "common", "manager", "base2", "misc", "util", "helper"}

Rule = Callable[[str, str, ast.Module], Iterator[str]]


def where(path: Path) -> str:
    return path.relative_to(SOURCE).as_posix()


def room(name: str) -> str:
    return name.split("/")[0].removesuffix(".py")


def sizes(name: str, text: str, tree: ast.Module) -> Iterator[str]:
    lines = text.count("\n")
    if lines > MAX_FILE_LINES:
        yield f"has {lines} lines; {MAX_FILE_LINES} is the limit"
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > MAX_FUNCTION_LINES:
                yield f"{node.name} has {length} lines; {MAX_FUNCTION_LINES} is the limit"


def signs(name: str, text: str, tree: ast.Module) -> Iterator[str]:
    if not ast.get_docstring(tree):
        yield "has no sign at its door: a docstring that says what lives here and what never may"
    for node in ast.walk(tree):
        public = isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and node.name[0] != "_"
        if public and not nested(node, tree) and not ast.get_docstring(node):  # type: ignore[arg-type]
            yield f"{node.name} has no docstring"  # type: ignore[attr-defined]


def nested(node: ast.AST, tree: ast.Module) -> bool:
    """Functions inside functions, and members of private classes, are not public."""
    for outer in ast.walk(tree):
        if outer is node or node not in set(ast.walk(outer)):
            continue
        if isinstance(outer, ast.FunctionDef | ast.AsyncFunctionDef):
            return True
        if isinstance(outer, ast.ClassDef) and outer.name[0] == "_":
            return True
    return False


def names(name: str, text: str, tree: ast.Module) -> Iterator[str]:
    for part in Path(name).with_suffix("").parts:
        if part in BAD_NAMES:
            yield f"{part!r} says nothing about what lives there"


def environment(name: str, text: str, tree: ast.Module) -> Iterator[str]:
    if name != "settings/__init__.py" and re.search(r"\bos\.environ\b|\bgetenv\(", text):
        yield "reads the environment; only settings does"


def globals_(name: str, text: str, tree: ast.Module) -> Iterator[str]:
    if any(isinstance(node, ast.Global) for node in ast.walk(tree)):
        yield "has a global that changes"


def swallowed(name: str, text: str, tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.ExceptHandler):
            continue
        broad = node.type is None or (
            isinstance(node.type, ast.Name) and node.type.id in ("Exception", "BaseException")
        )
        if broad and name not in SUPERVISORS:
            yield f"catches everything at line {node.lineno}; only supervisors may"


def providers(name: str, text: str, tree: ast.Module) -> Iterator[str]:
    if room(name) in ("providers", "dialects", "demo", "cli", "bench", "conformance"):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.lower() in PROVIDER_NAMES:
            yield f"knows the provider {node.value!r} at line {node.lineno}"


def no_engine_knows_the_demonstration(name: str, text: str, tree: ast.Module) -> Iterator[str]:
    if room(name) not in ("demo", "cli") and re.search(r"demo", text, re.IGNORECASE):
        yield "knows the demo"


def sql(name: str, text: str, tree: ast.Module) -> Iterator[str]:
    if room(name) != "storage" and re.search(
        r"\b(SELECT|INSERT INTO|UPDATE|DELETE FROM)\b.+\b(FROM|SET|VALUES)\b", text
    ):
        yield "speaks SQL"


def pure(name: str, text: str, tree: ast.Module) -> Iterator[str]:
    if room(name) not in PURE_ROOMS:
        return
    for node in ast.walk(tree):
        found: list[str] = []
        if isinstance(node, ast.Import):
            found = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            found = [node.module or ""]
        for module in found:
            if module.split(".")[0] not in PURE_MODULES and module not in PURE_SUBMODULES:
                yield f"imports {module!r} on a pure floor"
        if isinstance(node, ast.Attribute) and node.attr == "random" and isinstance(node.value, ast.Name):
            yield "draws by chance on a pure floor"


RULES: tuple[Rule, ...] = (
    sizes, signs, names, environment, globals_, swallowed, providers, no_engine_knows_the_demonstration, sql, pure,
)  # fmt: skip

BROKEN: dict[str, tuple[str, str]] = {
    "sizes": ("jobs/x.py", '"""Sign."""\ndef f():\n    """F."""\n' + "    pass\n" * 60),
    "signs": ("jobs/x.py", "def f():\n    pass\n"),
    "names": ("jobs/utils.py", '"""Sign."""\n'),
    "environment": ("jobs/x.py", '"""Sign."""\nimport os\nX = os.environ["X"]\n'),
    "globals_": ("jobs/x.py", '"""Sign."""\ndef f():\n    """F."""\n    global x\n    x = 1\n'),
    "swallowed": ("jobs/x.py", '"""Sign."""\ntry:\n    pass\nexcept Exception:\n    pass\n'),
    "providers": ("gateway/x.py", '"""Sign."""\nX = "anthropic"\n'),
    "no_engine_knows_the_demonstration": ("gateway/x.py", '"""Sign."""\nDEMO = 1\n'),
    "sql": ("jobs/x.py", '"""Sign."""\nX = "SELECT a FROM b"\n'),
    "pure": ("stats/x.py", '"""Sign."""\nimport time\n'),
}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_house(rule: Rule) -> None:
    found = []
    for path in MODULES:
        text = path.read_text(encoding="utf-8")
        found += [f"{where(path)} {wrong}" for wrong in rule(where(path), text, ast.parse(text))]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_rules_can_fail(rule: Rule) -> None:
    name, text = BROKEN[rule.__name__]
    assert list(rule(name, text, ast.parse(text)))


# Modules whose behaviour is tested through the door that people use rather than by a file of their own.
TESTED_ELSEWHERE = {
    "__main__.py": "cli/test_serve.py",
    "app.py": "cli/test_serve.py",
    "declared.py": "cli/test_serve.py",
    "bench/cpu.py": "bench/test_gateway.py",
    "bench/load.py": "bench/test_gateway.py",
    "bench/parity/books_bars.py": "bench/parity/test_real.py",
    "bench/parity/gate_bars.py": "bench/parity/test_lines.py",
    "bench/parity/live.py": "bench/parity/test_twin.py",
    "bench/parity/live_bars.py": "bench/parity/test_run.py",
    "bench/parity/peers.py": "bench/parity/test_lines.py",
    "bench/parity/streams.py": "bench/parity/test_twin.py",
    "bench/upstream.py": "bench/test_gateway.py",
    "cli/__init__.py": "cli/test_serve.py",
    "cli/bench.py": "bench/test_gateway.py",
    "cli/bench_chunks.py": "bench/test_chunks.py",
    "cli/bench_parity.py": "bench/parity/test_run.py",
    "cli/bench_routing.py": "bench/routing/test_run.py",
    "cli/bench_routing_tables.py": "bench/routing/test_run.py",
    "cli/route.py": "journeys/test_pool.py",
    "cli/tenant.py": "journeys/test_tenant.py",
    "web/pools.py": "journeys/test_pool.py",
    **dict.fromkeys(
        [f"bench/routing/{name}.py" for name in ("frozen", "latency", "rows", "sheet", "suites")],
        "bench/routing/test_run.py",
    ),
    "routing/beliefs.py": "routing/test_learn.py",
    "storage/database.py": "storage/test_store.py",
    **{f"storage/{name}.py": f"storage/{name}_contract.py" for name in ("evidence", "journal", "orders", "slices")},
    "storage/migrations/versions/r0004_lessons.py": "storage/test_open.py",
    "storage/migrations/versions/r0005_spent.py": "storage/test_open.py",
    "storage/migrations/versions/r0006_strata.py": "storage/test_open.py",
    "storage/migrations/versions/r0009_changes.py": "storage/test_open.py",
    "storage/probing.py": "storage/test_store.py",
    "bench/serving.py": "demo/test_run.py",
    "cli/books.py": "journeys/test_steering.py",
    "cli/conformance.py": "conformance/test_own.py",
    "cli/demo.py": "demo/test_run.py",
    "cli/doctor.py": "cli/test_serve.py",
    "cli/imports.py": "jobs/importing/test_samples.py",
    "cli/keys.py": "cli/test_serve.py",
    "cli/label.py": "journeys/test_steering.py",
    "cli/main.py": "cli/test_serve.py",
    "cli/parity.py": "journeys/test_ramp.py",
    "cli/plan.py": "jobs/test_planning.py",
    "cli/report.py": "journeys/test_steering.py",
    "cli/screen.py": "cli/test_serve.py",
    "cli/steer.py": "journeys/test_steering.py",
    **dict.fromkeys(
        [
            f"conformance/{name}.py"
            for name in (
                "answers",
                "chat",
                "converse",
                "gemini",
                "llama",
                "messages",
                "openai_errors",
                "responses",
                "sse",
            )
        ],
        "conformance/test_judging.py",
    ),
    **dict.fromkeys([f"conformance/{name}.py" for name in ("asking", "upstream")], "conformance/test_run.py"),
    "gateway/alone.py": "gateway/test_embedding.py",
    "gateway/passing.py": "journeys/test_sdks.py",
    "gateway/trial.py": "journeys/test_cascade.py",
    "demo/config.py": "demo/test_run.py",
    "demo/measure.py": "demo/test_run.py",
    "demo/play.py": "demo/test_run.py",
    "demo/relay.py": "demo/test_run.py",
    "demo/report.py": "demo/test_run.py",
    "demo/table.py": "demo/test_run.py",
    "demo/train.py": "demo/test_run.py",
    "demo/vocabulary.py": "demo/test_tasks.py",
    "demo/watching.py": "demo/test_run.py",
    "dialects/anthropic/account.py": "dialects/test_batches.py",
    "dialects/contract.py": "journeys/test_sdks.py",
    "web/counting.py": "journeys/test_sdks.py",
    "dialects/fields.py": "dialects/test_openai_fields.py",
    "gateway/unattended.py": "journeys/test_judge.py",
    "jobs/booking.py": "journeys/test_steering.py",
    "jobs/bookkeeper.py": "jobs/test_evaluator.py",
    "jobs/context.py": "jobs/test_replaying.py",
    "jobs/imported.py": "jobs/importing/test_samples.py",
    "jobs/importing/inspect_ai.py": "jobs/importing/test_samples.py",
    "jobs/importing/lm_eval.py": "jobs/importing/test_samples.py",
    "jobs/importing/plain.py": "jobs/importing/test_samples.py",
    "jobs/labelling.py": "journeys/test_steering.py",
    "jobs/report/__init__.py": "jobs/report/test_page.py",
    "jobs/report/gather.py": "jobs/report/test_page.py",
    "jobs/report/markup.py": "jobs/report/test_page.py",
    "jobs/report/money.py": "jobs/report/test_page.py",
    "jobs/report/pool_gather.py": "jobs/report/test_pool_page.py",
    "jobs/recording.py": "jobs/test_replaying.py",
    "jobs/spending.py": "jobs/test_planning.py",
    "parity/record.py": "jobs/test_replaying.py",
    "parity/replay.py": "jobs/test_replaying.py",
    "ports/__init__.py": "storage/test_store.py",
    "ports/outcomes.py": "outcomes/test_checks.py",
    "ports/records.py": "storage/test_spool.py",
    "ports/rows.py": "storage/test_store.py",
    "ports/store.py": "storage/test_store.py",
    "ports/world.py": "journeys/test_faults.py",
    "processes.py": "journeys/test_kill.py",
    "web/back.py": "journeys/test_steering.py",
    "web/books.py": "journeys/test_tenants.py",
    "web/house.py": "web/test_openapi.py",
    "web/operations.py": "journeys/test_tenants.py",
    "web/lists.py": "journeys/test_sdks.py",
    "web/parity.py": "journeys/test_steering.py",
    "web/rest.py": "journeys/test_faults.py",
    "web/steering.py": "journeys/test_steering.py",
    # Needs torch; what it made is what `test_run` plays.
    # One reader with two wordings: both dialects' own tests ask it everything.
}


def test_each_module_has_its_own_test_file() -> None:
    missing = []
    for path in MODULES:
        name = where(path)
        body = ast.parse(path.read_text(encoding="utf-8")).body
        if path.name == "__init__.py" and len(body) <= 1:
            continue
        expected = TESTS / Path(name).parent / f"test_{Path(name).name}"
        if not expected.exists() and name not in TESTED_ELSEWHERE:
            missing.append(f"{name}: no {expected.relative_to(TESTS.parent)}")
    for name, test in TESTED_ELSEWHERE.items():
        assert (SOURCE / name).exists(), f"{name} is gone; forget it here"
        assert (TESTS / test).exists(), f"{name}: {test} is gone"
    assert not missing, "\n".join(missing)
