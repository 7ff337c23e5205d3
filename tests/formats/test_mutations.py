"""Spoiled files: a reader says what is wrong, in medinstruct's own words, or reads on; it does nothing else.

First the kinds of crashes that fuzzing found (`python -m tests.fuzz`), each by the smallest invented input that shows
it; then a few seconds of fuzzing itself, over the bundled samples of every format.
"""

import io
import re
import zipfile
from functools import partial

import pytest

from fuzz.__main__ import ARCHIVES, make
from fuzz.seeds import seeds
from fuzz.survive import shrink, survive, unpack
from medinstruct import formats
from medinstruct.errors import FormatError, Place, UnsafeInput
from medinstruct.formats import (
    bioc_json,
    bioc_xml,
    docx_table,
    genia_xml,
    i2b2_xml,
    inline_xml,
    json,
    json_lines,
    pubtator,
    xlsx,
)
from medinstruct.formats.draft import Broken
from medinstruct.formats.rows import Row
from medinstruct.source import File

INPUTS = 25
"""Mutated inputs per format; `python -m tests.fuzz` has no end."""

FEVER = "1|t|Zorbinol fever.\n1\t0\t8\tZorbinol\tDrug\tD1\n"
SHEET = '{"id": "1", "passages": [{"offset": %s, "infons": {}, "text": "Fever.", "annotations": [], "relations": []}]}'


def told(records) -> list[str]:
    return [str(record.error()) for record in records if isinstance(record, Broken)]


def test_a_number_of_more_digits_than_python_reads_is_told():
    [first, second] = bioc_json.read([File("a.json", ("[" + SHEET % 0 + "," + SHEET % ("9" * 5_000) + "]").encode())])

    assert first.text == "Fever."
    assert second.reason.startswith("from here on this is no JSON (Exceeds the limit")


@pytest.mark.parametrize("data", [b"\xef\xbb\xbf" + (SHEET % 0).encode() + b"\xff", b"\xef\xbb\xbf\xff", b"\xef\xbb"])
def test_bad_bytes_after_a_byte_order_mark_are_told(data):
    records = list(bioc_json.read([File("a.json", data)]))

    assert [type(record).__name__ for record in records][-1] == "Broken"
    assert len(records) == 1 + data.startswith(b"\xef\xbb\xbf{")


@pytest.mark.parametrize("read", [bioc_xml.read, genia_xml.read])
@pytest.mark.parametrize(("encoding", "reason"), [("zorb", "zorb"), ("big5", "multi-byte encodings are not supported")])
def test_an_encoding_that_cannot_be_read_is_told(read, encoding, reason):
    [broken] = read([File("a.xml", f'<?xml version="1.0" encoding="{encoding}"?><collection></collection>'.encode())])

    assert reason in broken.reason


def test_what_quotes_half_a_character_can_be_written():
    [broken] = json.read([File("a.json", b'{"\\ud800": {"a": NaN}}')], item=dict)

    assert str(broken.error()).encode()
    assert "\\ud800" in broken.id


def test_a_type_that_the_corpus_has_no_vocabulary_for_is_told():
    [broken] = pubtator.read([File("a.txt", FEVER.encode())], vocabulary=lambda type, id: {"Gene": "NCBI"}[type])

    assert broken.place == Place("a.txt", 2)


def test_a_repair_that_trips_breaks_its_record_alone():
    def repair(draft):
        return None if draft.fields["id"] == "2" else draft.fields["mentions"][7]

    broken, sound = pubtator.read([File("a.txt", f"{FEVER}\n2|t|Rash.\n".encode())], repair=repair)

    assert broken.reason == "cannot be repaired: tuple index out of range"
    assert sound.id == "2"


@pytest.mark.parametrize(
    ("read", "data"),
    [
        (inline_xml.read, b'<ROOT><RECORD ID="1"><TEXT>Rash.</TEXT></RECORD></ROOT>'),
        (partial(i2b2_xml.read, root="NOTE"), b"<NOTE><TEXT>Rash.</TEXT><TAGS></TAGS></NOTE>"),
    ],
)
def test_a_repair_of_markup_that_trips_breaks_its_record_alone(read, data):
    [broken] = read([File("1.xml", data)], repair=lambda draft: draft.fields["mentions"])

    assert (broken.id, broken.reason) == ("1", "cannot be repaired: 'mentions'")


def test_a_number_that_is_too_large_to_calculate_with_breaks_its_record_alone():
    """An integer has no limit that `float` could hold."""
    lines = File("a.jsonl", b'{"id": "1", "score": ' + b"9" * 400 + b'}\n{"id": "2", "score": 1}\n')

    broken, sound = json_lines.read([lines], item=lambda row: {"id": row["id"], "score": float(row["score"])})

    assert broken.reason == "cannot be read: int too large to convert to float"
    assert sound.score == 1


def test_a_row_that_lacks_a_cell_says_so_wherever_it_is_asked():
    with pytest.raises(FormatError, match=r"a.tsv:3: nothing is called 'stem' here \(did you mean steam\?\)"):
        Row({"steam": "x"}, Place("a.tsv", 3), "1")["stem"]


def test_a_zip_whose_directory_points_before_its_beginning_is_told():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
    data = out.getvalue()
    at = data.index(b"PK\x05\x06") + 16
    beyond = (int.from_bytes(data[at : at + 4], "little") + 4_000).to_bytes(4, "little")

    assert told(xlsx.read([File("a.xlsx", data[:at] + beyond + data[at + 4 :])], item=dict))


@pytest.mark.parametrize("read", [xlsx.read, docx_table.read])
@pytest.mark.parametrize("way", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA, 99])
def test_a_part_that_is_packed_in_another_way_than_it_says_is_told(read, way):
    """One altered byte of a file of Office makes another unpacker trip over it, each with errors of its own."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in ("xl/_rels/workbook.xml.rels", "word/document.xml"):
            archive.writestr(part, "<Relationships/>" * 50)
    data = bytearray(out.getvalue())
    for mark, to_way in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        for found in re.finditer(re.escape(mark), bytes(data)):
            data[found.start() + to_way] = way

    [said] = told(read([File("a.office", bytes(data))], item=dict))

    assert "file, or a damaged one: " in said


@pytest.fixture(scope="module")
def samples():
    found = seeds(None)
    found[ARCHIVES] = [seed for of in found.values() for seed in of]
    return found


@pytest.mark.parametrize("name", [*formats.names(), ARCHIVES])
def test_readers_survive(name, samples):
    """Readers, and the functions that corpora give them."""
    assert samples[name]
    for number in range(INPUTS if name != ARCHIVES else 12):
        seed, files = make(samples[name], name, number, seed=0)
        crash = survive(seed.read, files)

        assert crash is None, f"{name}:{number} {seed.name}\n{crash.trace}"


def test_a_reader_that_hangs_or_trips_is_found_out_and_its_input_made_small(monkeypatch):
    def hangs(files):
        while True:
            pass

    def trips(files):
        yield from [[][1]] if any(b"zorb" in file.data for file in files) else ()

    monkeypatch.setattr("fuzz.survive.MAX_CPU_S", 0.2)
    lines = File("a.txt", b"one\ntwo zorb\nthree\n")

    assert survive(hangs, [lines]).kind == "TooSlow"
    assert survive(trips, [lines]).kind == "IndexError"
    assert [file.data for file in shrink(trips, [lines, lines], "IndexError")] == [b"zorb"]


def test_nothing_is_unpacked_to_disk(tmp_path):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("../x.txt", "x")

    with pytest.raises(UnsafeInput, match=r"leads out of the archive"):
        list(unpack([File("a.zip", out.getvalue())]))
