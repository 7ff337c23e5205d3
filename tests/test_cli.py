"""The command line as a person uses it: what is printed, what is asked wrongly, what the exit codes are."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest


def run(*arguments, cwd=None, **environment):
    """Run a command and return (exit code, output, errors)."""
    kept = {name: value for name, value in os.environ.items() if name != "MEDINSTRUCT_DATA"}
    done = subprocess.run(
        [sys.executable, "-m", "medinstruct", *map(str, arguments)],
        capture_output=True, text=True, cwd=cwd, env={**kept, "HF_HUB_OFFLINE": "1", **environment},
    )  # fmt: skip
    return done.returncode, done.stdout, done.stderr


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cli") / "build"
    code, out, _ = run("build", "quickstart", "--samples", "--out", folder)
    assert code == 0
    return folder, out


@pytest.mark.parametrize("kind", ["corpora", "templates", "recipes", "formats", "tasks"])
def test_every_kind_is_listed_as_a_table_and_as_json(kind):
    code, table, _ = run("ls", kind)
    found = json.loads(run("ls", kind, "--json")[1])
    rows = found["corpora"] if kind == "corpora" else found

    assert code == 0
    assert len(rows) > 1
    assert len(table.strip().split("\n\n")[0].split("\n")) == len(rows) + 1
    assert all(str(next(iter(row.values()))) in table for row in rows)


def test_corpora_seen_as_files_and_those_known_by_a_sample_are_counted_apart():
    table, found = run("ls", "corpora")[1], json.loads(run("ls", "corpora", "--json")[1])

    number = sum(bool(row["verified"]) for row in found["corpora"])
    assert (found["verified"], found["sample only"]) == (number, len(found["corpora"]) - number)
    assert number > 50
    last = f"{number} verified against the distributor's files, {found['sample only']} against a sample only"
    assert table.strip().split("\n")[-1] == last


def test_check_tells_of_which_corpora_there_are_no_files(tmp_path):
    """That is no finding, and the exit code says so."""
    code, out, _ = run("check", "gad", "snli", "--data", tmp_path)
    as_json = json.loads(run("check", "gad", "snli", "--data", tmp_path, "--json")[1])

    assert code == 0
    assert f"no files below {tmp_path} of gad, snli (2)" in out
    assert as_json == {"findings": [], "without files": ["gad", "snli"]}


def test_a_build_tells_what_came_out(built):
    folder, out = built

    assert "bundled samples: invented text" in out
    assert "documents" in out
    assert str(folder) in out
    assert "\x1b[" not in out


def test_json_says_the_same_as_the_manifest(tmp_path):
    code, out, _ = run("build", "quickstart", "--samples", "--out", tmp_path / "x", "--json")
    found = json.loads(out)

    assert code == 0
    assert found["digest"] == json.loads((tmp_path / "x/manifest.json").read_text())["digest"]
    assert found["totals"]["samples"]["in"] == sum(found["rows"].values())


def test_explain_shows_a_row(built):
    folder, _ = built
    import medinstruct

    id = medinstruct.load(folder)["train"][0]["id"]
    code, out, _ = run("explain", folder, id[:10])

    assert code == 0
    assert id in out
    assert "--- assistant" in out


@pytest.mark.parametrize("name", ["bc5cdr", "quickstart", "span_extraction/typed-lines"])
def test_show_knows_every_kind_of_name(name):
    code, out, _ = run("show", name)

    assert code == 0
    assert len(out) > 100


def test_show_says_as_json_what_it_shows():
    corpus, recipe, wording = (
        json.loads(run("show", name, "--json")[1]) for name in ("bc5cdr", "quickstart", "span_extraction/typed-lines")
    )

    assert (corpus["id"], "ner" in corpus["tasks"]) == ("bc5cdr", True)
    assert recipe["name"] == "quickstart"
    assert recipe["recipe"]["title"] in recipe["text"]
    assert {entry["corpus"] for entry in recipe["recipe"]["mix"]} <= set(recipe["text"].replace(",", " ").split())
    assert wording["source"] in run("show", "span_extraction/typed-lines")[1]
    assert [message["role"] for message in wording["examples"][0]["messages"]][-1] == "assistant"


def test_cp_copies_and_never_overwrites(tmp_path):
    assert run("cp", "quickstart", tmp_path / "mine.yaml")[0] == 0
    assert run("build", tmp_path / "mine.yaml", "--samples", "--out", tmp_path / "out")[0] == 0
    code, _, err = run("cp", "quickstart", tmp_path / "mine.yaml")

    assert code == 1
    assert "exists" in err


def test_cp_copies_a_file_that_shares_its_name(tmp_path):
    """The recipe, the config and the seeds of BioInstruct have one name."""
    assert run("cp", "bioinstruct", tmp_path / "recipe.yaml")[0] == 0
    for kind, name in (("configs", "config.yaml"), ("seeds", "mine.jsonl")):
        assert run("cp", "bioinstruct", tmp_path / name, "--kind", kind)[0] == 0

    assert "mix:" in (tmp_path / "recipe.yaml").read_text()
    assert "tune: lora" in (tmp_path / "config.yaml").read_text()
    assert (tmp_path / "mine.jsonl").read_text().startswith("{")


@pytest.mark.parametrize(
    "arguments, code, message",
    [
        (["build", "quickstrat"], 2, "no recipe 'quickstrat'; did you mean quickstart?"),
        (["build", "quickstart", "--size", "many"], 2, "number of rows"),
        (["build", "quickstart", "--size", "0"], 2, "number of rows"),
        (["build", "quickstart", "--size", "20M-token"], 2, "of tokens such as 20M-tokens"),
        (["build", "quickstart", "--workers", "0"], 2, "--workers"),
        (["build", "quickstart", "--data", "/nonexistent"], 2, "/nonexistent"),
        (["ls", "corporas"], 2, "did you mean corpora"),
        (["show", "bc5crd"], 2, "did you mean bc5cdr"),
        (["check", "nothing-like-this"], 2, "nothing is called"),
        (["explain", "/nonexistent", "a"], 2, "holds no build"),
        (["build", "quickstart", "--shelf", "/nonexistent"], 2, "is no shelf"),
        (["frobnicate"], 2, "No such command"),
    ],
)  # fmt: skip
def test_wrong_use_is_one_clear_line(arguments, code, message):
    found, _, err = run(*arguments)

    assert found == code
    assert message in err
    assert "Traceback" not in err


def test_a_recipe_with_a_slip_names_file_key_and_cure(tmp_path):
    (tmp_path / "x.yaml").write_text(
        "title: x\nmix:\n  - {corpus: bc5cdr, task: ner}\n  - {corpus: hoc, task: dc, weigth: 2}\n"
    )
    code, _, err = run("build", tmp_path / "x.yaml", "--samples")

    assert code == 2
    assert "x.yaml: mix -> 1 -> weigth: unknown key; did you mean weight?" in err


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ("{corpus: bc5cdd, task: ner}", "mix -> 1 -> corpus: no corpus 'bc5cdd'; did you mean bc5cdr?"),
        ("{corpus: hoc, task: cd}", "mix -> 1 -> task: hoc does not annotate 'cd' (there is dc)"),
        ("{corpus: hoc, task: dc, splits: [trian]}", "mix -> 1 -> splits: hoc has no split 'trian'"),
        ("{corpus: hoc, task: dc, metric: f2}", "mix -> 1 -> metric: multiple_choice has no score 'f2'"),
        ("{corpus: hoc, task: dc, templates: [nope]}", "mix -> 1 -> templates: no template 'nope'"),
        ("{corpus: hoc, task: dc, templates: [./bad.jinja]}", "mix -> 1 -> templates: bad.jinja:1: no front matter"),
    ],
)  # fmt: skip
def test_a_name_that_is_not_there_is_told_with_file_entry_and_key(entry, told, tmp_path):
    """The user's mistake, by whichever command it is met."""
    (tmp_path / "bad.jinja").write_text("Say it.\n")
    (tmp_path / "x.yaml").write_text(f"title: x\nmix:\n  - {{corpus: bc5cdr, task: ner}}\n  - {entry}\n")
    code, _, err = run("build", "x.yaml", "--samples", cwd=tmp_path)

    assert code == 2
    assert f"x.yaml: {told}" in err
    assert run("check", "x.yaml", cwd=tmp_path)[:2] == (
        1,
        f"R101  x.yaml: {err.split('x.yaml: ')[1].strip()}\n1 checked, 1 findings\n",
    )


def test_an_unknown_tokenizer_is_told_at_once_and_alone(tmp_path):
    """Where the Hub cannot be reached, one line is printed, and none of its client's own."""
    (tmp_path / "x.yaml").write_text("title: x\ntokenizer: nobody/nothing\nmix: [{corpus: bc5cdr, task: ner}]\n")
    told = {"HF_HUB_OFFLINE": "0", "HF_ENDPOINT": "http://127.0.0.1:9", "HF_HOME": str(tmp_path / "home")}
    code, _, err = run("build", "x.yaml", "--samples", cwd=tmp_path, **told)

    assert code == 2
    assert err.startswith("error: x.yaml: tokenizer: no tokenizer 'nobody/nothing'")
    assert len(err.strip().split("\n")) == 1


def test_check_finds_a_template_with_an_unknown_field(tmp_path):
    home = tmp_path / "templates/span_extraction"
    home.mkdir(parents=True)
    (home / "bad.jinja").write_text("---\nanswer: lines\n---\nFind {{ lables }} in {{ text }}\n")
    code, out, _ = run("check", "span_extraction/bad", "--shelf", tmp_path)

    assert code == 1
    assert "bad.jinja:4: unknown field 'lables' (did you mean labels?)" in out


def test_a_folder_that_cannot_be_written_is_one_clear_line(tmp_path):
    (tmp_path / "file").write_text("")
    code, _, err = run("build", "quickstart", "--samples", "--out", tmp_path / "file" / "x")

    assert code == 1
    assert "cannot read or write" in err
    assert "Traceback" not in err


def test_a_full_disk_is_one_clear_line_and_leaves_no_result(tmp_path):
    """/dev/full stands in for a disk without room: the first shard is written there."""
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full on this system")
    script = (
        "import sys, medinstruct.cli as cli, medinstruct.artefact as a\n"
        "a.write_json = lambda path, value: open('/dev/full', 'w').write('x' * 10**6)\n"
        f"sys.argv = ['medinstruct', 'build', 'quickstart', '--samples', '--out', {str(tmp_path / 'out')!r}]\n"
        "cli.main()\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)

    assert done.returncode == 1
    assert "No space left" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out").exists()


def test_two_builds_into_one_folder_do_not_mix(tmp_path):
    """While one build holds the lock, another is refused."""
    script = (
        "import pathlib\nfrom medinstruct.builder.place import alone\n"
        f"with alone(pathlib.Path({str(tmp_path)!r}), 'out', 'x'):\n"
        "    print('held', flush=True); input()\n"
    )
    holder = subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert holder.stdout.readline() == "held\n"
    code, _, err = run("build", "quickstart", "--samples", "--out", tmp_path / "out")
    holder.communicate("\n")

    assert code == 1
    assert "another build is writing" in err
    assert run("build", "quickstart", "--samples", "--out", tmp_path / "out")[0] == 0


def test_a_build_killed_at_any_moment_goes_on_to_the_same_rows(built, tmp_path):
    """SIGKILL at growing delays, then once to the end: the digest of an undisturbed build."""
    folder, _ = built
    command = [sys.executable, "-m", "medinstruct", "build", "quickstart", "--samples", "--out", str(tmp_path / "out")]
    for delay in (0.2, 0.4, 0.6, 0.8):
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            process.wait(delay)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    assert run(*command[3:])[0] == 0

    assert (
        json.loads((tmp_path / "out/manifest.json").read_text())["digest"]
        == json.loads((folder / "manifest.json").read_text())["digest"]
    )


@pytest.mark.parametrize(
    "command",
    [
        ("cp", "quickstart", "file/x.yaml"),
        ("pack", "blurb", "--samples", "--out", "file/x.pack"),
        ("sweep", "quickstart", "--over", "tasks", "--samples", "--out", "file/x"),
        ("convert", "text.pubtator", "file/x", "--from", "pubtator", "--to", "brat", "--lossy"),
        ("new", "corpus", "text.pubtator", "--id", "mine", "--shelf", "file"),
    ],
    ids=lambda command: command[0],
)
def test_a_place_that_cannot_be_written_is_one_clear_line(command, tmp_path):
    """A file stands where a folder should be."""
    (tmp_path / "file").write_text("")
    (tmp_path / "text.pubtator").write_text("1|t|Zorbex helps.\n1|a|No more.\n1\t0\t6\tZorbex\tDrug\tD1\n")
    code, _, err = run(*command, cwd=tmp_path)

    assert code == 1
    assert err.strip().split("\n")[-1].startswith("error: file")
    assert "Traceback" not in err


def test_a_data_folder_that_is_not_there_is_wrong_use(tmp_path):
    code, _, err = run("check", "gad", "--data", tmp_path / "nowhere")

    assert code == 2
    assert "does not exist" in err


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("guard: [blurbb]", "no benchmark 'blurbb'; did you mean blurb? (a recipe, corpus, pack or folder)"),
        ("balance: [{by: task, weights: {nerr: 2}}]", "balance -> 0 -> weights -> nerr: no task of that name (did you mean ner?)"),
        ("sede: 3", "sede: unknown key; did you mean seed?"),
    ],
)  # fmt: skip
def test_check_finds_every_unknown_name_in_a_recipe(line, told, tmp_path):
    """Before anything is built, and the file is named once."""
    (tmp_path / "mine.yaml").write_text(f"title: Mine\n{line}\nmix:\n  - {{corpus: bc5cdr, task: ner}}\n")
    code, out, _ = run("check", "mine.yaml", cwd=tmp_path)

    assert code == 1
    assert out.split("\n")[0] == f"R101  mine.yaml: {told}"


def test_a_sweep_over_samples_says_that_sizes_do_not_hold(tmp_path):
    """As a build of samples does: they are for trying things out."""
    mix = "mix: [{corpus: hoc, task: dc}, {corpus: medmcqa, task: qa}]"
    (tmp_path / "mine.yaml").write_text(f"title: Mine\nroles: [train]\n{mix}\n")
    code, out, _ = run("sweep", "mine.yaml", "--over", "composition", "--size", 2, "--samples", cwd=tmp_path)

    assert code == 0
    assert out.startswith("The members come from the bundled samples")


def test_an_entry_without_its_shots_is_named(tmp_path):
    """A prompt that fills `max_tokens` leaves no room for any."""
    entry = "{corpus: bc5cdr, task: ner, unit: window, max_tokens: 64}"
    (tmp_path / "mine.yaml").write_text(f"title: Mine\nshots: 1\nmix: [{entry}]\n")
    code, out, _ = run("build", "mine.yaml", "--samples", "--out", "out", cwd=tmp_path)

    assert code == 0
    assert "bc5cdr ner: 0 of " in out


def test_windows_that_are_full_have_room_for_shots_where_the_prompt_may_be_longer(tmp_path):
    """The same windows, with `prompt_tokens` beside `max_tokens`: of the recipe, and of the entry."""
    import medinstruct

    found = {}
    for name, whole, own in (
        ("none", "", ""),
        ("recipe", "prompt_tokens: 2000\n", ""),
        ("entry", "", ", prompt_tokens: 2000"),
    ):
        mix = f"mix: [{{corpus: bc5cdr, task: ner, unit: window, max_tokens: 64{own}}}]\n"
        (tmp_path / f"{name}.yaml").write_text(f"title: Mine\nshots: 1\n{whole}{mix}")
        found[name] = medinstruct.build(str(tmp_path / f"{name}.yaml"), samples=True, out=tmp_path / name)
    counts = {name: built.manifest["shots"]["entries"][0]["found"] for name, built in found.items()}

    assert (
        counts["none"]
        < counts["recipe"]
        == counts["entry"]
        == len(found["recipe"]["train"]) + len(found["recipe"]["validation"])
    )
    assert len({tuple(sorted(row["id"] for row in built["train"])) for built in found.values()}) == 1


def test_an_installed_package_brings_a_shelf_and_a_corpus(tmp_path):
    """By the entry points that docs/explanations/shelves.md names; no command has to name the folder."""
    package, about = tmp_path / "ward_package", tmp_path / "ward_package-1.dist-info"
    (package / "shelf/recipes").mkdir(parents=True)
    (package / "shelf/recipes/ward.yaml").write_text("{title: Ward, mix: [{corpus: ward-notes, task: ner}]}")
    (package / "__init__.py").write_text("from pathlib import Path\nSHELF = Path(__file__).parent / 'shelf'\n")
    (package / "ward_notes.py").write_text("from medinstruct.corpora.bc5cdr import corpus\n")
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: ward-package\nVersion: 1\n")
    (about / "entry_points.txt").write_text(
        "[medinstruct.shelves]\nward = ward_package:SHELF\n[medinstruct.corpora]\nward-notes = ward_package.ward_notes\n"
    )
    path = os.pathsep.join([str(tmp_path), *filter(None, [os.environ.get("PYTHONPATH")])])

    assert run("check", "ward", PYTHONPATH=path)[1] == "1 checked, 0 findings\n"
    assert json.loads(run("show", "ward", "--json", PYTHONPATH=path)[1])["shelf"] == "ward"


EVIL = "ataxia\x1b[2K\x1b[1A\x1b[8m\rnothing to see\x07\u202etxet\x9b1m"
"""What would take back the line above, hide what follows, and turn it round."""


def no_commands(text):
    return not [letter for letter in text if not letter.isprintable() and letter not in "\n\t"]


def test_what_a_file_says_is_no_command_to_the_terminal(capsys):
    """An error quotes the text that is at fault, the tripwire shows what looks like a person, and tables hold names of others."""
    from medinstruct.cli import common, publish
    from medinstruct.publisher import Published
    from medinstruct.publisher.tripwire import Hit, Tripped

    assert common.plain("Naïve “β-blockers”\n\t🙂") == "Naïve “β-blockers”\n\t🙂"
    common.print_table([{"title": EVIL, "more": "two\nlines", "rows": 1}])
    hit = Hit("name", "bc5cdr", "0123", f"Dr. Quist {EVIL}")
    publish._tell(Published("a/b", "1.0.0", None, "", "rehearsal", [EVIL], [], Tripped(shown=[hit])))
    out = capsys.readouterr().out
    assert no_commands(out)
    assert out.count(r"ataxia\x1b[2K\x1b[1A\x1b[8m\rnothing to see\x07\u202etxet\x9b1m") == 3
    assert r"two\nlines" in out


def test_an_error_that_quotes_a_name_is_no_command_to_the_terminal():
    code, _, err = run("build", f"{EVIL}.yaml", "--samples")
    assert code == 2
    assert "ataxia" in err
    assert no_commands(err)
