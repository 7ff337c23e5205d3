"""NEREL-BIO: nested entities of 37 types and 47 kinds of relations between them, in 766 Russian PubMed abstracts
(Loukachevitch et al. 2023).
"""

from functools import partial

from medinstruct.corpora.corpus import Corpus, Download, Split
from medinstruct.document import quote
from medinstruct.formats import brat
from medinstruct.formats.draft import Draft
from medinstruct.license import License
from medinstruct.tasks import Relations, Spans

TYPES = {
    "ACTIVITY": "Activity", "ADMINISTRATION_ROUTE": "Administration route", "AGE": "Age", "ANATOMY": "Anatomy", "CHEM": "Chemical",
    "CITY": "City", "COUNTRY": "Country", "DATE": "Date", "DEVICE": "Medical device", "DISO": "Disease", "DISTRICT": "District",
    "EVENT": "Event", "FACILITY": "Facility", "FAMILY": "Family", "FINDING": "Finding", "FOOD": "Food", "GENE": "Gene",
    "HEALTH_CARE_ACTIVITY": "Health care activity", "INJURY_POISONING": "Injury or poisoning", "LABPROC": "Laboratory procedure",
    "LIVB": "Living being", "LOCATION": "Location", "MEDPROC": "Medical procedure", "MENTALPROC": "Mental process", "MONEY": "Money",
    "NATIONALITY": "Nationality", "NUMBER": "Number", "ORDINAL": "Ordinal", "ORGANIZATION": "Organization", "PERCENT": "Percent",
    "PERSON": "Person", "PHYS": "Physiological function", "PRODUCT": "Product", "PROFESSION": "Profession",
    "SCIPROC": "Research procedure", "STATE_OR_PROVINCE": "State or province", "TIME": "Time",
    # These are not among the 37 types of the authors' list; there are 18 mentions of them.
    "AWARD": None, "CRIME": None, "LANGUAGE": None, "LAW": None,
}  # fmt: skip
PEOPLE = "PERSON PROFESSION FAMILY NATIONALITY LIVB"
PLACES = "CITY COUNTRY DISTRICT STATE_OR_PROVINCE LOCATION FACILITY ORGANIZATION"
STEPS = "MEDPROC LABPROC SCIPROC HEALTH_CARE_ACTIVITY"
ILLS = "DISO INJURY_POISONING"
ALL = " ".join(TYPES)
RELATIONS: dict[str, tuple[str | None, str, str]] = {
    "ABBREVIATION": ("is written in short as", ALL, ALL),
    "AFFECTS": ("affects", f"{ILLS} CHEM FINDING PHYS", "ANATOMY FINDING LIVB MENTALPROC PERSON PHYS"),
    "AGE_DIED_AT": ("died at the age of", PEOPLE, "AGE"),
    "AGE_IS": ("is aged", f"{PEOPLE} ANATOMY MEDPROC PHYS", "AGE"),
    "ALTERNATIVE_NAME": ("is also called", ALL, ALL),
    "APPLIED_TO": ("is applied to", f"{STEPS} CHEM ADMINISTRATION_ROUTE", "ANATOMY MENTALPROC PHYS FINDING"),
    "ASSOCIATED_WITH": ("is associated with", "DISO PHYS SCIPROC", f"{ILLS} CHEM FINDING GENE PHYS"),
    "CAUSE_OF_DEATH": ("died of", PEOPLE, ILLS),
    "CONSUME": ("consumes", PEOPLE, "CHEM FOOD PRODUCT"),
    "DATE_OF_BIRTH": ("was born on", PEOPLE, "DATE"),
    "DATE_OF_CREATION": ("was created on", "LAW AWARD PRODUCT", "DATE"),
    "DATE_OF_DEATH": ("died on", PEOPLE, "DATE"),
    "DOSE_IS": ("is given at a dose of", "CHEM", "NUMBER"),
    "DURATION_OF": ("lasts for", f"{STEPS} CHEM", "DATE TIME"),
    "EXPENDITURE": ("spends", f"{PEOPLE} {PLACES}", "MONEY"),
    "FINDING_OF": ("is a finding in", "FINDING", "INJURY_POISONING LIVB PERSON PHYS"),
    "FOUNDED_BY": ("was founded by", "FACILITY ORGANIZATION", "ORGANIZATION PERSON"),
    "HAS_ADMINISTRATION_ROUTE": ("is administered by the route", "CHEM", "ADMINISTRATION_ROUTE"),
    "HAS_CAUSE": ("is caused by", f"{ILLS} EVENT FINDING PHYS", f"{ILLS} ACTIVITY CHEM EVENT FINDING GENE LIVB MEDPROC PHYS"),
    "HEADQUARTERED_IN": ("has its seat in", "ORGANIZATION", PLACES),
    "LOCATED_IN": ("is located in", f"{PLACES} {ILLS} PERSON", f"{PLACES} ANATOMY"),
    "MEDICAL_CONDITION": ("has the condition", PEOPLE, ILLS),
    "MEMBER_OF": ("is a member of", PEOPLE, "FAMILY LIVB ORGANIZATION PERSON"),
    "MENTAL_PROCESS_OF": ("is a mental process of", "MENTALPROC", f"{PEOPLE} ANATOMY"),
    "ORGANIZES": ("organizes", "ORGANIZATION", "EVENT"),
    "ORIGINS_FROM": ("comes from", ALL, f"{PLACES} ANATOMY DISO LABPROC LIVB NATIONALITY NUMBER PERSON SCIPROC"),
    "OWNER_OF": ("owns", "ORGANIZATION PERSON", "FACILITY ORGANIZATION PRODUCT"),
    "PARENT_OF": ("is a parent of", "PERSON", "PERSON"),
    "PARTICIPANT_IN": ("takes part in", f"{PEOPLE} FACILITY ORGANIZATION", f"{STEPS} ACTIVITY EVENT"),
    "PART_OF": ("belongs as a part to", "ANATOMY FACILITY ORGANIZATION", "ANATOMY FACILITY LIVB ORGANIZATION PERSON"),
    "PHYSIOLOGY_OF": ("is a function of", "PHYS", f"{PEOPLE} ANATOMY"),
    "PLACE_OF_BIRTH": ("was born in", "PERSON", PLACES),
    "PLACE_OF_DEATH": ("died in", "PERSON", PLACES),
    "PLACE_RESIDES_IN": ("lives in", "PERSON PROFESSION", PLACES),
    "POINT_IN_TIME": ("takes place on", f"{STEPS} EVENT PRODUCT", "DATE TIME"),
    "PROCEDURE_PERFORMED": ("undergoes", PEOPLE, STEPS),
    "PRODUCES": ("produces", "ORGANIZATION PROFESSION", "LAW PRODUCT"),
    "RELATIVE": ("is a relative of", "PERSON", "PERSON"),
    "SCHOOLS_ATTENDED": ("studies at", "PERSON", "ORGANIZATION"),
    "SUBCLASS_OF": ("is a kind of", ALL, ALL),
    "SUBEVENT_OF": ("is a part of the event", "EVENT", "EVENT"),
    "TAKES_PLACE_IN": ("takes place in", f"{STEPS} ACTIVITY EVENT", f"{PLACES} PERSON"),
    "TO_DETECT_OR_STUDY": ("serves to detect or study", STEPS, f"{ILLS} ANATOMY CHEM FINDING GENE LIVB MEDPROC PHYS"),
    "TREATED_USING": ("is treated with", f"{PEOPLE} {ILLS} MENTALPROC PHYS", "CHEM MEDPROC"),
    "TREATS_DISO": (None, "MEDPROC", "DISO"),  # there is one, and `is treated with` says it the other way round
    "USED_IN": ("is used in", f"{STEPS} CHEM DEVICE FACILITY FOOD PRODUCT", f"{STEPS} ANATOMY CHEM FOOD PERSON"),
    "VALUE_IS": ("has the value", f"{STEPS} CHEM FINDING PHYS", "AGE DATE NUMBER PERCENT"),
    "WORKPLACE": ("works at", "PERSON PROFESSION", PLACES),
    "WORKS_AS": ("works as", "PERSON", "PROFESSION"),
}  # fmt: skip


def put_in_order(draft: Draft) -> str | None:
    """Put the parts of a mention into the order of the text; they were sorted as if they were words, 1014 before 989."""
    moved = 0
    for mention in draft.fields["mentions"]:
        spans = tuple(sorted(mention["spans"]))
        if spans != mention["spans"] and quote(draft.fields["text"], mention["spans"]) == mention["text"]:
            mention |= {"spans": spans, "text": quote(draft.fields["text"], spans)}
            moved += 1
    return f"the parts of {moved} mentions put into the order of the text" if moved else None


def identity(name: str) -> str:
    """`25558104_ru` is the Russian abstract of article 25558104, `25591652_en` the English one of 25591652."""
    return f"pmid:{name.partition('_')[0]}"


def files(part: str) -> tuple[str, ...]:
    return (f"nerel-bio-v1.0/{part}/*.txt", f"nerel-bio-v1.0/{part}/*.ann")


corpus = Corpus(
    title="NEREL-BIO",
    homepage="https://github.com/nerel-ds/NEREL-BIO",
    citation="Loukachevitch et al. 2023, NEREL-BIO, Bioinformatics 39:btad161, doi:10.1093/bioinformatics/btad161",
    license=License("unknown", "the repository of the authors states none"),
    version="1.0",
    languages=("ru",),
    splits={
        "train": Split("train", files("train"), {"documents": 612, "mentions": 54210, "relations": 43578, "repaired": 18}),
        "dev": Split("validation", files("dev"), {"documents": 77, "mentions": 6435, "relations": 4501, "repaired": 1}),
        "test": Split("test", files("test"), {"documents": 77, "mentions": 6173, "relations": 4132, "repaired": 2}),
    },
    tasks={
        "ner": Spans(labels=TYPES, question="Which entities of these types are mentioned?"),
        "re": Relations(
            labels={type: words for type, (words, _, _) in RELATIONS.items()},
            arguments={type: (tuple(first.split()), tuple(second.split())) for type, (_, first, second) in RELATIONS.items()},
            none="has no stated relation to",
            question="How is the first related to the second, according to the text?",
        ),
    },
    read=partial(brat.read, identity=identity),
    repair=put_in_order,
    downloads=(Download("https://github.com/nerel-ds/NEREL-BIO/archive/a7d0d16043850166a4e378190e53968fc4a2ab72.zip", "nerel-bio.zip"),),
    verified={"train": "2003cdcf7e324c15", "dev": "c2da6228f37f605f", "test": "34a8477a85ad87aa"},
)  # fmt: skip
