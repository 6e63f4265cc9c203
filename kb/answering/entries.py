"""Which candidate is the entry of the command that a question consists of."""

from __future__ import annotations

from typing import Final

from kb.answering.naming import named_in, spec_of
from kb.model import Chunk, ChunkKind
from kb.retrieval.coverage import chunk_terms
from kb.retrieval.retriever import Candidate, Ranking
from kb.text.tokens import analyze

_NAMED: Final = 0.99
_LINE_FLAGS: Final = 3
"""Who asks with so many flags asks for the command line, not for each flag."""


def entry_of_command(ranking: Ranking) -> Candidate | None:
    """Return the entry of the one command that the question names and asks for nothing else of.

    "What does docker images do" means the command, however much the notes say of images.
    """
    question = ranking.question
    named = [one for one in named_in(question.text) if one.has_program]
    if len(named) != 1 or question.flags:
        return None
    said = set(analyze(question.text[named[0].start : named[0].end]))
    if not all(said.intersection(analyze(term.surface)) for term in question.terms):
        return None
    entries = (c for c in ranking.candidates if c.chunk.kind is ChunkKind.COMMAND)
    return next((c for c in entries if named[0].spec in map(spec_of, c.chunk.commands)), None)


def entry_of_line(ranking: Ranking) -> Candidate | None:
    """Return the command's own entry where it answers better than lines on its flags.

    So it does who asks with a whole command line, which has many flags, and who asks for a flag
    that the notes show with this command, yet explain with others alone.
    """
    flags = {flag.lower() for flag in ranking.question.flags}
    if len(flags) >= _LINE_FLAGS:
        return next((c for c in ranking.candidates if _is_entry_with(c.chunk, flags)), None)
    best = ranking.candidates[0]
    is_own = best.features.command >= _NAMED and _is_entry_with(best.chunk, flags)
    is_explained = any(c.features.flag_owner >= _NAMED for c in ranking.candidates)
    return best if is_own and not is_explained else None


def _is_entry_with(chunk: Chunk, flags: set[str]) -> bool:
    return chunk.kind is ChunkKind.COMMAND and flags <= chunk_terms(chunk).body
