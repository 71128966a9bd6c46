"""A brief on the terminal: formatted by rich, plain text in a pipe, or JSON for programs."""

import json
import sys

import click


def show(markdown: str) -> None:
    """Print Markdown to stdout."""
    if not sys.stdout.isatty():
        click.echo(markdown.rstrip())
        return
    from rich.console import Console
    from rich.markdown import Markdown

    Console().print(Markdown(markdown))


def show_json(facts: object) -> None:
    """Print facts to stdout as one JSON document."""
    from orchestration.publishing.marts import to_json_value

    click.echo(json.dumps(facts, default=to_json_value, indent=2, ensure_ascii=False))
