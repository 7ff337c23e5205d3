"""Terms of corpora and what they come to together."""

import typing

import pytest

from medinstruct import corpora, license
from medinstruct.errors import MedinstructError
from medinstruct.license import FREE_TO_STRICT, TERMS, License, verdict

PAIRS = """
cc0-1.0          cc0-1.0          cc0-1.0            nothing is asked
cc0-1.0          public-domain    cc0-1.0            nothing is asked
cc0-1.0          mit              mit                its notice must stay
cc0-1.0          apache-2.0       apache-2.0         §4: notices must stay
cc0-1.0          cc-by-4.0        cc-by-4.0          BY 4.0 §3(a)
cc0-1.0          cc-by-sa-3.0     cc-by-sa-4.0       BY-SA 3.0 §4(b): a later version with the same elements
cc0-1.0          cc-by-nc-4.0     cc-by-nc-4.0       BY-NC 4.0 §2(a)(1)
cc0-1.0          cc-by-nc-sa-4.0  cc-by-nc-sa-4.0    BY-NC-SA 4.0 §3(b)
cc0-1.0          cc-by-nd-4.0     none               BY-ND 4.0 §2(a)(1)(B): adapted, but not shared
cc0-1.0          gpl-3.0          gpl-3.0            §5(c): the whole under this license
cc0-1.0          research-only    other              no standard license says so
cc0-1.0          agreement        none               may not leave
cc0-1.0          unknown          none               what is not allowed is forbidden
public-domain    public-domain    cc0-1.0            nothing is asked
public-domain    cc-by-2.0        cc-by-4.0          credit, in the version of today
public-domain    cc-by-nc-nd-4.0  none               no adaptation may be shared
public-domain    nlm              cc-by-4.0          credit to the library
mit              mit              mit                itself
mit              apache-2.0       apache-2.0         the one with more conditions
mit              cc-by-4.0        cc-by-4.0          both ask for credit alone
mit              cc-by-sa-3.0     cc-by-sa-4.0       MIT may be sublicensed, its notice kept
mit              cc-by-sa-4.0     cc-by-sa-4.0       MIT may be sublicensed, its notice kept
mit              cc-by-nc-4.0     cc-by-nc-4.0       MIT may be sublicensed, its notice kept
mit              gpl-3.0          gpl-3.0            compatible by the list of the Free Software Foundation
mit              genia            cc-by-4.0          credit
mit              research-only    other              no standard license says so
mit              unknown          none               what is not allowed is forbidden
apache-2.0       apache-2.0       apache-2.0         itself
apache-2.0       cc-by-3.0        cc-by-4.0          both ask for credit alone
apache-2.0       gpl-3.0          gpl-3.0            compatible one way by the list of the Free Software Foundation
apache-2.0       cc-by-sa-4.0     cc-by-sa-4.0       terms of one's own are allowed, §4
apache-2.0       cc-by-nc-sa-4.0  cc-by-nc-sa-4.0    terms of one's own are allowed, §4
apache-2.0       agreement        none               may not leave
cc-by-2.0        cc-by-3.0        cc-by-4.0          credit, in the version of today
cc-by-2.0        cc-by-sa-4.0     cc-by-sa-4.0       the chart: BY in BY-SA
cc-by-3.0        cc-by-3.0        cc-by-4.0          the chart: BY in BY
cc-by-3.0        cc-by-nc-4.0     cc-by-nc-4.0       the chart: BY in BY-NC
cc-by-3.0        gpl-3.0          gpl-3.0            credit can be given under the GPL too
cc-by-4.0        cc-by-4.0        cc-by-4.0          itself
cc-by-4.0        cc-by-sa-3.0     cc-by-sa-4.0       the chart: BY in BY-SA
cc-by-4.0        cc-by-sa-4.0     cc-by-sa-4.0       the chart: BY in BY-SA
cc-by-4.0        cc-by-nc-4.0     cc-by-nc-4.0       the chart: BY in BY-NC
cc-by-4.0        cc-by-nc-sa-4.0  cc-by-nc-sa-4.0    the chart: BY in BY-NC-SA
cc-by-4.0        cc-by-nd-4.0     none               the chart: ND in nothing
cc-by-4.0        gpl-3.0          gpl-3.0            compatible by the list of the Free Software Foundation
cc-by-4.0        genia            cc-by-4.0          credit
cc-by-4.0        nlm              cc-by-4.0          credit
cc-by-4.0        research-only    other              no standard license says so
cc-by-4.0        generator-terms  other              the maker's terms bind the user
cc-by-sa-3.0     cc-by-sa-3.0     cc-by-sa-4.0       §4(b): a later version with the same elements
cc-by-sa-3.0     cc-by-sa-4.0     cc-by-sa-4.0       §4(b): a later version with the same elements
cc-by-sa-3.0     cc-by-nc-4.0     none               BY-SA adaptations may not forbid trade
cc-by-sa-3.0     cc-by-nc-sa-4.0  none               two share-alikes
cc-by-sa-3.0     gpl-3.0          none               version 3.0 has no compatible license
cc-by-sa-3.0     research-only    none               BY-SA adaptations may not be for research only
cc-by-sa-4.0     cc-by-sa-4.0     cc-by-sa-4.0       itself
cc-by-sa-4.0     gpl-3.0          gpl-3.0            the list of compatible licenses, one way
cc-by-sa-4.0     cc-by-nc-4.0     none               BY-SA adaptations may not forbid trade
cc-by-sa-4.0     cc-by-nc-sa-4.0  none               two share-alikes
cc-by-sa-4.0     generator-terms  none               BY-SA adaptations may not be bound further, §3(b)(3)
cc-by-nc-4.0     cc-by-nc-4.0     cc-by-nc-4.0       itself
cc-by-nc-4.0     cc-by-nc-sa-4.0  cc-by-nc-sa-4.0    the chart: BY-NC in BY-NC-SA
cc-by-nc-4.0     gpl-3.0          none               the GPL may not forbid trade, §10
cc-by-nc-4.0     research-only    other              both narrower than trade
cc-by-nc-sa-4.0  gpl-3.0          none               two share-alikes
cc-by-nc-sa-4.0  research-only    none               BY-NC-SA adaptations may not be bound further
cc-by-nc-nd-4.0  cc-by-nd-4.0     none               no adaptation may be shared
gpl-3.0          gpl-3.0          gpl-3.0            itself
gpl-3.0          research-only    none               the GPL may not be narrowed, §10
agreement        unknown          none               neither may leave
isc              mit              mit                as short as the MIT license
isc              cc-by-4.0        cc-by-4.0          both ask for credit alone
cc-by-nc-2.0     cc-by-4.0        cc-by-nc-4.0       the chart: BY in BY-NC
cc-by-nc-3.0     cc-by-nc-sa-3.0  cc-by-nc-sa-4.0    BY-NC-SA 3.0 §4(b): a later version with the same elements
cc-by-nc-sa-3.0  cc-by-sa-4.0     none               two share-alikes
gfdl             cc-by-4.0        none               no license that a mixture may be given is compatible
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
    assert not License("agreement").may_leave
    assert not License("unknown").may_leave
    assert not License("cc-by-nd-4.0").may_leave
    assert License("public-domain").may_leave


def test_texts_about_patients_that_ask_for_a_signature_say_so():
    """Every corpus of i2b2, n2c2 and PhysioNet carries the obligation of its agreement."""
    for id in corpora.names():
        if id.startswith(("i2b2-", "n2c2-", "mednli", "medsts", "share-clefe", "clinicalie-")):
            assert corpora.load(id).license.obligations == {"agreement"}, id
