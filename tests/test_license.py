"""Terms of corpora and what they come to together."""

import re
import typing

import pytest

from medinstruct import corpora, license
from medinstruct.errors import MedinstructError
from medinstruct.license import FREE_TO_STRICT, TERMS, License, verdict

# Where a line names a section, the two texts were read side by side: Creative Commons' legal codes 2.0 to 4.0, CC0, Apache 2.0, GPL 3, GFDL 1.3,
# MIT and ISC, as Debian (/usr/share/common-licenses) and the licenses' own pages have them.
# (The pages of GENIA and of the NLM were not read again: what is said of the two is what their corpora's modules say.)
PAIRS = """
cc0-1.0          cc0-1.0          cc0-1.0            CC0 §2: all rights are waived
cc0-1.0          public-domain    cc0-1.0            no rights, no conditions
cc0-1.0          mit              mit                MIT: the notice in all copies
cc0-1.0          apache-2.0       apache-2.0         Apache §4(a)-(d): notices stay
cc0-1.0          cc-by-4.0        cc-by-4.0          BY 4.0 §3(a)(1): credit, changes, the license
cc0-1.0          cc-by-sa-3.0     cc-by-sa-4.0       BY-SA 3.0 §4(b)(ii): a later version with the same elements
cc0-1.0          cc-by-nc-4.0     cc-by-nc-4.0       BY-NC 4.0 §2(a)(1)(B): adapted, for NonCommercial purposes only
cc0-1.0          cc-by-nc-sa-4.0  cc-by-nc-sa-4.0    BY-NC-SA 4.0 §3(b)(1): the same elements
cc0-1.0          cc-by-nd-4.0     none               BY-ND 4.0 §2(a)(1)(B): adapted, but not shared
cc0-1.0          gpl-3.0          gpl-3.0            GPL §5(c): the entire work, as a whole, under this license
cc0-1.0          research-only    other              no standard license says so
cc0-1.0          agreement        none               may not leave
cc0-1.0          unknown          none               what is not allowed is forbidden
public-domain    public-domain    cc0-1.0            no rights, no conditions
public-domain    cc-by-2.0        cc-by-4.0          BY 2.0 §4(a) binds copies of the work; of derivatives §4(b) asks credit alone
public-domain    cc-by-nc-nd-4.0  none               BY-NC-ND 4.0 §2(a)(1)(B): adapted, but not shared
public-domain    nlm              cc-by-4.0          credit to the library
mit              mit              mit                MIT: itself
mit              apache-2.0       apache-2.0         MIT: to sublicense; its notice stays (Apache §4(c))
mit              cc-by-4.0        cc-by-4.0          MIT: to sublicense; BY 4.0 §3(a)(1) keeps notices
mit              cc-by-sa-3.0     cc-by-sa-4.0       MIT: to sublicense; BY-SA 3.0 §4(b)(ii)
mit              cc-by-sa-4.0     cc-by-sa-4.0       MIT: to sublicense; BY-SA 4.0 §3(b)(1)
mit              cc-by-nc-4.0     cc-by-nc-4.0       MIT: to sublicense; BY-NC 4.0 §2(a)(1)(B)
mit              gpl-3.0          gpl-3.0            MIT's notice is a term of GPL §7(b)
mit              genia            cc-by-4.0          GENIA: annotations under BY 3.0, §4(b): credit
mit              research-only    other              no standard license says so
mit              unknown          none               what is not allowed is forbidden
apache-2.0       apache-2.0       apache-2.0         Apache §4: itself
apache-2.0       cc-by-3.0        cc-by-4.0          Apache §4, last paragraph: other terms for the whole; BY 3.0 §4(b)
apache-2.0       gpl-3.0          gpl-3.0            Apache §4(c)-(d) is GPL §7(b), its §6 is §7(e); one way
apache-2.0       cc-by-sa-4.0     cc-by-sa-4.0       Apache §4, last paragraph: other terms for the whole
apache-2.0       cc-by-nc-sa-4.0  cc-by-nc-sa-4.0    Apache §4, last paragraph: other terms for the whole
apache-2.0       agreement        none               may not leave
cc-by-2.0        cc-by-3.0        cc-by-4.0          §4(b) of both: credit; neither names the license of a derivative
cc-by-2.0        cc-by-sa-4.0     cc-by-sa-4.0       BY 2.0 §4(b); BY-SA 4.0 §3(b)(1)
cc-by-2.0        gpl-3.0          none               BY 2.0 §4(a): credit is taken out on demand; no term of GPL §7
cc-by-3.0        cc-by-3.0        cc-by-4.0          BY 3.0 §4(b): credit alone for adaptations
cc-by-3.0        cc-by-nc-4.0     cc-by-nc-4.0       BY 3.0 §4(b); BY-NC 4.0 §2(a)(1)(B)
cc-by-3.0        gpl-3.0          none               BY 3.0 §4(a): credit is taken out on demand; no term of GPL §7
cc-by-4.0        cc-by-4.0        cc-by-4.0          BY 4.0 §3(a)(4): itself prevents nobody
cc-by-4.0        cc-by-sa-3.0     cc-by-sa-4.0       BY-SA 3.0 §4(b)(ii); BY 4.0 §3(a)(4)
cc-by-4.0        cc-by-sa-4.0     cc-by-sa-4.0       BY-SA 4.0 §3(b)(1); BY 4.0 §3(a)(4)
cc-by-4.0        cc-by-nc-4.0     cc-by-nc-4.0       BY-NC 4.0 §2(a)(1)(B); BY 4.0 §3(a)(4)
cc-by-4.0        cc-by-nc-sa-4.0  cc-by-nc-sa-4.0    BY-NC-SA 4.0 §3(b)(1); BY 4.0 §3(a)(4)
cc-by-4.0        cc-by-nd-4.0     none               BY-ND 4.0 §2(a)(1)(B): adapted, but not shared
cc-by-4.0        gpl-3.0          gpl-3.0            BY 4.0 §3(a)(4); its credit is a term of GPL §7(b)
cc-by-4.0        genia            cc-by-4.0          credit: BY 3.0 §4(b), BY 4.0 §3(a)(1)
cc-by-4.0        nlm              cc-by-4.0          credit to both
cc-by-4.0        research-only    other              no standard license says so
cc-by-4.0        generator-terms  other              the maker's terms bind the user
cc-by-sa-3.0     cc-by-sa-3.0     cc-by-sa-4.0       BY-SA 3.0 §4(b)(ii): a later version with the same elements
cc-by-sa-3.0     cc-by-sa-4.0     cc-by-sa-4.0       BY-SA 3.0 §4(b)(ii)
cc-by-sa-3.0     cc-by-nc-4.0     none               BY-SA 3.0 §4(b): no other license; (II) no terms that restrict
cc-by-sa-3.0     cc-by-nc-sa-4.0  none               §4(b)(ii) and §3(b)(1): each wants its own elements
cc-by-sa-3.0     gpl-3.0          none               BY-SA 3.0 §4(b)(iv) and §1(c): a list that names the GPL for 4.0 alone; GPL §5(c)
cc-by-sa-3.0     research-only    none               BY-SA 3.0 §4(b)(II): no terms that restrict
cc-by-sa-4.0     cc-by-sa-4.0     cc-by-sa-4.0       BY-SA 4.0 §3(b)(1): this version or later
cc-by-sa-4.0     gpl-3.0          gpl-3.0            BY-SA 4.0 §1(c) and §3(b)(1): a compatible license, one way (GPL §5(c))
cc-by-sa-4.0     cc-by-nc-4.0     none               BY-SA 4.0 §3(b)(1): the same elements, and NC is another
cc-by-sa-4.0     cc-by-nc-sa-4.0  none               §3(b)(1) of both: each wants its own elements
cc-by-sa-4.0     generator-terms  none               BY-SA 4.0 §3(b)(3): no additional terms that restrict
cc-by-nc-4.0     cc-by-nc-4.0     cc-by-nc-4.0       BY-NC 4.0 §3(a)(4): itself prevents nobody
cc-by-nc-4.0     cc-by-nc-sa-4.0  cc-by-nc-sa-4.0    BY-NC-SA 4.0 §3(b)(1); BY-NC 4.0 §3(a)(4)
cc-by-nc-4.0     gpl-3.0          none               GPL §7, end, and §10: no further restriction, and NC is one
cc-by-nc-4.0     research-only    other              both narrower than trade
cc-by-nc-sa-4.0  gpl-3.0          none               BY-NC-SA 4.0 §3(b)(1) and GPL §5(c): each wants itself
cc-by-nc-sa-4.0  research-only    none               BY-NC-SA 4.0 §3(b)(3): no additional terms that restrict
cc-by-nc-nd-4.0  cc-by-nd-4.0     none               §2(a)(1)(B) of both: adapted, but not shared
gpl-3.0          gpl-3.0          gpl-3.0            GPL §5(c): itself
gpl-3.0          research-only    none               GPL §10: no further restriction
gpl-3.0          genia            none               GENIA: BY 3.0, whose §4(a) is no term of GPL §7
agreement        unknown          none               neither may leave
isc              mit              mit                ISC and MIT: both notices in all copies
isc              cc-by-4.0        cc-by-4.0          ISC: to modify and distribute, its notice kept; BY 4.0 §3(a)(1)
cc-by-nc-2.0     cc-by-4.0        cc-by-nc-4.0       BY-NC 2.0 §4(b): no commercial advantage; BY 4.0 §3(a)(4)
cc-by-nc-3.0     cc-by-nc-sa-3.0  cc-by-nc-sa-4.0    BY-NC-SA 3.0 §4(b)(ii): a later version with the same elements
cc-by-nc-sa-3.0  cc-by-sa-4.0     none               §4(b) and §3(b)(1): each wants its own elements
gfdl             cc-by-4.0        none               GFDL §4: precisely this License; §11 ended on 1 August 2009
"""


@pytest.mark.parametrize("line", PAIRS.strip().splitlines(), ids=lambda line: " + ".join(line.split()[:2]))
def test_what_two_licenses_come_to(line):
    one, other, whole, _ = line.split(maxsplit=3)
    due = None if whole == "none" else whole
    assert verdict({"a": one, "b": other}).license == due
    assert verdict({"a": other, "b": one}).license == due, "the order of the parts plays no role"


def test_the_table_covers_every_license():
    named = {name for line in PAIRS.strip().splitlines() for name in line.split()[:2]}
    assert named == set(TERMS)
    assert len(PAIRS.strip().splitlines()) >= 60


@pytest.mark.parametrize("id", TERMS)
def test_the_terms_of_a_license_are_complete(id):
    terms = TERMS[id]
    assert terms.obligations <= set(typing.get_args(license.Obligation))
    assert terms.adapted <= set(FREE_TO_STRICT)
    assert terms.why or terms.adapted == set(FREE_TO_STRICT)


def test_more_parts_never_free_a_mixture():
    """What a mixture may carry shrinks with every part."""
    for one in TERMS:
        for other in TERMS:
            alone, both = verdict({"a": one}), verdict({"a": one, "b": other})
            assert set(both.obligations) >= set(alone.obligations)
            if both.license:
                assert alone.license
                assert FREE_TO_STRICT.index(both.license) >= FREE_TO_STRICT.index(alone.license)


def test_leaving_out_what_is_named_makes_the_wish_come_true():
    parts = {f"corpus-{id}": id for id in TERMS}
    for wish, drop in verdict(parts).drop.items():
        rest = {part: id for part, id in parts.items() if part not in drop}
        assert all(wish in TERMS[id].adapted for id in rest.values())
        for part in drop:
            assert wish not in TERMS[parts[part]].adapted, "nothing is left out in vain"


def test_two_share_alikes_are_told_as_a_pair():
    found = verdict({"a": "cc-by-sa-4.0", "b": "cc-by-nc-sa-4.0", "c": "mit"})
    assert [(c.one, c.other) for c in found.conflicts] == [("cc-by-nc-sa-4.0", "cc-by-sa-4.0")]
    assert found.collection, "side by side, each under its own terms"
    assert found.hub == "other"


def test_text_under_agreement_is_no_part_of_a_collection():
    found = verdict({"a": "cc-by-4.0", "b": "agreement"})
    assert found.license is None
    assert not found.collection
    assert found.drop["cc-by-4.0"] == ("b",)
    assert "lets no text leave" in found.conflicts[0].why


def test_what_rules_out_a_freer_license_is_told():
    found = verdict({"a": "cc-by-4.0", "b": "cc-by-sa-3.0", "c": "cc0-1.0"})
    assert found.license == "cc-by-sa-4.0"
    assert found.because == (
        "cc-by-4.0 asks for attribution",
        "cc-by-sa-3.0 lets adaptations carry no other license than itself or a compatible one",
    )


def test_the_attribution_file_names_every_part_with_its_license():
    parts = {
        "zeta": {"title": "Zeta", "homepage": "https://z.example", "citation": "Z 2020.", "version": "2", "license": "cc-by-4.0", "stated": "card"},
        "alpha": {"title": "Alpha", "homepage": "https://alpha.example", "citation": "A 2019.", "version": "", "license": "unknown", "stated": ""},
    }  # fmt: skip
    text = license.attribution(parts)
    assert text.index("## Alpha") < text.index("## Zeta (2)")
    assert "[cc-by-4.0](https://creativecommons.org/licenses/by/4.0/legalcode), stated by: card" in text
    assert "- License: unknown\n" in text


def test_what_corpora_say_of_themselves_is_text_in_the_attribution_file():
    hostile = "x\n\n# Huge <script>alert(1)</script> [a](javascript:b) ![d](http://e)"
    said = dict.fromkeys(("title", "homepage", "citation", "version", "license", "stated"), hostile)
    text = license.attribution({"one": said, "two": {**said, "homepage": "https://a_b.example/c_d_e"}})
    assert len(re.findall(r"^#", text, re.MULTILINE)) == 3
    assert not re.search(r"<script|(?<!\\)\]\((?!https://a_b\.example/c_d_e\))|(?<!\\)!", text)


def test_a_license_that_nobody_knows_is_refused_where_it_is_stated():
    with pytest.raises(MedinstructError, match=r"did you mean cc-by-4\.0"):
        License("cc-by-4")
    with pytest.raises(MedinstructError, match=r"corpus-x: no license"):
        verdict({"corpus-x": "cc-by-4"})


def test_a_mixture_is_under_the_obligations_of_all_its_parts():
    assert license.together({"cc0-1.0", "mit"}) == {"attribution"}
    assert license.together({"cc-by-sa-4.0", "cc-by-nc-4.0"}) == {"attribution", "share-alike", "non-commercial"}
    assert license.together(set()) == set()


def test_what_is_under_agreement_or_of_unknown_terms_may_not_leave():
    for id in ("agreement", "unknown", "cc-by-nd-4.0"):
        assert not verdict({"part": id, "other": "cc0-1.0"}).collection
    assert verdict({"part": "public-domain"}).collection


def test_texts_about_patients_that_ask_for_a_signature_say_so():
    """Every corpus of i2b2, n2c2 and PhysioNet carries the obligation of its agreement."""
    for id in corpora.names():
        if id.startswith(("i2b2-", "n2c2-", "mednli", "medsts", "share-clefe", "clinicalie-")):
            assert corpora.load(id).license.obligations == {"agreement"}, id
