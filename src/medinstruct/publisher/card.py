"""The card of a published version: what code writes is written anew, what people wrote beside it stays.

---
license: cc-by-sa-4.0        keys that code writes are replaced; keys and tags that people added stay
---
<!-- medinstruct: written by code from here -->
# …
<!-- medinstruct: to here -->
Whatever stands outside of the two lines is somebody's own, and survives every version.
"""

from __future__ import annotations

import re
from typing import Any

import yaml

from medinstruct import markdown
from medinstruct.errors import FormatError

BEGIN = "<!-- medinstruct: written by code from here -->"
END = "<!-- medinstruct: to here -->"
_HEAD = re.compile(r"\A---\n(.*?)^---\n", re.DOTALL | re.MULTILINE)


def parts(card: str, where: str = "README.md") -> tuple[dict[str, Any], str]:
    """Return the head and the body of a card.

    Raises:
        FormatError: if the head is no YAML mapping.
    """
    card = card.replace("\r\n", "\n")
    found = _HEAD.match(card)
    if not found:
        return {}, card
    try:
        head = yaml.safe_load(found[1]) or {}
    except yaml.YAMLError as error:
        raise FormatError("its head is no YAML", where=where, next="mend it by hand, then publish again") from error
    if not isinstance(head, dict):
        raise FormatError("its head is no mapping", where=where, next="mend it by hand, then publish again")
    return head, card[found.end() :]


def merge(generated: str, published: str) -> str:
    """Return the card of a new version.

    Args:
        generated: What code has to say.
        published: The card that is there; empty if there is none.

    Raises:
        FormatError: if the card that is there has a broken head, or one marker without the other.
    """
    head, body = parts(generated)
    old_head, old_body = parts(published)
    ours, theirs = head.get("tags", []), old_head.get("tags") or []
    tags = [*ours, *(tag for tag in (theirs if isinstance(theirs, list) else [theirs]) if tag not in ours)]
    whole = {**head, **{key: value for key, value in old_head.items() if key not in head}, "tags": tags}
    before, after = _own(old_body)
    body = body.replace(BEGIN, "").replace(END, "")  # in a block of code a citation stands as it is
    text = "\n\n".join(part for part in (before.strip(), f"{BEGIN}\n\n{body.strip()}\n\n{END}", after.strip()) if part)
    return write(whole, text)


def write(head: dict[str, Any], body: str) -> str:
    """Return a card with this head and body."""
    return f"---\n{yaml.safe_dump(head, sort_keys=False, allow_unicode=True)}---\n\n{body.strip()}\n"


def _own(body: str) -> tuple[str, str]:
    """What people wrote before and behind the part that code writes."""
    if BEGIN not in body and END not in body:
        return "", body
    if body.count(BEGIN) != 1 or body.count(END) != 1 or body.index(BEGIN) > body.index(END):
        raise FormatError("the lines between which code writes are not one pair", where="README.md",
                          next=f"leave one {BEGIN!r} before one {END!r}")  # fmt: skip
    before, _, rest = body.partition(BEGIN)
    return before, rest.partition(END)[2]


def add_change(changelog: str, version: str, lines: list[str]) -> str:
    """Return a changelog with a version on top, below what people wrote there; one that is there already is replaced."""
    entry = f"## {version}\n\n" + "\n".join(f"- {markdown.text(line)}" for line in lines)
    sections = [s.strip() for s in re.split(r"^(?=## )", changelog.replace("\r\n", "\n"), flags=re.MULTILINE)]
    head = sections[0] or "# Changelog"
    rest = [s for s in sections[1:] if s.splitlines()[0].split()[1:2] != [version]]
    return "\n\n".join([head, entry, *rest]) + "\n"
