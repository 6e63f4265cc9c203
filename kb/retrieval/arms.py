"""The arms of the retrieval: each gives candidates with a score of its own."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Final

from kb.commands.naming import commands_named
from kb.model import ChunkId, Filters, NoteId, ScoredChunk
from kb.ports import FloatArray, Index, Term
from kb.retrieval.question import ParsedQuestion, names_command
from kb.text.intent import asks_for_flags

_FUZZY_LENGTH: Final = 5
"""Shorter words have too many neighbours at one typing error."""


def notes_of(index: Index, filters: Filters) -> Collection[NoteId] | None:
    """Return the notes that pass the filters, or None where all do."""
    if not filters.path_prefix and not filters.tags:
        return None
    wanted = set(filters.tags)
    return {
        note.id
        for note in index.catalog.notes()
        if note.id.startswith(filters.path_prefix) and wanted <= set(note.tags)
    }


def search_dense(
    index: Index, vector: FloatArray, *, top_k: int, notes: Collection[NoteId] | None
) -> list[ScoredChunk]:
    """Return the chunks whose vectors are nearest to the question's; scores are cosines.

    Args:
        index: What is searched.
        vector: The question's, shape (dimension,).
        top_k: Chunks at the most.
        notes: Of these notes alone; of all where it is None.
    """
    return index.vectors.query(vector, top_k=top_k, notes=notes)


def search_lexical(
    index: Index, question: ParsedQuestion, *, top_k: int, notes: Collection[NoteId] | None
) -> list[ScoredChunk]:
    """Return the chunks that share words with the question, or with its translation."""
    terms = list(lexical_terms(question))
    return index.lexical.search(terms, top_k=top_k, notes=notes) if terms else []


def lexical_terms(question: ParsedQuestion) -> Iterator[Term]:
    """Yield the weighted terms of the lexical query, translations and typing errors included."""
    for flag in question.flags:
        yield Term(text=flag.lower(), weight=2.0)
    for content in question.terms:
        forgiving = not content.is_code and len(content.term) >= _FUZZY_LENGTH
        yield Term(text=content.term, max_edits=int(forgiving))
        for variant, weight in content.variants:
            yield Term(text=variant, weight=weight)


def search_structure(index: Index, question: ParsedQuestion, *, top_k: int) -> Iterator[ChunkId]:
    """Yield the chunks that the notes' own structure points to: flags by name or by command.

    Candidates only: which of them answers is for the ranking. Of a flag's entries, of which large
    folders have hundreds, those of the command that the question names come first, at most `top_k`.
    """
    entries = [entry for flag in question.flags for entry in index.catalog.flag_entries(flag)]
    entries.sort(key=lambda entry: -names_command(question, entry.command))
    yield from (entry.chunk for entry in entries[:top_k])
    if not question.flags and asks_for_flags(question.text):
        for command in commands_named(question.text):
            for owner in index.catalog.command_chunks(command):
                yield from (chunk.id for chunk in index.catalog.children(owner.id))
