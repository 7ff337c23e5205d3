r"""How to cite the parts of a mixture: an entry of BibTeX for each corpus, made from its citation and its DOI.

    Li et al. 2016, BioCreative V CDR task corpus, Database 2016:baw068, doi:10.1093/database/baw068

    @misc{bc5cdr,
      title  = {{BioCreative V Chemical Disease Relation corpus}},
      author = {Li and others},
      year   = {2016},
      doi    = {10.1093/database/baw068},
      note   = {Li et al. 2016, BioCreative V CDR task corpus, Database 2016:baw068, doi:10.1093/database/baw068}
    }

A citation gives names, year and DOI with certainty, and not where its title ends; so the entry is a `@misc` with the corpus' own
title, and the whole citation is its note.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

_WORK = re.compile(r"(?P<authors>[^\d;:/]{1,300}?) (?P<year>(?:19|20)\d\d)\b")
_DOI = re.compile(r"\bdoi:(10\.\d{4,9}/[^\s;,{}\\]+)", re.IGNORECASE)
_ARXIV = re.compile(r"\barXiv:(\d{4}\.\d{4,5})", re.IGNORECASE)
_ESCAPED = {
    "&": r"\&",
    "%": r"\%",
    "#": r"\#",
    "_": r"\_",
    "$": r"\$",
    "~": " ",
    "^": " ",
    "{": "(",
    "}": ")",
    "\\": "/",
}


def bibliography(entries: Iterable[tuple[str, Mapping[str, str]]]) -> str:
    """Return the entries as BibTeX, each under a key of its own."""
    taken: set[str] = set()
    return "\n\n".join(_entry(_key(name, taken), fields) for name, fields in entries)


def of_corpus(corpus: Mapping[str, Any]) -> dict[str, str]:
    """Return the fields of a corpus' entry: those of its first work; further ones stand in the note."""
    citation = str(corpus.get("citation", ""))
    found, doi, arxiv = _WORK.match(citation), _DOI.search(citation), _ARXIV.search(citation)
    fields = {
        "title": f"{{{escaped(corpus['title'])}}}",
        "author": authors(found["authors"]) if found else "",
        "year": found["year"] if found else "",
        "version": escaped(corpus.get("version", "")),
        "doi": doi[1].rstrip(".") if doi else "",
        "eprint": arxiv[1] if arxiv else "",
        "archiveprefix": "arXiv" if arxiv else "",
        "url": address(corpus.get("homepage", "")),
        "note": escaped(citation),
    }
    return {name: value for name, value in fields.items() if value}


def authors(names: str) -> str:
    """Return `Kim, Wang & Yamamoto` as `Kim and Wang and Yamamoto`; a name of several words stays one name."""
    people = [name.strip() for name in re.split(r",|&| et al\.?$", names)]
    said = [f"{{{escaped(name)}}}" if " " in name else escaped(name) for name in people if name]
    return " and ".join([*said, *(["others"] if re.search(r" et al\.?$", names) else [])])


def escaped(value: object) -> str:
    """Return a text that TeX sets as it reads; braces, which BibTeX counts, become parentheses."""
    return "".join(_ESCAPED.get(char, char) for char in " ".join(str(value).split()))


def address(value: object) -> str:
    """Return an address of the web as a field may hold it, else nothing."""
    found = re.fullmatch(r"https?://[^\s{}\\]+", str(value))
    return found[0] if found else ""


def _entry(key: str, fields: Mapping[str, str]) -> str:
    width = max(map(len, fields))
    return f"@misc{{{key},\n" + ",\n".join(f"  {name:{width}} = {{{value}}}" for name, value in fields.items()) + "\n}"


def _key(name: str, taken: set[str]) -> str:
    plain = re.sub(r"[^a-z0-9.:-]+", "-", name.lower()).strip("-") or "part"
    key, n = plain, 1
    while key in taken:
        n += 1
        key = f"{plain}-{n}"
    taken.add(key)
    return key
