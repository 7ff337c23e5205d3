"""BigBIO: the six schemas are the field's own, a row comes back as it was, and what a row cannot hold is counted."""

import json
import os
import subprocess
import sys
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from medinstruct import corpora
from medinstruct.document import Argument, Coreference, Document, Event, Item, Mention, Passage, Relation
from medinstruct.errors import FormatError
from medinstruct.formats import bigbio, conversion
from medinstruct.formats.draft import Broken
from strategies import FEATURES, documents, texts

KB = {
    "id": "1",
    "document_id": "90000001",
    "passages": [
        {"id": "2", "type": "title", "text": ["Zorbinol and fever."], "offsets": [[0, 19]]},
        {"id": "3", "type": "abstract", "text": ["Lobolast blocks left and right zorbinase."], "offsets": [[20, 61]]},
    ],
    "entities": [
        {"id": "4", "type": "Chemical", "text": ["Zorbinol"], "offsets": [[0, 8]],
         "normalized": [{"db_name": "MESH", "db_id": "C900001"}, {"db_name": "MESH", "db_id": "C900002"}]},
        {"id": "5", "type": "Gene", "text": ["left", "zorbinase"], "offsets": [[36, 40], [51, 60]], "normalized": []},
    ],
    "events": [
        {"id": "6", "type": "Blocking", "trigger": {"text": ["blocks"], "offsets": [[29, 35]]},
         "arguments": [{"role": "Theme", "ref_id": "5"}]},
        {"id": "7", "type": "Regulation", "trigger": {"text": ["and"], "offsets": [[9, 12]]},
         "arguments": [{"role": "Theme", "ref_id": "6"}, {"role": "Cause", "ref_id": "4"}]},
    ],
    "coreferences": [{"id": "8", "entity_ids": ["4", "5"]}],
    "relations": [
        {"id": "9", "type": "CID", "arg1_id": "4", "arg2_id": "5", "normalized": [{"db_name": "RO", "db_id": "2434"}]},
        {"id": "10", "type": "stands in", "arg1_id": "5", "arg2_id": "3", "normalized": []},
    ],
}  # fmt: skip
ROWS = {
    "kb": KB,
    "qa": {
        "id": "q1", "question_id": "1", "document_id": "d", "question": "Does it help?", "type": "yesno",
        "choices": ["yes", "no"], "context": "It helped two of three.", "answer": ["yes"],
    },
    "te": {"id": "1", "premise": "No fever.", "hypothesis": "He is afebrile.", "label": "entailment"},
    "pairs": {"id": "1", "document_id": "p", "text_1": "No fever.", "text_2": "Afebrile.", "label": "3.50"},
    "text": {"id": "1", "document_id": "t", "text": "Fever and cough.", "labels": ["fever", "cough"]},
    "t2t": {
        "id": "1", "document_id": "s", "text_1": "A long note.", "text_2": "A note.",
        "text_1_name": "note", "text_2_name": "summary",
    },
}  # fmt: skip


def back(row, schema="", **options):
    """The record of a row, and the row of that record."""
    [record] = bigbio.read_rows([row], schema=schema, **options)
    assert not isinstance(record, Broken), record.reason
    return record, bigbio.to_row(record, schema or bigbio.schema_of(row), options.get("dialect", bigbio.STANDARD))


# What a row becomes


def test_a_row_of_kb_becomes_a_document():
    document, row = back(KB)

    assert row == KB
    assert (document.id, document.row) == ("90000001", "1")
    assert document.rest == ""
    assert document.text == "Zorbinol and fever. Lobolast blocks left and right zorbinase."
    assert document.passages[1] == Passage(id="3", type="abstract", span=(20, 61))
    assert [(m.id, m.types, m.text) for m in document.mentions] == [
        ("4", ("Chemical",), "Zorbinol"),
        ("5", ("Gene",), "left zorbinase"),
        ("6__trigger", ("Blocking",), "blocks"),
        ("7__trigger", ("Regulation",), "and"),
    ]
    assert [str(concept) for concept in document.mentions[0].concepts] == ["MESH:C900001", "MESH:C900002"]
    assert document.events[1] == Event(
        id="7", type="Regulation", trigger="7__trigger",
        arguments=(Argument(role="Theme", ref="6", kind="event"), Argument(role="Cause", ref="4")),
    )  # fmt: skip
    assert document.coreferences == (Coreference(id="8", type="Equiv", mentions=("4", "5")),)
    assert document.relations[0].arguments == (
        Argument(role="Arg1", ref="4"), Argument(role="Arg2", ref="5"),
        Argument(role="normalized", ref="RO:2434", kind="concept"),
    )  # fmt: skip
    assert document.relations[1].arguments[1] == Argument(role="Arg2", ref="passage:3", kind="concept")


@pytest.mark.parametrize(
    "schema, fields",
    {
        "qa": {
            "texts": {"context": "It helped two of three."}, "question": "Does it help?", "options": ("yes", "no"),
            "answers": (0,), "facts": {"question_id": "1", "document_id": "d", "type": "yesno"},
        },
        "te": {"texts": {"premise": "No fever.", "hypothesis": "He is afebrile."}, "labels": ("entailment",)},
        "pairs": {
            "texts": {"text_1": "No fever.", "text_2": "Afebrile."}, "score": 3.5,
            "facts": {"document_id": "p", "bigbio": '{"label":"3.50"}'},
        },
        "text": {"texts": {"text": "Fever and cough."}, "labels": ("fever", "cough"), "facts": {"document_id": "t"}},
        "t2t": {
            "texts": {"text_1": "A long note."}, "references": ("A note.",),
            "facts": {"document_id": "s", "text_1_name": "note", "text_2_name": "summary"},
        },
    }.items(),
)  # fmt: skip
def test_a_row_of_another_schema_becomes_an_item(schema, fields):
    item, row = back(ROWS[schema], score=schema == "pairs")

    assert row == ROWS[schema]
    assert item == Item(id=ROWS[schema]["id"], **fields)


def test_an_answer_that_is_no_choice_is_a_reference():
    item, row = back({**ROWS["qa"], "answer": ["maybe", "yes"]})

    assert (item.answers, item.references) == ((), ("maybe", "yes"))
    assert row["answer"] == ["maybe", "yes"]


def test_a_trigger_is_the_entity_that_stands_there_with_its_type():
    entity = {"id": "E", "type": "Blocking", "text": ["blocks"], "offsets": [[29, 35]], "normalized": []}
    document, row = back({**KB, "entities": [*KB["entities"], entity]})

    assert document.events[0].trigger == "E"
    assert row["entities"][-1] == entity


def test_two_rows_of_one_document_keep_their_own_ids():
    one, other = bigbio.read_rows([KB, {**KB, "id": "90"}])

    assert (one.id, one.row) == ("90000001", "1")
    assert (other.id, other.row) == ("90000001", "90")


@pytest.mark.parametrize(
    "change, reason",
    [
        ({"entities": [{**KB["entities"][0], "offsets": [[1, 9]]}]}, "mention 4 says 'Zorbinol' but text[1:9] is 'orbinol '"),
        ({"entities": [{**KB["entities"][0], "offsets": []}]}, "mentions -> 0 -> spans"),
        ({"entities": [{**KB["entities"][0], "offsets": [[0, 8, 9]]}]}, "entity 4 stands at [0, 8, 9], which is no place"),
        ({"entities": [{**KB["entities"][0], "offsets": [["0", 8]]}]}, "entities -> 0 -> offsets -> 0 -> 0: '0' is no offset"),
        ({"entities": [KB["entities"][0], KB["entities"][0]]}, "two mentions have the id 4"),
        ({"relations": [{**KB["relations"][0], "arg2_id": "77"}]}, "Arg2 of 9 points to 77, which is no mention"),
        ({"coreferences": [{"id": "8", "entity_ids": ["6"]}]}, "coreference 8 names 6, which is no mention"),
        ({"passages": [{**KB["passages"][0], "offsets": [[0, 18]]}]}, "the passage at 0:18 has a text of 19 characters"),
        ({"passages": [KB["passages"][0], {**KB["passages"][1], "offsets": [[5, 46]]}]}, "two passages differ at 5:46"),
        ({"passages": [{**KB["passages"][0], "offsets": [[9_000_000, 9_000_019]]}]}, "no passage tells the text from 0 to"),
        ({"passages": [{**KB["passages"][0], "text": []}]}, "passage 2 has 0 texts and 1 places"),
        ({"passages": "none"}, "passages: 'none' is no list"),
        ({"passages": [{"ofsets": []}]}, "passages -> 0: the schema knows no 'ofsets' (did you mean offsets?)"),
    ],
)  # fmt: skip
def test_a_row_that_no_sound_document_can_be_made_of_is_broken(change, reason):
    [broken] = bigbio.read_rows([{**KB, **change}])

    assert isinstance(broken, Broken)
    assert reason in broken.reason
    assert broken.id == "90000001"


def test_offsets_can_be_believed_and_that_is_told():
    """The repaired document is written as it was repaired."""
    off = {**KB, "entities": [{**KB["entities"][0], "text": ["zorbinol"]}, KB["entities"][1]]}

    document, row = back(off, repair=bigbio.believe_offsets)

    assert document.notes == ("1 mentions have the text that stands at their offsets",)
    assert row == KB


def test_a_row_of_no_schema_is_broken():
    [broken] = bigbio.read_rows([{"id": "1", "sentence": "x"}])

    assert broken.reason.startswith("no schema of BigBIO has the columns id, sentence")


def test_the_schema_is_known_by_the_columns():
    for schema, row in ROWS.items():
        assert bigbio.schema_of(row) == schema
    assert bigbio.schema_of(["id", "document_id", "text_1", "text_2"]) == ""
    assert bigbio.schema_of(["id", "document_id", "passages"]) == "kb"


# Rows there and back


ids = st.sampled_from(["1", "2", "3", "T1", "E1", "d__text", "d__passage0", "T1__trigger", ""]) | st.none()
words = st.sampled_from(["Gene", "", "RO:1", "a/b", "0", "document", "é"]) | st.none()
normalized = st.lists(st.fixed_dictionaries({"db_name": words, "db_id": words}) | st.none(), max_size=2) | st.none()


def at(text, parts):
    """Texts and offsets of some parts of a text, which are sorted or not."""
    return {"text": [text[start:end] for start, end in parts], "offsets": [list(part) for part in parts]}


@st.composite
def sound_rows(draw):
    """Rows of kb that say nothing wrong: ids stand once, what is quoted stands there, references lead somewhere.

    Passages have gaps and several parts, lie over one another, stand in any order, or are not there; entities are discontinuous, touch,
    nest; triggers stand where entities do; events are arguments of events and of relations; lists are empty.
    """
    text = draw(texts()) + "abc def"
    spans = st.tuples(st.integers(0, len(text)), st.integers(0, len(text))).map(sorted)
    cuts = draw(st.lists(spans, max_size=4))
    covered = {n for start, end in cuts for n in range(start, end)}
    text = "".join(char if n in covered else " " for n, char in enumerate(text))[: max(covered, default=-1) + 1]
    cuts = [cut for cut in cuts if cut[1] <= len(text)]
    names = iter(draw(st.permutations([f"{n}" for n in range(40)])))

    def part():
        return st.lists(st.integers(0, len(text)), min_size=2, max_size=4, unique=True).map(sorted).map(
            lambda points: [points[n : n + 2] for n in range(0, len(points) - 1, 2)]
        )  # fmt: skip

    some = draw(st.lists(part(), max_size=4)) if len(text) > 1 else []
    passages = [{"id": next(names), "type": draw(words), **at(text, [cut])} for cut in cuts]
    if passages and draw(st.booleans()) and (half := (cuts[0][0] + cuts[0][1]) // 2):
        passages[0] |= at(
            text, [(cuts[0][0], half), (half, cuts[0][1])] if cuts[0][0] <= half <= cuts[0][1] else [cuts[0]]
        )
    entities = [
        {"id": next(names), "type": draw(words), **at(text, parts), "normalized": draw(normalized)} for parts in some
    ]
    events = [
        {"id": next(names), "type": draw(words), "trigger": at(text, draw(st.sampled_from(some))), "arguments": []}
        for _ in range(draw(st.integers(0, 3)) if some else 0)
    ]
    refs = [thing["id"] for thing in (*entities, *events)]
    for event in events:
        event["arguments"] = [
            {"role": draw(words), "ref_id": draw(st.sampled_from(refs))} for _ in range(draw(st.integers(0, 2)))
        ]
    refs += [passage["id"] for passage in passages]
    relations = [
        {"id": next(names), "type": draw(words), "arg1_id": draw(st.sampled_from(refs)), "arg2_id": draw(st.sampled_from(refs)),
         "normalized": draw(normalized)}
        for _ in range(draw(st.integers(0, 2)) if refs else 0)
    ]  # fmt: skip
    chains = [
        {"id": next(names), "entity_ids": draw(st.lists(st.sampled_from([e["id"] for e in entities]), min_size=1, max_size=3))}
        for _ in range(draw(st.integers(0, 2)) if entities else 0)
    ]  # fmt: skip
    lists = {
        "passages": passages,
        "entities": entities,
        "events": events,
        "coreferences": chains,
        "relations": relations,
    }
    return {
        "id": draw(ids), "document_id": draw(words),
        **{name: things or draw(st.sampled_from([None, things])) for name, things in lists.items()},
    }  # fmt: skip


@given(sound_rows())
@example(KB)
def test_a_sound_row_comes_back_as_it_was(row):
    assert back(row, "kb")[1] == row


offsets = st.lists(st.lists(st.integers(-1, 9) | st.none(), max_size=3) | st.none(), max_size=3) | st.none()
stands = {"text": st.lists(words, max_size=3) | st.none(), "offsets": offsets}


def lists_of(**columns):
    return st.lists(st.fixed_dictionaries(columns) | st.none(), max_size=3) | st.none()


hostile_rows = st.fixed_dictionaries(
    {
        "id": ids,
        "document_id": ids,
        "passages": lists_of(id=ids, type=words, **stands) | st.just(KB["passages"]),
        "entities": lists_of(id=ids, type=words, **stands, normalized=normalized) | st.just(KB["entities"]),
        "events": lists_of(
            id=ids,
            type=words,
            trigger=st.fixed_dictionaries(stands) | st.none(),
            arguments=lists_of(role=words, ref_id=ids),
        ) | st.just(KB["events"]),
        "coreferences": lists_of(id=ids, entity_ids=st.lists(ids, max_size=3) | st.none()),
        "relations": lists_of(id=ids, type=words, arg1_id=ids, arg2_id=ids, normalized=normalized),
    }
)  # fmt: skip


@given(hostile_rows)
def test_any_row_comes_back_as_it_was_or_is_broken(row):
    """Nothing is mended unseen: ids that are not there, places without texts, texts that stand elsewhere."""
    [record] = bigbio.read_rows([row], schema="kb")

    if isinstance(record, Document):
        assert bigbio.to_row(record) == row
    else:
        assert record.reason


def rows_of(schema):
    lists = {"choices", "answer", "labels"}
    strings = words | texts()
    return st.fixed_dictionaries(
        {
            name: st.lists(strings, max_size=3) | st.none() if name in lists else strings
            for name in bigbio.SCHEMAS[schema].names
        }
    )


@pytest.mark.parametrize("schema", sorted(set(bigbio.SCHEMAS) - {"kb"}))
def test_any_row_of_a_question_comes_back_as_it_was(schema):
    @given(rows_of(schema))
    def comes_back(row):
        assert back(row, schema)[1] == row

    comes_back()


@pytest.mark.parametrize("file", ["train.parquet", "train.jsonl"])
@pytest.mark.parametrize("schema", sorted(bigbio.SCHEMAS))
def test_a_file_comes_back_as_it_was(schema, file):
    rows = [ROWS[schema], {**ROWS[schema], "id": "other"}]
    read = list(bigbio.read_rows(rows))

    [written] = bigbio.write(read, schema=schema, file=file)

    assert written.name == file
    assert [dict(row) for row in bigbio.rows(written)] == rows
    assert list(bigbio.read([written])) == read


def test_numbers_for_ids_are_their_digits():
    """Many loaders yield them, and `datasets` casts them."""
    document, row = back({**KB, "id": 1, "document_id": 90000001})

    assert row == KB
    assert document.id == "90000001"


def test_a_document_that_was_changed_is_written_as_it_is_now():
    document, _ = back({**KB, "relations": [{**KB["relations"][0], "id": None}]})

    changed = document.model_copy(update={"relations": (), "events": ()})

    assert bigbio.to_row(changed)["relations"] == []
    assert bigbio.to_row(changed)["id"] == "1"


# Documents there and back


MOST = FEATURES - {"identities", "sentences"}
ROLES = bigbio.Dialect(roles=("head", "tail"), coreference="same as", gap="\n")


def comes_back(document, dialect):
    [again] = bigbio.read_rows([bigbio.to_row(document, "kb", dialect)], dialect=dialect)
    return again == document


@given(documents("discontinuous", "concepts", "coreferences"))
def test_a_document_comes_back_as_it_was(document):
    assert not bigbio.losses(document)
    assert comes_back(document, bigbio.STANDARD)


@given(documents(*MOST), st.sampled_from([bigbio.STANDARD, ROLES, bigbio.Dialect(conventional=True)]))
def test_losses_are_told_exactly_where_something_is_lost(document, dialect):
    """No loss that is none, and none that is not told."""
    lost = bigbio.losses(document, "kb", dialect)

    assert comes_back(document, dialect) == (not lost)
    assert set(lost) <= set(bigbio.FORMAT.loses)


@given(documents(*MOST, "sentences"))
def test_a_document_over_whose_passages_others_lie_comes_back_or_tells(document):
    assert comes_back(document, ROLES) == (not bigbio.losses(document, "kb", ROLES))


@given(documents(*MOST))
def test_what_a_conversion_makes_of_a_document_is_held_as_it_is(document):
    """`FORMAT.holds` and `shape` say what a row can hold: no more is taken away by the writer, and no less refused."""
    reduced, _ = conversion.reduce(document, bigbio)

    assert list(bigbio.read(bigbio.write([reduced]))) == [reduced]


def test_the_document_of_a_row_equals_the_same_without_a_row():
    """Wherever a Document is compared, its row does not count."""
    of_row, _ = back(KB)
    of_other, _ = back({**KB, "id": "2"})
    plain = Document(**{name: getattr(of_row, name) for name in Document.model_fields})

    assert of_row == plain
    assert plain == of_row
    assert hash(of_row) == hash(plain)
    assert of_row != of_other
    assert of_row != "1"


def trigger(id, span, text, type="Binding"):
    return Mention(id=id, spans=(span,), text=text, types=(type,))


def test_a_trigger_of_ours_is_an_entity_too_unless_conventions_are_kept():
    document = Document(
        id="d", text="a binds b", mentions=(trigger("T1", (2, 7), "binds"),),
        events=(Event(id="E1", type="Binding", trigger="T1"),),
    )  # fmt: skip
    conventional = bigbio.Dialect(conventional=True)

    assert comes_back(document, bigbio.STANDARD)
    assert bigbio.to_row(document, "kb", conventional)["entities"] == []
    assert bigbio.losses(document, "kb", conventional) == {"ids of triggers": 1}


def test_a_relation_between_concepts_becomes_one_of_each_mention_with_each():
    a, b = ({"vocabulary": "MESH", "id": id} for id in "ab")
    mentions = (
        Mention(id="T1", spans=((0, 1),), text="x", types=("C",), concepts=(a,)),
        Mention(id="T2", spans=((2, 3),), text="y", types=("D",), concepts=(b,)),
        Mention(id="T3", spans=((4, 5),), text="x", types=("C",), concepts=(a,)),
    )
    arguments = (
        Argument(role="C", ref="MESH:a", kind="concept"), Argument(role="D", ref="MESH:b", kind="concept"),
    )  # fmt: skip
    document = Document(
        id="d", text="x y x", mentions=mentions, relations=(Relation(id="R", type="CID", arguments=arguments),)
    )

    row = bigbio.to_row(document)

    assert [(each["id"], each["arg1_id"], each["arg2_id"]) for each in row["relations"]] == [
        ("R", "T1", "T2"), ("R__1", "T3", "T2"),
    ]  # fmt: skip
    assert bigbio.losses(document) == {"relations between concepts": 1, "roles": 1}


def test_what_cannot_be_held_is_refused_and_told():
    document = Document(id="d", text="a", labels=("x", "y"))

    with pytest.raises(FormatError, match="d has what kb cannot hold: 2 labels"):
        list(bigbio.write([document]))

    [file] = bigbio.write([document], lossy=True)
    assert [record.text for record in bigbio.read([file])] == ["a"]


def test_an_item_is_no_row_of_kb():
    with pytest.raises(FormatError, match="q is a Item, which is no row of kb"):
        list(bigbio.write([Item(id="q")]))


items = st.builds(
    Item,
    id=words.map(str),
    texts=st.dictionaries(st.sampled_from(["premise", "hypothesis", "text_1", "text", "context"]), texts(), max_size=2),
    question=texts(),
    options=st.lists(texts(), max_size=3),
    labels=st.lists(words.map(str), max_size=2),
    score=st.none() | st.floats(0, 5),
    references=st.lists(texts(), max_size=2),
    facts=st.dictionaries(st.sampled_from(["document_id", "type", "subject"]), words.map(str), max_size=2),
)


@given(items, st.sampled_from(["qa", "te", "pairs", "text", "t2t"]))
def test_what_of_an_item_is_lost_is_told(item, schema):
    [again] = bigbio.read_rows([bigbio.to_row(item, schema)], schema=schema)

    told = bigbio.losses(item, schema)
    assert all((getattr(again, name) == getattr(item, name)) == (name not in told) for name in Item.model_fields
               if name not in ("facts", "identities", "notes"))  # fmt: skip


# BigBIO's own words, and real documents


@pytest.mark.parametrize(
    "schema, module",
    {"kb": "kb", "qa": "qa", "te": "entailment", "pairs": "pairs", "text": "text", "t2t": "text_to_text"}.items(),
)
def test_our_columns_are_bigbio_s(schema, module):
    """As its own module declares them, where MEDINSTRUCT_BIGBIO names a checkout."""
    checkout = os.environ.get("MEDINSTRUCT_BIGBIO")
    if not checkout:
        pytest.skip("MEDINSTRUCT_BIGBIO names no checkout of bigscience-workshop/biomedical")
    path = Path(checkout) / f"bigbio/utils/schemas/{module}.py"
    code = f"import runpy; print(runpy.run_path({str(path)!r})['features'].arrow_schema.remove_metadata().serialize().to_pybytes().hex())"
    hexed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout

    assert pa.ipc.read_schema(pa.py_buffer(bytes.fromhex(hexed))) == bigbio.SCHEMAS[schema]


@pytest.mark.parametrize("schema", sorted(bigbio.SCHEMAS))
def test_datasets_reads_what_we_write(schema, tmp_path):
    import datasets

    [file] = bigbio.write(bigbio.read_rows([ROWS[schema]]), schema=schema)
    (tmp_path / file.name).write_bytes(file.data)

    read = datasets.Dataset.from_parquet(str(tmp_path / file.name), cache_dir=str(tmp_path / "cache"))

    assert read.features.arrow_schema.remove_metadata() == bigbio.SCHEMAS[schema]
    assert read[0] == ROWS[schema]


CORPORA = Path(os.environ.get("MEDINSTRUCT_DATA") or Path(__file__).parents[3] / "shared/corpora")


def real_documents(corpus):
    """All documents of a corpus that is at hand."""
    folder = corpus.find(CORPORA)
    for split in corpus.present(folder) if folder else ():
        for record in corpus.records(split, corpus.files(split, folder)):
            if isinstance(record, Document):
                yield record


def dialect_of(kept):
    """What the documents of a corpus have in common: the roles of each type of relation, the type of coreferences, the gap."""
    roles, chains, gaps = {}, Counter(), Counter()
    for document in kept:
        for relation in document.relations:
            roles.setdefault(relation.type, tuple(a.role for a in relation.arguments))
        chains.update(chain.type for chain in document.coreferences)
        spans = sorted(passage.span for passage in document.passages)
        gaps.update(document.text[a[1]] for a, b in pairwise(spans) if a[1] < b[0])
    return bigbio.Dialect(
        roles={type: pair for type, pair in roles.items() if len(pair) == 2},
        coreference=max(chains, key=chains.get, default=""),
        gap=max(gaps, key=gaps.get, default=" "),
    )


def told(document):
    """A document but for its identities, which the dialect gives, and notes."""
    return document.model_copy(update={"identities": (), "notes": ()})


def held_by(id):
    """Write and read the documents of a corpus: how many there are, how many are held, and what of the others is lost."""
    kept = [told(document) for document in real_documents(corpora.load(id))]
    dialect, lost, fitting = dialect_of(kept), Counter(), []
    for document in kept:
        losses = bigbio.losses(document, "kb", dialect)
        lost.update(losses)
        if not losses:
            fitting.append(document)
    assert list(bigbio.read(bigbio.write(fitting, dialect=dialect), dialect=dialect)) == fitting
    again = list(bigbio.read(bigbio.write(kept, dialect=dialect, lossy=True), dialect=dialect))
    assert not [record.reason for record in again if isinstance(record, Broken)]
    assert [document.id for document in again] == [document.id for document in kept]
    twice = list(bigbio.read(bigbio.write(again, dialect=dialect), dialect=dialect))
    assert twice == again
    return {"corpus": id, "documents": len(kept), "held": len(fitting), "lost": dict(lost)}


@pytest.mark.real
@pytest.mark.slow
@pytest.mark.parametrize("id", corpora.names())
def test_real_documents_come_back_as_they_were(id):
    """All that a row can hold; of the others, what comes back is sound, and comes back again."""
    if not any(True for _ in real_documents(corpora.load(id))):
        pytest.skip(f"no documents of {id} in {CORPORA}")

    print(json.dumps(held_by(id)))
