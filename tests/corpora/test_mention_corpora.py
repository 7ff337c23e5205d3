"""Corpora of mentions and of relations between them: what their samples hold, and the traps of their releases."""

import os
import re
from collections import Counter
from pathlib import Path

import pytest

from medinstruct import corpora, tasks, testing
from medinstruct.corpora import bc2gm, biored, gnormplus, jnlpba, nerel_bio, tmvar3
from medinstruct.document import quote
from medinstruct.errors import Place
from medinstruct.formats import conll
from medinstruct.formats.draft import Broken, Draft, documents, finish
from medinstruct.source import File, select
from medinstruct.tasks.task import Lost
from medinstruct.tasks.unit import windows

DATA = Path(os.environ.get("MEDINSTRUCT_DATA") or Path(__file__).parents[3] / "shared" / "corpora")
FOLDERS = {"bionne-l": "nerel-bio"}
"""Corpora whose files stand in the folder of another."""

SAMPLE = {
    "anatem": {"train": (3, 15), "devel": (1, 6), "test": (1, 7)},
    "bc2gm": {"train": (4, 6), "test": (2, 2)},
    "biored": {"train": (3, 28), "dev": (1, 9), "test": (1, 10)},
    "bionne-l": {"train": (2, 6), "dev": (1, 4), "test": (1, 4)},
    "craft": {"train": (2, 5), "dev": (1, 3), "test": (1, 3)},
    "ebm-nlp": {"train": (2, 10), "dev": (1, 6), "test": (1, 6)},
    "gnormplus": {"train": (3, 14), "test": (1, 6)},
    "jnlpba": {"train": (4, 23), "test": (1, 6)},
    "linnaeus": {"train": (2, 11), "test": (2, 8)},
    "nerel-bio": {"train": (4, 76), "dev": (1, 8), "test": (1, 7)},
    "nlm-gene": {"train": (2, 14), "test": (2, 11)},
    "pharmaconer": {"train": (3, 9), "dev": (1, 4), "test": (1, 3)},
    "species800": {"all": (4, 14)},
    "tmvar3": {"train": (3, 23), "test": (1, 8)},
}
"""Documents and mentions of each split of each sample."""


def records(id: str, split: str, **options) -> list:
    corpus = corpora.load(id)
    return list(corpus.records(split, corpus.files(split, corpus.find(samples=True)), **options))


def example(id: str, task: str, split: str, number: int, unit: str = "document"):
    """The example of this number, counted from 0, that a task makes of a split of a sample."""
    fact = corpora.load(id).tasks[task]
    view = tasks.load(tasks.types_for(fact)[0]).views[type(fact)]
    made = (thing for record in records(id, split) for thing in view(record, fact, windows(record, unit, 1500)))
    return [thing for thing in made if not isinstance(thing, Lost)][number]


@pytest.mark.parametrize("id", SAMPLE)
def test_a_sample_covers_every_split(id):
    read = {split: records(id, split) for split in corpora.load(id).splits}

    assert not [record for found in read.values() for record in found if isinstance(record, Broken)]
    counts = {split: (len(found), sum(len(record.mentions) for record in found)) for split, found in read.items()}
    assert counts == SAMPLE[id]


@pytest.mark.parametrize("id", SAMPLE)
def test_a_sample_covers_every_label(id):
    """Those of mentions and those of relations, asked or not."""
    corpus, found = corpora.load(id), Counter()
    for split in SAMPLE[id]:
        for record in records(id, split):
            found.update(type for mention in record.mentions for type in mention.types)
            found.update(relation.type for relation in record.relations)

    assert set(found) == {label for fact in corpus.tasks.values() for label in getattr(fact, "labels", ())}


@pytest.mark.parametrize("id", SAMPLE)
def test_no_two_documents_of_a_sample_have_one_id(id):
    found = [record.id for split in SAMPLE[id] for record in records(id, split)]

    assert len(found) == len(set(found))


@pytest.mark.parametrize("id", SAMPLE)
def test_facts_and_sample_are_sound(id, monkeypatch):
    monkeypatch.delenv("MEDINSTRUCT_DATA", raising=False)
    monkeypatch.setenv("MEDINSTRUCT_CACHE", "/nonexistent")

    assert list(testing.check_corpora([id])) == []


MENTIONS = [
    ("anatem", "ner", "devel", "sentence", 0, "Breast cancer and lymph nodes.",
     [("Cancer", "Breast cancer"), ("Multi-tissue structure", "lymph nodes")]),
    ("bc2gm", "ner", "train", "document", 0, "Cloning of the human Orlin protein and of zorbin A and B.",
     [("Gene or protein", "human Orlin protein"), ("Gene or protein", "zorbin A and B")]),
    ("biored", "ner", "dev", "sentence", 0, "Tamrin holds down Dorin in HKO-3 cells.",
     [("Gene or protein", "Tamrin"), ("Gene or protein", "Dorin"), ("Cell line", "HKO-3")]),
    ("bionne-l", "ner", "dev", "document", 0, "Deafness of both ears after brenidine poisoning was seen in one man.\n",
     [("Disease", "Deafness"), ("Anatomy", "ears"), ("Chemical", "brenidine"), ("Disease", "brenidine poisoning")]),
    ("craft", "ner", "test", "sentence", 1, "Rods die in night blindness; cones follow.",
     [("Cell type", "Rods"), ("Disease", "night blindness"), ("Cell type", "cones")]),
    ("ebm-nlp", "ner", "test", "sentence", 1, "In 22 healthy men , lumexol stopped hiccups within an hour .",
     [("Participants", "22 healthy men"), ("Interventions", "lumexol"), ("Outcomes", "hiccups")]),
    ("gnormplus", "ner", "test", "sentence", 0, "Dorin receptors without a tail.",
     [("Gene or protein family", "Dorin receptors"), ("Protein domain", "tail")]),
    ("jnlpba", "ner", "train", "sentence", 0, "Orlin binds the VEX2 promoter in resting T cells.",
     [("Protein", "Orlin"), ("DNA", "VEX2 promoter"), ("Cell type", "T cells")]),
    ("jnlpba", "ner-merged", "train", "sentence", 0, "Orlin binds the VEX2 promoter in resting T cells.",
     [("Molecular biology term", "Orlin"), ("Molecular biology term", "VEX2 promoter"), ("Molecular biology term", "T cells")]),
    ("linnaeus", "ner", "test", "sentence", 0, "Kidney stones of the grey dormouse",
     [("Species", "grey dormouse")]),
    ("nerel-bio", "ner", "test", "sentence", 0, "Лечение люмексолом икоты у пациентов старше 60 лет.",
     [("Medical procedure", "Лечение люмексолом"), ("Chemical", "люмексолом"), ("Disease", "икоты"),
      ("Person", "пациентов"), ("Age", "60 лет")]),
    ("nlm-gene", "ner", "test", "sentence", 0, "Two Keltin genes of the trout", [("Gene or protein", "Keltin")]),
    ("pharmaconer", "ner", "dev", "sentence", 0, "Paciente de 70 años tratada con CHZP y brenidina.",
     [("Other substance", "CHZP"), ("Chemical", "brenidina")]),
    ("species800", "ner", "all", "sentence", 0, "Feeding of the zorb fly on barley.",
     [("Species", "zorb fly"), ("Species", "barley")]),
    ("tmvar3", "ner", "test", "sentence", 1, "Deafness was there in all carriers of IVS2-1G>A.",
     [("Disease", "Deafness"), ("DNA mutation", "IVS2-1G>A")]),
]  # fmt: skip


@pytest.mark.parametrize("id, task, split, unit, number, text, spans", MENTIONS)
def test_one_whole_example(id, task, split, unit, number, text, spans):
    found = example(id, task, split, number, unit)

    assert found.question.text == text
    assert found.question.labels == tuple(
        dict.fromkeys(word for word in corpora.load(id).tasks[task].labels.values() if word)
    )
    places = sorted(found.gold.spans, key=lambda span: (span.pieces[0][0], span.pieces[0][1]))
    assert sorted((span.label, quote(text, span.pieces)) for span in places) == sorted(spans)


RELATIONS = [
    ("biored", "dev", "document", 0, [
        ("Tamrin", "binds", "Dorin"), ("Tamrin", "binds", "Rastin A and B"), ("Tamrin", "correlates negatively with", "Dorin"),
    ]),
    ("nerel-bio", "dev", "sentence", 0, [
        ("глухотой", "affects", "левого уха"), ("детей", "has the condition", "глухотой"),
        ("левого уха", "is a kind of", "уха"), ("слух", "is a function of", "детей"),
    ]),
]  # fmt: skip


@pytest.mark.parametrize("id, split, unit, number, triples", RELATIONS)
def test_relations_of_one_example(id, split, unit, number, triples):
    found = example(id, "re", split, number, unit)
    names = [quote(found.question.text, entity.names[0]) for entity in found.gold.entities]

    assert sorted((names[each.head], each.label, names[each.tail]) for each in found.gold.triples) == sorted(triples)


def drafts(text: str, *mentions: tuple[int, int, str], id: str = "1") -> list[Draft]:
    """A draft with mentions T1, T2, … of these offsets and strings."""
    fields = {
        "id": id, "text": text,
        "mentions": tuple(
            {"id": f"T{number}", "spans": ((start, end),), "text": string, "types": ("Gene",)}
            for number, (start, end, string) in enumerate(mentions, start=1)
        ),
    }  # fmt: skip
    return [Draft(Place("x.txt"), fields)]


def test_offsets_in_bytes_become_offsets_in_characters():
    """An umlaut counts twice in bytes; a mention that holds it ends too late, those behind it stand too late."""
    [draft] = drafts("Orlin (Möller box) binds Vexin.", (0, 5, "Orlin"), (7, 18, "Möller box"), (26, 31, "Vexin"))

    gnormplus.from_bytes(draft.fields)

    [document] = documents(finish([draft]))
    assert [mention.text for mention in document.mentions] == ["Orlin", "Möller box", "Vexin"]


def test_gnormplus_mends_by_id_and_leaves_the_rest():
    """A string that goes on behind its end is believed where it was looked at (T2 of 10880510), and nowhere else."""
    mentions = (0, 5, "Orlin"), (9, 14, "sigma box of Vexin")
    text = "Orlin or sigma box of Vexin"

    known = list(finish(drafts(text, *mentions, id="10880510"), gnormplus.repair))
    [unknown] = finish(drafts(text, *mentions, id="2"), gnormplus.repair)

    assert [mention.text for mention in known[0].mentions] == ["Orlin", "sigma box of Vexin"]
    assert known[0].notes == ("T2 ends too soon for its string and its gene",)
    assert isinstance(unknown, Broken)


def test_parts_that_were_sorted_as_words_are_put_in_order():
    text = "z" * 95 + "acute " + "some and " + "pain"
    spans = ((110, 114), (95, 100))
    [draft] = drafts(text)
    draft.fields["mentions"] = ({"id": "T1", "spans": spans, "text": "pain acute", "types": ("DISO",)},)

    [document] = documents(finish([draft], nerel_bio.put_in_order))

    assert (document.mentions[0].spans, document.mentions[0].text) == (((95, 100), (110, 114)), "acute pain")
    assert document.notes == ("the parts of 1 mentions put into the order of the text",)


def test_parts_that_do_not_say_what_they_claim_stay_as_they_are():
    """Only the order is mended; a mention that quotes something else is nobody's to guess."""
    [draft] = drafts("acute and some pain")
    draft.fields["mentions"] = ({"id": "T1", "spans": ((15, 19), (0, 5)), "text": "pains acute", "types": ("DISO",)},)

    [broken] = finish([draft], nerel_bio.put_in_order)

    assert isinstance(broken, Broken)


@pytest.mark.parametrize(
    "type, column, ids",
    [
        ("DNAMutation", "c|SUB|T|677|C;Gene:1;RS#:22;Disease:D3,D4;VariantGroup:0", ["c|SUB|T|677|C", "rs22"]),
        ("SNP", "rs22;Disease:D3;VariantGroup:0", ["rs22"]),
        ("OtherMutation", "c|DUP||CAG,GGC|;Gene:1", ["c|DUP||CAG,GGC|"]),
        ("Disease", "D3,OMIM_4", ["D3", "OMIM:4"]),
        ("Gene", "1;2", ["1", "2"]),
    ],
)
def test_variants_keep_their_bars(type, column, ids):
    assert tmvar3.ids(type, column) == ids


def test_relations_of_biored_name_variants_and_composites_whole():
    first, second, _ = records("biored", "train")

    variant, composite = first.relations[0], second.relations[-1]
    assert [argument.ref for argument in variant.arguments] == ["tmVar:c|SUB|C|77|T", "MESH:D990201"]
    assert composite.arguments[0].ref == "MESH:D990301|D990303"
    assert {attribute.value for attribute in first.attributes if attribute.name == "novel"} == {"Novel", "No"}


def test_biored_asks_no_pair_that_annotators_did_not_look_at():
    """Two diseases, or a gene and a variant, were never related: that they are not is not an answer."""
    fact = corpora.load("biored").tasks["re"]
    view = tasks.load("multiple_choice").views[type(fact)]

    asked = {
        frozenset(what.label for what in made.question.marked)
        for record in records("biored", "train")
        for made in view(record, fact, windows(record, "document", 1500))
        if not isinstance(made, Lost)
    }

    assert frozenset((biored.DISEASE, biored.CHEMICAL)) in asked
    assert frozenset((biored.DISEASE,)) not in asked
    assert frozenset((biored.GENE, biored.VARIANT)) not in asked


def test_sentences_of_bc2gm_belong_to_articles():
    """Those of the test part hide their id, which the map of the release tells; one that is not in it has none."""
    files = [
        File("original-data/test/test.in", b"BC2GM1 Zorb .\nBC2GM2 Zorb ."),
        File("original-data/test/GENE.eval", b""),
        File("original-data/test/test.idmap", b"P00000012T0000 BC2GM1"),
    ]

    assert [document.identities for document in bc2gm.read(files)] == [("pmid:12",), ()]


def test_documents_of_jnlpba_that_are_there_twice_are_one_in_the_world():
    two, one = records("jnlpba", "train")[2:]

    assert (one.id, two.id) == ("59000003", "59000003-2")
    assert one.identities == two.identities == ("muid:59000003",)


@pytest.mark.real
@pytest.mark.parametrize("id", SAMPLE)
def test_the_release_holds_what_is_expected(id):
    corpus, folder = corpora.load(id), DATA / FOLDERS.get(id, id)
    if not folder.is_dir():
        pytest.skip(f"{folder} is not here")
    for name in corpus.present(folder):
        found = corpora.corpus.count(corpus.records(name, corpus.files(name, folder)))

        assert corpora.corpus.deviations(corpus.splits[name], found) == []
        assert found["broken"] == 0


def test_an_article_of_craft_that_is_broken_in_one_layer_is_broken():
    """Half of what was annotated would be asked as if it were all."""
    corpus = corpora.load("craft")
    files = corpus.files("dev", corpus.find(samples=True))
    bad = [File(f.name, f.data.replace(b">Moravec ", b">Morawec ")) if "knowtator-2" in f.name else f for f in files]
    none = [f for f in files if "knowtator-2" not in f.name]
    unlisted = [f for f in files if "/ids/" not in f.name]

    reasons = [[record.reason for record in corpus.records("dev", each)] for each in (bad, none, unlisted)]

    assert [each[0][:45] for each in reasons] == [
        "mention 83000003-1 says 'Morawec syndrome' bu",
        "no file of annotations names it; not annotate",
        "there is no craft-ids-dev.txt, which lists th",
    ]


BROKEN = {
    "gnormplus": 8,
    "nlm-gene": 2,
    "tmvar3": 1,
    "pharmaconer": 1,
    "nerel-bio": 21,
    "bionne-l": 5,
    "bc2gm": 1,
    "craft": 1,
}
"""Documents of each release that would be broken without its repairs."""


@pytest.mark.real
@pytest.mark.parametrize("id", BROKEN)
def test_as_published_some_are_broken(id):
    corpus, folder = corpora.load(id), DATA / FOLDERS.get(id, id)
    if not folder.is_dir():
        pytest.skip(f"{folder} is not here")
    read = [
        r
        for name in corpus.present(folder)
        for r in corpus.records(name, corpus.files(name, folder), as_published=True)
    ]

    assert sum(isinstance(record, Broken) for record in read) == BROKEN[id]


@pytest.mark.real
def test_both_dialects_of_jnlpba_say_the_same():
    """BRAT and IOB2 of the test part: the same mentions, but for blanks and quotation marks, which IOB2 lost."""
    if not (DATA / "jnlpba").is_dir():
        pytest.skip(f"jnlpba is not in {DATA}")
    files = list(select(DATA / "jnlpba", ["*.iob2"]))
    corpus = corpora.load("jnlpba")
    brat = documents(corpus.records("test", corpus.files("test", DATA / "jnlpba")))

    def told(found) -> Counter:
        mentions = (mention for document in found for mention in document.mentions)
        return Counter((m.types[0], re.sub("``|''|\\s", lambda m: m[0].strip() and '"', m.text)) for m in mentions)

    assert told(documents(conll.read(files))) == told(brat)
    assert set(jnlpba.TYPES) == {type for type, _ in told(documents(conll.read(files)))}


@pytest.mark.real
def test_every_relation_of_nerel_bio_can_be_asked_pair_by_pair():
    """The types that may stand on either side of a relation are those that do."""
    if not (DATA / "nerel-bio").is_dir():
        pytest.skip(f"nerel-bio is not in {DATA}")
    corpus = corpora.load("nerel-bio")
    strangers = Counter()
    for name in corpus.splits:
        for document in documents(corpus.records(name, corpus.files(name, DATA / "nerel-bio"))):
            types = {mention.id: mention.types[0] for mention in document.mentions}
            for relation in document.relations:
                sides = corpus.tasks["re"].arguments[relation.type]
                if any(types[a.ref] not in side for a, side in zip(relation.arguments, sides)):
                    strangers[relation.type] += 1

    assert not strangers
