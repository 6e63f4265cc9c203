"""Whether the notes have the docker command, or the flag, that a question means."""

from __future__ import annotations

import re
from typing import Final

from kb.commands.naming import named_with_program, specs_of
from kb.commands.spec import command_index
from kb.retrieval.candidates import Ranking
from kb.retrieval.manual import FlagPlace, MeantCommands

_SURE: Final = 0.35
"""Certainty from which on no question was answered by notes without the command that it means."""
_SURE_OF_FLAG: Final = 0.4
"""The same for a flag."""


def lacks_what_is_meant(ranking: Ranking) -> bool:
    """Tell whether a question surely means a docker command, or a flag, that no candidate has.

    "Run a command in a container that is up" means `docker exec`: notes that know only `docker
    start` do not answer, however near their words are. A model that knows no needs of other
    subjects is never sure.
    """
    meant = ranking.meant
    if meant.need is None:
        return False
    if meant.certainty >= _SURE and meant.are_missing(held_commands(ranking)):
        return not _names_command(ranking, meant)
    flags = meant.meant_flags() if meant.flag_certainty >= _SURE_OF_FLAG else []
    return bool(flags) and not any(_has_flag(ranking, flag) for flag in flags)


def held_commands(ranking: Ranking) -> set[str]:
    """Return the paths of the docker commands that the candidates have."""
    return {spec.path for c in ranking.candidates for spec in specs_of(c.chunk) if spec}


def _names_command(ranking: Ranking, meant: MeantCommands) -> bool:
    """Tell whether a candidate's text names the command, though it is none of its commands."""
    named = {one.spec.path for c in ranking.candidates for one in named_with_program(c.chunk.text)}
    return not meant.are_missing(named)


def _has_flag(ranking: Ranking, flag: FlagPlace) -> bool:
    """Tell whether a candidate has a flag, or the key of a Compose file that is named as it is."""
    written = _written(flag)
    return any(written.search(c.chunk.text) for c in ranking.candidates)


def _written(flag: FlagPlace) -> re.Pattern[str]:
    path, name = flag
    spec = command_index()[path].flag(name)
    short = rf"|(?<![\w-])-\w*{spec.short[1:]}\w*\b" if spec and spec.short else ""
    key = re.escape(name.lstrip("-")).replace(r"\-", "[-_]")
    return re.compile(rf"(?<![\w-]){re.escape(name)}(?![\w-])|\b{key}\s*[:=]{short}")
