"""What an instruction asks for: its verb, and the noun that the verb acts on.

    Write short instructions for a man who goes home      write · instruction
    In view of the findings, list three causes of it.     list · cause
    Which nerve is injured?                               which? · nerve

Self-Instruct draws these from a parse. spaCy without a model parses nothing, and no tagger comes without a download, so this goes by the form of
instructions: their verbs are few and stand at the head of a clause, and the first noun phrase ends before a preposition, a conjunction or a mark. It
is right of most, and not of all: good for a table of thousands, not for one instruction.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

_VERBS: Final = """
add advise analyse analyze annotate answer arrange assess assign calculate categorise categorize check choose cite clarify classify code
combine compare complete compose compute condense connect construct convert copy correct count create critique decide deduce define
delineate derive describe design detect determine develop devise diagnose differentiate discuss distinguish divide draft draw edit elaborate
enumerate estimate evaluate examine expand explain extract fill find flag form formulate generate give grade group highlight identify
illustrate indicate infer inform interpret invent judge justify label link list locate make map mark match mention merge model name
normalise normalize note offer order organise organize outline paraphrase perform pick plan predict prepare present prioritise prioritize
produce propose provide pull put quote rank rate read recognise recognize recommend reconcile record reduce rephrase replace report respond
restate retrieve review revise rewrite say score select separate show simplify sketch solve sort specify spell split standardise standardize
state structure suggest summarise summarize tabulate tag tell transcribe transform translate turn underline update use verify weigh work
write
"""
VERBS: Final = frozenset(_VERBS.split())
"""What instructions ask for; words of the same form that are nouns stand behind an article."""
_ASKING: Final = """
are can could did do does has have how is may must should was were what when where which who whom whose why will would
"""
ASKING: Final = frozenset(_ASKING.split())
"""Words that begin a question."""
_ENDS: Final = """
about above after against and are as at be because before below between but by can could did do does during for from had has have how if in
into is may might must nor not of on or over per should so than that then to under using was were what when where whether which while who
whom whose why will with within without would
"""
ENDS: Final = frozenset(_ENDS.split())
"""Words before which a noun phrase has ended."""
_LEADS: Final = """
according after as based before considering for from given in on to under using with without
"""
LEADS: Final = frozenset(_LEADS.split())
"""Words that begin an instruction of which the verb comes later."""
_ARTICLES: Final = """
a all an any each every the this
"""
ARTICLES: Final = frozenset(_ARTICLES.split())
"""Words between a verb and its noun."""
_SKIPPED: Final = """
a again all also an any anything been being both each eight either every few first five following four given he her him his i it its just
last likely many me more most my next nine no nothing one only our out please possible seven several she six some something step ten that
the their them these they this those three together two up us we you your
"""
SKIPPED: Final = frozenset(_SKIPPED.split())
"""Words that are no head of a noun phrase."""
LY: Final = frozenset(("anomaly", "assembly", "family", "fly", "reply", "supply"))
"""Nouns that end as adverbs do."""
_TOKEN: Final = re.compile(r"[A-Za-z][A-Za-z'’-]*|[.,:;!?()\n]|\d+")
_STOP: Final = frozenset(".:;!?\n")


class Asked(NamedTuple):
    """What an instruction asks for."""

    verb: str
    """In its plain form; a question's first word with a question mark; empty where none is found."""
    noun: str
    """In the singular as far as that can be told; empty where none is found."""


def asked(instruction: str) -> Asked:
    """Return the verb and the noun of an instruction: of its first clause that begins with a verb, else of its first question."""
    tokens = [token.lower() for token in _TOKEN.findall(instruction)]
    place = _behind_preposition(tokens) if tokens[:1] and tokens[0] in LEADS else _verb(tokens)
    if place is not None:
        return Asked(tokens[place], _noun(tokens[place + 1 :]))
    for n, token in enumerate(tokens):
        if (
            token in ASKING
            and "?" in tokens[n:]
            and (n == 0 or tokens[n - 1] in _STOP or (tokens[n - 1] == "," and tokens[0] in LEADS))
        ):
            return Asked(f"{token}?", _noun(tokens[n + 1 :]))
    return Asked("", "")


def _verb(tokens: list[str]) -> int | None:
    """The place of the first verb that begins a clause; no clause begins inside a question."""
    begins = True
    for n, token in enumerate(tokens):
        if begins and token in VERBS:
            return n
        if begins and token in ASKING and "?" in tokens[n:] and not {".", "\n"} & set(tokens[n : tokens.index("?", n)]):
            return None
        begins = token in _STOP or token in (",", "please", "then") or (begins and token in ("now", "first", "briefly"))
    return None


def _behind_preposition(tokens: list[str]) -> int | None:
    """The place of the verb in `From the report extract the …`: the first that begins a clause or has an article behind it."""
    for n, token in enumerate(tokens[:-1]):
        if token in VERBS and (tokens[n - 1] in _STOP or tokens[n - 1] == "," or tokens[n + 1] in ARTICLES):
            return n
    return None


def _noun(tokens: list[str]) -> str:
    """The head of the first noun phrase."""
    head = ""
    for token in tokens:
        if not token[0].isalpha() or token in ENDS:
            if head or token in _STOP:
                break
            continue
        if token not in SKIPPED and (not token.endswith("ly") or token in LY):
            head = token
    return _singular(head)


def _singular(word: str) -> str:
    word = re.sub(r"['’]s?$", "", word)
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    return word[:-1] if word.endswith("s") and not word.endswith(("ss", "us", "is", "ous")) and len(word) > 3 else word
