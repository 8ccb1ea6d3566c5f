"""Sample logs of lm-evaluation-harness: `samples_<task>_<time>.jsonl`, as `--log_samples` writes them.

Each line is a question with its metrics (acc, exact_match, …) and a hash of the prompt.
"""

import re
from pathlib import Path
from typing import Any

from understudy.jobs.importing.plain import lines_of
from understudy.jobs.importing.samples import Sample, Samples, Unreadable, averaged, sample

# Metrics in the order in which one is taken where none is named.
PREFERRED = ("exact_match", "acc", "acc_norm", "pass@1")
_NAME = re.compile(r"samples_(.+?)_\d{4}-\d\d-\d\dT")


def read_lm_eval(path: Path, metric: str | None = None) -> Samples:
    """One sample log; `metric` names the outcome where there are several. Raises Unreadable."""
    found: list[Sample] = []
    wanted: str | None = metric
    filters: set[str] = set()
    for line in lines_of(path):
        if "doc_id" not in line:
            raise Unreadable(f"{path.name!r} is no sample log of lm-evaluation-harness: a line has no 'doc_id'")
        wanted = wanted or next((name for name in PREFERRED if name in line), None)
        if wanted is None or wanted not in line:
            known = ", ".join(line.get("metrics") or ()) or "none"
            raise Unreadable(f"question {line['doc_id']!r}: name the metric with --metric; it has: {known}")
        filters.add(str(line.get("filter", "none")))
        if len(filters) > 1:
            raise Unreadable(f"{path.name!r} holds several filters ({', '.join(sorted(filters))}); keep one of them")
        found.append(sample(str(line["doc_id"]), line[wanted], _prompt(line)))
    if not found:
        raise Unreadable(f"{path.name!r} holds no samples")
    name = _NAME.search(path.name)
    return Samples(f"{name[1] if name else 'samples'}:{wanted}", "", averaged(found))


def _prompt(line: dict[str, Any]) -> str:
    return str(line.get("prompt_hash") or line.get("doc_hash") or "")
