"""Agreements made up for tests: three pages each, in a wording of their own, with what tests want to change."""

from __future__ import annotations

from pathlib import Path

from tests.pdfs import text_pdf

_DUTIES = (
    "The Agency names the officers who are to be trained, and answers for their pay and their travel",
    "Nothing in this paper limits what the officers may do under the laws of their own state or county",
    "ICE gives the training, examines each officer at its end, and certifies in writing those who pass",
    "The officers work under the direction of ICE while they carry out the functions named in this paper",
    "Each side keeps the records of what is done under this paper as its own rules of record keeping say",
    "Complaints are taken from anyone in any form, and both sides tell each other of them within a week",
    "An interpreter is offered to whoever does not speak English well enough to follow what is being said",
    "Words on this program for the press are agreed on before they are given, by the offices named below",
    "The property and the vehicles that are used remain the property of the side that brought them along",
    "Officers carry the card that ICE gives them whenever they act under this paper, and return it at its end",
)


def pages_of_agreement(agency: str, *, days: int = 90, more: str = "", signed: str = "02/26/2025") -> list[str]:
    """Return the text of each page of a made-up Warrant Service Officer agreement."""
    first = (
        "MEMORANDUM OF AGREEMENT\nWarrant Service Officer Program\nI. PARTIES\n"
        "This Memorandum of Agreement (MOA) constitutes an agreement between U.S. Immigration and\n"
        f"Customs Enforcement (ICE), a component of the Department of Homeland Security (DHS), and\nthe {agency},"
        " hereinafter the law\nenforcement agency (LEA), pursuant to which ICE delegates authority to LEA personnel.\n"
        "II. PURPOSE\nThe purpose of this collaboration is to promote public safety by facilitating the custodial\n"
        "transfer of specific aliens in LEA jail/correctional facilities to ICE.\n" + ".\n".join(_DUTIES[:5]) + "."
    )
    second = (
        "III. DUTIES\n" + ".\n".join(_DUTIES[5:]) + f".\n{more}\nVIII. EFFECTIVE DATE AND TERMINATION OF THIS MOA\n"
        "This MOA becomes effective upon signature of both parties and will remain in effect until either\n"
        f"party, upon {days}-day written notice to the other party, provides notice of termination or suspension\n"
        "of the MOA.\nThis MOA does not, is not intended to, shall not be construed to, create any rights."
    )
    third = f"By signing this MOA, each party represents it is fully authorized to enter into this MOA.\nDate: {signed}"
    return [f"{page}\n{number} Revised 02/15/2025" for number, page in enumerate((first, second, third), 1)]


def write_agreement(path: Path, agency: str, *, days: int = 90, more: str = "", signed: str = "02/26/2025") -> Path:
    """Write a made-up agreement as a PDF; return its path."""
    path.write_bytes(text_pdf(pages_of_agreement(agency, days=days, more=more, signed=signed)))
    return path


def write_manifest(path: Path, rows: dict[str, str]) -> Path:
    """Write a manifest of file -> address; return its path."""
    path.write_text("file,url\n" + "".join(f"{file},{url}\n" for file, url in rows.items()), encoding="utf-8")
    return path
