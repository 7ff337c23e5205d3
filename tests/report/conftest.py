"""Builds to report on, one of them hostile, and a real Chromium to look at their pages with."""

import pytest

import medinstruct
from report.pages import Browser, altered, poisoned, poisoned_manifest


@pytest.fixture(scope="session")
def build(tmp_path_factory):
    """All tasks, with rows under agreement among them."""
    return medinstruct.build("mnlu-instruct", samples=True, workers=1, out=tmp_path_factory.mktemp("report") / "mnlu")


@pytest.fixture(scope="session")
def events(tmp_path_factory):
    """Events, triples, questions, and no row under agreement."""
    return medinstruct.build("mnlu-open", samples=True, workers=1, out=tmp_path_factory.mktemp("report") / "open")


@pytest.fixture(scope="session")
def hostile(events, tmp_path_factory):
    return altered(events, tmp_path_factory.mktemp("hostile") / "build", row=poisoned, manifest=poisoned_manifest)


@pytest.fixture(scope="session")
def browser():
    made = Browser()
    yield made
    made.driver.quit()
