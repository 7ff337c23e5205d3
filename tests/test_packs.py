"""Packs: numbers that stand for a test part, and nothing that could give its texts away."""

import json
import os
import random
from pathlib import Path

import numpy as np
import pytest

from medinstruct import shelf
from medinstruct.builder import packing
from medinstruct.corpora import load
from medinstruct.document import Document
from medinstruct.errors import FormatError, NotFound
from medinstruct.mixture import pack, search, signature
from medinstruct.mixture.guard import fingerprint, identities
from test_cli import run
from test_guard import ABSTRACT, asked, build, shelf_of

DATA = Path(os.environ.get("MEDINSTRUCT_DATA", Path(__file__).parents[2] / "shared/corpora"))
PACKS = Path(__file__).parents[1] / "packs"
SHIPPED = sorted(path.stem for path in PACKS.glob("*.pack"))


def abstract(seed: int, words: int = 120) -> str:
    rng = random.Random(seed)
    return (
        " ".join("".join(rng.choice("aeioubdfgklmnprst") for _ in range(rng.randint(3, 9))) for _ in range(words)) + "."
    )


def documents(count: int) -> list[Document]:
    return [Document(id=str(n), text=abstract(n), identities=(f"pmid:{90000000 + n}",)) for n in range(count)]


def section(count: int = 40) -> pack.Section:
    return pack.section(signature.sign(documents(count), "snails/test"), "snails", "test", "mit")


def index_of(folder: Path, *sections: pack.Section) -> search.Index:
    signature.write(folder, signature.join([each.signature for each in sections]))
    (folder / "benchmarks.json").write_text(json.dumps({each.name: ["marsh"] for each in sections}))
    return search.Index(folder)


def finding(index: search.Index, record: Document) -> search.Finding:
    groups = identities(record)
    (found,) = index.look_up([search.Known(record, groups, [fingerprint(group) for group in groups])])
    return found


def test_a_pack_is_read_as_it_was_written(tmp_path):
    path, other = tmp_path / "a.pack", pack.section(signature.sign(documents(3), "b/test"), "b", "test", "cc-by-4.0")
    packing.write(path, "marsh", [section(), other])

    for found, made in zip(pack.read(path), (section(), other), strict=True):
        assert (found.name, found.license, found.records) == (made.name, made.license, made.records)
        assert found.prints.tolist() == made.prints.tolist()
        assert found.runs.tolist() == made.runs.tolist()


def test_the_bytes_do_not_depend_on_the_order_of_documents():
    turned = pack.section(signature.sign(reversed(documents(40)), "snails/test"), "snails", "test", "mit")

    assert pack.to_bytes("marsh", [section()]) == pack.to_bytes("marsh", [turned])


def test_a_pack_holds_one_run_in_eight_and_no_text():
    """Of 40 texts of 120 words, 108 runs each; and only numbers behind the second line."""
    made = section()
    data = pack.to_bytes("marsh", [made])
    body = data.split(b"\n", 2)[2]

    assert 0.1 < len(made.runs) / (40 * 108) < 0.15
    assert (made.runs % np.uint64(8) == 0).all()
    assert len(body) == 8 * (len(made.prints) + len(made.runs))
    assert not any(word.encode() in data for word in abstract(0).split() if len(word) > 5)


def test_a_packed_text_is_found_by_its_id_whole_and_in_part(tmp_path):
    index = index_of(tmp_path / "index", section())
    text = abstract(5)

    assert finding(index, Document(id="x", text="So.", identities=("pmid:90000005",))).rule == "pmid"
    assert finding(index, Document(id="x", text=text.upper())).rule == "text"
    assert finding(index, Document(id="x", text=f"{abstract(901)} {text} {abstract(902)}")).traces
    assert finding(index, Document(id="x", text=abstract(903))) == search.NOTHING


@pytest.mark.parametrize(
    "damage", [lambda data: data[:-1], lambda data: data + b"12345678", lambda data: data.replace(b"pack 1", b"pack 9"),
               lambda data: data.replace(b'"prints": ', b'"prints": -'), lambda data: data.replace(b"{", b"[", 1), lambda _: b""]
)  # fmt: skip
def test_a_damaged_pack_is_refused_with_its_name(tmp_path, damage):
    path = tmp_path / "a.pack"
    path.write_bytes(damage(pack.to_bytes("marsh", [section(3)])))

    with pytest.raises(FormatError, match=r"a\.pack"):
        pack.read(path)


def test_a_pack_of_nothing_is_an_error_that_says_how_to_get_it(tmp_path):
    with pytest.raises(NotFound, match="mednli"):
        packing.sections("mednli", tmp_path)


def test_what_is_under_an_agreement_is_not_packed_for_others():
    """A sample of everything is here, so that only the license can leave a corpus out."""
    parts = {each.corpus for each in packing.sections("blue", None, open_only=True, samples=True)}

    assert parts
    assert not parts & {"mednli", "medsts", "i2b2-2010", "share-clefe"}


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_pack_is_of_open_corpora_and_small(name):
    path = PACKS / f"{name}.pack"

    assert shelf.find("packs", name).path.samefile(path)
    assert path.stat().st_size < 1_000_000
    for each in pack.read(path):
        corpus = load(each.corpus)
        assert corpus.license.id == each.license
        assert not corpus.license.obligations & packing.CLOSED
        assert len(each.prints)
        assert len(each.runs)


@pytest.mark.real
@pytest.mark.skipif(not DATA.is_dir(), reason="the corpora are not here")
@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_pack_is_what_the_corpora_give(name):
    made = pack.to_bytes(name, packing.sections(name, DATA, open_only=True))

    assert made == (PACKS / f"{name}.pack").read_bytes()


def test_a_pack_is_made_used_and_told_of_on_the_command_line(tmp_path):
    """`pack` of a folder of one's own, a build that is guarded by it, `guard` and its list."""
    (tmp_path / "eval").mkdir()
    (tmp_path / "eval/note.txt").write_text(ABSTRACT)
    code, out, _ = run("pack", tmp_path / "eval", "--out", tmp_path / "ours.pack", "--json")
    assert code == 0
    assert json.loads(out)["sections"][0]["records"] == 1

    home = shelf_of(
        tmp_path / "shelf", ours={"train": [asked(ABSTRACT), asked("Nothing of the kind is said in here.")]}
    )
    mix = "mix: [{corpus: ours, task: gen}]"
    made = build(home, f"title: t\nroles: [train]\nguard: ['{tmp_path}/ours.pack']\n{mix}\n")
    table, listed = run("guard", made.folder), run("guard", made.folder, "--removed", "--json")

    assert [row["document"] for row in made["train"]] == ["ours-train-1"]
    assert table[0] == listed[0] == 0
    assert "text 1" in table[1]
    assert [(row["document"], row["rule"]) for row in json.loads(listed[1])] == [("ours-train-0", "text")]


def test_a_build_without_a_guard_says_so(tmp_path):
    home = shelf_of(tmp_path / "shelf", ours={"train": [asked(ABSTRACT)]})
    made = build(home, "title: t\nroles: [train]\nmix: [{corpus: ours, task: gen}]\n")

    assert "guarded against nothing" in run("guard", made.folder)[1]
    assert json.loads(run("guard", made.folder, "--removed", "--json")[1]) == []
