"""Hallmarks of Cancer: which of ten hallmarks each sentence of 1,852 PubMed abstracts is about (Baker et al. 2016)."""

import re
from collections.abc import Iterable, Iterator

from medinstruct.corpora.corpus import Corpus, Split
from medinstruct.errors import Place
from medinstruct.formats import line_labels
from medinstruct.formats.draft import Broken, Draft, Read, Repair, one_of
from medinstruct.formats.sentence_labels import join_sentences
from medinstruct.license import License
from medinstruct.source import File
from medinstruct.tasks import Labels

HALLMARKS = {
    "Sustaining proliferative signaling": "Sustaining proliferative signaling (PS)",
    "Evading growth suppressors": "Evading growth suppressors (GS)",
    "Resisting cell death": "Resisting cell death (CD)",
    "Enabling replicative immortality": "Enabling replicative immortality (RI)",
    "Inducing angiogenesis": "Inducing angiogenesis (A)",
    "Activating invasion and metastasis": "Activating invasion and metastasis (IM)",
    "Genomic instability and mutation": "Genomic instability and mutation (GI)",
    "Tumor promoting inflammation": "Tumor promoting inflammation (TPI)",
    "Cellular energetics": "Cellular energetics (CE)",
    "Avoiding immune destruction": "Avoiding immune destruction (ID)",
}

MEANINGS = {
    "Sustaining proliferative signaling": "cancer cells keep the signals up that tell them to divide",
    "Evading growth suppressors": "cancer cells get past what would stop them from dividing, such as TP53 and RB",
    "Resisting cell death": "cancer cells escape apoptosis and other ways to die",
    "Enabling replicative immortality": "cancer cells divide without limit, with telomeres kept long and no senescence",
    "Inducing angiogenesis": "a tumour makes blood vessels grow that feed it",
    "Activating invasion and metastasis": "cancer cells grow into other tissue or spread to other organs",
    "Genomic instability and mutation": "the genome of cancer cells changes more easily, or is repaired less well",
    "Tumor promoting inflammation": "inflammation helps a tumour to arise or to grow",
    "Cellular energetics": "cancer cells change how they gain energy, as by glycolysis where there is oxygen",
    "Avoiding immune destruction": "cancer cells are not found or not destroyed by the immune system",
}
"""What each hallmark says."""

ESCAPE = re.compile(r"\\u([0-9a-f]{4})")


def letters(draft: Draft) -> str | None:
    """Put letters for the escapes (backslash, `u`, four digits) that 117 abstracts of the release hold in their text."""
    text = draft.fields["text"]
    if not ESCAPE.search(text):
        return None
    sentences = [(text[slice(*passage["span"])], passage["labels"]) for passage in draft.fields["passages"]]
    whole = [(ESCAPE.sub(lambda code: chr(int(code[1], 16)), sentence), labels) for sentence, labels in sentences]
    draft.fields |= join_sentences(whole)
    return "escapes in the text are letters"


def hallmarks(draft: Draft) -> None:
    """Keep the first level of each label, once: `Resisting cell death--Apoptosis` is `Resisting cell death`; `NULL`
    is none.
    """
    for passage in draft.fields["passages"]:
        heads = (label.split("--")[0].strip() for label in passage["labels"])
        passage["labels"] = tuple(dict.fromkeys(head for head in heads if head != "NULL"))


def read(files: Iterable[File], *, part: str, repair: Repair | None = None) -> Iterator[Read]:
    """Yield the abstracts of a part of BLURB's split, which lists those of dev and test; the others are train."""
    files = list(files)
    listed = {
        file.stem: {line.rsplit("\t", 1)[-1].split("_")[0] for line in file.lines()[1:]}
        for file in files
        if file.suffix == ".tsv"
    }
    if absent := [name for name in ("dev", "test") if name not in listed]:
        what = f"there is no {absent[0]}.tsv beside the abstracts, without which they would all be train"
        yield Broken(Place("blurb-tsv"), "", what)
        return
    others = set().union(*listed.values())
    abstracts = [
        f for f in files if f.suffix == ".txt" and (f.stem in listed[part] if part in listed else f.stem not in others)
    ]
    yield from line_labels.read(abstracts, identity="pmid", repair=one_of(hallmarks, repair))


FILES = ("text/*.txt", "labels/*.txt", "blurb-tsv/*.tsv")

corpus = Corpus(
    title="Hallmarks of Cancer",
    homepage="https://github.com/sb895/Hallmarks-of-Cancer",
    citation="Baker et al. 2016, Automatic semantic classification of scientific literature according to the hallmarks "
    "of cancer, Bioinformatics 32:432-440, doi:10.1093/bioinformatics/btv585",
    license=License("gpl-3.0", "LICENSE of the release"),
    splits={
        "train": Split("train", FILES, {"documents": 1295}, options={"part": "train"}),
        "dev": Split("validation", FILES, {"documents": 186, "passages": 1798}, options={"part": "dev"}),
        "test": Split("test", FILES, {"documents": 371, "passages": 3547}, options={"part": "test"}),
    },
    tasks={
        "dc": Labels(labels=HALLMARKS, several=True, of="passage", question="Which hallmarks of cancer is this about?")
    },
    # after Hanahan & Weinberg 2011, doi:10.1016/j.cell.2011.02.013, whom the annotators followed
    definitions={HALLMARKS[name]: meaning for name, meaning in MEANINGS.items()},
    guidelines={
        "dc": "A hallmark holds where the text gives evidence for it, as a rule a finding of the study. Several may hold. Cancer being named is "
        "no evidence of any."
    },
    read=read,
    repair=letters,
    obtain="text and labels of https://github.com/sb895/Hallmarks-of-Cancer, and in a folder blurb-tsv dev.tsv and test.tsv of data/HoC in "
    "https://github.com/hieunguyen7337/KeBioLM",
    verified={"train": "9bd056bc7b179580", "dev": "9bd056bc7b179580", "test": "9bd056bc7b179580"},
)
