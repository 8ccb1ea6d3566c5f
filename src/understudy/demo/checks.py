"""The demo's check, a plug-in like anyone's: the truth of a task, computed from its prompt."""

from understudy.canon.parts import text_of
from understudy.canon.reply import Reply
from understudy.canon.request import Request
from understudy.demo.tasks import right, truth_of
from understudy.ports import Check


class TaskCheck:
    """Whether an answer is the task's."""

    name = "demo_tasks"
    version = "1"
    slow = False

    def prepare(self) -> None:
        """Needs nothing."""

    def score(self, request: Request, reply: Reply) -> float | None:
        """1.0 or 0.0; None if the prompt is none of the demo's."""
        prompt = text_of(request.messages[-1].parts)
        if truth_of(prompt) is None:
            return None
        return float(right(prompt, text_of(reply.parts)))


TASKS: Check = TaskCheck()
