"""Dated names: what a model is called without its date, and which of two dates is the newer.

Providers name snapshots of a model by the day, the month or the build, and the newest one by no date or by `latest`:
`gpt-4o-2024-08-06`, `claude-sonnet-4-5-20250929`, `command-r-08-2024`, `mistral-large-2512`, `gemini-1.5-pro-002`. A
number behind a size or within a version (`70b`, `4.5`, `4-5`) is no date.
"""

import re

# What stands between the pieces of a name.
BETWEEN = "-_:@ "
# A day, a month of a year, a number of three digits or more, or whichever date is the last.
_DATE = re.compile(
    rf"(?:^|[{BETWEEN}])"
    r"(?:(?P<day>20\d\d-\d\d-\d\d)|(?P<month>\d\d)-(?P<year>20\d\d)|(?P<number>\d{3,})|(?P<latest>latest))"
    rf"(?![^{BETWEEN}])"
)
# Numbers of four digits are a year and a month from this year on; before it they are a day without a year.
_FIRST_YEAR = 20
_LATEST = 99_999_999


def undated(name: str) -> str:
    """A name without its date and what stands before that."""
    return _DATE.sub("", name)


def age(name: str) -> int | None:
    """A number that is larger the newer the date in a name is; None where there is none."""
    found = _DATE.search(name)
    if found is None:
        return None
    if found["latest"]:
        return _LATEST
    if found["month"]:
        return int(f"{found['year']}{found['month']}00")
    digits = found["number"] or found["day"].replace("-", "")
    monthly = len(digits) == 4 and int(digits[:2]) >= _FIRST_YEAR
    return int(f"20{digits}00") if monthly else int(digits)
