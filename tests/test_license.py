"""Terms of corpora and what they come to together."""

import pytest

from medinstruct import corpora, license
from medinstruct.errors import MedinstructError
from medinstruct.license import License


def test_a_license_that_nobody_knows_is_refused_where_it_is_stated():
    with pytest.raises(MedinstructError, match=r"did you mean cc-by-4\.0"):
        License("cc-by-4")


def test_a_mixture_is_under_the_obligations_of_all_its_parts():
    assert license.together({"cc0-1.0", "mit"}) == {"attribution"}
    assert license.together({"cc-by-sa-4.0", "cc-by-nc-4.0"}) == {"attribution", "share-alike", "non-commercial"}
    assert license.together(set()) == set()


def test_what_is_under_agreement_or_of_unknown_terms_may_not_leave():
    assert not License("agreement").may_leave
    assert not License("unknown").may_leave
    assert License("public-domain").may_leave


def test_texts_about_patients_that_ask_for_a_signature_say_so():
    """Every corpus of i2b2, n2c2 and PhysioNet carries the obligation of its agreement."""
    for id in corpora.names():
        if id.startswith(("i2b2-", "n2c2-", "mednli", "medsts", "share-clefe", "clinicalie-")):
            assert corpora.load(id).license.obligations == {"agreement"}, id
