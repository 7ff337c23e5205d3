"""HTML for notebooks: texts come back whole, and nothing of them is ever markup."""

from html import unescape
from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from medinstruct import markup

HOSTILE = "<script>alert(1)</script> & \"x\" 'y' <b>"


class Read(HTMLParser):
    """The tags of a piece of HTML, and its texts without what stands in `sub`."""

    def __init__(self, html):
        super().__init__(convert_charrefs=True)
        self.tags, self.text, self.below = set(), "", 0
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.below += tag == "sub"

    def handle_endtag(self, tag):
        self.below -= tag == "sub"

    def handle_data(self, data):
        self.text += "" if self.below else data


spans = st.lists(
    st.tuples(st.integers(0, 30), st.integers(1, 10)).map(lambda at: ((at[0], at[0] + at[1]),)), max_size=6
)


@given(st.text(alphabet="ab<>&\"' é𝔸", min_size=0, max_size=40), spans)
def test_a_text_is_cut_and_comes_back_whole(text, marks):
    parts = markup.cut(text, marks)

    assert "".join(part for part, _ in parts) == text
    at = 0
    for part, inside in parts:
        expected = {n for n, ((start, end),) in enumerate(marks) if start < at + len(part) and at < min(end, len(text))}
        assert set(inside) == expected
        at += len(part)


@given(st.text(alphabet="ab<>&\"' é𝔸", min_size=1, max_size=40), spans)
def test_what_is_marked_is_text_whatever_it_holds(text, marks):
    read = Read(markup.marked(text, [(pieces, HOSTILE) for pieces in marks]))

    assert read.text == text
    assert read.tags <= {"div", "mark", "sub"}


def test_tables_and_turns_escape_what_they_show():
    html = markup.table(["a"], [[HOSTILE], [12345], [True]]) + markup.turns([{"role": HOSTILE, "content": HOSTILE}])

    assert "<script" not in html
    assert "12,345" in html
    assert HOSTILE in unescape(html)


def test_long_texts_are_cut_and_said_to_be():
    assert "… 10 more characters" in markup.marked("x" * (markup.MOST + 10), [])


def test_documents_rows_builds_and_ledgers_show_themselves(tmp_path):
    import medinstruct
    from medinstruct.document import Document, Mention
    from medinstruct.sample import Sample

    text = "<script>x</script> lowers fever"
    mention = Mention(id="T1", spans=((0, 18),), text=text[:18], types=("Drug<b>",))
    made = medinstruct.build("quickstart", samples=True, out=tmp_path / "b")
    row = made["train"][0]

    shown = {
        "document": Document(id="1", text=text, mentions=(mention,))._repr_html_(),
        "sample": Sample.model_validate(row)._repr_html_(),
        "rows": made["train"]._repr_html_(),
        "build": made._repr_html_(),
        "ledger": made.ledger._repr_html_(),
    }

    assert all(
        Read(html).tags <= {"div", "p", "mark", "sub", "table", "thead", "tbody", "tr", "th", "td"}
        for html in shown.values()
    )
    assert "Drug&lt;b&gt;" in shown["document"]
    assert row["messages"][-1]["content"] in unescape(shown["sample"])
    assert f"{len(made['train'])} rows" in shown["rows"]
    assert made.digest[:16] in shown["build"]
    assert ">samples<" in shown["ledger"]
