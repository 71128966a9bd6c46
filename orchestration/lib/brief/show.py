"""A brief on the terminal: set by rich where somebody reads, plain where it is piped."""

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
