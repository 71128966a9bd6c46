"""`macrotape completion`: shell completion."""

import click


@click.command(short_help="Print a shell completion script.")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """Print the script that completes commands, options and funds in SHELL.

    \b
    bash:  macrotape completion bash >> ~/.bashrc
    zsh:   macrotape completion zsh >> ~/.zshrc
    fish:  macrotape completion fish > ~/.config/fish/completions/macrotape.fish
    """  # noqa: D301 - click's mark for lines to leave alone
    from click.shell_completion import get_completion_class

    script = get_completion_class(shell)
    if script is None:
        raise click.UsageError(f"no completion for {shell}")
    click.echo(script(context.find_root().command, {}, "macrotape", "_MACROTAPE_COMPLETE").source())
