"""Span tables: texts in files, their mentions as rows of a table."""

import pytest

from medinstruct.document import Document, Mention
from medinstruct.formats import span_table
from medinstruct.formats.draft import Broken
from medinstruct.source import File

TEXT = File("texts/7012_en.txt", "Zörb fever in red mice.\n".encode())
TABLE = "document\ttext\ttype\tspans\n7012_en\tZörb fever\tDISO\t0-10\n7012_en\tZörb mice\tLIVB\t0-4,18-22\n"


def mention(row) -> dict:
    parts = (part.split("-") for part in row["spans"].split(","))
    return {
        "text": row["text"],
        "types": (row["type"],),
        "spans": tuple((int(start), int(end)) for start, end in parts),
    }


def read(*files: File, **options) -> list:
    return list(span_table.read(files, document=lambda row: row["document"], mention=mention, **options))


def table(text: str) -> File:
    return File("spans.tsv", text.encode())


def told(records: list) -> list[str]:
    return [f"{record.place}: {record.id}: {record.reason}" for record in records if isinstance(record, Broken)]


@pytest.mark.parametrize("text", [TABLE, TABLE.replace("\n", "\r\n"), "\ufeff" + TABLE, TABLE.rstrip()])
def test_the_rows_of_a_text_are_its_mentions(text):
    [document] = read(TEXT, table(text), identity=lambda name: f"pmid:{name.partition('_')[0]}")

    assert document == Document(
        id="7012_en",
        text="Zörb fever in red mice.\n",
        mentions=(
            Mention(id="T1", spans=((0, 10),), text="Zörb fever", types=("DISO",)),
            Mention(id="T2", spans=((0, 4), (18, 22)), text="Zörb mice", types=("LIVB",)),
        ),
        identities=("pmid:7012",),
    )


def test_rows_may_stand_in_any_order_and_in_several_tables():
    """They are put together by the name of their text."""
    other = File("texts/7013_en.txt", b"No fever.")
    more = table("document\ttext\ttype\tspans\n7013_en\tfever\tDISO\t3-8\n7012_en\tmice\tLIVB\t18-22\n")

    one, two = read(more, TEXT, table(TABLE), other)

    assert [each.text for each in one.mentions] == ["mice", "Zörb fever", "Zörb mice"]
    assert [each.text for each in two.mentions] == ["fever"]


def test_columns_may_be_named_by_the_corpus():
    rows = TABLE.split("\n", 1)[1]

    [document] = read(TEXT, table(rows), columns=("document", "text", "type", "spans"))

    assert len(document.mentions) == 2


def test_a_cell_may_be_quoted():
    text = File("texts/1.txt", b'A "zorb" fever.')
    rows = 'document\ttext\ttype\tspans\n1\t"""zorb"" fever"\tDISO\t2-14\n'

    assert [each.text for each in read(text, table(rows), quoting="csv")[0].mentions] == ['"zorb" fever']
    assert told(read(text, table(rows))) == [
        'spans.tsv:2: 1: mention T1 says \'"""zorb"" fever"\' but text[2:14] is \'"zorb" fever\''
    ]


def test_a_text_without_rows_has_nothing_to_find():
    [document] = read(File("texts/7013_en.txt", b"No fever."), table(TABLE.split("\n")[0]))

    assert document.mentions == ()


def test_texts_without_any_table_are_not_annotated():
    assert told(read(TEXT)) == [
        "texts/7012_en.txt: 7012_en: there is no table; not annotated is not the same as nothing to find"
    ]


@pytest.mark.parametrize(
    "row, faults",
    [
        ("7012_en\tfever\tDISO\t5", ["spans.tsv:4: 7012_en: cannot be read: not enough values to unpack (expected 2, got 1)"]),
        ("7012_en\tfever\tDISO\tx-y", ["spans.tsv:4: 7012_en: cannot be read: invalid literal for int() with base 10: 'x'"]),
        ("7012_en\tfever\tDISO\t5-9", ["spans.tsv:4: 7012_en: mention T3 says 'fever' but text[5:9] is 'feve'"]),
        ("7012_en\tfever\tDISO\t90-95", ["spans.tsv:4: 7012_en: mention T3 at 90:95 lies outside the text of 24 characters"]),
        ("9999\tfever\tDISO\t5-10", ["spans.tsv:4: 9999: no text is called 9999"]),
        ("7012_en\tfever", ["spans.tsv:4: : 2 cells where there are 4 columns (document, text, type, spans)"]),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_told_with_its_line(row, faults):
    assert told(read(TEXT, table(f"{TABLE}{row}\n"))) == faults


def test_a_table_without_the_columns_that_are_needed_is_told():
    records = read(TEXT, table("name\tspans\n7012_en\t0-4\n"))

    assert told(records) == ["spans.tsv:2: : nothing is called 'document' here (there is name, spans)"]


def test_two_texts_of_one_name_are_not_one():
    """Nobody knows to which of them the rows belong."""
    records = read(TEXT, File("more/7012_en.txt", b"Zorb."), table(TABLE))

    assert told(records) == [f"{file}: 7012_en: 2 texts are called 7012_en" for file in (TEXT.name, "more/7012_en.txt")]


def test_bytes_that_are_no_text_are_told():
    records = read(File("texts/7012_en.txt", b"Z\xf6rb"), table(TABLE))

    assert told(records) == ["texts/7012_en.txt:1: 7012_en: bytes b'\\xf6rb' are not utf-8-sig"]


@pytest.mark.real
def test_s800(real):
    """Offsets that name the last character; the texts are ASCII."""
    rows = ("taxon", "document", "first", "last", "text")

    def species(row) -> dict:
        return {"text": row["text"], "types": ("Species",), "spans": ((int(row["first"]), int(row["last"]) + 1),)}

    found = list(
        span_table.read(
            real("species800", "S800.tsv", "abstracts/*.txt"),
            document=lambda row: row["document"].partition(":")[0], mention=species, columns=rows,
        )
    )  # fmt: skip

    assert told(found) == []
    assert (len(found), sum(len(document.mentions) for document in found)) == (800, 3708)
