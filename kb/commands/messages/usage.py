"""`docker COMMAND --help`, from our own tables."""

from __future__ import annotations

from kb.commands.line.invocation import Invocation
from kb.commands.spec import CommandSpec, FlagSpec, Verdict, all_commands
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


def write_help(call: Invocation, language: Language = "en") -> str:
    """Return what `--help` prints: of the command, or of docker itself."""
    return write_usage(call.command, language) if len(call.words) > 1 else write_overview(language)


def write_overview(language: Language = "en") -> str:
    """Return the commands that the sandbox runs, one a line."""
    offered = [command for command in all_commands() if command.verdict is Verdict.ALLOW]
    lines = [f"  {command.path:<20} {command.describe(language)}" for command in offered]
    return "\n".join(["Usage: docker COMMAND", "", *lines]) + "\n"


def _line(flag: FlagSpec, language: Language) -> str:
    short = f"{flag.short}, " if flag.short else "    "
    value = "" if flag.kind == "bool" else f" {flag.kind}"
    return f"  {short}{flag.name + value:<28} {flag.describe(language)}"
