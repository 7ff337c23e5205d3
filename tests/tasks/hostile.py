"""Strategies for texts and names that real corpora and ill will bring, shared by the tests of task types."""

from hypothesis import strategies as st

PIECES = (
    "2.5 mg/kg", "N,N-dimethyl", "IL-2", "p53", "2", "10", "1.", "- x", "1) a", "None", "none", "|", " | ", "||", ":", "a:b",
    "Theme: 2", '"', "'", "[", "]", "{", "}", "```json", "\\", "\\u0041", ",", ";", "...", "\n", "\r", "\r\n", "\t", "\u2028",
    "\x0b", "\x85", "\xa0", "e\u0301", "\u0301", "\u200f\u05d0\u05d1", "\u202e", "😀", "👩‍⚕️", "ß", "İ", "ﬁ", "\ufeff", "\0", " ",
    "  ", "-", "n/a", "no", "IL-2 IL-2", "binding", "clonidine", "β", "\ud800", "0", "007", "1 | induces | 2",
)  # fmt: skip

texts = st.lists(st.sampled_from(PIECES) | st.text(max_size=4), min_size=1, max_size=14).map(" ".join).filter(bool)
"""Texts to mark: separators inside mentions, bare numbers, line ends of all kinds, repeated tokens."""

LABELS = (
    "Binding",
    "Gene expression",
    "binding",
    "a, b",
    "a | b",
    "a: b",
    "x\ny",
    " edge",
    "None",
    "2",
    "ß",
    "SS",
    "İ",
)
names = st.lists(st.sampled_from(LABELS) | st.text(min_size=1, max_size=5), min_size=1, max_size=4, unique=True).map(
    tuple
)
plain_names = st.lists(
    st.sampled_from(("Binding", "Gene expression", "binding", "a, b", "2", "Theme", "Cause")),
    min_size=1, max_size=4, unique=True,
).map(tuple)  # fmt: skip

garbage = st.text(max_size=200) | st.lists(
    st.sampled_from(("1. Binding: x", "Theme: 1", "Theme: 2", " | ", "\n", "2. Binding: y", "None", "[", "{", '{"id": 1}', '"type"',
                     ": ", ",", "a | Binding | b", "```json\n", "3.4", "-", "999999999999", '{"type": "Binding", "trigger": "x"}',
                     '{"head": "x", "relation": "Binding", "tail": "y"}', "]", "}", "null", "NaN", "1e999", "\ud800"))
    | st.text(max_size=5),
    max_size=30,
).map("".join)  # fmt: skip
"""What a model may write."""


@st.composite
def places(draw: st.DrawFn, text: str, pieces: int = 1) -> tuple[tuple[int, int], ...]:
    """Spans of one mention of up to `pieces` parts, in order, in a text of at least one character."""
    cuts = sorted(draw(st.sets(st.integers(0, len(text)), min_size=2, max_size=2 * pieces)))
    return tuple((cuts[n], cuts[n + 1]) for n in range(0, len(cuts) - 1, 2))


@st.composite
def words(draw: st.DrawFn, text: str) -> tuple[tuple[int, int], ...]:
    """A whole word of the text, as annotators mark it most of the time; any stretch where the text is blank."""
    spans, at = [], 0
    for word in text.split(" "):
        if word:
            spans.append((at, at + len(word)))
        at += len(word) + 1
    return (draw(st.sampled_from(spans)),) if spans else draw(places(text))
