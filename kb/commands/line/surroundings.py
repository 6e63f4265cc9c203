"""What may not stand around a docker command: other commands, what runs it, settings before it."""

from __future__ import annotations

from kb.commands.line.tokens import LineToken, Mark, join
from kb.commands.line.wrappers import PROGRAMS, find_command, runs_docker, unwrap
from kb.commands.texts import refused
from kb.text.command_lines import sets_variable

_ELLIPSES = frozenset({"…", "..."})
"""Where a note leaves something out."""
_BRACKETS = (("[", "]"), ("{", "}"))
_CHOOSE_DAEMON = frozenset({"DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_CONFIG", "DOCKER_CERT_PATH"})
"""Variables by which the client finds its daemon, beside those of TLS."""
_AS_ANOTHER_USER = frozenset({"sudo", "doas"})


def refuse_operators(tokens: tuple[LineToken, ...]) -> None:
    """Refuse several commands, a redirection, and a line that leaves something out.

    Raises:
        CommandRefusedError: `several_commands` or `shell_syntax`, with the first docker command
            alone as the suggestion, or `incomplete`.
    """
    for token in tokens:
        if token.text in _ELLIPSES:
            raise refused("incomplete", part=token.text)
        if Mark.OPERATOR not in token.marks:
            continue
        alone = _one_of(tokens)
        if token.value.startswith("\n"):
            raise refused("several_commands", suggestion=alone)
        raise refused("shell_syntax", part=token.text, suggestion=alone)


def _one_of(tokens: tuple[LineToken, ...]) -> str:
    """Return the first docker command between operators; empty where it says too little to run it.

    What read its input from elsewhere waits for it in vain; a bracket may be left open.
    """
    found = find_command(tokens)
    at = found.stop
    kept = tokens[found.start : at - (at < len(tokens) and _has_descriptor(tokens, at))]
    plain = "".join(token.text for token in kept if Mark.QUOTED not in token.marks)
    is_open = any(plain.count(opening) > plain.count(closing) for opening, closing in _BRACKETS)
    is_fed = at < len(tokens) and tokens[at].text.startswith("<")
    return "" if is_open or is_fed else join(kept)


def _has_descriptor(tokens: tuple[LineToken, ...], at: int) -> bool:
    """Tell whether the word before an operator is a part of it: the number in `2>`."""
    before, operator = tokens[at - 1], tokens[at]
    touches = at > 0 and before.start + len(before.text) == operator.start
    return touches and operator.text[0] in "<>" and before.text.isdecimal()


def refuse_prefix(tokens: tuple[LineToken, ...]) -> None:
    """Refuse a line that does not begin with the client's name.

    Raises:
        CommandRefusedError: `sudo`, `wrapper` or `environment_prefix`, with the command behind it
            as the suggestion; `other_daemon` or `not_docker`.
    """
    first = tokens[0].value
    inner = unwrap(tokens)
    if first in _AS_ANOTHER_USER:
        raise refused("sudo", part=first, suggestion=join(inner))
    if inner != tokens and runs_docker(inner):
        raise refused("wrapper", part=first, suggestion=join(inner))
    if sets_variable(tokens[0].text):
        name = first.partition("=")[0]
        if name in _CHOOSE_DAEMON or name.startswith("DOCKER_TLS"):
            raise refused("other_daemon", part=first)
        raise refused("environment_prefix", part=first, suggestion=join(tokens[1:]))
    if first.lower() not in PROGRAMS:
        raise refused("not_docker", part=first)
