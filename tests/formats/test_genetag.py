"""GENETAG: offsets that ignore white space; alternatives that are right for a mention and never mentions."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

import strategies
from medinstruct.document import Attribute, Concept, Document, Mention, Passage
from medinstruct.errors import FormatError
from medinstruct.formats import genetag
from medinstruct.formats.draft import Broken, documents, requote
from medinstruct.source import File

SENTENCES = """\
P0712T0076 Zorb-1 binds zorbin A and B .
P0713A0102 No gene is here .
"""
GENES = """\
P0712T0076|0 5|Zorb-1
P0712T0076|11 17|zorbin A
P0712T0076|21 21|B
"""
ALTERNATIVES = """\
P0712T0076|11 21|zorbin A and B
P0712T0076|0 3|Zorb
P0712T0076|0 3|Zorb
P0712T0076|0 5|Zorb-1
"""


def files(sentences: str = SENTENCES, genes: str | None = GENES, alternatives: str | None = "", folder="train") -> list:
    texts = {"train.in": sentences, "GENE.eval": genes, "ALTGENE.eval": alternatives}
    return [File(f"{folder}/{name}", text.encode()) for name, text in texts.items() if text is not None]


def read(*args, **options) -> list:
    return list(genetag.read(files(*args), **options))


def told(records: list) -> list[str]:
    return [f"{record.place}: {record.reason}" for record in records if isinstance(record, Broken)]


def test_offsets_skip_white_space_and_include_the_last_character():
    one, two = read()

    assert one == Document(
        id="P0712T0076",
        text="Zorb-1 binds zorbin A and B .",
        passages=(Passage(type="sentence", span=(0, 29)),),
        mentions=(
            Mention(id="T1", spans=((0, 6),), text="Zorb-1", types=("Gene",)),
            Mention(id="T2", spans=((13, 21),), text="zorbin A", types=("Gene",)),
            Mention(id="T3", spans=((26, 27),), text="B", types=("Gene",)),
        ),
    )
    assert (two.text, two.mentions) == ("No gene is here .", ())


def test_an_alternative_belongs_to_each_mention_it_overlaps_once_and_is_none():
    one, _ = read(SENTENCES, GENES, ALTERNATIVES)

    assert [mention.alternatives for mention in one.mentions] == [
        (((0, 4),),),
        (((13, 27),),),
        (((13, 27),),),
    ]
    assert one.notes == ()


def test_an_alternative_that_no_mention_can_hold_is_noted():
    one, two = read(SENTENCES, GENES, "P0712T0076|6 10|binds\nP0712T0076|0 3|Zorb-\nP0713A0102|0 1|No\n")

    assert one.notes == (
        "the alternative 'binds' at 7:12 overlaps no mention and is left out",
        "the alternative 'Zorb-' at 0:4 is taken for 'Zorb', which stands there",
    )
    assert two.notes == ("the alternative 'No' at 0:2 overlaps no mention and is left out",)


def test_the_article_of_a_sentence_can_be_named():
    one, two = read(identity=lambda id: f"pmid:{int(id[1:5])}" if id.endswith("76") else "")

    assert (one.identities, two.identities) == (("pmid:712",), ())


def test_splits_lie_in_folders_of_their_own():
    both = [*files(folder="train"), *files("P9 zorb\n", "P9|0 3|zorb", None, folder="test")]

    assert [len(document.mentions) for document in genetag.read(both)] == [3, 0, 1]


def test_crlf_and_no_last_line_end_change_nothing():
    ends = [text.replace("\n", "\r\n").rstrip() for text in (SENTENCES, GENES, ALTERNATIVES)]

    assert read(*ends) == read(SENTENCES, GENES, ALTERNATIVES)


@pytest.mark.parametrize(
    "genes, reason",
    [
        ("P0712T0076|0 99|Zorb-1", "GENE.eval:1: 0 99 lies outside the 23 characters of sentence P0712T0076"),
        ("P0712T0076|5 0|Zorb-1", "GENE.eval:1: 5 0 lies outside the 23 characters of sentence P0712T0076"),
        ("P0712T0076|0-5|Zorb-1", "GENE.eval:1: not an id, two offsets and a text: 'P0712T0076|0-5|Zorb-1'"),
        ("P0712T0076|-1 5|Zorb-1", "GENE.eval:1: not an id, two offsets and a text"),
        ("P0712T0076|0 5", "GENE.eval:1: not an id, two offsets and a text"),
        (f"P0712T0076|0 {'9' * 5000}|x", "GENE.eval:1: not an id, two offsets and a text"),
    ],
)
@pytest.mark.parametrize("is_alternative", [False, True])
def test_a_bad_entry_breaks_its_sentence_alone(genes, reason, is_alternative):
    entries = (GENES, genes) if is_alternative else (genes, "")

    broken, two = read(SENTENCES, *entries)

    place = "ALTGENE" if is_alternative else "GENE"
    assert told([broken])[0].startswith("train/" + reason.replace("GENE", place, 1))
    assert (broken.id, two.id) == ("P0712T0076", "P0713A0102")


def test_a_gene_that_is_not_what_stands_at_its_offsets_is_broken():
    records = read(SENTENCES, "P0712T0076|0 5|zorb-1")

    assert told(records) == ["train/train.in:1: mention T1 says 'zorb-1' but text[0:6] is 'Zorb-1'"]


def test_an_entry_of_no_sentence_is_broken():
    assert told(read(SENTENCES, GENES + "P9|0 3|zorb\n", "P8|0 3|zorb\n")) == [
        "train/GENE.eval:4: no sentence has the id P9",
        "train/ALTGENE.eval:1: no sentence has the id P8",
    ]


def test_a_line_that_is_no_sentence_is_broken_alone():
    records = read("P1\n\nP2 zorb\n", "")

    assert told(records) == ["train/train.in:1: not an id, a blank and a sentence: 'P1'"]
    assert records[1].text == "zorb"


def test_an_id_twice_is_broken_the_second_time():
    assert told(read(SENTENCES * 2)) == [
        "train/train.in:3: two sentences have the id P0712T0076",
        "train/train.in:4: two sentences have the id P0713A0102",
    ]


def test_sentences_whose_genes_are_not_told_are_not_sentences_without_genes():
    assert [record.reason for record in read(SENTENCES, None, None)] == [
        "there is no GENE.eval in its folder to tell its genes"
    ] * 2


def test_bytes_in_another_encoding_are_broken():
    bad = [File("train/train.in", b"P1 z\xf6rb\n"), File("train/GENE.eval", b"P1|0 1|z\xf6")]

    assert [record.place.file for record in genetag.read(bad)] == ["train/train.in", "train/GENE.eval"]


def test_a_byte_in_another_encoding_breaks_its_sentence_alone():
    sentences = File("train/train.in", "P1 zörb\nP2 zörb\nP3 zorb\n".encode())
    genes = File("train/GENE.eval", b"P1|0 3|z\xf6rb\nP2|0 3|z\xc3\xb6rb\nP3|0 3|zorb\n")

    one, *others = genetag.read([sentences, genes])

    assert told([one]) == [r"train/GENE.eval:1: bytes b'\xf6rb' are not utf-8-sig"]
    assert [(other.id, len(other.mentions)) for other in others] == [("P2", 1), ("P3", 1)]


words = st.text(st.characters(exclude_categories=["Cs", "Zs", "Zl", "Zp", "Cc"]), min_size=1, max_size=6)


@st.composite
def sentences(draw) -> Document:
    """Sentences with any blanks between words; mentions that begin and end inside or at the end of words."""
    pieces = draw(
        st.lists(st.tuples(words, st.sampled_from([" ", "  ", "\t", "\u00a0", "\u2028"])), min_size=1, max_size=6)
    )
    text = draw(st.sampled_from(["", " "])) + "".join(word + blank for word, blank in pieces)
    solid = [at for at, sign in enumerate(text) if not sign.isspace()]
    span = st.tuples(st.sampled_from(solid), st.sampled_from(solid)).map(lambda pair: (min(pair), max(pair) + 1))
    spans, others = draw(st.lists(span, max_size=4)), draw(st.lists(span, max_size=4, unique=True))
    return Document(
        id=draw(st.text(st.characters(exclude_categories=["Cs", "Zs", "Zl", "Zp", "Cc"], exclude_characters="|"), min_size=1)),
        text=text,
        passages=(Passage(type="sentence", span=(0, len(text))),),
        mentions=tuple(
            Mention(
                id=f"T{number}", spans=((start, end),), text=text[start:end], types=("Gene",),
                alternatives=tuple(((a, b),) for a, b in sorted(others) if a < end and start < b and (a, b) != (start, end)),
            )
            for number, (start, end) in enumerate(spans, start=1)
        ),
    )  # fmt: skip


@given(st.lists(sentences(), max_size=3, unique_by=lambda document: document.id))
def test_what_is_written_is_read_back(written):
    assert written == list(documents(genetag.read(genetag.write(written))))


@given(strategies.documents(*strategies.FEATURES) | strategies.documents("alternatives"))
def test_any_document_is_read_back_or_refused(document):
    type = document.mentions[0].types[0] if document.mentions else "Gene"
    try:
        files = list(genetag.write([document], type=type))
    except FormatError:
        return
    [again] = documents(genetag.read(files, type=type))

    assert (again.id, again.text) == (document.id, document.text)
    assert [(each.spans, each.types, set(each.alternatives)) for each in again.mentions] == [
        (each.spans, each.types, set(each.alternatives) - {each.spans}) for each in document.mentions
    ]


def test_a_document_is_written_in_three_files():
    written = genetag.write(documents(read(SENTENCES, GENES, ALTERNATIVES)), folder="out")

    assert {file.name: file.data.decode() for file in written} == {
        "out/sentences.in": SENTENCES,
        "out/GENE.eval": GENES,
        "out/ALTGENE.eval": "P0712T0076|0 3|Zorb\nP0712T0076|11 21|zorbin A and B\n",
    }


TEXT = "Zorb-1 binds zorbin A and B ."


def mention(start: int = 0, end: int = 6, id: str = "T1", **more) -> Mention:
    return Mention(**{"id": id, "spans": ((start, end),), "text": TEXT[start:end], "types": ("Gene",)} | more)


@pytest.mark.parametrize(
    "change, reason",
    [
        ({"mentions": (mention(types=("Protein",)),)}, "mention T1 has a concept, or is not of the one type Gene"),
        ({"mentions": (mention(types=("Gene", "Protein")),)}, "mention T1 has a concept, or is not of the one type"),
        ({"mentions": (mention(concepts=(Concept(vocabulary="", id="1"),)),)}, "mention T1 has a concept"),
        (
            {"mentions": (mention(spans=((13, 19), (26, 27)), text="zorbin B"),)},
            "mention T1 or an alternative of it is discontinuous",
        ),
        ({"mentions": (mention(alternatives=(((0, 2), (4, 5)),)),)}, "mention T1 or an alternative of it is disc"),
        ({"mentions": (mention(0, 7),)}, "mention T1 or an alternative of it begins or ends with white space"),
        ({"mentions": (mention(alternatives=(((0, 7),),)),)}, "mention T1 or an alternative of it begins or ends"),
        ({"mentions": (mention(alternatives=(((7, 12),),)),)}, "an alternative of mention T1 does not overlap it"),
        (
            {"mentions": (mention(alternatives=(((0, 12),),)), mention(7, 12, "T2"))},
            "an alternative of mention T1 overlaps another, of which it is none",
        ),
        ({"attributes": (Attribute(target="T1", name="x"),), "mentions": (mention(),)}, "has attributes"),
        ({"passages": (Passage(type="title", span=(0, 29)),)}, "has passages other than one sentence"),
        ({"text": "a\nb"}, "has no text, or a line break in it"),
        ({"text": " "}, "has no text, or a line break in it"),
        ({"id": "P 1"}, "has an id that cannot stand before a blank or a bar"),
    ],
)
def test_what_cannot_be_held_is_not_written(change, reason):
    document = Document(**{"id": "P1", "text": TEXT} | change)

    with pytest.raises(FormatError) as error:
        list(genetag.write([document]))

    assert f"document {document.id}: {reason}" in str(error.value)


@pytest.mark.real
def test_bc2gm(real):
    """Alternatives do not raise the number of mentions; one gene of the training part is off by one character."""
    train = list(genetag.read(real("bc2gm", "train/train.in", "train/*.eval"), repair=requote(within=1)))
    test = list(genetag.read(real("bc2gm", "test/test.in", "test/*.eval")))

    assert [len(part) for part in (train, test)] == [15000, 5000]
    assert [sum(len(document.mentions) for document in part) for part in (train, test)] == [18265, 6331]
    notes = Counter(note.split(" ")[-1] for part in (train, test) for document in part for note in document.notes)
    assert notes == {"out": 76, "there": 2, "quote": 1}


@pytest.mark.real
def test_bc2gm_is_written_as_it_was(real):
    """But for alternatives that the notes tell of, are the mention itself, or stand twice."""
    originals = real("bc2gm", "test/test.in", "test/*.eval")

    written = {file.name: file for file in genetag.write(documents(genetag.read(originals)), folder="x")}

    lines = {file.name.rpartition("/")[2]: sorted(file.lines()) for file in originals}
    assert sorted(written["x/sentences.in"].lines()) == lines["test.in"]
    assert sorted(written["x/GENE.eval"].lines()) == lines["GENE.eval"]
    assert set(written["x/ALTGENE.eval"].lines()) < set(lines["ALTGENE.eval"])
