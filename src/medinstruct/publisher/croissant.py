"""A build as Croissant 1.1 with the fields of its extension for responsible AI (RAI), from the manifest and the ledger alone.

Sources: https://docs.mlcommons.org/croissant/docs/croissant-spec-1.1.html and …/croissant-rai-spec.html; checked by `mlcroissant`
1.1.1, whose `mlc.Dataset(jsonld=…).records("train")` yields the rows. A record set is a shard, as a set of files that are not packed together is
no table to it.
"""

from __future__ import annotations

from typing import Any

from medinstruct.artefact import SCHEMA

CONTEXT: dict[str, Any] = {
    "@language": "en", "@vocab": "https://schema.org/", "arrayShape": "cr:arrayShape", "citeAs": "cr:citeAs", "column": "cr:column",
    "conformsTo": "dct:conformsTo", "containedIn": "cr:containedIn", "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/", "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"}, "dct": "http://purl.org/dc/terms/", "description": {"@container": "@language"},
    "equivalentProperty": "cr:equivalentProperty", "examples": {"@id": "cr:examples", "@type": "@json"}, "extract": "cr:extract",
    "field": "cr:field", "fileProperty": "cr:fileProperty", "fileObject": "cr:fileObject", "fileSet": "cr:fileSet", "format": "cr:format",
    "includes": "cr:includes", "isArray": "cr:isArray", "isLiveDataset": "cr:isLiveDataset", "jsonPath": "cr:jsonPath", "key": "cr:key",
    "md5": "cr:md5", "name": {"@container": "@language"}, "parentField": "cr:parentField", "path": "cr:path", "recordSet": "cr:recordSet",
    "references": "cr:references", "regex": "cr:regex", "repeated": "cr:repeated", "replace": "cr:replace", "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/", "separator": "cr:separator", "source": "cr:source", "subField": "cr:subField", "transform": "cr:transform",
}  # fmt: skip
"""Of the specification; readers compare it."""

COLUMNS = {
    "id": "Names what is asked of which part of which source, whatever the wording.",
    "digest": "Over messages and gold.",
    "corpus": "The corpus that the row comes from.",
    "corpus_version": "Its version.",
    "split": "Its official split.",
    "document": "Id of the source document or item.",
    "groups": "Every identity of every source text: pmid, pmcid, doi, text hash.",
    "task": "What is annotated: ner, re, ee, dc, nli, sts, qa, …",
    "type": "As which unified task type it is asked.",
    "template": "Name of the wording.",
    "template_hash": "Its hash.",
    "answer_format": "How the answer is written and read back.",
    "language": "Of the text.",
    "license": "Of the corpus.",
    "messages": "What the model sees, the answer last.",
    "example": "JSON of the question: all that parsing and display need.",
    "gold": "JSON of the right answer: all that scoring needs beside the question.",
    "meta": "JSON of the lineage: place in the document, annotations, draws.",
}


def write(
    manifest: dict[str, Any], ledger: dict[str, Any], *, license: str, address: str = "", version: str = ""
) -> dict[str, Any]:
    """Return the Croissant description of a build.

    Args:
        manifest: Of the build.
        ledger: Of the build.
        license: An address, or the words for terms that have none.
        address: What stands before the names of files; empty for files beside the description.
        version: Of the publication; empty for a build that has none.
    """
    return {
        "@context": CONTEXT, "@type": "sc:Dataset", "conformsTo": ["http://mlcommons.org/croissant/1.1", "http://mlcommons.org/croissant/RAI/1.0"],
        "name": manifest["recipe"], "description": " ".join(f"{manifest['title']}. {manifest['about']}".split()),
        "license": license, "url": address or "https://huggingface.co/datasets", "version": version or "0.0.0",
        "keywords": ["medical", "instruction-tuning", *sorted({entry["task"] for entry in ledger["examples"]})],
        "inLanguage": sorted({language for corpus in manifest["corpora"].values() for language in corpus["languages"]}),
        "isBasedOn": [corpus["homepage"] for corpus in manifest["corpora"].values()],
        "citeAs": " ".join(corpus["citation"] for corpus in manifest["corpora"].values()),
        "creator": {"@type": "sc:Organization", "name": "Built with medinstruct " + manifest["medinstruct"]},
        "datePublished": "1970-01-01",
        **_responsible(manifest, ledger),
        "distribution": [_file(shard, address) for shard in manifest["shards"]],
        "recordSet": [_records(name, shard["file"]) for name, shard in record_sets(manifest).items()],
    }  # fmt: skip


def record_sets(manifest: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The shards by the names of their record sets: that of the split, numbered where it has several."""
    found: dict[str, dict[str, Any]] = {}
    for split in manifest["rows"]:
        shards = [shard for shard in manifest["shards"] if shard["split"] == split]
        found |= {split if len(shards) == 1 else f"{split}-{n:05d}": shard for n, shard in enumerate(shards)}
    return found


def _responsible(manifest: dict[str, Any], ledger: dict[str, Any]) -> dict[str, Any]:
    corpora, examples = manifest["corpora"], ledger["totals"]["examples"]
    dropped = "; ".join(f"{count:,} {reason}" for reason, count in examples["dropped"].items())
    broken = sum(len(corpus["broken"]) for corpus in corpora.values())
    return {
        "rai:dataCollection": "Annotated corpora, each as its distributors released it: "
        + "; ".join(f"{corpus['title']} ({corpus['license']})" for corpus in corpora.values()),
        "rai:dataCollectionType": ["Secondary Data Analysis", "Existing datasets"],
        "rai:dataPreprocessingProtocol": ["Texts were cut into documents, passages, sentences or windows and put into prompts; offsets were kept."],
        "rai:dataAnnotationProtocol": "Annotations are those of the corpora, by their own guidelines; none was added.",
        "rai:dataImputationProtocol": "None.",
        "rai:dataCollectionMissingData": f"Of {examples['in']:,} candidates {examples['kept']:,} were kept. Left out: {dropped or 'none'}. "
        f"Source records that could not be used: {broken:,}.",
        "rai:dataUseCases": ["Instruction tuning and evaluation of language models on biomedical and clinical text."],
        "rai:dataLimitations": ["Inherits the errors, the selection and the age of each corpus.", "Not for decisions about patients."],
        "rai:dataBiases": ["What is annotated follows the interests of the corpora: mostly English, mostly literature."],
        "rai:personalSensitiveInformation": ["Texts about patients are de-identified by their distributors, where there are any."],
        "rai:dataReleaseMaintenancePlan": "Versions are rebuilt from the recipe; each lists what changed.",
    }  # fmt: skip


def _file(shard: dict[str, Any], address: str) -> dict[str, Any]:
    return {
        "@type": "cr:FileObject", "@id": shard["file"], "name": shard["file"], "sha256": shard["sha256"],
        "contentUrl": f"{address}/{shard['file']}" if address else shard["file"], "encodingFormat": "application/x-parquet",
    }  # fmt: skip


def _records(name: str, file: str) -> dict[str, Any]:
    return {
        "@type": "cr:RecordSet", "@id": name, "name": name, "key": {"@id": f"{name}/id"},
        "field": [_field(name, file, column) for column in SCHEMA.names],
    }  # fmt: skip


def _field(name: str, file: str, column: str) -> dict[str, Any]:
    found: dict[str, Any] = {
        "@type": "cr:Field", "@id": f"{name}/{column}", "name": f"{name}/{column}", "description": COLUMNS[column], "dataType": "sc:Text",
    }  # fmt: skip
    source: dict[str, Any] = {"fileObject": {"@id": file}, "extract": {"column": column}}
    if column in ("groups", "messages"):
        found |= {"isArray": True, "arrayShape": "-1"}
    if column != "messages":
        return {**found, "source": source}
    del found["dataType"]
    return {**found, "subField": [
        {
            "@type": "cr:Field", "@id": f"{name}/{column}/{part}", "name": f"{name}/{column}/{part}", "dataType": "sc:Text",
            "description": f"The {part} of each turn.", "source": {**source, "transform": {"jsonPath": part}},
        }
        for part in ("role", "content")
    ]}  # fmt: skip
