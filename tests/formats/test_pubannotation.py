"""PubAnnotation JSON: today's edition and the first one, spans in several parts in both ways, and what is wrong with it."""

import json

import pytest
from hypothesis import given

from medinstruct.document import Argument, Attribute, Document, Event, Relation
from medinstruct.errors import FormatError
from medinstruct.formats import pubannotation
from medinstruct.formats.draft import Broken, strict
from medinstruct.source import File
from strategies import documents

TEXT = "Keltin and not orlin calms dormice."


def span(start: int, end: int) -> dict:
    return {"begin": start, "end": end}


TODAY = {
    "sourcedb": "PubMed", "sourceid": "90000001", "text": TEXT, "project": "zorb",
    "denotations": [
        {"id": "T1", "span": span(0, 6), "obj": "Chemical"},
        {"id": "T2", "span": span(15, 20), "obj": "Chemical"},
        {"id": "T3", "span": [span(21, 26), span(27, 34)], "obj": "Effect"},
    ],
    "relations": [{"id": "R1", "subj": "T1", "pred": "causeOf", "obj": "T3"}],
    "attributes": [{"id": "A1", "subj": "T1", "pred": "dose", "obj": "low"}, {"id": "A2", "subj": "T1", "pred": "mg", "obj": 5}],
    "modifications": [{"id": "M1", "pred": "Negation", "obj": "T2"}],
}  # fmt: skip

FIRST = {
    "source_db": "PMC", "source_id": "9000002", "division_id": 0, "section": "TIAB", "text": "Orlin blocks keltin.",
    "catanns": [
        {"id": "T1", "span": span(0, 5), "category": "Protein"},
        {"id": "T2", "span": span(6, 12), "category": "Negative_regulation"},
        {"id": "T3", "span": span(13, 19), "category": "Protein"},
    ],
    "insanns": [{"id": "E1", "type": "instanceOf", "object": "T2"}],
    "relanns": [
        {"id": "R1", "type": "themeOf", "subject": "T3", "object": "E1"},
        {"id": "R2", "type": "causeOf", "subject": "T1", "object": "E1"},
        {"id": "R3", "type": "equivalentTo", "subject": "T1", "object": "T3"},
    ],
    "modanns": [{"id": "M1", "type": "Speculation", "object": "E1"}],
}  # fmt: skip


def read(value: object, **options) -> list:
    data = value if isinstance(value, bytes) else json.dumps(value).encode()
    return list(pubannotation.read([File("zorb.json", data)], **options))


def test_todays_edition():
    [document] = read(TODAY)

    assert (document.id, document.identities, document.text) == ("90000001", ("pmid:90000001",), TEXT)
    assert [(m.id, m.types, m.text) for m in document.mentions] == [
        ("T1", ("Chemical",), "Keltin"),
        ("T2", ("Chemical",), "orlin"),
        ("T3", ("Effect",), "calms dormice"),
    ]
    arguments = (Argument(role="subj", ref="T1"), Argument(role="obj", ref="T3"))
    assert document.relations == (Relation(id="R1", type="causeOf", arguments=arguments),)
    assert document.attributes == (
        Attribute(target="T1", name="dose", value="low"),
        Attribute(target="T1", name="mg", value="5"),
        Attribute(target="T2", name="Negation"),
    )


def test_the_first_edition_has_events():
    [document] = read(FIRST, roles={"themeOf": "Theme", "causeOf": "Cause"})

    assert (document.id, document.identities) == ("9000002-0", ("pmcid:PMC9000002",))
    arguments = (Argument(role="Theme", ref="T3"), Argument(role="Cause", ref="T1"))
    assert document.events == (Event(id="E1", type="Negative_regulation", trigger="T2", arguments=arguments),)
    assert [relation.type for relation in document.relations] == ["equivalentTo"]
    assert document.attributes == (Attribute(target="E1", name="Speculation"),)


def test_fragments_that_are_chained_are_parts_of_one_mention():
    """Whichever way the chain runs, and however long it is."""
    value = {
        "sourceid": "1", "text": "right and left big kidney",
        "denotations": [
            {"id": "T1", "span": span(0, 5), "obj": "_FRAGMENT"},
            {"id": "T2", "span": span(15, 18), "obj": "_FRAGMENT"},
            {"id": "T3", "span": span(19, 25), "obj": "Organ"},
            {"id": "T4", "span": span(10, 25), "obj": "Organ"},
        ],
        "relations": [
            {"id": "R1", "subj": "T3", "pred": "_lexicallyChainedTo", "obj": "T2"},
            {"id": "R2", "subj": "T2", "pred": "_lexicallyChainedTo", "obj": "T1"},
        ],
    }  # fmt: skip

    [document] = read(value)

    assert [mention.text for mention in document.mentions] == ["right big kidney", "left big kidney"]
    assert document.relations == ()


def test_a_file_is_one_document_or_an_array_of_them():
    assert [d.id for d in read([TODAY, {**TODAY, "sourceid": "2"}])] == ["90000001", "2"]
    assert [d.id for d in read(b"\xef\xbb\xbf " + json.dumps(TODAY).encode())] == ["90000001"]


def test_ids_that_are_left_out_are_counted():
    bare = {key: value for key, value in TODAY["denotations"][0].items() if key != "id"}

    [document] = read({"sourceid": "1", "text": TEXT, "denotations": [bare, bare]})

    assert [mention.id for mention in document.mentions] == ["T1", "T2"]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"text": None}, "cannot be read"),
        ({"sourceid": None, "text": "x"}, "lies outside the text"),
        ({"denotations": [{"id": "T1", "span": span(0, 99), "obj": "x"}]}, "lies outside the text"),
        ({"denotations": [{"id": "T1", "span": {"begin": 0}, "obj": "x"}]}, "nothing is called 'end'"),
        ({"denotations": [{"id": "T1", "span": span("0", 3), "obj": "x"}]}, "cannot be read"),
        ({"denotations": [{"id": "T1", "span": span(0, 6)}]}, "nothing is called 'category'"),
        ({"denotations": TODAY["denotations"][:1] * 2}, "two denotations have one id"),
        (
            {"denotations": [{"id": "T1", "span": span(0, 6), "obj": "_FRAGMENT"}]},
            "fragment T1 is chained to no denotation that has a type",
        ),
        (
            {"relations": [{"id": "R1", "subj": "T1", "pred": "_lexicallyChainedTo", "obj": "T2"}]},
            "R1 chains T1 and T2, neither of which is a fragment",
        ),
        ({"insanns": [{"id": "E1", "object": "T1"}] * 2}, "two instances have one id"),
        ({"relations": [{"id": "R1", "subj": "T1", "pred": "p", "obj": "T9"}]}, "points to T9, which is no mention"),
        ({"modifications": [{"id": "M1", "pred": "Negation", "obj": "T9"}]}, "is given to T9, which is nothing"),
        (
            {"relations": [{"id": "R1", "subj": "T1", "pred": "_lexicallyChainedTo", "obj": "T9"}]},
            "nothing is called 'T9'",
        ),
    ],
)
def test_what_is_wrong_breaks_its_document_alone(change, told):
    [broken, whole] = read([{**TODAY, **change}, TODAY])

    assert isinstance(broken, Broken)
    assert told in broken.reason
    assert whole.id == "90000001"


@given(documents("discontinuous", "attributes", "relations"))
def test_what_is_written_is_read_back(document):
    document = pubannotation.shape(
        document.model_copy(
            update={"relations": tuple(r for r in document.relations if len(r.arguments) == 2), "attributes": ()}
        )
    )

    assert list(strict(pubannotation.read(pubannotation.write([document])))) == [document]


def test_an_identity_that_its_id_tells_is_written():
    [document] = read(TODAY)

    assert list(strict(pubannotation.read(pubannotation.write([document])))) == [document]


@pytest.mark.parametrize("kind", ["labels", "identities"])
def test_what_it_cannot_hold_is_refused(kind):
    document = Document(id="1", text="Zorb.", **{kind: ("doi:10.1/zorb",)})

    with pytest.raises(FormatError, match="document 1: has"):
        list(pubannotation.write([document]))


@pytest.mark.real
def test_the_two_dresses_of_a_real_release_say_the_same(real):
    """But for seven documents in which a site is part of several proteins, which the JSON cannot tell apart."""
    from medinstruct import corpora

    corpus, different = corpora.load("bionlp13-ge"), []
    for split in corpus.splits:
        files = real("bionlp13-ge", *corpus.splits[split].files)
        one = list(corpus.records(split, [file for file in files if file.suffix != ".json"]))
        other = list(corpus.records(split, [file for file in files if file.suffix == ".json"]))
        assert [record.id for record in one] == [record.id for record in other]
        different += [a.id for a, b in zip(one, other) if _said(a) != _said(b)]

    assert len(different) == 7


def _said(document: Document) -> tuple:
    """What a document says, whatever its order and its ids of relations; arguments of one role alike (Theme2)."""
    return (
        document.text, document.identities,
        {(m.id, m.spans, m.types) for m in document.mentions},
        {(e.id, e.type, e.trigger, frozenset((a.role.rstrip("2345"), a.ref) for a in e.arguments)) for e in document.events},
        {(r.type, tuple((a.role, a.ref) for a in r.arguments)) for r in document.relations},
        {frozenset(chain.mentions) for chain in document.coreferences},
        {(a.target, a.name) for a in document.attributes},
    )  # fmt: skip
