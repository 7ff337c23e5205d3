"""PubTator: every kind of line, the dialects, what is refused, and that what is written is read back."""

from collections import Counter

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from medinstruct.document import Argument, Attribute, Concept, Document, Mention, Passage, Relation
from medinstruct.errors import FormatError, Place
from medinstruct.formats import pubtator
from medinstruct.formats.draft import Broken, believe_offsets, by_id
from medinstruct.source import File
from strategies import documents

LOBOLAST = """\
91000001|t|Lobolast-associated delirium.
91000001|a|Six mice became delirious.
91000001	0	8	Lobolast	Chemical	C900001
91000001	20	28	delirium	Disease	D003693
91000001	CID	C900001	D003693
"""


def read(text: str, **options) -> list:
    return list(pubtator.read([File("train.txt", text.encode())], **options))


def test_the_picture_of_the_docstring_is_read():
    [document] = read(LOBOLAST, vocabulary="MESH")

    chemical, disease = Concept(vocabulary="MESH", id="C900001"), Concept(vocabulary="MESH", id="D003693")
    assert document == Document(
        id="91000001",
        text="Lobolast-associated delirium. Six mice became delirious.",
        passages=(Passage(type="title", span=(0, 29)), Passage(type="abstract", span=(30, 56))),
        mentions=(
            Mention(id="T1", spans=((0, 8),), text="Lobolast", types=("Chemical",), concepts=(chemical,)),
            Mention(id="T2", spans=((20, 28),), text="delirium", types=("Disease",), concepts=(disease,)),
        ),
        relations=(
            Relation(
                id="R1",
                type="CID",
                arguments=(
                    Argument(role="Arg1", ref="MESH:C900001", kind="concept"),
                    Argument(role="Arg2", ref="MESH:D003693", kind="concept"),
                ),
            ),
        ),
        identities=("pmid:91000001",),
    )


def test_the_picture_stands_in_the_docstring():
    assert LOBOLAST.replace("\n", "\n    ").strip() in pubtator.__doc__


@pytest.mark.parametrize("ending", ["", "\n", "\n\n\n", "   \n"])
@pytest.mark.parametrize("between", ["\n", "\n\n", "\n \t \n", "\r\n"])
def test_blocks_end_with_an_empty_line_or_the_file(between, ending):
    found = read(f"\n{LOBOLAST}{between}{LOBOLAST.replace('91000001', '7')}{ending}")

    assert [document.id for document in found] == ["91000001", "7"]


def test_crlf_is_a_line_end():
    assert read(LOBOLAST.replace("\n", "\r\n")) == read(LOBOLAST)


def test_what_only_looks_like_a_line_end_is_text():
    title = "a\u2028b\x0bc\x85d\x1ce"

    [document] = read(f"1|t|{title}\n1|a|x\n1\t0\t9\t{title}\tGene\n")

    assert document.mentions[0].text == title


def test_a_byte_order_mark_is_no_part_of_the_first_id():
    assert read("\ufeff" + LOBOLAST)[0].id == "91000001"


def test_offsets_count_characters():
    [document] = read("1|t|𝔘 β-é.\n1|a|Ω.\n1\t2\t5\tβ-é\tGene\n1\t7\t8\tΩ\tGene\n")

    assert [mention.text for mention in document.mentions] == ["β-é", "Ω"]


def test_a_title_may_stand_alone_and_an_abstract_may_be_empty():
    alone, empty = read("1|t|Fever.\n\n2|t|Fever.\n2|a|\n")

    assert [passage.type for passage in alone.passages] == ["title"]
    assert [passage.span for passage in empty.passages] == [(0, 6), (7, 7)]
    assert (alone.text, empty.text) == ("Fever.", "Fever. ")


def test_texts_may_have_other_letters():
    [document] = read("1|t|Fever.\n1|m|In mice.\n1|k|None.\n1\t7\t14\tIn mice\tSpecies\n")

    assert [(passage.type, passage.span) for passage in document.passages] == [
        ("title", (0, 6)),
        ("m", (7, 15)),
        ("k", (16, 21)),
    ]


def test_texts_keep_their_blanks_and_bars():
    [document] = read("1|t| a|t|b \n1|a|\tc \n1\t1\t6\ta|t|b\tGene\n")

    assert document.text == " a|t|b  \tc "


@pytest.mark.parametrize(
    ("columns", "concepts"),
    [
        ("", ()),
        ("\t", ()),
        ("\t-1", ()),
        ("\t-", ()),
        ("\tD1", ("D1",)),
        ("\t D1 ", ("D1",)),
        ("\tD1|D2", ("D1", "D2")),
        ("\tD1+D2", ("D1", "D2")),
        ("\tD1,D2; D3", ("D1", "D2", "D3")),
        ("\tOMIM:1|-1", ("OMIM:1",)),
        ("\tD1|D2\tnasal|dental pain", ("D1", "D2")),
    ],
)
def test_a_mention_has_five_columns_or_more(columns, concepts):
    [document] = read(f"1|t|Fever.\n1\t0\t5\tFever\tDisease{columns}\n")

    assert tuple(concept.id for concept in document.mentions[0].concepts) == concepts


def test_ids_that_hold_a_separator_are_split_as_the_corpus_says():
    [document] = read(
        "1|t|V600E.\n1\t0\t5\tV600E\tVariant\tp|SUB|V|600|E\n1\tx\tp|SUB|V|600|E\t7\n",
        split=lambda type, ids: [ids] if type == "Variant" else ids.split("|"),
        vocabulary=lambda type, id: "tmVar" if type == "Variant" else "",
    )

    assert document.mentions[0].concepts == (Concept(vocabulary="tmVar", id="p|SUB|V|600|E"),)
    assert [argument.ref for argument in document.relations[0].arguments] == ["tmVar:p|SUB|V|600|E", "7"]


def test_the_vocabulary_may_depend_on_type_and_id():
    [document] = read(
        "1|t|Fever.\n1\t0\t5\tFever\tDisease\tD1|OMIM:2\n", vocabulary=lambda type, id: "" if ":" in id else f"{type}s"
    )

    assert [str(concept) for concept in document.mentions[0].concepts] == ["Diseases:D1", "OMIM:2"]


def test_whether_a_relation_is_novel_is_kept():
    [document] = read("1|t|Fever.\n1\tBind\t5\t6\tNovel\n1\tBind\t6\t7\n1\tBind\t7\t8\tNo\n")

    assert [(relation.id, relation.type) for relation in document.relations] == [
        ("R1", "Bind"),
        ("R2", "Bind"),
        ("R3", "Bind"),
    ]
    assert document.attributes == (
        Attribute(target="R1", name="novel", value="Novel"), Attribute(target="R3", name="novel", value="No"),
    )  # fmt: skip


def test_an_article_in_several_blocks_is_a_document_each():
    found = read("1|t|Fever.\n1|a|It rose.\n1\t0\t5\tFever\tx\n\n1|t|Fever.\n1|a|It rose.\n1\t10\t14\trose\tx\n")

    assert [(document.id, len(document.mentions)) for document in found] == [("1", 1), ("1", 1)]


@pytest.mark.parametrize(("identity", "expected"), [("pmid", ("pmid:1",)), ("pmcid", ("pmcid:1",)), ("", ())])
def test_the_id_says_what_it_is(identity, expected):
    assert read("1|t|x", identity=identity)[0].identities == expected


def test_files_are_read_one_after_the_other():
    files = [File("a.txt", b"1|t|x"), File("b.txt", b"2|t|y")]

    assert [document.id for document in pubtator.read(files)] == ["1", "2"]


def test_an_empty_file_holds_nothing():
    assert read("") == read("\n\n") == []


# What is broken


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("1\t0\t6\tFever\tDisease", "mention T1 says 'Fever' but text[0:6] is 'Fever.'"),
        ("1\t0\t50\tFever\tDisease", "mention T1 at 0:50 lies outside the text of 6 characters"),
        ("1\t5\t0\tFever\tDisease", "mention T1 at 5:0 lies outside"),
        ("1\t0\tx\tFever\tDisease", "invalid literal for int() with base 10: 'x': '1\\t0\\tx\\tFever\\tDisease'"),
        ("1\t0\t5\tFever", "a mention has five columns or more, this line has 4: '1\\t0\\t5\\tFever'"),
        ("1\t0\t5", "a mention has five columns or more, this line has 3"),
        (
            "1\t-1\t5\tFever\tDisease",
            "neither a text, a mention (five columns) nor a relation (four); 5 columns: '1\\t-1",
        ),
        ("1\t0.0\t5\tFever\tDisease", "neither a text, a mention (five columns) nor a relation (four); 5 columns"),
        ("1\tCID\tD1", "neither a text, a mention (five columns) nor a relation (four); 3 columns"),
        ("1\tx0\t5\tFever\tDisease\tD1", "neither a text, a mention (five columns) nor a relation (four); 6 columns"),
        ("Fever is a sign.", "a line of 'Fever is a sign.' in the block of '1'"),
        ("2\t0\t5\tFever\tDisease", "a line of '2' in the block of '1': '2\\t0\\t5"),
        ("2|a|It rose.", "a line of '2' in the block of '1': '2|a|It rose.'"),
        ("1\t" + "9" * 5_000 + "\t5\tFever\tDisease", "Exceeds the limit (4300 digits)"),
    ],
)
def test_a_broken_block_is_told_with_its_line_and_the_next_one_read(line, reason):
    broken, other = read(f"\n1|t|Fever.\n{line}\n\n3|t|Fever.\n")

    assert isinstance(broken, Broken)
    assert (broken.place, broken.id) == (Place("train.txt", 3), "1")
    assert broken.reason.startswith(reason)
    assert other.id == "3"


def test_a_missing_empty_line_does_not_make_one_article_of_two():
    [broken] = read("1|t|Fever.\n1\t0\t5\tFever\tDisease\n2|t|Rash.\n")

    assert str(broken.error()).startswith("train.txt:3: a line of '2' in the block of '1'")


def test_a_block_without_a_text_is_broken():
    [broken] = read("1\t0\t5\tFever\tDisease\n")

    assert broken.reason == "mention T1 at 0:5 lies outside the text of 0 characters"


def test_a_file_that_is_no_unicode_is_broken_and_the_next_one_read():
    files = [File("a.txt", b"1|t|Fever.\n1|a|\xf6"), File("b.txt", b"2|t|Fever.")]

    broken, other = pubtator.read(files)

    assert str(broken.error()) == r"a.txt:2: bytes b'\xf6' are not utf-8-sig"
    assert other.id == "2"


@pytest.mark.parametrize(("line", "reason"), [
    ("0\t99\tFever.", "mention T1 at 0:99 lies outside the text of 6 characters"),
    ("3\t3\t", "mention T1 at 3:3 lies outside the text of 6 characters"),
    ("0\t-1\tFever", "mention T1 at 0:-1 lies outside the text of 6 characters"),
])  # fmt: skip
def test_a_mention_that_slices_to_its_string_is_still_looked_at(line, reason):
    [broken] = read(f"1|t|Fever.\n1\t{line}\tDisease\n")

    assert broken.reason == reason


def test_a_byte_that_is_no_unicode_breaks_its_block_alone():
    blocks = [b"1|t|Fever.\n1\t0\t5\tFever\tDisease\n", b"2|t|F\xf6ver.\n2|a|M\xf6re.\n", b"3|t|Fever \xc3\xb6.\n"]

    records = list(pubtator.read([File("a.txt", b"\n".join(blocks))]))

    assert [record.id for record in records] == ["1", "2", "3"]
    assert str(records[1].error()) == r"a.txt:4: bytes b'\xf6ver' are not utf-8-sig"
    assert (len(records[0].mentions), records[2].text) == (1, "Fever \xf6.")


def test_a_repair_mends_what_is_known():
    repair = by_id({"1": ("quotation marks are blanks", believe_offsets("T1"))})

    [document] = read('1|t|"Fever".\n1\t0\t7\t Fever \tDisease\n', repair=repair)

    assert (document.mentions[0].text, document.notes) == ('"Fever"', ("quotation marks are blanks",))


pieces = st.sampled_from(
    ["1", "2", "|t|", "|a|", "\t", "\n", "\n\n", "0", "5", "Fever", " ", "CID", "\r", "-1", "٣", "²"]
)


@given(st.lists(pieces, max_size=30).map("".join))
def test_any_text_is_read_or_broken(text):
    for record in read(text):
        assert isinstance(record, Document | Broken)
        if isinstance(record, Broken):
            assert 1 <= record.place.line <= text.count("\n") + 1


# Writing


def written(*documents: Document) -> str:
    [file] = pubtator.write(documents)
    return file.data.decode()


def test_what_the_docstring_shows_is_written():
    assert written(*read(LOBOLAST, vocabulary="MESH")) == LOBOLAST


@st.composite
def articles(draw) -> Document:
    """Documents as PubTator may hold them: title and abstract, and names that `read` gives."""
    found = draw(
        documents(
            "concepts",
            "concept relations",
            "passages",
            text=st.sampled_from(["Fever rose.", "", " a\tb ", "𝔘 é"]) | st.text(max_size=9),
        )
    )
    types = ("title", "abstract")
    concepts = {
        mention.id: tuple(Concept(vocabulary="V", id=c.id) for c in mention.concepts) for mention in found.mentions
    }
    known = [str(concept) for each in concepts.values() for concept in each] or ["V:unheard"]
    relations = tuple(
        Relation(
            id=relation.id,
            type=relation.type,
            arguments=tuple(Argument(role=f"Arg{n}", ref=draw(st.sampled_from(known)), kind="concept") for n in (1, 2)),
        )
        for relation in found.relations
    )
    novel = tuple(
        Attribute(target=relation.id, name="novel", value=value)
        for relation in relations
        if (value := draw(st.sampled_from(["", "Novel", "No"])))
    )
    assume(len(found.passages) <= 2)
    return Document(
        id=found.id,
        text=found.text,
        passages=tuple(Passage(type=type, span=passage.span) for type, passage in zip(types, found.passages)),
        mentions=tuple(mention.model_copy(update={"concepts": concepts[mention.id]}) for mention in found.mentions),
        relations=relations,
        attributes=novel,
        identities=(f"pmid:{found.id}",),
    )


def test_what_is_written_is_read_back():
    """Whatever is not refused comes back; and most of it is not refused."""
    seen = Counter()

    @given(st.lists(articles(), max_size=3))
    def check(given):
        seen["all"] += 1
        try:
            text = written(*given)
        except FormatError:
            return
        seen["written"] += 1
        seen["with relations"] += any(document.relations for document in given)
        seen["with mentions"] += any(document.mentions for document in given)
        assert read(text, vocabulary="V") == given

    check()
    assert seen["written"] > seen["all"] / 5
    assert seen["with mentions"] > seen["all"] / 20
    assert seen["with relations"] > seen["all"] / 40


@given(documents("discontinuous", "types", "concepts", "alternatives", "attributes", "relations", "concept relations", "events", "coreferences",
                 "passages", "sentences", "labels"))  # fmt: skip
def test_what_pubtator_cannot_hold_is_refused_and_nothing_is_lost(document):
    if not _is_writable(document):
        return
    [again] = read(written(document))
    assert again.text == document.text
    assert [(m.spans, m.text, m.types) for m in again.mentions] == [
        (m.spans, m.text, m.types) for m in document.mentions
    ]
    assert [[c.id for c in m.concepts] for m in again.mentions] == [
        [c.id for c in m.concepts] for m in document.mentions
    ]
    assert len(again.relations) == len(document.relations)
    assert not document.events
    assert not document.coreferences
    assert not document.labels


FEVER = Document(id="1", text="Fever rose.")
MENTION = Mention(id="T1", spans=((0, 5),), text="Fever", types=("x",))
RELATION = Relation(id="R1", type="x", arguments=tuple(Argument(role="r", ref=ref, kind="concept") for ref in "ab"))


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"passages": (Passage(type="title", span=(0, 5)),)}, "has a text that is not title, one blank, abstract"),
        ({"passages": (Passage(type="title", span=(6, 11)),)}, "has a text that is not title, one blank, abstract"),
        ({"text": "Fever\trose.", "passages": (Passage(type="title", span=(0, 5)), Passage(type="abstract", span=(6, 11)))}, "has a text that"),
        ({"passages": (Passage(type="abstract", span=(0, 11)),)}, "has passages other than title and abstract"),
        ({"passages": (Passage(type="title", span=(0, 11), labels=("x",)),)}, "has passages with labels or ids"),
        ({"passages": (Passage(type="title", span=(0, 11), id="P1"),)}, "has passages with labels or ids"),
        ({"text": "Fever\nrose."}, "has a line break in its text"),
        ({"text": "Fever rose.\r"}, "has a line break in its text"),
        ({"id": "a|b"}, "has an id that is no column"),
        ({"id": "a\tb"}, "has an id that is no column"),
        ({"id": ""}, "has an id that is no column"),
        ({"id": "\ufeff1"}, "has an id that is no column"),
        ({"labels": ("x",)}, "has labels"),
        ({"mentions": (MENTION.model_copy(update={"types": ("x", "y")}),)}, "mention T1 is discontinuous, of several types"),
        ({"mentions": (MENTION.model_copy(update={"types": ("x\ty",)}),)}, "mention T1 or its type is no column"),
        ({"text": "Fever\trose.", "mentions": (Mention(id="T1", spans=((0, 7),), text="Fever\tr", types=("x",)),)}, "mention T1 or its"),
        ({"mentions": (MENTION.model_copy(update={"concepts": (Concept(vocabulary="", id="a|b"),)}),)}, "mention T1 has a concept id that holds"),
        ({"mentions": (MENTION.model_copy(update={"concepts": (Concept(vocabulary="", id="-1"),)}),)}, "mention T1 has a concept id that holds"),
        ({"relations": (RELATION.model_copy(update={"type": "12"}),)}, "relation R1 is of a type or between ids that are no column"),
        ({"relations": (RELATION.model_copy(update={"arguments": RELATION.arguments[:1]}),)}, "relation R1 is not between two concepts"),
        ({"relations": (RELATION.model_copy(update={"arguments": (Argument(role="r", ref="T1"),) * 2}),)}, "relation R1 is not between two"),
        ({"relations": (RELATION,), "attributes": (Attribute(target="R1", name="certain"),)}, "has attributes other than whether"),
        ({"mentions": (MENTION,), "attributes": (Attribute(target="T1", name="novel", value="No"),)}, "says twice, or of what is no relation"),
        ({"relations": (RELATION,), "attributes": (Attribute(target="R1", name="novel", value="No"),) * 2}, "says twice, or of what is no relation"),
    ],
)  # fmt: skip
def test_each_thing_that_cannot_be_written_has_its_reason(fields, reason):
    with pytest.raises(FormatError, match="choose a format that can hold it") as error:
        written(FEVER.model_copy(update=fields))

    assert error.value.what.startswith(f"document {fields.get('id', '1')}: {reason}")


# Real corpora

REAL = [
    ("ncbi-disease", "*trainset_corpus.txt", 593, 5145, 0, ["mention T8 says"]),
    ("ncbi-disease", "*developset_corpus.txt", 100, 787, 0, []),
    ("ncbi-disease", "*testset_corpus.txt", 100, 960, 0, []),
    ("bc5cdr", "CDR_TrainingSet.PubTator.txt", 500, 9385, 1038, []),
    ("bc5cdr", "CDR_DevelopmentSet.PubTator.txt", 500, 9591, 1012, []),
    ("bc5cdr", "CDR_TestSet.PubTator.txt", 500, 9809, 1066, []),
    ("biored", "Train.PubTator", 400, 13351, 4178, []),
    ("biored", "Dev.PubTator", 100, 3533, 1162, []),
    ("biored", "Test.PubTator", 100, 3535, 1163, []),
    ("tmvar3", "tmVar3_Train.PubTator", 342, 7957, 0, ["mention T9 says"]),
    ("tmvar3", "tmVar3_Test.PubTator", 158, 4625, 0, []),
    (
        "gnormplus",
        "GNormPlus_Train.PubTator",
        432,
        5793,
        0,
        ["mention T2 says", "mention T1 says", "mention T", "mention T"],
    ),
    (
        "gnormplus",
        "GNormPlus_Test.PubTator",
        262,
        4849,
        0,
        ["mention T12 says", "mention T15 says", "mention T", "mention T"],
    ),
    ("nlm-gene", "NLMgene_Train.PubTator", 450, 13797, 0, ["mention T19 says", "mention T33 says"]),
    ("nlm-gene", "NLMgene_Test.PubTator", 100, 3053, 0, []),
    ("linnaeus", "Linnaeus_Train.PubTator", 80, 2321, 0, []),
    ("linnaeus", "Linnaeus_Test.PubTator", 20, 576, 0, []),
]
"""Blocks, mentions and relations as SOURCE.md counts them, and what is wrong with the blocks whose mentions do not quote their text."""


@pytest.mark.real
@pytest.mark.parametrize(
    ("corpus", "pattern", "blocks", "mentions", "relations", "faults"), REAL, ids=lambda value: str(value)[:30]
)
def test_real_files_are_read_whole(real, corpus, pattern, blocks, mentions, relations, faults):
    [file] = real(corpus, pattern)

    found = list(pubtator.read([file]))

    broken = [record for record in found if isinstance(record, Broken)]
    assert len(found) == blocks
    assert [record.reason[: len(fault)] for record, fault in zip(broken, faults, strict=True)] == faults
    assert sum(len(document.relations) for document in found if isinstance(document, Document)) == relations
    lines = Counter(
        line.split("\t")[0] for line in file.lines() if line.count("\t") > 3 and line.split("\t")[1].isdecimal()
    )
    read = Counter({document.id: 0 for document in found if isinstance(document, Document)})
    for document in found:
        read[document.id] += len(document.mentions) if isinstance(document, Document) else 0
    assert sum(lines.values()) == mentions
    unread = {record.id for record in broken}
    assert {id: n for id, n in read.items() if id not in unread} == {id: lines[id] for id in read if id not in unread}


@pytest.mark.real
def test_the_first_and_the_last_record_of_a_real_file(real):
    found = list(pubtator.read(real("bc5cdr", "CDR_TestSet.PubTator.txt"), vocabulary="MESH"))

    first, last = found[0], found[-1]
    assert (first.id, first.mentions[0].spans, first.mentions[0].types) == ("8701013", ((0, 10),), ("Chemical",))
    assert [str(concept) for concept in first.mentions[0].concepts] == ["MESH:D015738"]
    assert (last.id, len(last.mentions), len(last.relations)) == ("24055495", 32, 4)


@pytest.mark.real
def test_what_real_files_hold_is_written_and_read_back(real):
    split = {"split": lambda type, ids: ids.split(",")}
    for corpus, pattern, options in (
        ("bc5cdr", "CDR_*Set.PubTator.txt", {}),
        ("linnaeus", "*.PubTator", {}),
        ("biored", "Test.PubTator", split),
    ):
        for file in real(corpus, pattern):
            given = list(pubtator.read([file], vocabulary="V", **options))
            kept = [document for document in given if _is_writable(document)]
            assert len(kept) > len(given) / 2
            assert list(pubtator.read(pubtator.write(kept), vocabulary="V", **options)) == kept


def _is_writable(document: Document) -> bool:
    try:
        list(pubtator.write([document]))
    except FormatError:
        return False
    return True
