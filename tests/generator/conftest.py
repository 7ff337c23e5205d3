"""One small run that all tests of rows look at."""

import pytest

from generator.server import serving
from medinstruct import generator
from medinstruct.chat.backends import openai


@pytest.fixture(scope="session", autouse=True)
def quickly():
    """Second attempts come soon."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(openai, "FIRST_WAIT", 0.02)
        yield


def settings(server, *, way=None, **more):
    """As a test generates: few rows, small batches, the test's own key."""
    chat = generator.asking(base_url=server.url, key_env="TEST_KEY", **more.pop("chat", {}))
    return generator.Settings(**{"size": 60, "way": generator.Way(**{"batch": 8, **(way or {})}), "chat": chat, **more})


@pytest.fixture(scope="session")
def run(tmp_path_factory, quickly):
    """The folder of a run with faults, and its build."""
    out = tmp_path_factory.mktemp("generated") / "bio"
    with serving(faults=True) as server:
        return out, generator.generate("openai:grammar", out, settings(server, size=120))
