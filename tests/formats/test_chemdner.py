"""CHEMDNER tables: offsets that begin anew in the abstract; what does not fit together is told at its line."""

import pytest

from medinstruct.document import Document
from medinstruct.formats import chemdner
from medinstruct.formats.draft import Broken
from medinstruct.source import File

TEXTS = "7012\tOrlin in rats.\tSodium β-orlinate (NaOr) heals.\n7013\tNo drug.\tNone.\n"
MENTIONS = "7012\tA\t19\t23\tNaOr\tFORMULA\n7012\tT\t0\t5\tOrlin\tTRIVIAL\n"


def read(texts: str = TEXTS, mentions: str = MENTIONS) -> list:
    files = [
        File("x/training.abstracts.txt", texts.encode()),
        File("x/training.annotations.txt", mentions.encode(errors="surrogateescape")),
    ]
    return list(chemdner.read(files))


def test_offsets_count_over_title_and_abstract():
    first, second = read()

    assert first.text == "Orlin in rats. Sodium β-orlinate (NaOr) heals."
    assert [(p.type, first.text[slice(*p.span)]) for p in first.passages] == [
        ("title", "Orlin in rats."),
        ("abstract", "Sodium β-orlinate (NaOr) heals."),
    ]
    assert [(m.id, m.spans, m.text, m.types) for m in first.mentions] == [
        ("T1", ((34, 38),), "NaOr", ("FORMULA",)),
        ("T2", ((0, 5),), "Orlin", ("TRIVIAL",)),
    ]
    assert (first.identities, second.mentions) == (("pmid:7012",), ())


def test_quotes_mean_nothing():
    [document] = read('7012\tThe "blue salt.\tIt "heals.\n', '7012\tT\t4\t14\t"blue salt\tTRIVIAL\n')

    assert document.mentions[0].text == '"blue salt'


@pytest.mark.parametrize(
    "texts, mentions, told",
    [
        (TEXTS, "7012\tA\t19\t23\tKCl!\tFORMULA\n", "abstracts.txt:1: mention T1 says 'KCl!' but text[34:38] is 'NaOr'"),
        (TEXTS, MENTIONS + "7012\tX\t0\t5\tOrlin\tTRIVIAL\n", "annotations.txt:3: a mention stands in T or A, not in 'X'"),
        (TEXTS, "7012\tT\tno\t5\tOrlin\tTRIVIAL\n", "annotations.txt:1: an offset that is no number: 'no', '5'"),
        (TEXTS, "7012\tT\t0\t5\tOrlin\n", "annotations.txt:1: 5 cells where there are 6 columns"),
        (TEXTS, "7014\tT\t0\t5\tOrlin\tTRIVIAL\n" * 2, "annotations.txt:1: there is no text '7014'"),
        (TEXTS + "7012\tOrlin.\tAgain.\n", "", "abstracts.txt:3: the text 7012 is there twice"),
        (TEXTS + "7014\tOrlin.\n", "", "abstracts.txt:3: 2 cells where there are 3 columns"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_told_at_its_line(texts, mentions, told):
    [broken] = [record for record in read(texts, mentions) if isinstance(record, Broken)]

    assert str(broken.error()).startswith(f"x/training.{told}")


@pytest.mark.parametrize(
    "row", ["7012\tX\t0\t5\tOrlin\tTRIVIAL\n", "7012\tT\t0\t5\tOrlin\n", "7012\tT\t0\t5\tOrl\udce9n\tTRIVIAL\n"]
)
def test_a_text_whose_mentions_cannot_be_read_is_broken_as_a_whole(row):
    """Else it would teach that what stands on the bad row is none."""
    found = read(TEXTS, MENTIONS + row)

    assert [(record.id, type(record)) for record in found] == [("7012", Broken), ("7013", Document)]


@pytest.mark.parametrize("kind", ["abstracts", "annotations"])
def test_one_table_without_the_other(kind):
    [broken] = chemdner.read([File(f"training.{kind}.txt", TEXTS.encode())])

    assert "beside it" in broken.reason
