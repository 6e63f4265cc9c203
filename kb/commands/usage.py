"""`docker COMMAND --help`, from our own tables."""

from __future__ import annotations

from kb.commands.spec import CommandSpec, FlagSpec, Verdict
from kb.model import Language


def write_usage(command: CommandSpec, language: Language = "en") -> str:
    """Return the usage of a command with the options that the sandbox lets pass."""
    operands = " ".join(
        f"{operand.kind.upper()}{'...' if operand.many else ''}"
        if operand.required
        else f"[{operand.kind.upper()}{'...' if operand.many else ''}]"
        for operand in command.operands
    )
    lines = [f"Usage: docker {command.path} [OPTIONS] {operands}".rstrip(), ""]
    lines.append(f"docker {command.path}: {command.describe(language)}")
    flags = [flag for flag in command.flags if flag.verdict is not Verdict.REFUSE]
    if flags:
        lines += ["", "Options:", *(_line(flag, language) for flag in flags)]
    return "\n".join(lines) + "\n"


def _line(flag: FlagSpec, language: Language) -> str:
    short = f"{flag.short}, " if flag.short else "    "
    value = "" if flag.kind == "bool" else f" {flag.kind}"
    return f"  {short}{flag.name + value:<28} {flag.describe(language)}"
