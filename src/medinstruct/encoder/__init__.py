"""An encoder: a model of the BERT kind, which labels tokens or whole texts and writes nothing.

    Question ──texts──▶ pieces of at most so many tokens ──model──▶ logits ──said──▶ Gold ──(the row's answer format)──▶ answer

    head.py     what one model was taught: whose rows, which classes, how texts are laid out; the only state beside the weights
    tags.py     spans ↔ BIO tags of the tokens of `text.tokens`, and what such tags cannot carry
    pieces.py   a question as the tokenizer's ids, in windows where the text is long
    model.py    the folder of a model: read, asked

A folder holds one model (`head.json` beside what transformers writes) or one for each of several sets in sub-folders. It is
made by `medinstruct.trainer.encoders` and asked as `encoder:FOLDER`, so that its answers go through the same parsers and
scores as those of any other model.
"""

from medinstruct.encoder.head import EncoderError, Head, Kind
from medinstruct.encoder.model import Encoder, find
from medinstruct.encoder.pieces import Batch, Piece, collate, pieces
from medinstruct.encoder.tags import Tagged, tag

__all__ = ["Batch", "Encoder", "EncoderError", "Head", "Kind", "Piece", "Tagged", "collate", "find", "pieces", "tag"]
