"""Each check finds the fault that was planted for it, and says nothing of the twin without it."""

from functools import partial

import pytest
from planted_files import PLANTS as FILES
from planted_marks import PLANTS as MARKS
from planted_records import PLANTS as RECORDS
from plants import Plant, as_files

from medinstruct.auditor import Report, audit, checks, inspect

PLANTS = [*FILES, *MARKS, *RECORDS]


def look(plant: Plant, files, folder) -> Report:
    """What an audit of these files says: with the plant's facts, or as a folder of a format that has to be guessed."""
    if plant.corpus is not None:
        corpus = plant.corpus
        parts = {
            name: [file for file in as_files(files) if len(corpus.splits) == 1 or name in file.name]
            for name in corpus.splits
        }
        return inspect(corpus, {name: partial(list, found) for name, found in parts.items()}, hints=plant.hints)
    for file in as_files(files):
        path = folder / file.name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.data)
    return audit(folder, hints=plant.hints)


@pytest.mark.parametrize("plant", PLANTS, ids=str)
def test_a_planted_fault_is_found(plant, tmp_path):
    """With its code, its cause or words, and the record that it is in; and no other check cries."""
    found = look(plant, plant.faulty, tmp_path / "zorb").findings

    fitting = [
        each for each in found if each.code == plant.code and plant.tells in f"{each.cause} {each.repair} {each.what}"
    ]
    assert fitting, found
    assert not plant.document or plant.document in {each.document for each in fitting}
    assert {each.code for each in found} <= {plant.code, *plant.also}


@pytest.mark.parametrize("plant", PLANTS, ids=str)
def test_its_twin_is_clean(plant, tmp_path):
    """The same files without the fault raise nothing."""
    assert look(plant, plant.clean, tmp_path / "zorb").findings == []


def test_every_check_has_a_plant():
    """A check that nobody ever saw cry may be mute."""
    assert {check.code for check in checks()} == {plant.code for plant in PLANTS}


@pytest.mark.parametrize("plant", [p for p in PLANTS if p.code == "A201"], ids=str)
def test_the_summary_counts_what_is_misquoted(plant, tmp_path):
    """One mention counts once, and the line is there without a fault, too."""
    faulty, clean = look(plant, plant.faulty, tmp_path / "faulty"), look(plant, plant.clean, tmp_path / "clean")

    assert faulty.misquoted == len({(f.document, f.annotation) for f in faulty.findings if f.code == "A201"}) > 0
    assert f"{faulty.misquoted} of {faulty.mentions} mentions do not quote their text" in faulty.summary
    assert f"0 of {clean.mentions} mentions do not quote their text" in clean.summary
