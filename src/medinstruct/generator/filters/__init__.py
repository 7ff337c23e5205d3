"""What a candidate is refused for, one module each; every refusal stands in the ledger under the filter's name, with its reason.

    length          too short to ask anything, too long to be shown                              (length.py)
    language        another script or language                                                   (language.py)
    refusal         the model speaks of itself, or declines                                      (refusal.py)
    missing         points at an image or a text that is not there; blanks                       (missing.py)
    unanswerable    the input does not tell, or what was extracted does not stand in it          (unanswerable.py)
    topic           nothing of medicine in it                                                    (topic.py)
    personal data   looks like a person                                                          (harm.py)
    toxic           insults                                                                      (harm.py)
    copies a seed   the same text, or 13 words in a row                                          (copied.py)
    contaminated    in common with the test part of a benchmark                                  (copied.py)
    similar         ROUGE-L to one that was accepted before                                      (medinstruct.generator.similar)

Each looks at one candidate and at what it was made with, and takes time linear in its length; the last alone looks at what was accepted. All but
`length`, `unanswerable` and `topic` judge a candidate that has no output yet as well as one that has: they say no to `reads_output`, so that an
answer is not paid for in vain, and are asked again when it is there. What a filter takes is measured by `python bench/filters.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from medinstruct.generator.candidate import Filter
from medinstruct.generator.filters.copied import PACKS, Contaminated, Copied
from medinstruct.generator.filters.harm import Personal, Toxic
from medinstruct.generator.filters.language import Language
from medinstruct.generator.filters.length import Length
from medinstruct.generator.filters.missing import Missing
from medinstruct.generator.filters.refusal import Refusal
from medinstruct.generator.filters.topic import Medical
from medinstruct.generator.filters.unanswerable import Unanswerable
from medinstruct.generator.seed import Seed
from medinstruct.generator.similar import THRESHOLD, RougeL

__all__ = [
    "Contaminated", "Copied", "Language", "Length", "Medical", "Missing", "Personal", "Refusal", "RougeL", "Toxic", "Unanswerable", "usual",
]  # fmt: skip


def usual(
    seeds: Sequence[Seed], *, packs: Iterable[str] = PACKS, language: str = "en", similar: float = THRESHOLD, per_input: bool = False
) -> list[Filter]:  # fmt: skip
    """Return all filters, in the order in which they are asked: what says most in fewest words first, what costs most last.

    Args:
        seeds: Of the run.
        packs: Names or paths of packs that are kept out.
        language: In which candidates are to be; `refusal`, `missing`, `unanswerable`, `topic` and `toxic` know English words alone.
        similar: ROUGE-L F above which a candidate is too like a seed or one that was accepted before.
        per_input: Whether instructions are compared with those on the same input alone, as grounded runs want it.

    Raises:
        NotFound: at a pack or language that nobody knows.
        FormatError: at a damaged pack.
    """
    english: list[Filter] = [Refusal(), Missing(), Unanswerable(), Medical()] if language == "en" else []
    before = [seed.instruction for seed in seeds]
    return [
        Length(), Language(language), *english, Personal(), *([Toxic()] if language == "en" else []), Copied(seeds),
        Contaminated.of(packs), RougeL(before, similar, per_input=per_input),
    ]  # fmt: skip
