r"""What looks like a person in a text, by its form alone: where somebody should look, never a promise that nothing is there.

    date            12/03/2014 · March 12, 2014 · 2014-03-12
    phone           (617) 555-0123 · 617-555-0123 · +44 20 7946 0123
    record number   MRN: 0123456 · Medical Record Number 12-34-56 · Accession # A123456
    name            Dr. Alma Quist · Mrs Quist · Patient Name: ... · Attending: ...
    email, social security number

The kinds follow the identifiers of the Safe Harbor method (45 CFR 164.514(b)(2)) that can be told by form. Each pattern is
linear: bounded repetitions, no nesting.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_MONTH = "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6}"
_DAY, _YEAR = r"(?:0?[1-9]|[12]\d|3[01])", r"(?:19|20)\d\d"
_NAME = r"[A-Z][\w'’-]{1,30}"

PATTERNS: dict[str, re.Pattern[str]] = {
    "date": re.compile(
        rf"\b(?:{_DAY}[/.-](?:0?[1-9]|1[0-2])[/.-](?:{_YEAR}|\d\d)|(?:0?[1-9]|1[0-2])[/.-]{_DAY}[/.-](?:{_YEAR}|\d\d)"
        rf"|{_YEAR}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])|{_MONTH}\.? {_DAY}(?:st|nd|rd|th)?,? {_YEAR}|{_DAY} {_MONTH}\.?,? {_YEAR})\b"
    ),
    "phone": re.compile(r"(?<![\w.-])(?:\(\d{3}\) ?\d{3}-\d{4}|\d{3}[-.]\d{3}[-.]\d{4}|\+\d{1,3}(?: \d{2,4}){2,4})(?![\w-])"),
    "record number": re.compile(
        r"\b(?:MRN|(?i:medical record (?:number|no\.?)|record number|accession (?:number|no\.?|#)|account (?:number|no\.?|#)))"
        r" {0,2}[:#]? {0,2}[A-Z]{0,3}\d[\d-]{3,14}\b"
    ),
    "social security number": re.compile(r"(?<![\w-])\d{3}-\d{2}-\d{4}(?![\w-])"),
    "email": re.compile(r"\b[\w.+-]{1,60}@[\w-]{1,60}\.[\w.-]{2,60}\b"),
    "name": re.compile(
        rf"\b(?:(?:Dr|Mr|Mrs|Ms|Prof)\.? {_NAME}(?: {_NAME})?"
        rf"|(?i:patient name|attending|physician|dictated by|signed by|referred by) ?: {{0,3}}{_NAME}(?:,? {_NAME}){{0,2}})"
    ),
}  # fmt: skip


def find(text: str) -> Iterator[tuple[str, str]]:
    """Yield (kind, quotation) for everything in a text that looks like a person."""
    for kind, pattern in PATTERNS.items():
        for match in pattern.finditer(text):
            start, end = max(match.start() - 20, 0), min(match.end() + 20, len(text))
            yield kind, " ".join(text[start:end].split())
