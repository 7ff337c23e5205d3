"""What a recipe's size, levels and repeats come to in a build; the bundled samples stand in for corpora at hand."""

import json
import math
from collections import Counter

import pytest

import medinstruct
from medinstruct.corpora.corpus import SAMPLES
from medinstruct.errors import BuildError, RecipeError

MIX = """
mix:
  - {corpus: ncbi-disease, task: ner, unit: sentence}
  - {corpus: bc5cdr, task: ner, unit: sentence}
  - {corpus: chemprot, task: re, as: multiple_choice, unit: sentence}
  - {corpus: hoc, task: dc, unit: sentence}
  - {corpus: medmcqa, task: qa, shuffle_options: true}
"""


@pytest.fixture
def build(tmp_path):
    """Build a recipe from its text; rows come in the order of the draw."""
    built = iter(range(100))

    def made(text, **settings):
        n = next(built)
        (tmp_path / "mine.yaml").write_text(f"title: Mine\nroles: [train]\ndedup: false\n{text}")
        settings = {"data": SAMPLES, "workers": 1} | settings
        artefact = medinstruct.build(str(tmp_path / "mine.yaml"), out=tmp_path / f"out{n}", **settings)
        rows = [row | {"meta": json.loads(row["meta"])} for row in artefact["train"]]
        return artefact, sorted(rows, key=lambda row: row["meta"]["rank"])

    return made


def says_none(row) -> bool:
    gold = json.loads(row["gold"])
    says = gold.get("spans") or gold.get("choices") or gold.get("answers")
    return not says or says == [gold.get("nothing")]


def test_a_size_in_tokens_is_the_longest_prefix_that_fits(build):
    _, whole = build(MIX)
    total = sum(row["meta"]["tokens"] for row in whole)
    for tokens in (total // 3, total // 2, total):
        artefact, rows = build(f"size: {{tokens: {tokens}}}{MIX}")

        assert [row["id"] for row in rows] == [row["id"] for row in whole[: len(rows)]]
        assert sum(row["meta"]["tokens"] for row in rows) <= tokens
        if len(rows) < len(whole):
            assert sum(row["meta"]["tokens"] for row in whole[: len(rows) + 1]) > tokens
        assert artefact.manifest["size"] == {"tokens": tokens}
    with pytest.raises(BuildError, match=rf"asks for {total + 1:,} tokens, its corpora give {total:,} \(all corpora are "
                                         rf"here; ask for at most {total}-tokens with --size\)"):  # fmt: skip
        build(MIX, size={"tokens": total + 1})


def test_a_share_of_empty_answers_holds_at_every_size(build):
    _, rows = build("balance: [{by: answer, at_most: {none: 0.2}}]" + MIX)

    for n in range(1, len(rows) + 1):
        assert sum(map(says_none, rows[:n])) <= math.ceil(0.2 * n)
    assert sum(map(says_none, rows)) == len(rows) // 5


def test_a_share_of_pairs_without_a_relation_holds_in_their_task(build):
    _, rows = build("balance: [{by: task}, {by: pair, at_most: {unrelated: 0.25}}]" + MIX)
    pairs = [row for row in rows if row["task"] == "re"]

    def unrelated(row):
        gold = json.loads(row["gold"])
        return gold.get("choices", []) == [gold["nothing"]]

    assert pairs
    for n in range(1, len(pairs) + 1):
        assert sum(map(unrelated, pairs[:n])) <= math.ceil(0.25 * n)
    assert {row["task"] for row in rows} == {"ner", "re", "dc", "qa"}


def test_a_share_of_rows_whose_labels_are_all_absent(build):
    _, rows = build("balance: [{by: absent, at_most: {all: 0.1, some: 0.5}}]" + MIX)

    def absent(row):
        asked = set(json.loads(row["example"]).get("labels", []))
        said = {span["label"] for span in json.loads(row["gold"]).get("spans", [])}
        return "none" if asked <= said else "some" if said else "all"

    counts = Counter()
    for n, row in enumerate(rows, start=1):
        counts[absent(row)] += 1
        assert counts["all"] <= math.ceil(0.1 * n)
        assert counts["some"] <= math.ceil(0.5 * n)
    assert set(counts) == {"none", "some", "all"}


def test_a_minimum_share_ends_the_mixture_and_says_so(build):
    text = "balance: [{by: task, at_least: {qa: 0.5}}, {by: entry}]" + MIX
    artefact, rows = build(text)
    qa = sum(row["task"] == "qa" for row in rows)

    assert len(rows) == 2 * qa
    assert sum(
        entry["dropped"].get("over the limit of its entry or branch", 0) for entry in artefact.ledger["examples"]
    )
    with pytest.raises(
        BuildError,
        match=rf"mine\.yaml: the recipe asks for {2 * qa + 1} rows, its corpora give {2 * qa}; no more is possible with "
        rf"balance -> 0 -> at_least -> qa: 0\.5 \(all corpora are here; ask for at most {2 * qa} with --size\)",
    ):
        build(text, size=2 * qa + 1)
    assert [row["id"] for row in build(text, size=2 * qa)[1]] == [row["id"] for row in rows]


def test_what_binds_may_stand_at_an_entry(build):
    text = "size: 60\nbalance: [{by: entry}]" + MIX.replace("sentence}", "sentence, at_most: 1}")

    with pytest.raises(
        BuildError, match=r"mix -> 0 -> at_most: 1 and mix -> 1 -> at_most: 1 and mix -> 2 -> at_most: 1 and 1 other"
    ):
        build(text)


def test_shares_of_entries_hold_at_every_size(build):
    mix = MIX.replace(
        "ncbi-disease, task: ner, unit: sentence", "ncbi-disease, task: ner, unit: sentence, at_least: 0.25"
    )
    _, rows = build("balance: [{by: entry}]" + mix.replace("shuffle_options: true", "at_most: 0.125"))

    for n in range(1, len(rows) + 1):
        corpora = Counter(row["corpus"] for row in rows[:n])
        assert corpora["ncbi-disease"] >= n // 4
        assert corpora["medmcqa"] <= -(-n // 8)


def test_rows_are_repeated_when_asked_after_all_others_and_in_other_words(build):
    once, rows = build(MIX)
    again, both = build(MIX.replace("task: qa,", "task: qa, repeat: 3,"))
    repeats = [row for row in both if "repeat" in row["meta"]]
    of = {row["id"]: row for row in both}

    assert [row["id"] for row in both if row not in repeats and row["corpus"] != "medmcqa"] == [
        row["id"] for row in rows if row["corpus"] != "medmcqa"
    ]
    assert Counter(row["meta"]["repeat"] for row in repeats) == {
        turn: sum(row["corpus"] == "medmcqa" for row in rows) for turn in (1, 2)
    }
    assert len(of) == len(both)
    for row in repeats:
        first = of[row["meta"]["repeats"]]
        assert (first["gold"] == row["gold"]) or first["meta"]["options"] != row["meta"]["options"]
        assert first["template"] != row["template"]
        assert first["document"] == row["document"]
    turns = [row["meta"].get("repeat", 0) for row in both if row["corpus"] == "medmcqa"]
    assert turns == sorted(turns)
    samples = {entry["corpus"]: entry["kept"] for entry in again.ledger["samples"] if entry["task"] == "qa"}
    assert samples["medmcqa"] == 3 * next(e["kept"] for e in once.ledger["samples"] if e["corpus"] == "medmcqa")


def test_branches_by_label_are_of_the_rarest_label(build):
    _, rows = build("balance: [{by: label, weights: {(none): 1}}]\nmix: [{corpus: hoc, task: dc, unit: sentence}]")

    def said(row):
        options = json.loads(row["example"])["options"]
        return [options[choice] for choice in json.loads(row["gold"]).get("choices", [])]

    times = Counter(label for row in rows for label in said(row))
    kinds = [min(said(row), key=lambda label: (times[label], label), default="") for row in rows]
    assert len(set(kinds[: len(set(kinds))])) == len(set(kinds)), "each branch once before any twice"


def test_branches_by_length(build):
    _, rows = build("balance: [{by: length, bins: [16, 32], at_most: {more: 0.5, to 16: 2}}]" + MIX)

    tokens = [row["meta"]["tokens"] for row in rows]
    assert sum(n <= 16 for n in tokens) == 2
    assert all(sum(t > 32 for t in tokens[:n]) <= math.ceil(n / 2) for n in range(1, len(tokens) + 1))


def test_a_temperature_softens_sizes(build):
    def first(level):
        _, rows = build(f"balance: [{level}, {{by: entry}}]\nsize: 20" + MIX)
        return Counter(row["corpus"] for row in rows)

    _, rows = build(MIX)
    sizes = Counter(row["corpus"] for row in rows)
    most = sizes.most_common(1)[0][0]

    assert first("{by: corpus, temperature: 1}")[most] > first("{by: corpus, temperature: 3}")[most]
    assert first("{by: corpus, temperature: 3}")[most] > first("{by: corpus}")[most]


def test_what_is_missing_waives_its_share_and_is_told(build, tmp_path):
    data = tmp_path / "data"
    data.mkdir()
    for corpus in ("ncbi-disease", "hoc"):
        (data / corpus).symlink_to(SAMPLES / corpus)
    text = "size: 9999\nbalance: [{by: corpus, at_least: {medmcqa: 0.5, hoc: 0.5}}, {by: entry}]" + MIX

    artefact, rows = build(text, data=data)

    assert artefact.manifest["waived"] == ["balance -> 0 -> at_least -> medmcqa: 0.5"]
    assert artefact.manifest["shortfall"]["bounds"] == ["balance -> 0 -> at_least -> hoc: 0.5"]
    assert artefact.manifest["shortfall"]["reached"] == len(rows) == 2 * sum(row["corpus"] == "hoc" for row in rows)


def test_the_samples_are_whole_whatever_shares_say(build):
    artefact, rows = build("balance: [{by: task, at_least: {qa: 0.9}}, {by: entry}]" + MIX, samples=True, data=None)

    assert artefact.manifest["samples"]
    assert {row["task"] for row in rows} == {"ner", "re", "dc", "qa"}


def test_a_corpus_that_is_added_last_lets_no_old_row_in_and_leaves_their_order(build):
    _, old = build(MIX)
    _, new = build(MIX + "  - {corpus: bc2gm, task: ner, unit: sentence}\n")
    ids = {row["id"] for row in old}

    for task in ("ner", "re", "dc", "qa"):
        kept = [row["id"] for row in new if row["id"] in ids and row["task"] == task]
        assert kept == [row["id"] for row in old if row["task"] == task]
    for size in (10, 20, 40):
        before = {row["id"] for row in old[:size]}
        after = {row["id"] for row in new[:size] if row["id"] in ids}
        assert after <= before


def test_a_branch_that_is_not_there_is_told(build):
    with pytest.raises(
        RecipeError, match=r"balance -> 0 -> at_least -> nner: no task of that name \(did you mean ner\?\)"
    ):
        build("balance: [{by: task, at_least: {nner: 0.5}}, {by: entry}]" + MIX)
