"""What a wording makes of real text, before anything is built: a few examples of a corpus, asked, answered, read back.

    seen = preview.examples("bc5cdr", "span_extraction", number=5)         of the release, or of the sample
    preview.show(seen[0], template.load("span_extraction/typed-lines"))    messages, tokens, what the parser gives back
    preview.Server(preview.Page(path, name, seen)).serve_forever()         a page that shows them again at each save

Nothing here is counted or drawn: for what a mixture would hold, see `build --dry-run`.
"""

from medinstruct.preview.examples import Seen, Shown, examples, show, wordings
from medinstruct.preview.notebook import View
from medinstruct.preview.server import Page, Server

__all__ = ["Page", "Seen", "Server", "Shown", "View", "examples", "show", "wordings"]
