"""The templates that hold the words of headline and brief."""

import hashlib
from functools import cache
from importlib.resources import files

PACKAGE = "orchestration.dbt.brief_text"
HEADLINE, BRIEF = "headline.j2", "brief.md.j2"


def template_text(name: str) -> str:
    """The text of a template."""
    return (files(PACKAGE) / name).read_text(encoding="utf-8")


@cache
def template_hash() -> str:
    """Hash of all templates: words rendered from others are out of date."""
    return hashlib.sha256("\0".join(map(template_text, (HEADLINE, BRIEF))).encode()).hexdigest()
