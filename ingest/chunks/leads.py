"""Which blocks belong together: a line and what it leads to, a command and what describes it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from ingest.chunks.bare_commands import leading_command
from ingest.chunks.flags import flags_at_head
from ingest.chunks.footnotes import label_of, labels_in
from ingest.chunks.lists import commands_of
from ingest.chunks.problems import Wholes
from ingest.chunks.shell import command_lines
from ingest.chunks.signals import announces, defines, ends_openly
from kb.model import Block, BlockKind
from kb.text.command_lines import command_name

_DESCRIPTION_CHARS: Final = 1500
"""A command's description takes further paragraphs up to this length."""


class Leads:
    """Tells what belongs together of the blocks of a part.

    Args:
        blocks: The blocks of the part.
        wholes: The questions and problems among them.
    """

    def __init__(self, blocks: Sequence[Block], wholes: Wholes) -> None:
        self._blocks = blocks
        self._wholes = wholes

    def leads(self, at: int) -> bool:
        """Tell whether a paragraph belongs to the block after it."""
        block, following = self._blocks[at], self._kind(at + 1)
        if following in {BlockKind.LIST, BlockKind.TABLE, BlockKind.QUOTE}:
            return announces(block.content)
        if following is not BlockKind.CODE:
            return False
        if announces(block.content) or ends_openly(block.content):
            return True
        return self._is_undescribed(at + 1)

    def is_step(self, at: int) -> bool:
        """Tell whether a list is one line that leads to the code after it: `2. Start it`.

        The fence of a step ends the list where it is not indented.
        """
        item, *others = self._blocks[at].children
        if others or len(item.children) > 1 or self._kind(at + 1) is not BlockKind.CODE:
            return False
        if flags_at_head(item.content) or commands_of(item):
            return False
        if self._wholes.symptom_start(at + 1) is not None:
            return False
        if announces(item.content):
            return True
        return item.info.isdigit() and (ends_openly(item.content) or self._is_undescribed(at + 1))

    def description_end(self, at: int) -> int:
        """Return the position after the paragraphs that say what the command before them does."""
        end, size = at, 0
        while end < len(self._blocks) and (
            self._describes(end, is_first=end == at) or self.is_footnote_of(end, at)
        ):
            size += len(self._blocks[end].content)
            if end > at and size > _DESCRIPTION_CHARS:
                break
            end += 1
        return end

    def heading_description_end(self, command: str) -> int:
        """Return the position after the paragraphs that say what a heading's command does."""
        known, end = {"", command, command_name(command)}, self.description_end(0)
        heads = (block.content.split("\n", 1)[0] for block in self._blocks[:end])
        others = (n for n, head in enumerate(heads) if leading_command(head) not in known)
        end = next(others, end)
        return end - 1 if end and self.leads(end - 1) else end

    def is_footnote_of(self, at: int, start: int) -> bool:
        """Tell whether a block is a footnote that a block before it, from `start` on, refers to."""
        label = label_of(self._blocks[at])
        return bool(label) and any(
            label in labels_in(block.content) for block in self._blocks[start:at]
        )

    def _describes(self, at: int, *, is_first: bool) -> bool:
        block = self._blocks[at]
        if block.kind is not BlockKind.PARAGRAPH or flags_at_head(block.content):
            return False
        if self._wholes.interrupts(at):
            return False
        following = self._kind(at + 1)
        if announces(block.content):
            # It belongs to what follows, unless that explains the command's own flags.
            return following is BlockKind.LIST and explains_flags(self._blocks[at + 1])
        if is_first:
            return True
        leads = following is BlockKind.CODE and ends_openly(block.content)
        return not leads and not defines(block.content)

    def _is_undescribed(self, at: int) -> bool:
        """Tell whether nothing after a command describes it; it takes the sentence before it."""
        code = self._blocks[at]
        is_bare = self.description_end(at + 1) == at + 1
        return is_bare and bool(command_lines(code.content, code.info))

    def _kind(self, at: int) -> BlockKind | None:
        return self._blocks[at].kind if at < len(self._blocks) else None


def explains_flags(block: Block) -> bool:
    """Tell whether a list, table or paragraph explains at least one flag."""
    rows = block.children
    if block.kind is BlockKind.PARAGRAPH:
        return bool(flags_at_head(block.content))
    if block.kind is BlockKind.LIST:
        return any(flags_at_head(item.content) for item in rows)
    return any(flags_at_head(cell.content) for row in rows for cell in row.children[:1])
