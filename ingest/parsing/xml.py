"""Parsing publishers' XML safely: repaired where it is known to be broken, refused where it could be hostile."""

import re
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException  # type: ignore[import-untyped]
from defusedxml.ElementTree import fromstring  # type: ignore[import-untyped]

from ingest.errors import UnexpectedPayload
from ingest.http.messages import preview
from ingest.parsing.text import decoded

# The issuer writes company names with a bare ampersand.
_BARE_AMPERSAND = re.compile(r"&(?!(?:amp|lt|gt|quot|apos|#\d+|#x[0-9A-Fa-f]+);)")
# Characters XML 1.0 does not allow at all.
_FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def parse_xml(body: bytes, what: str) -> Element:
    """The root element of a document.

    Raises:
        UnexpectedPayload: it is no well-formed XML even after repair, or it declares a document type or entities.
    """
    text = decoded(body, what).strip().lstrip("\ufeff")
    if not text.startswith("<"):
        raise UnexpectedPayload(f"{what}: expected XML, the document begins {preview(text)}")
    if "&" in text:
        text = _BARE_AMPERSAND.sub("&amp;", text)
    if _FORBIDDEN.search(text):
        text = _FORBIDDEN.sub("", text)
    try:
        root: Element = fromstring(text, forbid_dtd=True)
    except DefusedXmlException as error:
        raise UnexpectedPayload(
            f"{what}: declares a document type or entities, which is refused: {preview(text)}"
        ) from error
    except ParseError as error:
        raise UnexpectedPayload(f"{what}: is no well-formed XML ({error}); it begins {preview(text)}") from error
    return root
