"""Which real documents share a wording, and that a change made by hand is named, alone and as it was made."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import pytest

from db.database import Store
from db.moa_models import Difference, MoaWording
from db.queries import moas
from tests.monitor.documents.shelf import alter, take_in
from tests.paths import DOCUMENTS

pytestmark = pytest.mark.skipif(not DOCUMENTS.is_dir(), reason=f"the real documents are not at {DOCUMENTS}")

_REPORT = (
    "The LEA shall report to its county commission each month on the number of persons held under this\n"
    "agreement, and shall publish that report on its own website for the residents of the county."
)
_COURT = "No person shall be held under this MOA for longer than the time that a court of this state has ordered."
#: Name: the document altered, what is found in it, what is put in its place, and the one difference that must be named.
ALTERED: dict[str, tuple[str, str, str, Difference]] = {
    "clause_struck_tfm.pdf": (
        "NatronaCoSheriffsOfficeWY_TFM_MOA_05082025.pdf",
        r"Termination by the LEA shall be provided, in writing, to\s+the local Field Office\.\s",
        "",
        {"kind": "struck", "page": 8, "document": "",
         "template": "Termination by the LEA shall be provided, in writing, to the local Field Office."},
    ),
    "days_changed_tfm.pdf": (
        "jeffersonCountySherrifsOffice_TF_MOA_03122025.pdf", "a 90-day notice", "a 30-day notice",
        {"kind": "changed", "page": 9, "template": "90-day", "document": "30-day"},
    ),
    "paragraph_added_tfm.pdf": (
        "OceanRidgePDFL_TFM_MOA_041425.pdf", "XVII. MODIFICATION OF THIS MOA",
        f"{_REPORT}\nXVII. MODIFICATION OF THIS MOA",
        {"kind": "added", "page": 8, "template": "", "document": _REPORT.replace("\n", " ")},
    ),
    "expiry_added_tfm.pdf": (
        "KeyColonyBeachPoliceDeptFL_TFM_MOA_04.10.2025.pdf", r"the local Field Office\. \n",
        "the local Field Office. It expires on 12/31/2026 unless both parties agree to renew it. \n",
        {"kind": "added", "page": 8, "template": "",
         "document": "It expires on 12/31/2026 unless both parties agree to renew it."},
    ),
    "not_added_wso.pdf": (
        "287gWSO_PutnamCoFl2019-10-15.pdf",
        "The PCSO and ICE enter into this MOA", "The PCSO will not enter into this MOA",
        {"kind": "changed", "page": 1, "template": "and ICE", "document": "will not"},
    ),
    "days_changed_wso.pdf": (
        "gladesCo_WSO_MOA_02.18.2025.pdf", "upon 90-day written notice", "upon 60-day written notice",
        {"kind": "changed", "page": 6, "template": "90-day", "document": "60-day"},
    ),
    "clause_struck_wso.pdf": (
        "palmBeachCoSheriffsOffice_WSO_MOA_02.26.2025.pdf", r"Nothing herein limits[^.]*\.", "",
        {"kind": "struck", "page": 6, "document": "",
         "template": "Nothing herein limits LEA's compliance with state public records laws regarding those records"
         " that are solely state records and not ICE records."},
    ),
    "days_changed_jem.pdf": (
        "287gJEM_ClayCoFl2020-03-11.pdf", "a 90-day notice", "a 180-day notice",
        {"kind": "changed", "page": 7, "template": "90-day", "document": "180-day"},
    ),
    "paragraph_added_jem.pdf": (
        "287gJEM_MatagordaCoTX_03-13-2020.pdf", "VI. MODIFICATIONS TO THIS MOA",
        f"{_COURT}\nVI. MODIFICATIONS TO THIS MOA",
        {"kind": "added", "page": 6, "template": "", "document": _COURT},
    ),
}  # fmt: skip
#: What the real documents differ in, read by eye beside the wording's other documents: first words of each.
BY_EYE = {
    # "Termination by the LEA ... to the local Field Office and will be effective immediately if no date is given"
    "287g_JEM_TarrantCoTX_06-16-2020.pdf": ["Tarrant County, by and through", "and will be effective immediately"],
    # these two lack the addendum on the review every three years, which the others have behind their appendices
    "287gJEM_KlebergCoTX_07-31-2020.pdf": [
        "within their respective",
        "ADDENDUM TO MODIFY",
        "The following language shall",
    ],
    "287gJEM_PolkCoGa2020-07-02.pdf": ["within their respective", "ADDENDUM TO MODIFY", "The following language shall"],
    "OklahomaBureauNarcotics_TFM_MOA_02.18.25.pdf": ["an Oklahoma statewide law", "a removable alien, the alien"],
    "OwyheeCoID_TFM_MOA_03.07.25.pdf": ["287(g) Task Force Model"],
}


@pytest.fixture(scope="module")
def wordings(tmp_path_factory: pytest.TempPathFactory) -> dict[str, MoaWording]:
    """The real documents and the altered ones in one store, by file name."""
    altered = tmp_path_factory.mktemp("altered")
    for name, (file, pattern, replacement, _) in ALTERED.items():
        alter(DOCUMENTS / file, pattern, replacement, altered / name)
    with Store.open(tmp_path_factory.mktemp("home")) as store:
        take_in(store, [DOCUMENTS, altered])
        files = {s.sha256: s.file for s in moas.load_sightings(store.connection)}
        return {files[sha256]: wording for sha256, wording in moas.load_wordings(store.connection).items()}


def test_documents_of_one_wording_come_out_as_a_group(wordings: dict[str, MoaWording]) -> None:
    """Task Force of February 2025; Warrant Service Officer and Jail Enforcement of 2019, 2020 and February 2025."""
    groups: dict[str | None, set[str]] = defaultdict(set)
    for file, wording in wordings.items():
        if file not in ALTERED:
            groups[wording.template].add(file)
    alone = groups.pop(None)
    assert sorted((name, len(files)) for name, files in groups.items() if name) == [
        ("JEM 2020", 10), ("JEM 2025-02", 2), ("TFM 2025-02", 17), ("WSO 2019-2020", 6), ("WSO 2025-02", 8),
    ]  # fmt: skip
    kinds = {"JEM": "JEM", "WSO": "WSO", "TFM": "TF"}
    for name, files in groups.items():
        assert name is not None
        assert all(f"_{kinds[name[:3]]}" in file or f"287g{name[:3]}" in file for file in files), name
        assert all(("2025" in name) == ("25.pdf" in file or "MOA" in file) for file in files), name
    # a wording of its own, and the scans
    assert "TexasOfficeAttorneyGeneral_TFM_MOA_01.30.25.pdf" in alone
    assert len(alone) == 8


@pytest.mark.parametrize("name", ALTERED)
def test_a_change_made_by_hand_is_named_and_nothing_else(name: str, wordings: dict[str, MoaWording]) -> None:
    expected = ALTERED[name][3]
    found = [{**d, "template": d["template"].replace("’", "'")} for d in wordings[name].differences]
    assert found == [expected]


def test_real_documents_differ_only_where_they_were_changed(wordings: dict[str, MoaWording]) -> None:
    """No slip of the recognizer and no filled-in field is told as a difference, in any of the 51."""
    told = {f: w.differences for f, w in wordings.items() if w.differences and f not in ALTERED}
    assert sorted(told) == sorted(BY_EYE)
    for file, beginnings in BY_EYE.items():
        texts = [d["document"] or d["template"] for d in told[file]]
        assert len(texts) == len(beginnings), (file, texts)
        for text, beginning in zip(texts, beginnings, strict=True):
            assert beginning in text, (file, text)


def test_an_altered_document_changes_nothing_for_the_others(wordings: dict[str, MoaWording], tmp_path: Path) -> None:
    """The same names and differences come out without the altered documents in the store."""
    with Store.open(tmp_path / "home") as store:
        take_in(store, [DOCUMENTS])
        files = {s.sha256: s.file for s in moas.load_sightings(store.connection)}
        alone = {files[sha256]: w.template for sha256, w in moas.load_wordings(store.connection).items()}
    assert alone == {file: w.template for file, w in wordings.items() if file not in ALTERED}
