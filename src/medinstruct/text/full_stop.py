"""How a full stop binds what follows to the word before it, an abbreviation, initial, enumerator or number.

kind      such as                      the sentence ends
never     Dr. Ito, Fig. 2, e.g. Abl    never
number    No. 5, Dec. 1, 6. 97         unless a number follows
name      et al. Nature, U.S. Food     if a starter follows, a word that opens sentences and is hardly a name
capital   i.v. LX-12, q.d. Then        if a starter or any other capitalised word follows
"""

import re
from typing import Final, Literal

Kind = Literal["never", "number", "name", "capital"]


def _words(lines: str) -> list[str]:
    return lines.split()


_LISTED: Final[dict[Kind, str]] = {
    "never": """
        dr Dra Drs Mr Mrs Ms Prof St Mt Hon Rev Gen Sen Gov Capt Lt Sgt Mme Mlle DR PROF
        fig figs eq eqs eqn eqns FIG FIGS tabl e.g i.e vs viz cf ca circa approx incl excl resp ref refs
        Acad Am Biochem Biol Biophys Br Chem Clin Commun Engl Eur Exp Genet Immunol Int Med Mol Mutat Natl
        Pharmacol Physiol Proc Sci Soc Symp Virol
        Sr Sra Srta Dña pág págs núm aprox ej p.ej z.b d.h bzw рис табл см проф акад им т.е т.ч ср напр
    """,
    "number": """
        bp no nos nr sec sect ch chap vol vols pp tab suppl № стр гл ф
        jan feb mar apr jun jul aug sep sept oct nov dec
    """,
    # p and c are those of pages and of variants: "p. Val600Glu", "c. 35G>A".
    "name": """
        al jr inc ltd co corp dept univ sp spp ssp subsp var cv pv ac col cols p c
        г гг др долл руб млн млрд тыс
    """,
}
_ABBREVIATIONS: Final = {
    form: kind
    for kind, words in _LISTED.items()
    for word in _words(words)
    for form in (word, word if len(word) == 1 else word[0].upper() + word[1:])
}
"""Word as written, without its last full stop -> kind; what is listed in lower case may be capitalised."""

STARTERS: Final = frozenset(
    _words("""
    a additionally after all also although among an and another as at because before besides both but by
    compared conclusion conclusions consequently conversely despite due during each even finally first for
    four from furthermore given he hence here how however if in indeed initially instead interestingly it
    its last later like many methods moreover most much neither nevertheless next no none nor not notably
    now of on once one only other our out over overall patient patients previous previously recent recently
    results second several she similarly since so some statistically subsequently such surprisingly than
    that the their then there therefore these they third this those three through thus to together treatment
    two under unlike until up upon using we what when whereas whether which while who with within without
    yet you
    al como con de del desde durante el en este esta esto la las los no para por se sin sobre su sus tras un
    una y а без в все для до и из к как на не но о от по после при с также так у что эта эти это этот
    """)
)
"""Words that, capitalised, open a sentence and are hardly ever a name."""

_LETTERED: Final = frozenset(
    _words("""
    allele amphotericin annexin antigen appendix arm box caspase cathepsin chain class coenzyme cohort
    complex concanavalin cyclosporin cyclosporine cytochrome degrees domain enzyme factor gene grade group
    groups grupo hepatitis immunoglobulin influenza interface isoform kinase lane lectin level metaphase
    method model oncostatin panel part peptidase phase poly polymyxin protein proteinase region section site
    stage strain subgroup substance subtype subunit system tipo troponin type types virus vitamin vitamina
    vitamins группы тип типа
    """)
)
"""Words after which a single capital is no initial: "vitamin C. Patients"."""

_DOTTED: Final = re.compile(r"(?:[^\W\d_]{1,3}\.)+[^\W\d_]{1,3}")  # i.v, U.S, Ph.D
_ENUMERATOR: Final = re.compile(r"\d{1,2}(?:\.\d{1,2})*|[^\W\d_]|[ivxIVX]{1,5}")  # 1, 2.1, a, iv
_SHORT_NUMBER: Final = re.compile(r"(?:.*[^\d.])?\d{1,3}")
_OPERATORS: Final = tuple("=<>≤≥±")


def kind_of(before: list[str]) -> Kind | None:
    """The kind of a full stop, None if it binds nothing.

    Args:
        before: The last words of the sentence so far, without the full stop and without what opens the last
            word (quotes, brackets). Two will do; a single one is the whole sentence so far.
    """
    if not before or (len(before) == 1 and _ENUMERATOR.fullmatch(before[-1])):
        return "never"
    word = before[-1]
    if kind := _ABBREVIATIONS.get(word):
        return kind
    if len(word) == 1 and word.isupper():
        return None if before[-2:-1] and before[-2].lower() in _LETTERED else "name"
    if word[-1:] in _OPERATORS:
        return "never"  # tokenised: "p < . 05"
    if _SHORT_NUMBER.fullmatch(word):
        return "number"  # a blank too many: "a score of 6. 97"
    if _DOTTED.fullmatch(word):
        return "capital" if word.islower() else "name"
    return None
