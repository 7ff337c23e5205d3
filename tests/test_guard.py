"""The guard: what a source is known by, what of a test document is found in another text, and what is not."""

import json
import random
import re

import numpy as np
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

import medinstruct
from medinstruct import text as prose
from medinstruct.document import Document, Item
from medinstruct.mixture import search, signature
from medinstruct.mixture.components import components
from medinstruct.mixture.guard import fingerprint, identities
from medinstruct.text import identity
from medinstruct.text.grams import Words

LONG = "Zorbinase lowers the fever of old mice."

ABSTRACT = """Zorbinase and the fever of old mice. We asked whether zorbinase, an enzyme of the marsh snail, lowers the fever
that lobolast causes in mice older than two years. Forty animals of both sexes received 3 mg/kg of lobolast by gavage on four
mornings. Temperature was read from chips under the skin at noon. Zorbinase shortened the fever by nine hours in females and by
four in males (p = 0.01). None of the animals died, and their weight stayed what it had been. We conclude that the enzyme acts on
the hypothalamus of females first, which nobody had shown for an enzyme of molluscs before."""

QUESTION = Item(
    id="q1",
    question="A 47-year-old keeper of marsh snails has had a fever since he stopped lobolast. Which enzyme helps him?",
    options=("Zorbinase", "Quellase B", "Trypsilon", "None of these enzymes"),
    answers=(0,),
)
SHORT = Item(
    id="q2",
    question="Which organ does zorbinase reach first in old females?",
    options=("Gill", "Hypothalamus"),
    answers=(1,),
)
OPEN = Item(
    id="q3",
    texts={"context": "Snails of the marsh hold more of it in May than in any other month of the year, as Ito found."},
    question="How much is there?",
    references=(
        "About four times as much zorbinase stands in the glands of May snails as in those caught after the first frost.",
    ),
)

OTHER = """Quarl fever of sheep was followed for ten winters on two islands. Ewes that had lambs in spring fell ill less often than
those that had none, and the difference grew with age. The vaccine of the year made none. Shepherds read the temperature once a
week and wrote it down in books that we copied. We discuss why the ram is spared."""


@pytest.fixture(scope="module")
def index(tmp_path_factory):
    """The index of one abstract and three questions."""
    records = [Document(id="1", text=ABSTRACT, identities=("pmid:90000001",)), QUESTION, SHORT, OPEN]
    folder = tmp_path_factory.mktemp("index") / "guard"
    signature.write(folder, signature.sign(records, "snails/test"))
    (folder / "benchmarks.json").write_text(json.dumps({"snails/test": ["marsh"]}))
    return search.Index(folder)


def look_up(index, record):
    groups = identities(record)
    (found,) = index.look_up([search.Known(record, groups, [fingerprint(group) for group in groups])])
    return found


def test_many_records_at_once_are_found_as_one_by_one(index):
    """What is said of a record depends on no other that is looked up with it, wherever it stands among them."""
    halves = [
        Document(id=str(n), text=text) for n, text in enumerate((ABSTRACT[:400], ABSTRACT[300:], OTHER + ABSTRACT))
    ]
    shuffled = Item(id="q9", question=QUESTION.question, options=QUESTION.options[::-1])
    empty = Document(id="e", text="")
    records = [*halves, QUESTION, SHORT, OPEN, shuffled, empty, Document(id="o", text=OTHER), *halves[::-1], empty]
    known = [search.Known(r, (ids := identities(r)), [fingerprint(id) for id in ids]) for r in records]
    apart = [index.look_up([one])[0] for one in known]
    assert index.look_up(known) == apart
    assert index.look_up(known[::-1]) == apart[::-1]
    assert len({finding.rule for finding in apart}) > 2
    assert index.look_up([]) == []


def found(index, record):
    """The rule that finds a record, or the kinds of its traces."""
    finding = look_up(index, record)
    if finding.rule:
        return finding.rule
    kinds = index.trace(np.array(finding.traces, dtype=np.uint64)).rules
    return " ".join(sorted({search.RULES[kind] for kind in kinds}))


def text(words, **more):
    return Document(id="x", text=words, **more)


def with_every_tenth_changed(words):
    """Every tenth word is another, from the fifth on: no run of ten words is left."""
    count = iter(range(10_000))
    return re.sub(r"\w+", lambda word: "quux" if next(count) % 10 == 4 else word[0], words)


def with_a_tenth_changed(words, rng):
    size, count = len(re.findall(r"\w+", words)), iter(range(10_000))
    chosen = set(rng.sample(range(size), size // 10))
    return re.sub(r"\w+", lambda word: "quux" if next(count) in chosen else word[0], words)


# What a source is known by.


def test_a_document_is_known_by_what_it_states_and_by_its_text():
    found = identities(Document(id="1", text=LONG, identities=("pmid:7", "doi:10.1/x")))

    assert found == tuple(sorted(["pmid:7", "doi:10.1/x", identity(LONG)]))
    assert identity(LONG).startswith("text:")


def test_a_text_of_a_few_words_identifies_nothing():
    assert identities(Document(id="1", text="Chest pain.")) == ()


def test_the_question_of_an_item_counts_where_it_has_no_text_beside_it():
    beside, alone = (
        Item(id="1", texts={"context": LONG}, question="Does it lower the fever of mice?"),
        Item(id="2", question=LONG),
    )

    assert identities(beside) == identities(alone) == (identity(LONG),)


def test_a_stock_question_is_told_apart_by_its_options_in_whatever_order():
    """`Which of the following is true?` stands in hundreds of items that have nothing to do with each other."""
    one, same, other = (
        Item(id=id, question="Which of the following is true?", options=options)
        for id, options in (("1", ("Gill", "Shell")), ("2", ("Shell", "Gill")), ("3", ("Foot", "Eye")))
    )

    assert identities(one) == identities(same) != identities(other)


def test_every_text_of_an_item_counts():
    other = "The mice had no fever at all."

    assert set(identities(Item(id="1", texts={"a": LONG, "b": other}))) == {identity(LONG), identity(other)}


groups = st.lists(st.lists(st.integers(0, 20), max_size=3), max_size=12)


@pytest.mark.parametrize("different", [0, 1, 199, 200, 201])
@pytest.mark.parametrize("times", [1, 2, 9])
def test_the_bag_of_an_item_has_its_different_words_where_they_are_few(different, times):
    words = [f"word{n}" for n in range(different)]
    item = Item(id="1", question=" ".join(["a b β"] * 9), texts={"context": " ".join(words * times)}, options=("", "7"))

    assert signature.bag(item) == (" ".join(sorted([*words, "7"])) if different < 200 else "")


def test_a_fingerprint_is_of_64_bits_and_the_same_everywhere():
    assert fingerprint("pmid:7") == fingerprint("pmid:7") != fingerprint("pmid:8")
    assert 0 <= fingerprint("pmid:7") < 2**64


# Runs of words.

WORD_LISTS = st.lists(st.text("abcé中", min_size=1, max_size=4), max_size=30)


@given(WORD_LISTS, WORD_LISTS, st.integers(1, 9))
def test_equal_runs_have_equal_hashes_wherever_they_stand_and_others_have_others(one, two, n):
    runs = [tuple(words[i : i + n]) for words in (one, two) for i in range(len(words) - n + 1)]
    hashes = np.concatenate([Words(" ".join(words)).grams(n) for words in (one, two)]).tolist()

    assert len(hashes) == len(runs)
    assert len(set(hashes)) == len(set(runs))
    assert len(set(zip(hashes, runs))) == len(set(runs))


def test_hashes_are_those_that_packs_hold():
    """Packs are kept for years: another hash would make them find nothing."""
    assert Words("old mice with a fever sleep").grams(5).tolist() == [1491286538977522736, 8230162977027858751]


# What of a test document is found.


def test_the_same_identity_is_found_whatever_the_text(index):
    assert found(index, text("Something else.", identities=("pmid:90000001",))) == "pmid"


@pytest.mark.parametrize(
    "edit",
    [str, str.upper, lambda words: words.replace(".", " ;").replace(",", ""), lambda words: "\t".join(words.split())],
)
def test_the_whole_text_is_found_in_any_case_punctuation_and_spacing(index, edit):
    assert found(index, text(edit(ABSTRACT))) == "text"


def test_a_text_with_one_word_in_ten_changed_is_found(index):
    """Every tenth one, so that no run of 13 words is left; and any of them."""
    rng = random.Random(7)
    assert found(index, text(with_every_tenth_changed(ABSTRACT))) == "likeness"
    for _ in range(50):
        assert found(index, text(with_a_tenth_changed(ABSTRACT, rng))) == "likeness"


def test_a_test_text_amid_other_text_is_found(index):
    assert found(index, text(f"{OTHER} {ABSTRACT} {OTHER}")) == "likeness"


@pytest.mark.parametrize("sentence", [ABSTRACT[start:end] for start, end in prose.sentences(ABSTRACT)])
def test_a_sentence_of_a_test_abstract_is_found_alone_and_amid_other_text(index, sentence):
    """Of eight words or more."""
    long = len(prose.normalise(sentence).split()) >= 8
    alone, amid = found(index, text(sentence)), found(index, text(f"{OTHER} {sentence} {OTHER}"))

    assert (alone in {"likeness", "text"}) == long
    assert ("sentence" in amid) == long


def test_half_a_sentence_of_thirteen_words_is_a_trace(index):
    half = "the fever by nine hours in females and by four in males p 0 01 of them"

    assert found(index, text(f"{OTHER} {half} {OTHER}")) == "13-gram"


def test_a_question_is_found_alone_with_other_options_and_in_an_instruction(index):
    for record in (
        Item(id="x", question=QUESTION.question, references=("Something.",)),
        Item(id="x", question=QUESTION.question, options=("Yes", "No")),
        Item(id="x", question=f"Answer as a doctor would. {QUESTION.question} Think first."),
        Item(id="x", question=SHORT.question, references=("The brain.",)),
    ):
        assert found(index, record), record


def test_a_question_is_found_with_its_options_in_another_order_and_words_changed(index):
    changed = with_every_tenth_changed(SHORT.question)
    assert changed != SHORT.question

    assert found(index, Item(id="x", question=QUESTION.question, options=QUESTION.options[::-1])) == "text"
    assert found(index, Item(id="x", question=changed, options=SHORT.options[::-1])) == "likeness"


def test_an_answer_of_thirteen_words_is_found_under_another_question(index):
    assert found(index, Item(id="x", question="What of May?", references=OPEN.references))
    assert found(index, Item(id="x", question="What of May?", references=(f"Well. {OPEN.references[0]} So it is.",)))


def test_other_texts_are_not_found(index):
    for record in (
        text(OTHER),
        text("Zorbinase was given to forty mice."),
        Item(id="x", question="Which organ does quellase reach first in young males?", options=("Gill", "Foot")),
        Item(id="x", question="Which of these helps him?", options=("Zorbinase", "Sleep", "Water", "None")),
    ):
        assert look_up(index, record) == search.NOTHING


def test_what_stands_in_three_groups_of_test_documents_is_boilerplate(tmp_path):
    """Three papers with the same last sentence: it says nothing; two with it: it does."""
    said = "All authors have read and approved the final version of the manuscript."
    texts = [f"{start} {said}" for start in (ABSTRACT, OTHER, "Ten sheep were seen by us on an island in the north.")]
    for number, expected in ((2, "13-gram sentence"), (3, "")):
        folder = tmp_path / str(number)
        documents = [Document(id=str(n), text=words) for n, words in enumerate(texts[:number])]
        signature.write(folder, signature.sign(documents, "a/test"))
        (folder / "benchmarks.json").write_text('{"a/test": ["a"]}')
        record = text(f"Nothing of the kind was ever seen in cattle, and we did look. {said} Thanks go to all.")

        assert found(search.Index(folder), record) in {expected, expected.replace("13-gram ", "")}


# Groups.


@given(groups)
def test_components_are_those_of_a_search_by_hand(rows):
    flat = [(n, link) for n, links in enumerate(rows) for link in links]
    records = np.array([n for n, _ in flat], dtype=np.int64)
    links = np.array([link for _, link in flat], dtype=np.uint64)
    expected = []
    for n in range(len(rows)):
        seen, todo = {n}, [n]
        while todo:
            mine = set(rows[todo.pop()])
            more = {m for m, other in enumerate(rows) if mine & set(other)} - seen
            seen |= more
            todo += more
        expected.append(min(seen))

    assert components(records, links, len(rows)).tolist() == expected


def test_a_chain_of_a_hundred_thousand_records_is_one_component():
    size = 100_000
    records = np.repeat(np.arange(size), 2)
    links = np.stack([np.arange(size), np.arange(size) + 1], axis=1).ravel().astype(np.uint64)

    assert not components(records, links, size).any()


# In a build.

MODULE = '''"""Invented."""
from functools import partial
from medinstruct.corpora.corpus import Corpus, Split
from medinstruct.formats import json_lines
from medinstruct.license import License
from medinstruct.tasks import Texts

def item(row):
    return {**row, "references": ("Done.",), "identities": tuple(row.get("identities", ()))}

corpus = Corpus(
    title="Invented", homepage="https://example.org", citation="none", license=License("unknown"), tasks={"gen": Texts()},
    splits={name: Split(name, (f"{name}.jsonl",)) for name in ("train", "validation", "test")}, read=partial(json_lines.read, item=item),
)
'''


def shelf_of(home, **corpora):
    """A shelf with a corpus for each name, of records by split."""
    (home / "corpora").mkdir(parents=True)
    for name, splits in corpora.items():
        (home / "corpora" / f"{name}.py").write_text(MODULE)
        (home / "data" / name).mkdir(parents=True)
        for split, records in splits.items():
            lines = [json.dumps({"id": f"{name}-{split}-{n}", **record}) for n, record in enumerate(records)]
            (home / "data" / name / f"{split}.jsonl").write_text("\n".join(lines) + "\n")
    return home


def build(home, recipe, **settings):
    path = home / "mine.yaml"
    path.write_text(recipe)
    from medinstruct import shelf

    shelf.add(home)
    try:
        return medinstruct.build(str(path), out=home / "out", workers=1, **settings)
    finally:
        shelf._user_shelves.clear()
        shelf.entries.cache_clear()


def asked(words, **more):
    return {"texts": {"text": words}, **more}


QUARRY = """Bones from the quarry at Lobau belong to a marsh snail of the last warm age but one. They lay under four metres of gravel with
seeds of water plants and the teeth of voles. We drew the shells and dated the gravel by its quartz."""
SAID = "The animals were kept as the law of the land demands it of everyone."


def test_the_table_and_the_list_say_what_was_kept_out_and_why(tmp_path):
    home = shelf_of(
        tmp_path / "shelf",
        bench={"test": [asked(ABSTRACT, identities=["pmid:90000001"])]},
        ours={"train": [
            asked("Another text.", identities=["pmid:90000001"]), asked(ABSTRACT.upper()), asked(OTHER),
            asked(f"{OTHER[:120]} Temperature was read from chips under the skin at noon. {OTHER[120:]}"),
        ]},
    )  # fmt: skip
    made = build(home, "title: t\nroles: [train]\nguard: [bench]\nmix: [{corpus: ours, task: gen}]\n")

    assert {row["document"] for row in made["train"]} == {"ours-train-2"}
    table = made.manifest["guard"]["bench"]
    assert (table["checked"], table["removed"]) == (4, 3)
    assert table["rules"] == {"pmid": 1, "sentence": 1, "text": 1}
    assert (table["covers"], table["packed"], table["missing"]) == (["bench/test"], [], {})
    removed = pq.read_table(made.folder / "removed.parquet").to_pylist()
    assert {(row["document"], row["rule"]) for row in removed} == {
        ("ours-train-0", "pmid"), ("ours-train-1", "text"), ("ours-train-3", "sentence"),
    }  # fmt: skip
    assert {row["stands_in"] for row in removed} == {"bench/test bench-test-0"}
    assert "fever" not in str(removed)


def test_a_sentence_of_three_of_our_documents_is_boilerplate(tmp_path):
    """Two of them and the test document are three groups; one of them and the test document are two."""
    ours = [asked(f"{OTHER} {SAID}"), asked(f"{QUARRY} {SAID}")]
    for number, kept in ((1, 0), (2, 2)):
        home = shelf_of(
            tmp_path / str(number),
            bench={"test": [asked(f"{ABSTRACT} {SAID}")]},
            ours={"train": [*ours[:number], asked("So.")]},
        )
        made = build(home, "title: t\nroles: [train]\nguard: [bench]\nmix: [{corpus: ours, task: gen}]\n")

        assert len(made["train"]) == kept + 1


def test_nothing_of_one_document_stands_on_both_sides_by_way_of_others_either(tmp_path):
    """Train A shares a DOI with B, B its text with validation C; A and C share nothing. D is nobody's."""
    home = shelf_of(
        tmp_path / "shelf",
        one={"train": [asked("Text of A.", identities=["doi:10.1/b"]), asked("Text of D.", identities=["pmid:4"])]},
        two={"train": [asked(OTHER, identities=["doi:10.1/b"])]},
        three={"validation": [asked(OTHER.lower(), identities=["pmid:3"])]},
    )
    made = build(
        home, "title: t\nmix: [{corpus: one, task: gen}, {corpus: two, task: gen}, {corpus: three, task: gen}]\n"
    )

    assert [row["document"] for row in made["train"]] == ["one-train-1"]
    assert [row["document"] for row in made["validation"]] == ["three-validation-0"]
    assert {row["document"] for row in pq.read_table(made.folder / "removed.parquet").to_pylist()} == {
        "one-train-0",
        "two-train-0",
    }


@given(st.text(alphabet="a.!?\n \t\r\x1c\u2028\u00a0", max_size=30))
def test_pieces_are_cut_after_a_mark_or_at_a_newline(text):
    assert signature.PIECE.split(text) == re.split(r"(?<=[.!?])\s+|\n", text)


@given(st.lists(st.tuples(st.sampled_from([0, 1, 2**63, 2**64 - 1]), st.integers(-3, 5)), max_size=40))
def test_hashes_are_sorted_and_their_owners_by_hash(pairs):
    hashes = np.array([hash for hash, _ in pairs], dtype=np.uint64)
    owners = np.array([owner for _, owner in pairs], dtype=np.int64)
    order, by_hash = signature.by_hash(hashes, owners)
    expected = np.lexsort((owners, hashes))

    assert np.array_equal(hashes[order], hashes[expected])
    assert np.array_equal(by_hash, owners[expected])
    _, stable = signature.by_hash(hashes, np.arange(len(hashes)))
    assert np.array_equal(stable, np.argsort(hashes, kind="stable"))


def test_a_signature_holds_each_hash_of_a_text_once():
    """Also of a text that says the same again, and of a part without any text that is long enough."""
    twice = Document(id="d", text=f"{ABSTRACT}\n{ABSTRACT}")
    words = Words(prose.normalise(twice.text))
    signed = signature.sign([Document(id="x", text="Few words."), twice], "a/test")

    assert signed.runs.tolist() == np.unique(words.grams(signature.RUN)).tolist()
    assert signed.shingles.tolist() == np.unique(words.grams(signature.SHINGLE)).tolist()
    assert set(signed.runs_of.tolist()) == {1}
    assert set(signed.shingles_of.tolist()) == {0}
    assert signed.passages_of.tolist() == [1]
    for empty in (signature.sign([], "a/test"), signature.sign([Document(id="x", text="Few words.")], "a/test")):
        for name in signature.ARRAYS:
            array = getattr(empty, name)
            assert not len(array)
            assert array.dtype == (np.int64 if name == "lengths" or name.endswith("_of") else np.uint64)


def test_a_folder_of_texts_guards(tmp_path):
    """One's own test set: a text file, and JSON lines with identities."""
    mine = tmp_path / "eval"
    mine.mkdir()
    (mine / "note.txt").write_text(ABSTRACT)
    (mine / "more.jsonl").write_text(json.dumps({"pmid": 90000002, "turns": [{"content": OTHER}]}) + "\n")
    home = shelf_of(
        tmp_path / "shelf",
        ours={"train": [asked(ABSTRACT), asked(OTHER), asked("x", identities=["pmid:90000002"]), asked(LONG)]},
    )
    made = build(home, f"title: t\nroles: [train]\nguard: ['{mine}']\nmix: [{{corpus: ours, task: gen}}]\n")

    assert [row["document"] for row in made["train"]] == ["ours-train-3"]


def test_a_build_guards_by_its_test_rows(tmp_path):
    bench = shelf_of(tmp_path / "bench", bench={"train": [asked(OTHER)], "test": [asked(ABSTRACT)]})
    first = build(bench, "title: b\nkind: benchmark\nroles: [train, test]\nmix: [{corpus: bench, task: gen}]\n")
    home = shelf_of(tmp_path / "shelf", ours={"train": [asked(ABSTRACT), asked(OTHER)]})
    made = build(home, f"title: t\nroles: [train]\nguard: ['{first.folder}']\nmix: [{{corpus: ours, task: gen}}]\n")

    assert [row["document"] for row in made["train"]] == ["ours-train-1"]


def test_a_benchmark_that_is_not_here_is_told(tmp_path):
    home = shelf_of(tmp_path / "shelf", ours={"train": [asked(LONG)]})
    made = build(home, "title: t\nroles: [train]\nguard: [mednli]\nmix: [{corpus: ours, task: gen}]\n")

    assert list(made.manifest["guard"]["mednli"]["missing"]) == ["mednli"]
    assert "mednli" in (made.folder / "README.md").read_text()
