"""CRAFT: cell types and diseases with their concepts in 97 full-text articles of PubMed Central (Bada et al. 2012;
Cohen et al. 2017).
"""

from collections.abc import Iterable, Iterator
from functools import partial

from medinstruct.corpora.corpus import Corpus, Download, Split
from medinstruct.document import Document
from medinstruct.errors import Place
from medinstruct.formats import knowtator, knowtator2
from medinstruct.formats.draft import Broken, Draft, Read, Repair, finish, one_of
from medinstruct.license import License
from medinstruct.source import File
from medinstruct.tasks import Concepts, Spans


def by_layer(draft: Draft, layer: str) -> None:
    """The class of a mention is its concept, `CL:0000540` or `http://purl.obolibrary.org/obo/MONDO_0004992`; its type
    is the layer.
    """
    for mention in draft.fields["mentions"]:
        vocabulary, _, id = mention["types"][0].rpartition("/")[2].replace("_", ":").partition(":")
        mention |= {"types": (layer,), "concepts": ({"vocabulary": vocabulary, "id": id},)}


def without_empty_parts(draft: Draft) -> str | None:
    """Leave out parts of a mention that hold nothing, if others are left."""
    freed = 0
    for mention in draft.fields["mentions"]:
        spans = tuple(span for span in mention["spans"] if span[0] < span[1])
        if spans and spans != mention["spans"]:
            mention |= {"spans": spans, "text": mention["text"].strip()}
            freed += 1
    return f"{freed} mentions freed from parts that hold nothing" if freed else None


def joined(cells: Read, diseases: Read | None) -> Read:
    """One article with the mentions of both layers, or what is wrong with either."""
    if not isinstance(cells, Document) or not isinstance(diseases, Document):
        return cells if isinstance(cells, Broken) or diseases is None else diseases
    both = {name: getattr(cells, name) + getattr(diseases, name) for name in ("mentions", "identities", "notes")}
    [article] = finish([Draft(Place(f"articles/txt/{cells.id}.txt"), {"id": cells.id, "text": cells.text, **both})])
    return article


def read(files: Iterable[File], *, part: str, repair: Repair | None = None) -> Iterator[Read]:
    """Yield the articles that `craft-ids-<part>.txt` lists, each with the mentions of both layers."""
    folders: dict[str, dict[str, File]] = {"ids": {}, "txt": {}, "knowtator": {}, "knowtator-2": {}}
    for file in files:
        *_, folder, name = file.name.split("/")
        folders.get(folder, {})[name.partition(".")[0]] = file
    if not (listed := folders["ids"].get(f"craft-ids-{part}")):
        yield Broken(Place("articles/ids"), "", f"there is no craft-ids-{part}.txt, which lists the articles of {part}")
        return
    chosen = set(listed.lines())
    texts, cells, diseases = (
        [file for id, file in folders[name].items() if id in chosen] for name in ("txt", "knowtator", "knowtator-2")
    )
    in_cells, in_diseases = (one_of(partial(by_layer, layer=layer), repair) for layer in ("CL", "MONDO"))
    found = {record.id: record for record in knowtator2.read([*texts, *diseases], identity="pmid", repair=in_diseases)}
    for record in knowtator.read([*texts, *cells], repair=in_cells):
        yield joined(record, found.get(record.id))


def files(part: str) -> tuple[str, ...]:
    layers = ("CL/CL/knowtator/*.knowtator.xml", "MONDO/MONDO_without_genotype_annotations/knowtator-2/*.xml")
    return (f"articles/ids/craft-ids-{part}.txt", "articles/txt/*.txt", *layers)


corpus = Corpus(
    title="CRAFT, cell types and diseases",
    homepage="https://github.com/UCDenver-ccp/CRAFT",
    citation="Bada et al. 2012, Concept annotation in the CRAFT corpus, BMC Bioinformatics 13:161, doi:10.1186/1471-2105-13-161",
    license=License("cc-by-3.0", "LICENSE.txt of the release, for the annotations; texts of the PMC Open Access Subset"),
    version="5",
    splits={
        "train": Split("train", files("train"), {"documents": 60, "mentions": 5297, "repaired": 1}, options={"part": "train"}),
        "dev": Split("validation", files("dev"), {"documents": 7, "mentions": 813, "repaired": 0}, options={"part": "dev"}),
        "test": Split("test", files("test"), {"documents": 30, "mentions": 2762, "repaired": 0}, options={"part": "test"}),
    },
    # Two of its ten layers of concepts; the others ask for ontologies of their own.
    tasks={
        "ner": Spans(labels={"CL": "Cell type", "MONDO": "Disease"}, question="Which cell types and diseases are mentioned?"),
        "ned": Concepts(
            vocabularies={"CL": "Cell Ontology", "MONDO": "Mondo", "HP": "Human Phenotype Ontology"}, types=("CL", "MONDO"),
            question="Which class of the Cell Ontology (CL) or the Mondo Disease Ontology (MONDO) is it?",
        ),
    },
    read=read,
    repair=without_empty_parts,
    downloads=(Download("https://github.com/UCDenver-ccp/CRAFT/archive/2abe82b8bb8089448b84937d5f61d8c218011322.zip", "CRAFT.zip"),),
    verified={"train": "16d9ff7c1ac2bd63", "dev": "548456697bbee24f", "test": "e1988fa611fd6893"},
)  # fmt: skip
