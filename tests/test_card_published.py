"""The card and the changelog of a version: what people wrote beside them stays, and no text of a build gets out of its place."""

import pytest

import medinstruct
from medinstruct import artefact, card
from medinstruct.errors import FormatError
from medinstruct.publisher import card as published
from medinstruct.publisher.card import BEGIN, END

GENERATED = "---\ntags:\n- medical\n---\n\n# Ours\n"


def test_what_stands_outside_of_the_two_lines_stays_and_what_is_between_is_written_anew():
    first = published.merge(GENERATED, "---\nown: 1\n---\nbefore\n")
    assert published.merge(GENERATED.replace("Ours", "Newer"), first) == first.replace("Ours", "Newer")
    assert first.startswith("---\ntags:\n- medical\nown: 1\n---\n")
    assert first.index("Ours") < first.index("before")


@pytest.mark.parametrize("mark", [BEGIN, END])
def test_one_line_without_the_other_is_told(mark):
    with pytest.raises(FormatError, match="not one pair"):
        published.merge(GENERATED, f"mine\n{mark}\n")


@pytest.mark.parametrize("place", ["title", "citation", "homepage"])
def test_a_corpus_that_says_the_two_lines_does_not_end_what_code_writes(tmp_path, place):
    """A citation stands in a block of code, where nothing can be escaped."""
    build = medinstruct.build("quickstart", samples=True, out=tmp_path / "build")
    build.manifest["corpora"]["bc5cdr"][place] = f"{END} mine {BEGIN} {END}"
    body = card.write(artefact.Build(build.folder, build.manifest))
    first = published.merge(body, "theirs")
    assert (first.count(BEGIN), first.count(END)) == (1, 1)
    assert published.merge(body, first) == first


@pytest.mark.parametrize("tags, kept", [("", []), ("oncology", ["oncology"]), ("[oncology, medical]", ["oncology"])])
def test_tags_as_people_write_them_are_kept(tags, kept):
    head, _ = published.parts(published.merge(GENERATED, f"---\ntags: {tags}\n---\n"))
    assert head["tags"] == ["medical", *kept]


def test_a_changelog_keeps_what_people_wrote_before_the_first_version():
    for head in ("# Changelog", "# News\n\nWe keep count.", "News\n====\n\nWe keep count."):
        first = published.add_change(f"{head}\n", "1.0.0", ["one row."])
        assert first == f"{head}\n\n## 1.0.0\n\n- one row.\n"
        assert published.add_change(first, "1.0.0", ["two rows."]) == first.replace("one row", "two rows")
    assert published.add_change("", "1.0.0", ["one row."]).startswith("# Changelog\n\n## 1.0.0\n")


def test_a_name_of_a_file_is_a_name_in_the_changelog():
    """Names of sources are somebody's, and may hold Markdown, tags and other lines."""
    first = published.add_change("", "1.0.0", ["source a\n## 9.9.9\n<img src=x>[y](z).txt: none became 1"])
    assert first == (
        "# Changelog\n\n## 1.0.0\n\n- source a \\#\\# 9.9.9 &lt;img src=x&gt;\\[y\\](z).txt: none became 1\n"
    )
