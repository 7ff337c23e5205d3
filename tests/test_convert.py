"""Converting: what a format cannot hold is told by kind and number, and nothing else is lost."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from medinstruct.document import Argument, Attribute, Concept, Document, Mention, Passage, Relation
from medinstruct.errors import NotFound
from medinstruct.formats import conversion
from medinstruct.formats.draft import strict
from medinstruct.formats.features import FEATURES, SHARED_IDS
from medinstruct.source import File
from strategies import FEATURES as GENERATED
from strategies import WORDS, documents

DATA = Path(os.environ.get("MEDINSTRUCT_DATA") or Path(__file__).parents[2] / "shared" / "corpora")
FORMATS = conversion.writable()
SHAPED = {"sentence_labels", "triplets"}
"""Formats that hold no document but one of their own layout: labelled lines, a title and an abstract."""


def run(*arguments):
    """Run `medinstruct convert` and return (exit code, output, errors)."""
    words = [sys.executable, "-m", "medinstruct", "convert", *map(str, arguments)]
    done = subprocess.run(words, capture_output=True, text=True)
    return done.returncode, done.stdout, done.stderr


def test_every_format_that_is_written_states_what_it_holds():
    """By names that there are, so that a slip of the pen is no feature."""
    for name in FORMATS:
        holds = conversion.target(name).FORMAT.holds
        assert holds, name
        assert holds <= {*FEATURES, SHARED_IDS}, name


def test_what_cannot_be_written_is_no_target():
    with pytest.raises(NotFound, match="xlsx cannot be written"):
        conversion.target("xlsx")


tame = st.lists(st.sampled_from(WORDS), min_size=1, max_size=8).map(" ".join)
anything = settings(max_examples=60, suppress_health_check=list(HealthCheck), deadline=None)


@pytest.mark.parametrize("name", FORMATS)
@anything
@given(document=documents(*sorted(GENERATED)))
def test_what_is_written_comes_back_without_what_was_told(name, document):
    """Of any document with any text, or the format refuses it with a reason; none comes back as another one."""
    module = conversion.target(name)

    reduced, lost = conversion.reduce(document, module)
    [kept], losses = conversion.plan([document], name) if not (fault := _fault(name, document)) else ([reduced], None)

    assert fault != "is read back as another document"
    if losses is not None:
        assert list(strict(conversion.read_back(list(module.write([kept])), module))) == [reduced]
        assert losses.counts == lost
        if not lost:
            assert reduced.model_copy(update={"passages": ()}) == document.model_copy(update={"passages": ()})


def _fault(name: str, document: Document) -> str:
    return next((reason for _, reason in conversion.plan([document], name)[1].refused), "")


@pytest.mark.parametrize("one", sorted({*FORMATS} - SHAPED))
@settings(max_examples=10, suppress_health_check=list(HealthCheck), deadline=None)
@given(document=documents(*sorted(GENERATED), text=tame))
def test_every_plain_document_goes_from_each_format_to_each(one, document):
    """With whatever is annotated: plain texts of words are never refused."""
    first, lost = conversion.plan([document], one)
    back = list(strict(conversion.read_back(list(conversion.target(one).write(first)), conversion.target(one))))

    assert not lost.refused
    assert back == first
    for other in {*FORMATS} - SHAPED:
        second, _ = conversion.plan(back, other)
        again, unchanged = conversion.plan(second, other)
        assert len(second) == 1
        assert (again, dict(unchanged.counts)) == (second, {}), other


MENTIONS = (
    Mention(id="T1", spans=((0, 4),), text="Left", types=("Side", "Part"), concepts=(Concept(vocabulary="", id="L1"),)),
    Mention(id="T2", spans=((0, 4), (15, 21)), text="Left kidney", types=("Organ",)),
    Mention(id="T3", spans=((9, 21),), text="right kidney", types=("Organ",)),
)
KIDNEYS = Document(
    id="d1",
    text="Left and right kidney were whole.",
    mentions=MENTIONS,
    relations=(
        Relation(id="R1", type="beside", arguments=(Argument(role="a", ref="T2"), Argument(role="b", ref="T3"))),
        Relation(id="R2", type="side of", arguments=(Argument(role="a", ref="T1"), Argument(role="b", ref="T3"))),
    ),
    attributes=(Attribute(target="T2", name="state", value="whole"), Attribute(target="R1", name="sure")),
    passages=(Passage(type="note", span=(0, 33)),),
    identities=("pmid:90000001",),
)


@pytest.mark.parametrize(
    "name, kept, lost",
    [
        ("brat", 3, {"further types of a mention": 1, "concepts without a vocabulary": 1, "passages": 1,
                     "names of several words": 1, "identities": 1}),
        ("bioc_xml", 3, {"further types of a mention": 1, "identities": 1}),
        ("pubtator", 2, {"discontinuous mentions": 1, "further types of a mention": 1, "relations between mentions": 1,
                         "ids of annotations": 1, "passages": 1, "identities": 1}),
        ("conll", 1, {"discontinuous mentions": 1, "overlapping mentions": 0, "relations": 1, "identities": 1}),
        ("pubannotation", 3, {"further types of a mention": 1, "concepts": 1, "passages": 1, "roles": 2, "identities": 1}),
    ],
)  # fmt: skip
def test_losses_are_counted_by_kind(name, kept, lost):
    reduced, told = conversion.reduce(KIDNEYS, conversion.target(name))

    for kind, number in lost.items():
        assert told[kind] == number, (kind, told)
    assert len(reduced.mentions) == kept if name != "conll" else len(reduced.mentions) == 2


def test_what_hangs_on_a_mention_goes_with_it():
    without = FEATURES["discontinuous mentions"].without(KIDNEYS)

    assert [relation.id for relation in without.relations] == ["R2"]
    assert without.attributes == ()


def test_losses_are_told_in_words():
    _, losses = conversion.plan([KIDNEYS], "pubtator")

    assert re.match(r"1 discontinuous mention, 1 further type of a mention, 1 relation between mentions", str(losses))


def test_of_documents_that_share_an_id_files_named_by_it_hold_one():
    twins = [Document(id="d1", text="One."), Document(id="d1", text="Other.")]

    kept, losses = conversion.plan(twins, "brat")

    assert ([document.text for document in kept], losses.refused) == (["One."], [("d1", "another document has its id")])
    assert len(conversion.plan(twins, "bioc_json")[0]) == 2


# The command


BRAT = {"a.txt": "Keltin and\ttamrin.\n", "a.ann": "T1\tDrug 0 6\tKeltin\nT2\tDrug 11 17\ttamrin\n"}


@pytest.fixture
def brat(tmp_path):
    folder = tmp_path / "brat"
    folder.mkdir()
    for name, text in BRAT.items():
        (folder / name).write_text(text)
    return folder


def test_a_conversion_that_loses_nothing_is_made(brat, tmp_path):
    code, out, err = run(brat, tmp_path / "new.json", "--from", "brat", "--to", "bioc_json")

    assert (code, err) == (0, "")
    assert "1 document in 1 file" in out
    assert run(tmp_path / "new.json", tmp_path / "back", "--from", "bioc_json", "--to", "brat", "--lossy")[0] == 0
    assert {path.name: path.read_text() for path in (tmp_path / "back").iterdir()} == BRAT


def test_one_that_loses_something_is_refused_and_leaves_nothing(brat, tmp_path):
    (brat / "a.ann").write_text("T1\tDrug 0 6;11 17\tKeltin tamrin\nA1\tSure T1\n")

    code, _, err = run(brat, tmp_path / "new.pubtator", "--from", "brat", "--to", "pubtator")

    assert code == 1
    assert "pubtator would lose 1 discontinuous mention, 1 original white space (--lossy" in err
    assert list(tmp_path.iterdir()) == [brat]


def test_with_lossy_it_is_made_and_told(brat, tmp_path):
    (brat / "a.txt").write_text("Keltin and tamrin.")
    (brat / "a.ann").write_text("T1\tDrug 0 6;11 17\tKeltin tamrin\nT2\tDrug 0 6\tKeltin\n")

    code, out, _ = run(brat, tmp_path / "new.pubtator", "--from", "brat", "--to", "pubtator", "--lossy", "--json")
    found = json.loads(out)

    assert code == 0
    assert found["lost"] == {"discontinuous mentions": 1, "ids of annotations": 1}
    assert (tmp_path / "new.pubtator").read_text() == "a|t|Keltin and tamrin.\na\t0\t6\tKeltin\tDrug\t\n"


def test_an_archive_is_read_as_it_is_packed(brat, tmp_path):
    import shutil

    packed = shutil.make_archive(str(tmp_path / "notes"), "zip", brat)

    assert run(packed, tmp_path / "out", "--from", "brat", "--to", "bionlp_st")[0] == 0
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["a.a1", "a.a2", "a.txt"]


@pytest.mark.parametrize(
    "arguments, told",
    [
        (["--from", "brat", "--to", "xlsx"], "xlsx cannot be written"),
        (["--from", "brta", "--to", "conll"], "did you mean brat?"),
        (["--from", "table", "--to", "conll"], "table cannot be read so"),
        (["--from", "brat", "--to", "conll", "--option", "colour=red"], "got an unexpected keyword argument 'colour'"),
        (["--from", "pubtator", "--to", "conll", "--option", "nonsense"], "NAME=VALUE"),
        (["--from", "bioc_xml", "--to", "conll"], "no document of the format bioc_xml"),
    ],
)
def test_wrong_use_is_told_in_a_line(brat, tmp_path, arguments, told):
    code, _, err = run(brat, tmp_path / "out", *arguments)

    assert code in (1, 2)
    assert told in err
    assert "Traceback" not in err
    assert not (tmp_path / "out").exists()


def test_nothing_is_written_over(brat, tmp_path):
    code, _, err = run(brat, brat, "--from", "brat", "--to", "bioc_json")

    assert (code, f"{brat} exists" in err) == (1, True)


def test_an_id_that_leads_out_of_the_folder_is_refused(tmp_path):
    row = {"sourceid": "../evil", "text": "Zorb.", "denotations": []}
    (tmp_path / "x.json").write_text(json.dumps(row))

    code, _, err = run(tmp_path / "x.json", tmp_path / "out", "--from", "pubannotation", "--to", "ddi_xml", "--lossy")

    assert code == 1
    assert "would lie outside" in err
    assert not (tmp_path / "evil.xml").exists()


REAL = [
    ("anatem", "*.tar.gz", "brat", ["bioc_json", "bionlp_st", "pubannotation", "conll"]),
    ("bc5cdr", "CDR_TestSet.PubTator.txt", "pubtator", ["bioc_xml", "bioc_json", "brat"]),
    ("nlm-gene", "*Test*", "pubtator", ["bioc_xml", "pubannotation", "conll"]),
]


@pytest.mark.real
@pytest.mark.parametrize(("corpus", "pattern", "one", "others"), REAL)
def test_real_documents_come_back_without_what_was_told(corpus, pattern, one, others):
    """All of them: none is refused, and `plan` lets nothing pass that comes back otherwise."""
    if not (DATA / corpus).is_dir():
        pytest.skip(f"{corpus} is not in {DATA}")
    from medinstruct.source import select

    patterns = ["*.txt", "*.ann"] if one == "brat" else [pattern]
    files: list[File] = [file for file in select(DATA / corpus, patterns) if "README" not in file.name]
    found = [r for r in conversion.documents(files, one, {}) if isinstance(r, Document)]

    for other in others:
        kept, losses = conversion.plan(found, other)
        assert (len(kept), losses.refused) == (len(found), []), other
