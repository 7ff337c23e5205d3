"""Documents, Items and drafts: what breaks a rule is never made, and is told where it stands."""

import time
from dataclasses import FrozenInstanceError

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from medinstruct.document import (
    Argument,
    Attribute,
    Concept,
    Coreference,
    Document,
    Event,
    Item,
    Mention,
    Passage,
    Relation,
    find_fault,
    quote,
)
from medinstruct.errors import FormatError, Place
from medinstruct.formats.draft import Broken, Draft, believe_offsets, by_id, finish, one_of, requote, strict
from medinstruct.formats.draft import documents as documents_of
from strategies import FEATURES, documents

TEXT = "Zorbinase lowers the fever of mice."


def mention(id="T1", text="Zorbinase", *spans, **more) -> Mention:
    return Mention(id=id, text=text, spans=spans or ((0, len(text)),), types=("Gene",), **more)


T1 = mention()
T2 = mention("T2", "fever", (21, 26))


def made(**fields) -> Document:
    return Document(**{"id": "1", "text": TEXT, "mentions": (T1, T2)} | fields)


def argument(ref: str, kind: str = "mention") -> Argument:
    return Argument(role="Theme", ref=ref, kind=kind)


SOUND = {
    "nothing": {"text": "", "mentions": ()},
    "nested": {"mentions": (T1, mention("T3", "bin", (3, 6)))},
    "in parts": {"mentions": (mention("T1", "Zorbinase fever", (0, 9), (21, 26)),)},
    "parts that touch": {"mentions": (mention("T1", "Zor binase", (0, 3), (3, 9)),)},
    "whole text": {"mentions": (mention("T1", TEXT),)},
    "alternatives": {"mentions": (mention(alternatives=(((0, 16),), ((0, 3), (21, 26)))),)},
    "an event of an event": {
        "events": (
            Event(id="E1", type="Loss", trigger="T2", arguments=(argument("E2", "event"),)),
            Event(id="E2", type="Loss", trigger="T2", arguments=(argument("T1"), argument("MESH:1", "concept"))),
        )
    },
    "a relation": {
        "relations": (Relation(id="R1", type="x", arguments=(argument("T1"), argument("T2"), argument("T1"))),)
    },
    "attributes": {
        "events": (Event(id="E1", type="Loss", trigger="T2"),),
        "relations": (Relation(id="R1", type="x", arguments=(argument("OMIM:7", "concept"),)),),
        "attributes": (
            Attribute(target="T1", name="a"),
            Attribute(target="E1", name="a"),
            Attribute(target="R1", name="a", value="b"),
        ),
    },
    "a chain": {"coreferences": (Coreference(id="C1", mentions=("T1", "T2")),)},
    "empty passage": {"passages": (Passage(type="title", span=(0, 0)), Passage(type="abstract", span=(0, 35)))},
    "beyond the first plane": {
        "text": "𝔘 fever",
        "mentions": (mention("T1", "fever", (2, 7)), mention("T2", "𝔘", (0, 1))),
    },
}


@pytest.mark.parametrize("name", SOUND)
def test_what_is_sound_is_made(name):
    assert find_fault(made(**SOUND[name])) is None


FAULTS = {
    "mention T1 says 'Zorbinas' but text[0:9] is 'Zorbinase'": {"mentions": (mention("T1", "Zorbinas", (0, 9)),)},
    "mention T1 says 'zorbinase' but text[0:9] is 'Zorbinase'": {"mentions": (mention("T1", "zorbinase"),)},
    "mention T1 says 'Zorbinasefever' but text[0:9,21:26] is 'Zorbinase fever'": {
        "mentions": (mention("T1", "Zorbinasefever", (0, 9), (21, 26)),)
    },
    "two mentions have the id T1": {"mentions": (T1, T1)},
    "mention T1 at 0:36 lies outside the text of 35 characters": {"mentions": (mention("T1", TEXT, (0, 36)),)},
    "mention T1 at -1:9 lies outside the text of 35 characters": {"mentions": (mention("T1", "Zorbinase", (-1, 9)),)},
    "mention T1 at 3:3 lies outside the text of 35 characters": {"mentions": (mention("T1", "", (3, 3)),)},
    "mention T1 at 9:0 lies outside the text of 35 characters": {"mentions": (mention("T1", "", (9, 0)),)},
    "mention T1 at 40:50 lies outside": {"mentions": (mention("T1", "", (40, 50)),)},
    "mention T1 at 34:99 lies outside": {"mentions": (mention(alternatives=(((34, 99),),)),)},
    "the parts of mention T1 are not in the order of the text": {
        "mentions": (mention("T1", "fever Zorbinase", (21, 26), (0, 9)),)
    },
    "the parts of mention T1 are not in the order": {"mentions": (mention("T1", "Zorb binase", (0, 4), (3, 9)),)},
    "passage 30:36 lies outside the text of 35 characters": {"passages": (Passage(type="title", span=(30, 36)),)},
    "passage 5:4 lies outside": {"passages": (Passage(type="title", span=(5, 4)),)},
    "two events have the same id": {"events": (Event(id="E1", type="x", trigger="T1"),) * 2},
    "two relations have the same id": {"relations": (Relation(id="R1", type="x", arguments=(argument("T1"),)),) * 2},
    "the trigger T9 of event E1 is no mention": {"events": (Event(id="E1", type="x", trigger="T9"),)},
    "Theme of E1 points to E9, which is no event": {
        "events": (Event(id="E1", type="x", trigger="T1", arguments=(argument("E9", "event"),)),)
    },
    "Theme of E1 points to E1, which is no mention": {
        "events": (Event(id="E1", type="x", trigger="T1", arguments=(argument("E1"),)),)
    },
    "Theme of R1 points to T9, which is no mention": {
        "relations": (Relation(id="R1", type="x", arguments=(argument("T9"),)),)
    },
    "attribute Negation is given to T9, which is nothing": {"attributes": (Attribute(target="T9", name="Negation"),)},
    "coreference C1 names T9, which is no mention": {"coreferences": (Coreference(id="C1", mentions=("T1", "T9")),)},
}


@pytest.mark.parametrize("fault", FAULTS)
def test_what_is_not_sound_is_told(fault):
    with pytest.raises(ValidationError) as error:
        made(**FAULTS[fault])
    assert error.value.errors()[0]["msg"].startswith(fault)


@pytest.mark.parametrize(
    "fields",
    [
        {"mentions": (T1.model_copy(update={"spans": ()}),), "text": 7},
        {"mention": ()},
        {"labels": "x"},
        {"id": None},
    ],
)
def test_fields_are_of_their_kinds(fields):
    with pytest.raises(ValidationError):
        made(**fields)


@pytest.mark.parametrize("kind", [Mention, Relation])
def test_what_must_have_parts_has_one_at_least(kind):
    with pytest.raises(ValidationError, match="at least 1"):
        kind(id="1", type="x", arguments=()) if kind is Relation else kind(id="1", spans=(), text="", types=("x",))


def test_records_cannot_be_changed():
    with pytest.raises(ValidationError, match="frozen"):
        made().text = "x"
    with pytest.raises(FrozenInstanceError):
        T1.text = "x"


def test_half_a_character_is_refused():
    for fields in ({"text": "\ud800"}, {"text": "x\udfffy"}):
        with pytest.raises(ValidationError):
            Document(id="1", **fields)
    for fields in (
        {"question": "\ud800"},
        {"texts": {"a": "\ud800"}},
        {"options": ("\ud800",)},
        {"references": ("\ud800",)},
    ):
        with pytest.raises(ValidationError):
            Item(id="1", **fields)


def test_a_concept_is_named_with_its_vocabulary():
    assert str(Concept(vocabulary="MESH", id="D1")) == "MESH:D1"
    assert str(Concept(vocabulary="", id="OMIM:1")) == "OMIM:1"


@given(documents(*FEATURES))
def test_what_the_strategies_make_is_sound_and_survives_json(document):
    assert find_fault(document) is None
    assert Document.model_validate_json(document.model_dump_json()) == document
    assert all(found.text == quote(document.text, found.spans) for found in document.mentions)


@given(documents(), st.integers(-3, 3))
def test_a_mention_that_is_moved_is_found_out_unless_it_says_the_same(document, by):
    for found in document.mentions:
        spans = tuple((start + by, end + by) for start, end in found.spans)
        moved = document.model_copy(update={"mentions": (found.model_copy(update={"spans": spans}),)})
        inside = spans[0][0] >= 0 and spans[-1][1] <= len(document.text)
        assert (find_fault(moved) is None) == (inside and quote(document.text, spans) == found.text)


def test_checking_a_long_document_is_quick():
    text = "fever " * 20_000
    many = tuple(mention(f"T{n}", "fever", (6 * n, 6 * n + 5)) for n in range(20_000))
    began = time.process_time()

    assert find_fault(Document(id="1", text=text, mentions=many)) is None
    assert time.process_time() - began < 2


# Items


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({"options": ("a", "b"), "answers": (2,)}, "answer 2 of item 1 is none of its 2 options"),
        ({"options": ("a", "b"), "answers": (-1,)}, "answer -1 of item 1 is none of its 2 options"),
        ({"answers": (0,)}, "answer 0 of item 1 is none of its 0 options"),
        ({"score": float("nan")}, "the score of item 1 is nan"),
        ({"score": float("inf")}, "the score of item 1 is inf"),
        ({"scores": 1}, "Extra inputs"),
    ],
)
def test_an_item_that_makes_no_sense_is_told(fields, fault):
    with pytest.raises(ValidationError, match=fault):
        Item(id="1", **fields)


def test_an_item_keeps_what_is_known_and_leaves_the_rest_empty():
    item = Item(id="1", question="q", options=("a", "b"))

    assert (item.answers, item.labels, item.score, item.references, item.texts) == ((), (), None, (), {})


# Drafts


def draft(**fields) -> Draft:
    text = {"id": "T1", "text": "Zorbinase", "spans": ((0, 9),), "types": ("Gene",)}
    fever = {"id": "T2", "text": "fever", "spans": ((21, 26),), "types": ("Finding",)}
    return Draft(
        Place("x.txt", 3), {"id": "1", "text": TEXT, "mentions": (text, fever)} | fields, {"T1": 4, "T2": 5, "R1": 6}
    )


def moved(id: str, by: int) -> Draft:
    found = draft()
    found.fields["mentions"] = tuple(
        {**m, "spans": ((m["spans"][0][0] + by, m["spans"][0][1] + by),)} if m["id"] == id else m
        for m in found.fields["mentions"]
    )
    return found


def test_a_draft_becomes_a_document():
    [found] = finish([draft()])

    assert found == made(mentions=(T1, Mention(id="T2", text="fever", spans=((21, 26),), types=("Finding",))))


def test_a_draft_of_an_item_becomes_an_item():
    assert list(finish([Draft(Place("x"), {"id": "1", "options": ["a"]}, kind=Item)])) == [Item(id="1", options=("a",))]


def test_what_is_broken_names_the_line_of_its_annotation():
    [broken] = finish([moved("T2", 1)])

    assert broken == Broken(Place("x.txt", 5), "1", "mention T2 says 'fever' but text[22:27] is 'ever '")
    assert str(broken.error()) == "x.txt:5: mention T2 says 'fever' but text[22:27] is 'ever '"


def test_a_text_that_names_another_annotation_does_not_mislead():
    text = "See T1 here and there"
    marked = tuple(
        {"id": id, "text": said, "spans": ((0, len(said)),), "types": ("x",)}
        for id, said in (("T1", "See"), ("T2", "saw T1 here"))
    )

    [broken] = finish([draft(text=text, mentions=marked)])

    assert broken.place.line == 5


def test_what_has_no_line_of_its_own_names_that_of_the_record():
    [broken] = finish([draft(passages=({"type": "title", "span": (0, 99)},))])

    assert (broken.place, broken.reason) == (Place("x.txt", 3), "passage 0:99 lies outside the text of 35 characters")


def test_a_field_of_the_wrong_kind_is_told_with_its_place():
    [broken] = finish([draft(mentions=({"id": "T1", "text": "x", "spans": (("a", 1),), "types": ("x",)},))])

    assert broken.reason.startswith("mentions -> 0 -> spans -> 0 -> 0: Input should be a valid integer")


def test_broken_ones_pass_through_in_order_and_stop_a_strict_read():
    broken = Broken(Place("x.txt", 9), "2", "no title")

    found = list(finish([draft(), broken, draft(id="3")]))

    assert [record.id for record in found] == ["1", "2", "3"]
    with pytest.raises(FormatError, match=r"^x.txt:9: no title$"):
        list(strict(found))
    assert [record.id for record in strict([found[0], found[2]])] == ["1", "3"]
    assert list(documents_of([found[0], Item(id="4")])) == [found[0]]


def test_a_repair_is_noted():
    repair = by_id({"1": ("the release says so", lambda fields: fields.update(labels=("x",)))})

    found, other = finish([draft(notes=("before",)), draft(id="2")], repair)

    assert (found.labels, found.notes) == (("x",), ("before", "the release says so"))
    assert (other.labels, other.notes) == ((), ())


def test_several_repairs_are_one():
    first, second = (by_id({"1": (reason, lambda fields: None)}) for reason in ("one", "two"))

    [found] = finish([draft()], one_of(first, by_id({}), second))

    assert found.notes == ("one; two",)
    assert one_of(by_id({}))(draft()) is None


def test_the_string_of_a_mention_can_be_taken_from_the_text():
    wrong = draft()
    wrong.fields["mentions"][0]["text"] = "Zorbinasé"

    [found] = finish([wrong], by_id({"1": ("a bad letter", believe_offsets("T1"))}))

    assert (found.mentions[0].text, found.notes) == ("Zorbinase", ("a bad letter",))


@pytest.mark.parametrize("by", [-2, -1, 1, 2])
def test_a_mention_that_is_off_by_a_few_is_moved_to_what_it_quotes(by):
    [found] = finish([moved("T2", by)], requote(within=2))

    assert found.mentions[1].spans == ((21, 26),)
    assert found.notes == ("1 mentions moved by at most 2 characters to the place they quote",)


@pytest.mark.parametrize("by", [-3, 3, 30, -30])
def test_a_mention_that_is_off_by_more_is_left_as_it_is(by):
    [found] = finish([moved("T2", by)], requote(within=2))

    assert isinstance(found, Broken)


def test_a_mention_that_stands_at_two_near_places_is_left_as_it_is():
    doubled = draft(text="a a a a", mentions=({"id": "T1", "text": "a", "spans": ((1, 2),), "types": ("x",)},))

    assert requote(within=1)(doubled) is None
    assert requote(within=0)(doubled) is None
    assert doubled.fields["mentions"][0]["spans"] == ((1, 2),)


def test_mentions_that_quote_their_text_are_not_touched():
    found = draft()

    assert requote(within=5)(found) is None
    assert found.fields == draft().fields


@given(st.text("ab ", max_size=12), st.integers(0, 12), st.text("ab ", min_size=1, max_size=3), st.integers(0, 12))
def test_a_mention_is_moved_only_where_one_place_alone_says_it(text, start, string, within):
    found = draft(
        text=text, mentions=({"id": "T1", "text": string, "spans": ((start, start + len(string)),), "types": ("x",)},)
    )
    near = [at for at in range(max(start - within, 0), start + within + 1) if text[at : at + len(string)] == string]

    note = requote(within)(found)

    at = found.fields["mentions"][0]["spans"][0][0]
    if text[start : start + len(string)] == string or len(near) != 1:
        assert (at, note) == (start, None)
    else:
        assert at == near[0]
        assert note
