"""CoNLL: tokens and tags become text and mentions; no tag is guessed; what cannot be held is not written."""

import itertools
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

import strategies
from medinstruct.document import Concept, Document, Mention, Passage
from medinstruct.errors import FormatError
from medinstruct.formats import conll
from medinstruct.formats.draft import Broken, documents
from medinstruct.source import File

PLAIN = """\
Familial\tO
zorb\tB-Disease
fever\tI-Disease
.\tO

Zorbinase\tB-Chemical
heals\tO
it\tO
.\tO
"""


def read(text: str | bytes, name: str = "train.tsv", **options) -> list:
    data = text if isinstance(text, bytes) else text.encode()
    return list(conll.read([File(name, data)], **options))


def found(document: Document) -> list[tuple[str, str]]:
    return [(mention.text, mention.types[0]) for mention in document.mentions]


def told(records: list) -> list[str]:
    return [f"{record.place}: {record.reason}" for record in records if isinstance(record, Broken)]


def column(*tags: str) -> str:
    """Tokens a, b, c, … with these tags."""
    return "".join(f"{token}\t{tag}\n" for token, tag in zip("abcdefgh", tags))


def test_each_sentence_is_a_document():
    one, two = read(PLAIN)

    assert one == Document(
        id="train-1",
        text="Familial zorb fever .",
        passages=(Passage(type="sentence", span=(0, 21)),),
        mentions=(Mention(id="T1", spans=((9, 19),), text="zorb fever", types=("Disease",)),),
    )
    assert (two.id, two.text, found(two)) == ("train-2", "Zorbinase heals it .", [("Zorbinase", "Chemical")])


def test_a_file_is_a_document():
    [document] = read(PLAIN, "devel/7012.conll", unit="file", identity="pmid")

    assert document.id == "7012"
    assert document.identities == ("pmid:7012",)
    assert document.text == "Familial zorb fever .\nZorbinase heals it ."
    assert [passage.span for passage in document.passages] == [(0, 21), (22, 42)]
    assert [mention.spans for mention in document.mentions] == [((9, 19),), ((22, 31),)]


def test_a_mark_begins_a_document():
    text = f"-DOCSTART- (7012)\n\n{PLAIN}\n-DOCSTART- (7013)\nLast\tO\n"

    both = read(text, unit="mark", mark=conll.DOCSTART, identity="pmid")

    assert [document.identities for document in both] == [("pmid:7012",), ("pmid:7013",)]
    assert [len(document.passages) for document in both] == [2, 1]


def test_sentences_below_a_mark_are_numbered():
    text = f"###MEDLINE:95\n\n{PLAIN}\n\n###MEDLINE:96\n\nLast\tO"

    sentences = read(text, mark=conll.MEDLINE, identity="pmid")

    assert [sentence.id for sentence in sentences] == ["95-1", "95-2", "96-1"]
    assert [sentence.identities[0] for sentence in sentences] == ["pmid:95", "pmid:95", "pmid:96"]


def test_a_mark_without_an_id_is_counted():
    both = read("-DOCSTART-\ta\tO\n\nb\tO\n\n-DOCSTART-\n\nc\tO", unit="mark", mark=r"-DOCSTART-.*(?P<id>)")

    assert [(document.id, document.text) for document in both] == [("train-1", "b"), ("train-2", "c")]


OFFSETS = """\
Zorb\t0\t4\tB-Organ
-\t4\t5\tI-Organ
gland\t5\t10\tI-Organ
swells\t11\t17\tO
.\t17\t18\tO

It\t20\t22\tO
heals\t23\t28\tO

Next\t1\t5\tO
"""


def test_offsets_tell_which_tokens_touch_and_where_a_document_begins():
    one, two = read(OFFSETS, columns=("token", "start", "end", "tag"), unit="start")

    assert (one.text, found(one)) == ("Zorb-gland swells.\nIt heals", [("Zorb-gland", "Organ")])
    assert (one.id, two.id, two.text) == ("train-1", "train-2", "Next")


def test_a_column_names_the_document():
    text = "a O 71\nb O 71\n\nc O 71\n\nd O 72\n"

    both = read(text, columns=("token", "tag", "document"), separator=" ", unit="document", identity="pmid")

    assert [(each.id, each.text, each.identities) for each in both] == [
        ("71", "a b\nc", ("pmid:71",)),
        ("72", "d", ("pmid:72",)),
    ]


def test_columns_without_a_name_of_ours_are_passed_over():
    [document] = read("a NN O B-X\n", columns=("token", "pos", "chunk", "tag"), separator=" ")

    assert found(document) == [("a", "X")]


def test_crlf_no_last_line_end_and_a_bom_change_nothing():
    assert read("\ufeff" + PLAIN.replace("\n", "\r\n").rstrip()) == read(PLAIN)


def test_a_type_may_hold_hyphens_and_blanks():
    [document] = read("a\tB-Multi-tissue structure\nb\tI-Multi-tissue structure\n")

    assert found(document) == [("a b", "Multi-tissue structure")]


def test_tags_without_a_type_get_the_declared_one():
    [document] = read(column("B", "I", "O", "B"), type="Gene")

    assert found(document) == [("a b", "Gene"), ("d", "Gene")]


@pytest.mark.parametrize(
    "scheme, tags, mentions",
    [
        ("IO", "O I-X I-X I-Y O I-X", [("b c", "X"), ("d", "Y"), ("f", "X")]),
        ("IOB1", "I-X I-X B-X I-X I-Y O", [("a b", "X"), ("c d", "X"), ("e", "Y")]),
        ("IOB2", "B-X I-X B-X B-Y I-Y O", [("a b", "X"), ("c", "X"), ("d e", "Y")]),
        ("BILUO", "B-X I-X L-X U-X U-Y O B-X L-X", [("a b c", "X"), ("d", "X"), ("e", "Y"), ("g h", "X")]),
        ("IOBES", "B-X E-X S-X O S-Y", [("a b", "X"), ("c", "X"), ("e", "Y")]),
    ],
)
def test_schemes(scheme, tags, mentions):
    [document] = read(column(*tags.split()), scheme=scheme)

    assert found(document) == mentions


@pytest.mark.parametrize(
    "scheme, tags, line, reason",
    [
        ("IOB2", "O I-X", 2, "I-X cannot follow O in this scheme; is this an IO file?"),
        ("IOB2", "I-X", 1, "I-X cannot follow the beginning of a sentence in this scheme"),
        ("IOB2", "B-X I-Y", 2, "I-Y cannot follow B-X in this scheme"),
        ("IO", "B-X", 1, "'B-X' is no tag of this scheme, which has O, I-…"),
        ("IOB2", "U-X", 1, "'U-X' is no tag of this scheme, which has O, B-…, I-…"),
        ("IOB2", "BI-X", 1, "'BI-X' is no tag of this scheme"),
        ("IOB2", "O O-X", 2, "'O-X' is no tag of this scheme"),
        ("IOB2", "B-", 1, "'B-' is no tag of this scheme"),
        ("IOB2", "O B", 2, "'B' is no tag of this scheme"),
        ("IOB2", "b-X", 1, "'b-X' is no tag of this scheme"),
        ("BILUO", "B-X O", 2, "O cannot follow B-X in this scheme"),
        ("BILUO", "O B-X I-X", 3, "O cannot follow I-X in this scheme"),
        ("BILUO", "B-X U-X", 2, "U-X cannot follow B-X in this scheme"),
        ("BILUO", "O L-X", 2, "L-X cannot follow O in this scheme"),
        ("IOBES", "B-X E-Y", 2, "E-Y cannot follow B-X in this scheme"),
        ("IOBES", "S-X I-X", 2, "I-X cannot follow S-X in this scheme"),
    ],
)
def test_a_tag_out_of_place_is_broken(scheme, tags, line, reason):
    [record] = told(read(column(*tags.split()), scheme=scheme))

    assert record.startswith(f"train.tsv:{line}: {reason}")


@pytest.mark.parametrize(
    "line, reason",
    [
        ("zorb", "1 columns where there should be 2: 'zorb'"),
        ("zorb\tfever\tO", "3 columns where there should be 2"),
        ("\tO", "a tag without a token"),
        ("zorb\t", "'' is no tag of this scheme"),
    ],
)
def test_a_bad_line_breaks_its_sentence_alone(line, reason):
    records = read(f"a\tO\n{line}\nb\tO\n\n{PLAIN}")

    assert told(records)[0].startswith(f"train.tsv:2: {reason}")
    assert [type(record) for record in records] == [Broken, Document, Document]


def test_a_bad_line_breaks_its_marked_document_alone():
    text = f"-DOCSTART- (1)\n\n{PLAIN}\nbad\n\na\tO\n\n-DOCSTART- (2)\n\n{PLAIN}"

    broken, document = read(text, unit="mark", mark=conll.DOCSTART)

    assert (broken.id, broken.place.line, document.id) == ("1", 13, "2")


def test_a_sentence_before_the_first_mark_is_broken():
    records = read(PLAIN + "\n-DOCSTART- (1)\n\na\tO\n", unit="mark", mark=conll.DOCSTART)

    assert told(records) == ["train.tsv:1: a sentence before the first mark of a document"]
    assert records[1].text == "a"


def test_an_offset_that_is_no_number_is_broken():
    assert told(read("a\tx\t1\tO\n", columns=("token", "start", "end", "tag"), unit="start")) == [
        "train.tsv:1: an offset that is no number: 'a\\tx\\t1\\tO'"
    ]


def test_a_huge_offset_makes_no_huge_text():
    [document] = read(f"a\t{10**18}\t{10**18 + 1}\tO\n", columns=("token", "start", "end", "tag"), unit="start")

    assert document.text == "a"


def test_bytes_in_another_encoding_are_broken():
    """The sentence that holds them is, and no other."""
    records = read(b"a\tO\n\xe9\tO\n\nb\tO\n")

    assert told(records)[0].startswith("train.tsv:2: bytes b'\\xe9\\tO' are not utf-8")
    assert [getattr(record, "text", None) for record in records] == [None, "b"]


def test_bytes_in_another_encoding_break_the_document_that_they_name():
    text = b"-DOCSTART- (\xe9)\n\na\tO\n\n-DOCSTART- (2)\n\nb\tO\n"
    records = read(text, unit="mark", mark=conll.DOCSTART)

    assert told(records)[0].startswith("train.tsv:1: bytes b'\\xe9' are not utf-8")
    assert [record.id for record in records] == ["train-1", "2"]


@given(st.text(alphabet="ab\t\nOBI-XY", max_size=60), st.sampled_from(sorted(conll.SCHEMES)))
def test_nothing_crashes_and_every_sentence_is_told_of(text, scheme):
    records = read(text, scheme=scheme, type="Z")

    sentences = [block for has, block in itertools.groupby(text.split("\n"), lambda line: bool(line.strip())) if has]
    assert len(records) == len(sentences)


words = st.text(st.characters(exclude_categories=["Cs", "Zs", "Zl", "Zp", "Cc"]), min_size=1, max_size=5)
types = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=5)


@st.composite
def flat_documents(draw) -> Document:
    """Documents as CoNLL can hold them: words with single blanks, each the beginning of a mention or not."""
    text, passages, mentions = "", [], []
    for sentence in draw(st.lists(st.lists(st.tuples(words, st.none() | types), min_size=1, max_size=5), max_size=3)):
        text += "\n" if text else ""
        start = len(text)
        for word, type in sentence:
            text += " " if len(text) > start else ""
            goes_on = bool(mentions) and mentions[-1][0] >= start and mentions[-1][1] == len(text) - 1
            if goes_on and mentions[-1][2] == type and draw(st.booleans()):
                mentions[-1] = (mentions[-1][0], len(text) + len(word), type)
            elif type:
                mentions.append((len(text), len(text) + len(word), type))
            text += word
        passages.append(Passage(type="sentence", span=(start, len(text))))
    return Document(
        id=draw(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1)),
        text=text,
        passages=tuple(passages),
        mentions=tuple(
            Mention(id=f"T{number}", spans=((start, end),), text=text[start:end], types=(type,))
            for number, (start, end, type) in enumerate(mentions, start=1)
        ),
    )


@given(st.lists(flat_documents(), max_size=3))
def test_what_is_written_is_read_back(written):
    files = conll.write(written)

    assert written == list(documents(conll.read(files, unit="mark", mark=conll.DOCSTART)))


line_breaks = st.sampled_from([" ", "\n", "zorb", "-DOCSTART- (1)", "é𝔘", "\t"])


@given(strategies.documents(*strategies.FEATURES) | strategies.documents(text=st.lists(line_breaks).map("".join)))
def test_any_document_is_read_back_or_refused(document):
    try:
        files = list(conll.write([document]))
    except FormatError:
        return
    [again] = documents(conll.read(files, unit="mark", mark=conll.DOCSTART))

    assert (again.id, again.text) == (document.id, document.text)
    assert [(each.spans, each.types) for each in again.mentions] == sorted(
        (each.spans, each.types) for each in document.mentions
    )


def test_a_document_is_written_as_iob2():
    [document] = read(PLAIN, unit="file")

    [file] = conll.write([document])

    assert file.data.decode() == "-DOCSTART- (train)\n\n" + PLAIN + "\n"


TEXT = "Familial zorb fever .\nZorbinase heals ."


def mention(start: int, end: int, id: str = "T1", **more) -> Mention:
    return Mention(**{"id": id, "spans": ((start, end),), "text": TEXT[start:end], "types": ("X",)} | more)


@pytest.mark.parametrize(
    "change, reason",
    [
        ({"mentions": (mention(9, 12),)}, "mention T1 begins or ends inside a token"),
        ({"mentions": (mention(10, 19),)}, "mention T1 begins or ends inside a token"),
        ({"mentions": (mention(14, 31),)}, "mention T1 runs over two sentences"),
        ({"mentions": (mention(9, 19), mention(14, 19, "T2"))}, "mention T2 overlaps another"),
        ({"mentions": (mention(9, 19), mention(9, 19, "T2"))}, "mention T2 overlaps another"),
        (
            {"mentions": (mention(0, 8, spans=((0, 8), (14, 19)), text="Familial fever"),)},
            "mention T1 has several parts, types or extents, or a concept",
        ),
        ({"mentions": (mention(0, 8, types=("X", "Y")),)}, "mention T1 has several parts"),
        ({"mentions": (mention(0, 8, alternatives=(((9, 13),),)),)}, "mention T1 has several parts"),
        (
            {"mentions": (mention(0, 8, concepts=(Concept(vocabulary="", id="1"),)),)},
            "mention T1 has several parts",
        ),
        (
            {"mentions": (mention(0, 8, types=("X\tY",)),)},
            "the type 'X\\tY' of mention T1 cannot be part of a tag",
        ),
        ({"labels": ("x",)}, "has labels"),
        (
            {"passages": (Passage(type="title", span=(0, 21)),)},
            "has passages other than its lines as sentences",
        ),
        (
            {"passages": (Passage(type="sentence", span=(0, 21)),)},
            "has passages other than its lines as sentences",
        ),
        (
            {"passages": (Passage(type="sentence", span=(0, 21), labels=("x",)),)},
            "has passages with labels or ids",
        ),
        ({"text": "two  blanks"}, "has white space other than single blanks and line breaks"),
        ({"text": "a\n\nb"}, "has white space other than single blanks and line breaks, or an empty line"),
        ({"text": "a\tb"}, "has white space other than single blanks and line breaks"),
        ({"id": "a\nb"}, "has an id that cannot stand on one line"),
    ],
)
def test_what_cannot_be_held_is_not_written(change, reason):
    document = Document(**{"id": "d1", "text": TEXT} | change)

    with pytest.raises(FormatError) as error:
        list(conll.write([document]))

    assert f"document {document.id}: {reason}" in str(error.value)


PICO = {
    "columns": ("token", "pos", "chunk", "tag"),
    "separator": " ",
    "scheme": "IO",
    "unit": "mark",
    "mark": conll.DOCSTART,
}
ANEM = {"columns": ("token", "start", "end", "tag"), "unit": "start"}


@pytest.mark.real
@pytest.mark.parametrize(
    "corpus, pattern, options, counts",
    [
        ("ncbi-disease", "conll/train.tsv", {}, (5432, 5432, 5145)),
        ("ncbi-disease", "conll/devel.tsv", {}, (923, 923, 787)),
        ("ncbi-disease", "conll/test.tsv", {}, (940, 940, 960)),
        ("bc5cdr", "conll/test.tsv", {}, (4797, 4797, 9809)),
        ("jnlpba", "*.iob2", {}, (3856, 3856, 8662)),
        ("ebm-nlp", "conll/dev.txt", PICO, (960, 7049, 16561)),
        ("ebm-nlp", "conll/test.txt", PICO, (191, 2064, 3545)),
        ("anem", "AnEM.train", ANEM, (300, 2815, 1879)),
        ("anem", "AnEM.test", ANEM, (200, 1882, 1256)),
        ("anatem", "conll/devel/*.conll", {"unit": "file"}, (202, 2118, 2139)),
    ],
)
def test_real_counts(real, corpus, pattern, options, counts):
    """Documents, sentences and mentions; the mentions of IOB2 files are as many as their B tags."""
    totals = Counter()
    for document in documents(conll.read(real(corpus, pattern), **options)):
        totals.update(documents=1, sentences=len(document.passages), mentions=len(document.mentions))

    assert (totals["documents"], totals["sentences"], totals["mentions"]) == counts


@pytest.mark.real
def test_a_real_io_file_is_not_taken_for_iob2(real):
    records = list(conll.read(real("ebm-nlp", "conll/test.txt"), **PICO | {"scheme": "IOB2"}))

    assert {type(record) for record in records} == {Broken}
