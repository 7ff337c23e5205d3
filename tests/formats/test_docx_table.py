"""DOCX tables: rows under the names of the first one, whatever stands inside a cell; damaged and hostile files."""

import io
import zipfile

import pytest

from medinstruct.document import Item
from medinstruct.errors import UnsafeInput
from medinstruct.formats import docx_table
from medinstruct.formats.draft import Broken, strict
from medinstruct.source import File

SPACE = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def cell(text: str, properties: str = "") -> str:
    return f"<w:tc>{properties}<w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:tc>"


def table(*rows: list[str]) -> str:
    cells = ([each if each.startswith("<") else cell(each) for each in row] for row in rows)
    return "<w:tbl>" + "".join(f"<w:tr>{''.join(row)}</w:tr>" for row in cells) + "</w:tbl>"


def docx(body: str, name: str = "word/document.xml", space: str = SPACE, head: str = "") -> File:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, f'{head}<w:document xmlns:w="{space}"><w:body>{body}</w:body></w:document>')
    return File("pairs.docx", out.getvalue())


def rows(file: File, **options) -> list:
    return [row if isinstance(row, Broken) else dict(row) for row in docx_table.rows(file, **options)]


NAMES = ["id", "sentence"]


def test_a_row_becomes_an_item():
    file = docx(table(NAMES, ["7", "Zorbs are calm."]))
    read = docx_table.read([file], item=lambda row: {"id": row["id"], "texts": {"text": row["sentence"]}})

    assert list(strict(read)) == [Item(id="7", texts={"text": "Zorbs are calm."})]


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (f"<w:tc>{'<w:p><w:r><w:t>Zorbs </w:t></w:r><w:r><w:rPr><w:b/></w:rPr><w:t>sleep</w:t></w:r></w:p>'}</w:tc>", "Zorbs sleep"),
        ("<w:tc><w:p><w:r><w:t>one</w:t></w:r></w:p><w:p><w:r><w:t>two</w:t></w:r></w:p></w:tc>", "one\ntwo"),
        ("<w:tc><w:p><w:r><w:t>one</w:t><w:br/><w:t>two</w:t><w:tab/><w:t>three</w:t></w:r></w:p></w:tc>", "one\ntwo\tthree"),
        ("<w:tc><w:p><w:hyperlink><w:r><w:t>linked</w:t></w:r></w:hyperlink></w:p></w:tc>", "linked"),
        ("<w:tc><w:p><w:ins><w:r><w:t>new</w:t></w:r></w:ins><w:del><w:r><w:delText>old</w:delText></w:r></w:del></w:p></w:tc>", "new"),
        ("<w:tc><w:p><w:r><w:t>out</w:t></w:r></w:p>" + table(["inner"]) + "<w:p/></w:tc>", "out"),
        ("<w:tc><w:p><w:r><w:t>a &lt; b &amp; c</w:t></w:r></w:p></w:tc>", "a < b & c"),
    ],
)  # fmt: skip
def test_cells_hold_what_a_reader_sees(content, text):
    assert rows(docx(table(NAMES, ["1", content]))) == [{"id": "1", "sentence": text}]


def test_a_cell_over_several_columns_is_followed_by_empty_ones():
    wide = cell("all", '<w:tcPr><w:gridSpan w:val="2"/></w:tcPr>')

    assert rows(docx(table(["a", "b", "c"], [wide, "z"]))) == [{"a": "all", "b": "", "c": "z"}]


def test_another_table_and_names_that_are_given():
    file = docx(table(["x"]) + "<w:p/>" + table(["1", "one"], ["", ""], ["2", "two"]))

    assert rows(file, table=1, columns=NAMES) == [{"id": "1", "sentence": "one"}, {"id": "2", "sentence": "two"}]


def test_the_strict_edition_of_the_standard_is_read():
    assert rows(docx(table(NAMES, ["1", "z"]), space="http://purl.oclc.org/ooxml/wordprocessingml/main")) == [
        {"id": "1", "sentence": "z"}
    ]


def test_a_row_of_the_wrong_length_is_broken_alone():
    found = rows(docx(table(NAMES, ["1"], ["2", "z"])))

    assert found[1:] == [{"id": "2", "sentence": "z"}]
    assert (found[0].place.line, found[0].reason) == (2, "1 cells where there are 2 columns (id, sentence)")


@pytest.mark.parametrize(
    ("file", "told"),
    [
        (docx("<w:p/>"), "there is no table 0"),
        (docx("", name="word/other.xml"), "has no part word/document.xml; is it a DOCX file?"),
        (File("pairs.docx", b"Zorb"), "is no DOCX file, or a damaged one"),
        (
            docx(table(NAMES, ["1", cell("x", '<w:tcPr><w:gridSpan w:val="999999999"/></w:tcPr>')])),
            "a row of more than 63 cells",
        ),
    ],
)
def test_what_is_no_table_is_told(file, told):
    [broken] = rows(file)

    assert told in broken.reason


@pytest.mark.parametrize(
    "damage", [lambda data: data[: len(data) // 2], lambda data: data[:60] + b"\0" * 20 + data[80:]]
)
def test_a_damaged_file_is_broken(damage):
    [broken, *_] = rows(File("pairs.docx", damage(docx(table(NAMES, ["1", "z"])).data)))

    assert isinstance(broken, Broken)


def test_entities_are_refused():
    with pytest.raises(UnsafeInput):
        rows(docx(table(["&zorb;"]), head='<!DOCTYPE x [<!ENTITY zorb "z">]>'))


def test_a_bomb_is_refused():
    with pytest.raises(UnsafeInput, match="unpacks to more than"):
        rows(docx(" " * (70 << 20)))


@pytest.mark.real
def test_the_two_dresses_of_real_pairs_say_the_same(real):
    """BIOSSES as its authors gave it out and as BLURB did: scores and all, but for a tab in one sentence."""
    from medinstruct import corpora

    corpus = corpora.load("biosses")
    for split, number in (("train", 64), ("dev", 16), ("test", 20)):
        files = real("biosses", *corpus.splits[split].files)
        one = {r.id: r for r in corpus.records(split, [file for file in files if file.suffix == ".tsv"])}
        other = {r.id: r for r in corpus.records(split, [file for file in files if file.suffix == ".docx"])}
        assert len(one) == number
        assert {id: item.score for id, item in one.items()} == pytest.approx(
            {id: item.score for id, item in other.items()}
        )
        assert {id for id in one if _words(one[id]) != _words(other[id])} == set()


def _words(item: Item) -> list[str]:
    return [word for text in item.texts.values() for word in text.split()]
