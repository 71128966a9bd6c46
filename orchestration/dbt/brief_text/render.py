"""Headline and brief of a day, rendered from their facts.

The facts are the JSON of int_headline_facts and int_brief_facts: numbers rounded as they are shown, choices made.
The templates hold every word; this module only fills them and formats numbers.
"""

import json
from functools import cache
from typing import Any

from jinja2 import Environment, StrictUndefined, Template

from orchestration.dbt.brief_text.templates import BRIEF, HEADLINE, template_text


def render_headline(facts: str) -> str:
    """The headline of a day, one line of plain text.

    Args:
        facts: JSON text of int_headline_facts.facts.
    """
    return _template(HEADLINE).render(json.loads(facts))


def render_brief(facts: str) -> str:
    """The brief of a day as Markdown, which ends in a line break.

    Args:
        facts: JSON text of int_brief_facts.facts.
    """
    sections = json.loads(facts)
    headline = _template(HEADLINE).render(sections["headline"])
    return _template(BRIEF).render(sections | {"headline": headline})


def number(value: float | None, decimals: int = 2) -> str:
    """A number with a fixed count of decimals; empty where it is not known."""
    return "" if value is None else f"{value + 0.0:.{decimals}f}"  # + 0.0: a rounded -0.00 is shown as 0.00


def signed(value: float | None, decimals: int = 2) -> str:
    """As `number`, with the plus sign too."""
    return "" if value is None else f"{value + 0.0:+.{decimals}f}"


def words(name: str) -> str:
    """A stored name as words: risk_appetite is risk appetite."""
    return name.replace("_", " ")


class _Environment(Environment):
    def getattr(self, obj: Any, attribute: str) -> Any:
        # facts are dicts: looking for an attribute first, as Jinja does, takes half the time of a brief
        return obj[attribute] if type(obj) is dict else super().getattr(obj, attribute)


@cache
def _template(name: str) -> Template:
    environment = _Environment(
        undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True
    )
    environment.filters |= {"number": number, "signed": signed, "words": words}
    return environment.from_string(template_text(name))
