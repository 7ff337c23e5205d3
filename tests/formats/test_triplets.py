"""Triplets of tables: rows of three files that belong together by their id, in two dialects."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medinstruct.corpora.corpus import count
from medinstruct.document import Argument, Document, Mention, Passage, Relation
from medinstruct.errors import FormatError
from medinstruct.formats import triplets
from medinstruct.formats.draft import Broken
from medinstruct.source import File
from strategies import documents, texts

TEXTS = '7012\tOrlin blocks KLX2.\tIt does so in α-fed rats.\n7013\tA "letter.\tWe thank\n'
MENTIONS = "7012\tT2\tGENE\t13\t17\tKLX2\n7012\tT1\tCHEMICAL\t0\t5\tOrlin\n"
RELATIONS = "7012\tINHIBITOR\tArg1:T1\tArg2:T2\n"

ORLIN = Document(
    id="7012",
    text="Orlin blocks KLX2. It does so in α-fed rats.",
    passages=(Passage(type="title", span=(0, 18)), Passage(type="abstract", span=(19, 44))),
    mentions=(
        Mention(id="T2", spans=((13, 17),), text="KLX2", types=("GENE",)),
        Mention(id="T1", spans=((0, 5),), text="Orlin", types=("CHEMICAL",)),
    ),
    relations=(
        Relation(
            id="R1", type="INHIBITOR", arguments=(Argument(role="Arg1", ref="T1"), Argument(role="Arg2", ref="T2"))
        ),
    ),
    identities=("pmid:7012",),
)


def files(abstracts: str = TEXTS, entities: str = MENTIONS, relations: str | None = RELATIONS) -> list[File]:
    """The files in the order of their names, as `select` gives them."""
    tables = {"d_abstracs": abstracts, "d_entities": entities, "d_relations": relations}
    return [File(f"dev/{name}.tsv", text.encode()) for name, text in tables.items() if text is not None]


def told(given: list[File], **options) -> list[str]:
    return [str(each.error()) for each in triplets.read(given, **options) if isinstance(each, Broken)]


def test_rows_of_three_tables_are_one_document():
    one, other = triplets.read(files())

    assert one == ORLIN
    assert (other.text, other.mentions, other.relations) == ('A "letter. We thank', (), ())


def test_a_relation_of_chemprot_keeps_its_type_alone():
    """The group CPR:4 follows from it, and `Y ` says that the group was evaluated."""
    [one, _] = triplets.read(files(relations="7012\tCPR:4\tY \tINHIBITOR\tArg1:T1\tArg2:T2\n"))

    assert one == ORLIN


def test_other_files_are_passed_over():
    gold = File("dev/d_gold_standard.tsv", b"7012\tCPR:4\tArg1:T1\tArg2:T2\n")

    assert len(list(triplets.read([*files(), gold, File("dev/README", b"terms")]))) == 2


@pytest.mark.parametrize("end", ["\r\n", "\n\n"])
def test_ends_of_lines_and_empty_lines_say_nothing(end):
    [one, _] = triplets.read(files(*(table.replace("\n", end) for table in (TEXTS, MENTIONS, RELATIONS))))

    assert one == ORLIN


def test_not_annotated_is_not_nothing_to_find():
    assert told(files(relations=None)) == [
        "dev/d_abstracs.tsv: there is no table of relations beside it; not annotated is not the same as nothing to find"
    ]


def test_a_part_declared_unanswered_has_no_relations_even_where_there_are_some():
    with_relations, without = (list(triplets.read(given, answers=False)) for given in (files(), files(relations=None)))

    assert with_relations == without
    assert [each.relations for each in without] == [(), ()]


@pytest.mark.parametrize(
    "tables, reasons",
    [
        ({"entities": MENTIONS + "7012\tT3\tGENE\t1\n"}, ["dev/d_entities.tsv:3: a mention has six columns, this row has 4"]),
        ({"entities": MENTIONS.replace("17", "x")}, ["dev/d_entities.tsv:1: invalid literal for int() with base 10: 'x'"]),
        ({"entities": MENTIONS.replace("17", "18")}, ["dev/d_entities.tsv:1: mention T2 says 'KLX2' but text[13:18] is 'KLX2.'"]),
        ({"relations": "7012\tX\tT1\tArg2:T2\n"}, ["dev/d_relations.tsv:1: an argument is Role:Id, not 'T1'"]),
        ({"relations": "7012\tX\n"}, ["dev/d_relations.tsv:1: a relation has four columns, or six, this row has 2"]),
        ({"relations": "7012\tX\tArg1:T1\tArg2:T9\n"}, ["dev/d_entities.tsv:1: Arg2 of R1 points to T9, which is no mention"]),
        ({"relations": "8\tX\tArg1:T1\tArg2:T9\n" * 2}, ["dev/d_relations.tsv:1: there is no text '8'"]),
        ({"abstracts": TEXTS + "8\tone\n"}, ["dev/d_abstracs.tsv:3: a text has an id, a title and an abstract, this row has 2 columns"]),
        ({"abstracts": TEXTS + TEXTS[:30] + "\n"}, ["dev/d_abstracs.tsv:3: the text 7012 is there twice"]),
    ],
)  # fmt: skip
def test_a_bad_row_is_told_with_its_line(tables, reasons):
    assert told(files(**tables)) == reasons


@pytest.mark.parametrize(
    "table, at", [(0, "dev/d_abstracs.tsv:2"), (1, "dev/d_entities.tsv:1"), (2, "dev/d_relations.tsv:1")]
)
def test_a_byte_that_is_no_utf8_breaks_its_text_alone(table, at):
    given = files()
    line = int(at[-1]) - 1
    lines = given[table].data.split(b"\n")
    bad, id = lines[line] + b"\xff", lines[line].partition(b"\t")[0].decode()
    given[table] = File(given[table].name, b"\n".join([*lines[:line], bad, *lines[line + 1 :]]))

    records = list(triplets.read(given))

    [broken] = [record for record in records if isinstance(record, Broken)]
    assert (str(broken.place), broken.id, broken.reason) == (at, id, "bytes b'\\xff' are not utf-8-sig")
    assert {record.id for record in records} == {document.id for document in triplets.read(files())}
    assert len(records) == 2


@st.composite
def abstracts(draw: st.DrawFn) -> Document:
    """Documents of a title and an abstract, without the ends of lines and cells that a table cannot hold."""
    clean = texts().map(lambda text: text.translate(dict.fromkeys(map(ord, "\t\n\r"), "_")))
    title, abstract = draw(clean), draw(clean)
    document = draw(documents("identities", text=st.just(f"{title} {abstract}")))
    spans = (0, len(title)), (len(title) + 1, len(document.text))
    passages = tuple(Passage(type=type, span=span) for type, span in zip(("title", "abstract"), spans))
    pairs = draw(st.lists(st.tuples(*[st.sampled_from([m.id for m in document.mentions] or [""])] * 2), max_size=3))
    relations = tuple(
        Relation(id=f"R{n}", type="X", arguments=(Argument(role="a:b", ref=one), Argument(role="", ref=other)))
        for n, (one, other) in enumerate(pairs if document.mentions else (), start=1)
    )
    return document.model_copy(
        update={"passages": passages, "relations": relations, "identities": (f"pmid:{document.id}",)}
    )


@given(st.lists(abstracts(), max_size=3, unique_by=lambda document: document.id))
def test_what_is_written_is_read_back(given):
    assert list(triplets.read(triplets.write(given))) == given


@pytest.mark.parametrize(
    "change, reason",
    [
        ({"labels": ("x",)}, "has labels"),
        ({"passages": ORLIN.passages[:1]}, "has other passages than a title, one blank and an abstract"),
        ({"text": ORLIN.text.replace("rats", "r\tts")}, "has a tab or a line break in ['7012', "),
        ({"relations": (ORLIN.relations[0].model_copy(update={"id": "R7"}),)}, "relation R7 is not called R1"),
        (
            {"mentions": (ORLIN.mentions[0], ORLIN.mentions[1].model_copy(update={"types": ("A", "B")}))},
            "mention T1 is discontinuous, of several types, or has concepts or alternatives",
        ),
    ],
)
def test_what_tables_cannot_hold_is_refused(change, reason):
    with pytest.raises(FormatError) as caught:
        list(triplets.write([ORLIN.model_copy(update=change)]))
    assert f"document 7012: {reason}" in str(caught.value)


@pytest.mark.real
def test_real_files_come_back_as_they_went(real):
    """All of DrugProt's development part: every relation row is written as it stood, by document."""
    given = real("drugprot", "development/*.tsv")
    read = list(triplets.read(given))

    written = {file.name: file for file in triplets.write(read)}

    assert count(iter(read))["broken"] == 0
    assert written["documents_abstracts.tsv"].lines() == given[0].lines()
    assert sorted(written["documents_entities.tsv"].lines()) == sorted(given[1].lines())
    assert sorted(written["documents_relations.tsv"].lines()) == sorted(given[2].lines())
