"""Twenty-four counts that a prompt shows at a glance: what it looks like, not what it says.

Each is cheap, bounded by the first `READ_CHARS` characters, and named, so that an explanation can quote it. Counts
enter as ln(1 + c). Text in, numbers out; what they are good for is learned elsewhere.
"""

import math
import re

# What is read of a prompt: longer ones cost no more, and difficulty shows early.
READ_CHARS = 3_000
# Numbers looked at for the largest one; a table of thousands says no more.
_NUMBERS_READ = 200
NAMES = (
    "digits", "numbers", "latex", "code", "q", "list", "opt", "caps", "upperword", "math", "neg", "why", "write",
    "quote", "statement", "non_ascii", "newl", "money", "log_len", "log_words", "avg_word", "uniq_ratio", "max_num",
    "sent_len",
)  # fmt: skip
COUNT = len(NAMES)

_DIGITS = b"0123456789"
_CAPITALS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_BEYOND_ASCII = bytes(range(128, 256))
_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_SHORT_NUMBER = re.compile(r"[0-9]{1,12}(?:\.[0-9]+)?")
_LATEX = re.compile(r"\\[A-Za-z]+")
_CODE = ("def ", "class ", "return", "```", "import ", ";", "{", "}", "=>", "#include", "assert")
_LIST = re.compile(r"^[ \t]*[-*0-9]+[.)]\s", re.MULTILINE)
_OPTION = re.compile(r"^[A-J]\. ", re.MULTILINE)
_UPPER_WORD = re.compile(r"\b[A-Z]{2,}\b")
_MATH = "=+*/^<>≤≥√∑∫"
_NEGATION = re.compile(r"\b(?:not|except|never|least|false|incorrect)\b", re.IGNORECASE)
_WHY = re.compile(r"\b(?:why|how|explain|prove|derive|calculate|compute|compare)\b", re.IGNORECASE)
_WRITE = re.compile(r"\b(?:write|compose|draft|poem|story|email|essay|rewrite|translate|summari[sz]e)\b", re.IGNORECASE)
_WORD = re.compile(r"[A-Za-z']+")


def hand(text: str) -> list[float]:
    """The features of a prompt, in the order of NAMES."""
    text = text[:READ_CHARS]
    raw = text.encode("utf-8", "surrogatepass")
    words = _WORD.findall(text)
    counts = (
        _of(raw, _DIGITS),
        len(_NUMBER.findall(text)),
        len(_LATEX.findall(text)) + text.count("$"),
        sum(map(text.count, _CODE)),
        text.count("?"),
        len(_LIST.findall(text)),
        len(_OPTION.findall(text)),
        _of(raw, _CAPITALS),
        len(_UPPER_WORD.findall(text)),
        sum(map(text.count, _MATH)),
        len(_NEGATION.findall(text)),
        len(_WHY.findall(text)),
        len(_WRITE.findall(text)),
        text.count('"'),
        text.count("Statement") + text.count("following"),
        len(text) - len(raw.translate(None, _BEYOND_ASCII)),
        text.count("\n"),
        sum(map(text.count, "$€£%")),
    )
    ends = sum(map(text.count, ".!?"))
    letters = sum(map(len, words))
    return [
        *map(math.log1p, counts),
        math.log1p(len(text)),
        math.log1p(len(words)),
        letters / len(words) if words else 0.0,
        len({word.lower() for word in words}) / max(1, len(words)),
        math.log1p(_largest(text)),
        math.log1p(len(words) / max(1, ends)),
    ]


def _of(raw: bytes, characters: bytes) -> int:
    """How many bytes of a text are one of these; all of them ASCII, which UTF-8 uses for nothing else."""
    return len(raw) - len(raw.translate(None, characters))


def _largest(text: str) -> float:
    found = (match[0] for _, match in zip(range(_NUMBERS_READ), _SHORT_NUMBER.finditer(text), strict=False))
    return max(map(float, found), default=0.0)
