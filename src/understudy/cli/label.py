"""`understudy label`: the label queue in a terminal. Two answers, blind and in an order drawn by lot; one key each."""

import getpass
import time
from typing import Annotated

import typer
from rich.columns import Columns
from rich.panel import Panel
from rich.text import Text

from understudy.app import server_secret
from understudy.cli.books import open_books_or_leave
from understudy.cli.screen import ConfigOption, load_or_leave, out
from understudy.cli.steer import tell
from understudy.jobs.labelling import LabelRefused, Question, label, questions
from understudy.parity.words import duration
from understudy.ports import Store
from understudy.settings import Settings

KEYS = {"1": "first", "2": "rather_first", "3": "tie", "4": "rather_second", "5": "second"}
# Questions taken from the books at a time, so that two people rarely read the same one for long.
TAKEN = 20


def run(
    limit: Annotated[int, typer.Option(help="Leave after this many labels.")] = 20,
    who: Annotated[str | None, typer.Option(help="Who labels; the user's name if left out.")] = None,
    config: ConfigOption = None,
) -> None:
    """Say which of two answers is better; you are not told whose they are.

    Which pairs are asked about was drawn by lot before anyone had answered, so please do not pick: what is skipped and
    never labelled counts against the own model.
    """
    settings = load_or_leave(config)
    store = open_books_or_leave(settings)
    done = _ask_all(settings, store, who or getpass.getuser(), limit)
    out.print(f"{done} labelled." if done else "There is nothing to label.")


def _ask_all(settings: Settings, store: Store, who: str, limit: int) -> int:
    secret, done, skipped = server_secret(settings), 0, set[str]()
    while done < limit:
        found = [one for one in questions(store, secret, time.time(), TAKEN + len(skipped)) if one.id not in skipped]
        if not found:
            break
        for question in found[: limit - done]:
            skipped.add(question.id)
            choice = _ask(question, done, limit)
            if choice == "quit":
                return done
            if choice == "skip":
                continue
            try:
                tell(settings, label(store, secret, question.id, choice, who, time.time()))
                done += 1
            except LabelRefused as refusal:
                out.print(f"[yellow]{refusal}[/]")
    return done


def _ask(question: Question, done: int, limit: int) -> str:
    left = duration(max(0.0, question.deadline_s - time.time()))
    out.rule(f"{question.slice}   {done + 1} of {limit}   due in {left}")
    out.print(Panel(Text(question.prompt), title="asked", border_style="dim"))
    answers = [Panel(Text(text), title=name) for name, text in (("A", question.first), ("B", question.second))]
    out.print(Columns(answers, equal=True, expand=True))
    out.print("1 A is better   2 rather A   3 as good   4 rather B   5 B is better   s skip   q quit", markup=False)
    while True:
        said = typer.prompt("which", prompt_suffix=": ").strip().lower()
        if said in KEYS:
            return KEYS[said]
        if said in ("s", "q"):
            return {"s": "skip", "q": "quit"}[said]
        out.print("1, 2, 3, 4, 5, s or q")
