"""The commands that an answer offers: those of the cited lines, the one that answers first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from kb.answering.quotes import cite, quote_chunk, quoted_lines
from kb.commands.extract import ExtractedCommand, extract_commands
from kb.commands.limits import DEFAULT_RULES, Rules
from kb.commands.naming import spec_of
from kb.commands.offer import offer
from kb.commands.suggest import meant_command
from kb.model import Chunk, Citation, Command, LineRange
from kb.ports import Index, NoteReader
from kb.retrieval.candidates import Ranking
from kb.retrieval.coverage import coverage, text_terms
from kb.retrieval.question import names_command
from kb.text.command_lines import command_name

_MAX_COMMANDS: Final = 5


def offer_commands(
    cited: Sequence[tuple[Chunk, Citation]],
    ranking: Ranking,
    index: Index,
    notes: NoteReader,
    *,
    typed: str = "",
    rules: Rules = DEFAULT_RULES,
) -> tuple[Command, ...]:
    """Return the commands that stand in the cited lines, each once.

    Args:
        cited: The chunks that the answer quotes.
        ranking: Of the question as it was read.
        index: Where the notes' own words on flags are looked up.
        notes: Reads the notes as they are now.
        typed: The question as it was typed; a misspelt command line gets the meant command alone.
        rules: What commands are judged by.
    """
    meant = meant_command(typed)
    explain = flag_notes(index, notes)
    offered: dict[str, Command] = {}
    for chunk, citation in cited:
        quoted = quoted_lines(chunk, citation)
        shift = citation.lines.start - quoted.start
        inside = [one for one in extract_commands(chunk) if _is_within(one.lines, quoted)]
        for found in _by_relevance(inside, chunk, ranking):
            if found.text in offered or (meant and spec_of(found.text) != meant):
                continue
            offered[found.text] = offer(
                found.text,
                note=chunk.note,
                lines=LineRange(start=found.lines.start + shift, end=found.lines.end + shift),
                flag_note=explain,
                language=ranking.question.language,
                rules=rules,
            )
    return tuple(offered.values())[:_MAX_COMMANDS]


def _is_within(lines: LineRange, others: LineRange) -> bool:
    return others.start <= lines.start and lines.end <= others.end


def _by_relevance(
    commands: Sequence[ExtractedCommand], chunk: Chunk, ranking: Ranking
) -> list[ExtractedCommand]:
    """Put those first whose name, line and purpose speak to the question; else as in the note."""
    lines = chunk.text.split("\n")

    def relevance(command: ExtractedCommand) -> float:
        line = lines[command.lines.start - chunk.lines.start]
        held = coverage(ranking.terms, text_terms(line))
        purpose = ranking.meant.nearness(command.text)
        return names_command(ranking.question, command.text) + held + purpose

    return sorted(commands, key=relevance, reverse=True)


def flag_notes(index: Index, notes: NoteReader) -> Callable[[str, str], Citation | None]:
    """Return a look-up of the notes' own words on a flag of a command."""

    def find(command: str, flag: str) -> Citation | None:
        name = command_name(command)
        for entry in index.catalog.flag_entries(flag):
            if command_name(entry.command) != name:
                continue
            chunks = index.catalog.chunks([entry.chunk])
            citations = cite([quote_chunk(chunk) for chunk in chunks], notes)
            if citations:
                return citations[0]
        return None

    return find
