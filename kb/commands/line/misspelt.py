"""Words, options and dashes that the client does not know, refused with what was meant."""

from __future__ import annotations

from kb.commands.characters import code_point, in_latin, is_dash
from kb.commands.line.nearest import nearest_command, nearest_flag
from kb.commands.line.tokens import LineToken, join
from kb.commands.spec import FlagSpec, command_groups, plugin_commands
from kb.commands.texts import RefusedError, refused


def unknown_command(tokens: tuple[LineToken, ...], at: int, group: str = "") -> RefusedError:
    """Return the refusal of a word that names no command.

    Args:
        tokens: The command line.
        at: Index of the word.
        group: The group before it; empty where it stands first.
    """
    word = tokens[at].value
    if word in command_groups() and not group:
        if at + 1 < len(tokens) and tokens[at + 1].value:
            return unknown_command(tokens, at + 1, word)
        return refused("incomplete", part=join(tokens))
    if word in plugin_commands() and not group:
        return refused("not_offered", key="not_offered.plugin", part=f"docker {word}")
    near = nearest_command(in_latin(word), group)
    part = f"{group} {word}".strip()
    if not near:
        return refused("unknown_command", part=part)
    meant = _with_word(tokens, at, near.removeprefix(f"{group} "))
    return refused("misspelt_command", part=part, near=near, suggestion=meant)


def _with_word(tokens: tuple[LineToken, ...], at: int, meant: str) -> str:
    """Return the line with what was meant in the place of a word."""
    words = [token.text for token in tokens]
    words[at] = meant
    return " ".join(words)


def find_flag(flags: tuple[FlagSpec, ...], written: str, whole: str = "") -> FlagSpec:
    """Return the option that is written so.

    Args:
        flags: The command's options.
        written: `--publish` or `-p`.
        whole: The word that it stands in, where short ones are joined.

    Raises:
        CommandRefusedError: `foreign_letter`, `misspelt_flag` or `unknown_flag`.
    """
    for flag in flags:
        if written in {flag.name, flag.short}:
            return flag
    part = whole if whole.startswith(written) and len(whole) > len(written) else written
    latin = in_latin(written)
    if latin != written and any(latin in {flag.name, flag.short} for flag in flags):
        raise refused("foreign_letter", flag=part, latin=latin)
    if near := nearest_flag(flags, written, part):
        raise refused("misspelt_flag", flag=part, near=near)
    raise refused("unknown_flag", flag=part)


def refuse_dash(tokens: tuple[LineToken, ...], at: int) -> None:
    """Refuse a word that looks like an option and begins with another kind of dash.

    Raises:
        CommandRefusedError: `unicode_dash`, with the line in plain dashes as the suggestion.
    """
    token = tokens[at]
    if not token.value or not is_dash(token.value[0]):
        return
    body = token.text.lstrip("".join(char for char in token.text if is_dash(char)) + "-")
    plain = ("-" if len(body) == 1 else "--") + body
    raise refused(
        "unicode_dash", part=token.value, char=code_point(token.value[0]),
        suggestion=_with_word(tokens, at, plain) if body else "",
    )  # fmt: skip
