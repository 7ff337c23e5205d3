"""The page of checks is what the code says, and every check says something."""

from pathlib import Path

from medinstruct.auditor import checks
from medinstruct.auditor.page import page

PAGE = Path(__file__).parents[2] / "docs/reference/audit.md"


def test_the_page_is_not_stale():
    """Write it anew with `python -m medinstruct.auditor.page > docs/reference/audit.md`."""
    assert PAGE.read_text(encoding="utf-8") == page()


def test_every_check_is_explained():
    """By more than its title, in whole sentences."""
    for check in checks():
        assert len(check.explanation) > len(check.title), check.code
        assert check.explanation.endswith("."), check.code
        assert check.explanation != check.title, check.code


def test_codes_are_stable_and_sorted():
    """A code is the letter A and three digits, and is never used for something else."""
    codes = [check.code for check in checks()]
    assert codes == sorted(set(codes))
    assert all(code[0] == "A" and code[1:].isdecimal() and len(code) == 4 for code in codes)
