import pytest

import medinstruct
from medinstruct import chat


@pytest.fixture(scope="session")
def build(tmp_path_factory):
    """A benchmark of bundled samples."""
    return medinstruct.build("blurb", samples=True, out=tmp_path_factory.mktemp("chat") / "build", workers=1)


@pytest.fixture(scope="session")
def queries(build):
    return list(chat.queries(build["test"], chat.wordings(build.manifest)))
