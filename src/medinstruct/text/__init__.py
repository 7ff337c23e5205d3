"""Sentences, tokens, windows and the identity of a text: one owner for all who need them.

    text        Dr. Ito gave 2.5 mg/kg i.v. to E. coli carriers (Fig. 2). p53 rose.
    sentences   |-------------------------------------------------------| |-------|
    tokens      Dr|.|Ito|gave|2.5|mg|/|kg|i|.|v|.|to|E|.|coli|carriers|(|Fig|.|2|)|.|p53|rose|.

Spans are `(start, end)`, half open, in code points of the given text. They come in order, do not overlap,
have no white space at their edges, and leave out nothing but white space. All of it is deterministic and
linear in the length of the text, and none of it knows of annotations: a splitter that looked at gold would
tell the model where mentions end.
"""

from medinstruct.text.fingerprint import identity, normalise, sentence_identities
from medinstruct.text.sentence import sentences
from medinstruct.text.token import count_tokens, tokens
from medinstruct.text.tokenizer import RULE, Tokenizer
from medinstruct.text.window import windows

__all__ = [
    "RULE", "Tokenizer", "count_tokens", "identity", "normalise", "sentence_identities", "sentences", "tokens", "windows",
]  # fmt: skip
