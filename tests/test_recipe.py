"""Recipes: those we ship, and what is said of one that is not well formed."""

import time

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from medinstruct import corpora, recipe, shelf, tasks
from medinstruct.builder.plan import plan
from medinstruct.errors import NotFound, RecipeError

GOOD = """\
title: Two corpora
size: 100
guard: [blurb]
balance: [{by: task, weights: {ner: 2}}, {by: corpus, at_most: {medmcqa: 5}}, {by: entry}]
mix:
  - {corpus: ncbi-disease, task: ner, unit: sentence, templates: ["span_extraction/mnlu-*"]}
  - {corpus: medmcqa, task: qa, as: multiple_choice, at_most: 0, shuffle_options: true, weight: 3}
"""


def fault(text: str) -> str:
    with pytest.raises(RecipeError) as error:
        recipe.parse(text, "recipes/x.yaml")
    return str(error.value)


def changed(*changes: tuple[str, str]) -> str:
    text = GOOD
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return text


# What we ship


@pytest.mark.parametrize("name", recipe.names())
def test_every_shipped_recipe_is_read_and_all_that_it_names_is_there(name):
    found = recipe.load(name)

    assert found.mix
    for entry in found.mix:
        corpus = corpora.load(entry.corpus)
        assert entry.task in corpus.tasks, entry
        assert set(entry.splits) <= set(corpus.splits), entry
        assert not entry.as_ or entry.as_ in tasks.types_for(corpus.tasks[entry.task]), entry
    for benchmark in found.guard:
        assert recipe.load(benchmark).kind == "benchmark"
    known = {"task": {entry.task.split("-")[0] for entry in found.mix}, "corpus": {entry.corpus for entry in found.mix}}
    for level in found.balance:
        assert {*level.weights, *level.at_most} <= known.get(level.by, {*level.weights, *level.at_most})
    assert plan(name, found, None, samples=True).name == name


@pytest.mark.parametrize("name", recipe.names())
def test_every_shipped_recipe_begins_with_what_it_is_for_and_how_to_build_it(name):
    lines = shelf.find("recipes", name).text().split("\n")

    assert lines[0].startswith("# ")
    assert lines[1].startswith(f"# medinstruct build {name}")


# What is read


def test_a_recipe_is_read():
    found = recipe.parse(GOOD, "x")

    assert (found.title, found.size, found.kind, found.seed, found.guard) == (
        "Two corpora",
        100,
        "mixture",
        13,
        ("blurb",),
    )
    assert found.balance[0].weights == {"ner": 2}
    assert found.mix[0].templates == ("span_extraction/mnlu-*",)
    assert (found.mix[1].as_, found.mix[1].at_most, found.mix[1].weight) == ("multiple_choice", 0, 3)


def test_sizes_in_tokens_and_shares_are_read():
    found = recipe.parse(changed(("size: 100", "size: {tokens: 20_000_000}"), ("at_most: 0", "at_most: 0.25")), "x")

    assert found.size == recipe.TokenSize(tokens=20_000_000)
    assert recipe.stated(found.size) == {"tokens": 20_000_000}
    assert found.mix[1].at_most == 0.25
    assert recipe.size_of("all") == "all"
    assert recipe.size_of({"tokens": 5}) == recipe.TokenSize(tokens=5)


def test_what_is_left_out_has_its_usual_value():
    found = recipe.parse("title: x\nmix: [{corpus: gad, task: re}]", "x")

    assert (found.size, found.dedup, found.max_tokens, found.roles) == ("all", True, 1500, ("train", "validation"))
    assert [level.by for level in found.balance] == ["task", "entry"]
    assert (found.mix[0].unit, found.mix[0].weight, found.mix[0].at_most) == ("document", 1, None)


def test_a_recipe_is_found_by_name_or_path(tmp_path):
    (tmp_path / "mine.yaml").write_text("\ufeff" + GOOD)

    assert recipe.load(str(tmp_path / "mine.yaml")) == recipe.parse(GOOD, "x")
    with pytest.raises(
        NotFound, match=r"no recipe 'quickstrat'; did you mean quickstart\? \(medinstruct ls recipes\)$"
    ):
        recipe.load("quickstrat")


def test_a_fault_names_the_file_it_is_in(tmp_path):
    (tmp_path / "mine.yaml").write_text(changed(("title", "titel")))

    with pytest.raises(RecipeError, match=rf"^{tmp_path}/mine\.yaml: titel: unknown key; did you mean title\?$"):
        recipe.load(str(tmp_path / "mine.yaml"))


# What is told

SLIPS = [
    (("weight: 3", "weigth: 3"), "mix -> 1 -> weigth: unknown key; did you mean weight?"),
    (("as: multi", "sa: multi"), "mix -> 1 -> sa: unknown key; there is artefact, as, ask, at_least, "),
    (("corpus: medmcqa", "corpsu: medmcqa"), "mix -> 1 -> corpsu: unknown key; did you mean corpus?"),
    (("title", "titel"), "titel: unknown key; did you mean title?"),
    (("balance", "balanced"), "balanced: unknown key; did you mean balance?"),
    (("mix:", "mixture:"), "mixture: unknown key; "),
    (("{by: task, weights", "{by: task, weight"), "balance -> 0 -> weight: unknown key; did you mean weights?"),
    (("size: 100", "sizes: 100"), "sizes: unknown key; did you mean size?"),
    (
        ("size: 100", "xyz: 100"),
        "xyz: unknown key; there is about, balance, ",
    ),
    (("title: Two corpora\n", ""), "title: is missing"),
    (("corpus: medmcqa, ", ""), "mix -> 1 -> corpus: is missing"),
    (("by: task, ", ""), "balance -> 0 -> by: is missing"),
    (("size: 100", "size: 0"), "size: should be 1 or more or 'all', not '0'"),
    (("size: 100", "size: alll"), "size: should be a whole number or 'all', not 'alll'"),
    (("size: 100", "size: '100'"), "size: should be a whole number or 'all', not '100'"),
    (("size: 100", "size: 1e5"), "size: should be a whole number or 'all', not '1e5'"),
    (("size: 100", "size: 100.0"), "size: should be a whole number or 'all', not '100.0'"),
    (("size: 100", "size: yes"), "size: should be a whole number or 'all', not 'True'"),
    (("weight: 3", "weight: 0"), "mix -> 1 -> weight: should be 1 or more, not '0'"),
    (("weight: 3", "weight: 0.5"), "mix -> 1 -> weight: should be a whole number, not '0.5'"),
    (("weight: 3", "weight: true"), "mix -> 1 -> weight: should be a whole number, not 'True'"),
    (("weight: 3", "weight: 262145"), "mix -> 1 -> weight: should be 262144 or less, not '262145'"),
    (("ner: 2", "ner: -2"), "balance -> 0 -> weights -> ner: should be 1 or more, not '-2'"),
    (("at_most: 0", "at_most: -1"), "mix -> 1 -> at_most: should be 0 or more, not '-1'"),
    (("shuffle_options: true", "shuffle_options: 1"), "mix -> 1 -> shuffle_options: should be true or false, not '1'"),
    (
        ("shuffle_options: true", "shuffle_options: 'no'"),
        "mix -> 1 -> shuffle_options: should be true or false, not 'no'",
    ),
    (
        ("unit: sentence", "unit: sentences"),
        "mix -> 0 -> unit: should be 'document', 'passage', 'sentence' or 'window', not 'sentences'",
    ),
    (("by: corpus", "by: corpora"), "balance -> 1 -> by: should be 'task', 'corpus', "),
    (("guard: [blurb]", "guard: blurb"), "guard: should be a list, not 'blurb'"),
    (("guard: [blurb]", "guard: [1]"), "guard -> 0: should be a text, not '1'"),
    (("title: Two corpora", "title: 2024-01-01"), "title: should be a text, not '2024-01-01'"),
    (("title: Two corpora", "title: no"), "title: should be a text, not 'False'"),
    (("title: Two corpora", "title:"), "title: should be a text, not 'None'"),
    (("{ner: 2}", "2"), "balance -> 0 -> weights: should be a mapping, not '2'"),
    (("{by: task, weights: {ner: 2}}", "task"), "balance -> 0: should be a mapping, not 'task'"),
    (("size: 100", "size: {tokens: 0}"), "size -> tokens: should be 1 or more, not '0'"),
    (("size: 100", "size: {token: 5}"), "size -> token: unknown key; did you mean tokens?"),
    (("size: 100", "dedup: {naer: 0.8}"), "dedup -> naer: unknown key; did you mean near?"),
    (("size: 100", "size: {tokens: all}"), "size -> tokens: should be a whole number, not 'all'"),
    (("at_most: 0", "at_most: 1.5"), "mix -> 1 -> at_most: should be less than 1, not '1.5'"),
    (("at_most: 0", "at_most: 0.0"), "mix -> 1 -> at_most: should be more than 0, not '0.0'"),
    (("at_most: 0", "at_least: 1"), "mix -> 1 -> at_least: should be less than 1, not '1'"),
    (("at_most: 0", "at_least: half"), "mix -> 1 -> at_least: should be a share such as 0.2, not 'half'"),
    (
        ("at_most: 0", "at_most: 0.5, at_least: 0.2"),
        "mix -> 1 -> at_least: stands beside `at_most` as a share; give one",
    ),
    (("at_most: 0", "repeat: 0"), "mix -> 1 -> repeat: should be 1 or more, not '0'"),
    (
        ("weights: {ner: 2}", "at_least: {ner: 0.6, re: 0.5}"),
        "balance -> 0 -> at_least: the shares are 1.1 together, more than 1",
    ),
    (
        ("weights: {ner: 2}", "at_least: {ner: 0.6}, at_most: {ner: 0.7}"),
        "balance -> 0 -> at_least -> ner: stands under `at_most`",
    ),
    (("weights: {ner: 2}", "temperature: 0"), "balance -> 0 -> temperature: should be 0.1 or more, not '0'"),
    (("weights: {ner: 2}", "bins: [5]"), "balance -> 0 -> bins: a level by task has none"),
    (("{by: task, weights: {ner: 2}}", "{by: length}"), "balance -> 0 -> bins: is missing"),
    (
        ("{by: task, weights: {ner: 2}}", "{by: length, bins: [64, 8]}"),
        "balance -> 0 -> bins: should ascend, not [64, 8]",
    ),
    ((", {by: entry}]", "]"), "mix -> 1 -> weight: counts for nothing, as no level of `balance` is by entry"),
]


@pytest.mark.parametrize(("change", "expected"), SLIPS)
def test_a_slip_is_told_with_its_place(change, expected):
    assert fault(changed(change)).startswith(f"recipes/x.yaml: {expected}")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "recipes/x.yaml: title: is missing"),
        ("- title: x", "recipes/x.yaml:1: is a list, and should be a mapping"),
        ("title", "recipes/x.yaml:1: is a str, and should be a mapping"),
        ("title: x\nmix: []", "recipes/x.yaml: mix: should be no shorter than 1, not '[]'"),
        ("title: x\nmix: {corpus: gad, task: re}", "recipes/x.yaml: mix: should be a list, not "),
        ("title: x\nmix: [gad]", "recipes/x.yaml: mix -> 0: should be a mapping, not 'gad'"),
        ("title: x\nmix:\n  - {corpus: gad, task: re\nseed: 1", "recipes/x.yaml:4: no YAML: expected ',' or '}'"),
        ("title: x\nseed: 1\nseed: 2", "recipes/x.yaml:3: no YAML: 'seed' stands here twice"),
        (
            "title: x\nmix:\n  - {corpus: gad, task: re, task: ner}",
            "recipes/x.yaml:3: no YAML: 'task' stands here twice",
        ),
        ("title: x\n\tmix: 1", "recipes/x.yaml:2: no YAML: found character"),
        ("title: \x07", "recipes/x.yaml: no YAML: unacceptable character"),
        ("title: x\n---\ntitle: y", "recipes/x.yaml:2: no YAML: but found another document"),
        ("title: 2024-13-45", "recipes/x.yaml: no YAML: month must be in 1..12"),
        ("seed: " + "9" * 5000, "recipes/x.yaml: no YAML: Exceeds the limit"),
    ],
)
def test_what_is_no_recipe_is_told(text, expected):
    assert fault(text).startswith(expected)


# What is refused

LAUGHS = "\n".join(
    [f"l0: &l0 [{'ha, ' * 9}]", *(f"l{n}: &l{n} [{f'*l{n - 1}, ' * 9}]" for n in range(1, 12)), "title: *l11"]
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("title: &t x\nmix: [{corpus: gad, task: re}]", ":1: no YAML: anchors and aliases are not read; write it out"),
        ("mix: [&e {corpus: gad, task: re}, *e]", ":1: no YAML: anchors and aliases"),
        ("title: x\nmix:\n  - &e {corpus: gad, task: re}\n  - {<<: *e, task: ner}", ":3: no YAML: anchors and aliases"),
        ("title: x\nmix: &m [*m]", ":2: no YAML: anchors and aliases"),
        ("title: *nobody", ":1: no YAML: anchors and aliases"),
        (LAUGHS, ":1: no YAML: anchors and aliases"),
        ("title: x\nseed: !!int '3'", ":2: no YAML: tags (tag:yaml.org,2002:int) are not read"),
        ("title: !mine x", ":1: no YAML: tags (!mine) are not read"),
        ("title: ! x", ":1: no YAML: tags (!) are not read"),
        (
            "title: !!python/object/apply:os.system ['true']",
            ":1: no YAML: tags (tag:yaml.org,2002:python/object/apply:os.system)",
        ),
        ("mix: !!python/tuple [1]", ":1: no YAML: tags ("),
        ("%TAG ! tag:x,2002:\n---\ntitle: !y x", ":3: no YAML: tags ("),
        ("title: " + "[" * 50_000, ": no YAML: nested too deeply"),
        ("title: " + "{a: " * 20_000, ": no YAML: nested too deeply"),
        ("- " * 50_000, ": no YAML: nested too deeply"),
        ("? " * 50_000, ": no YAML: nested too deeply"),
        ("#" * 300_000, ": more than 262,144 characters of YAML"),
    ],
)
def test_what_yaml_can_do_beyond_plain_values_is_refused_soon(text, expected):
    began = time.process_time()
    said = fault(text)

    assert time.process_time() - began < 2
    assert said.startswith(f"recipes/x.yaml{expected}")


pieces = st.sampled_from([
    "title", "mix", "corpus", ": ", "- ", "\n", "  ", "{", "}", "[", "]", ", ", "x", "1", "&a ", "*a", "!!int ", "'", '"', "|", "#", "<<", "~", "? ",
])  # fmt: skip


@given(st.text(max_size=80) | st.lists(pieces, max_size=30).map("".join))
def test_any_text_is_a_recipe_or_told(text):
    try:
        found = recipe.parse(text, "x")
    except RecipeError as error:
        said = str(error)
    else:
        said = f"x{found.title}"
    assert said.startswith("x")


keys = st.sampled_from(
    ["title", "size", "seed", "mix", "balance", "guard", "kind", "roles", "dedup", "max_tokens", "x"]
)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4) | st.sampled_from(["all", "train"]),
    lambda of: (
        st.lists(of, max_size=3)
        | st.dictionaries(keys | st.sampled_from(["by", "corpus", "task", "weight"]), of, max_size=3)
    ),
    max_leaves=8,
)


@given(st.dictionaries(keys, values))
def test_any_mapping_is_a_recipe_or_told(found):
    text = yaml.safe_dump(found)
    if "&" in text:  # the same list twice
        return
    told = ""
    try:
        recipe.parse(text, "x")
    except RecipeError as error:
        told = str(error)
    assert "Input should" not in told


def test_a_demanded_license_is_one_that_a_mixture_can_be_given():
    assert recipe.parse("license: cc-by-sa-4.0\n" + GOOD, "recipes/x.yaml").license == "cc-by-sa-4.0"
    message = fault("license: cc-by-sa-40\n" + GOOD)
    assert message.startswith(
        "recipes/x.yaml: license: no mixture can be given 'cc-by-sa-40'; did you mean cc-by-sa-4.0?"
    )
