"""Which candidate has the docker command that a question means, and whether the notes have it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from kb.commands.naming import named_with_program, specs_of
from kb.commands.spec import command_index
from kb.retrieval.candidates import Candidate, Ranking
from kb.retrieval.manual import FlagPlace, MeantCommands
from kb.text.intent import Intent

_SURE: Final = 0.35
"""Certainty from which on no question was answered by notes without the command that it means."""
_SURE_OF_FLAG: Final = 0.4
"""The same for a flag."""
_LIKELY: Final = 0.2
"""Certainty from which on the meant command decides between candidates."""
_HARDLY_BETTER: Final = 1.2
"""What is so much better than what has the meant command is not given up for it."""
_NOTHING_TO_DO: Final = frozenset({Intent.DEFINITION, Intent.COMPARISON, Intent.WHY})
"""What asks for this wants to know something, which may stand beside any command or none."""


def meant_rather(best: Candidate, ranking: Ranking) -> Candidate:
    """Return what has the meant command where the best candidate lacks it and is hardly better.

    "Make a new volume" means `docker volume create`, not the flag that mounts one.
    """
    meant = ranking.meant
    if meant.need is None or meant.certainty < _LIKELY or _has_meant(best, meant):
        return best
    near = (c for c in ranking.candidates if best.score - c.score < _HARDLY_BETTER)
    return next((c for c in near if not meant.are_missing(_held([c]))), best)


def _has_meant(candidate: Candidate, meant: MeantCommands) -> bool:
    """Tell whether a candidate has what is meant as its command, or names it in its text."""
    named = {one.spec.path for one in named_with_program(candidate.chunk.text)}
    return not meant.are_missing(_held([candidate]) | named)


def lacks_what_is_meant(ranking: Ranking) -> bool:
    """Tell whether a question surely means a docker command, or a flag, that no candidate has.

    "Run a command in a container that is up" means `docker exec`: notes that know only `docker
    start` do not answer, however near their words are. "What is a layer of an image" means no
    command, though `docker history` is nearest to it. A model that knows no needs of other
    subjects is never sure.
    """
    meant = ranking.meant
    if meant.need is None or ranking.question.intent in _NOTHING_TO_DO:
        return False
    if meant.certainty >= _SURE and meant.are_missing(held_commands(ranking)):
        return not _names_command(ranking, meant)
    flags = meant.meant_flags() if meant.flag_certainty >= _SURE_OF_FLAG else []
    return bool(flags) and not any(_has_flag(ranking, flag) for flag in flags)


def held_commands(ranking: Ranking) -> set[str]:
    """Return the paths of the docker commands that the candidates have."""
    return _held(ranking.candidates)


def _held(candidates: Iterable[Candidate]) -> set[str]:
    return {spec.path for c in candidates for spec in specs_of(c.chunk) if spec}


def _names_command(ranking: Ranking, meant: MeantCommands) -> bool:
    """Tell whether a candidate's text names the command, though it is none of its commands."""
    return any(_has_meant(candidate, meant) for candidate in ranking.candidates)


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
