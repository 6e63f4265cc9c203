"""The domain types: notes, chunks, hits, answers, commands and runs. Values only, no behaviour."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal, NewType

from kb.reasons import Reason

NoteId = NewType("NoteId", str)
"""Path of a note relative to the notes folder, with `/` between its parts."""
ChunkId = NewType("ChunkId", str)
CommandId = NewType("CommandId", str)
AnswerId = NewType("AnswerId", str)
ConversationId = NewType("ConversationId", str)
RunId = NewType("RunId", str)

Language = Literal["ru", "en"]
"""The languages in which a question can be asked and a frame be written."""


# --- notes -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class LineRange:
    """Lines of a note, 1-based, both ends inclusive."""

    start: int
    end: int

    def overlaps(self, other: LineRange) -> bool:
        """Tell whether the two have a line in common."""
        return self.start <= other.end and other.start <= self.end


class BlockKind(StrEnum):
    """The kinds of Markdown block that the chunker tells apart."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    LIST = "list"
    LIST_ITEM = "list_item"
    CODE = "code"
    QUOTE = "quote"
    TABLE = "table"
    TABLE_ROW = "table_row"
    """A row with its cells as children; `level` is 0 for the header, 1 for the body."""
    HTML = "html"
    RULE = "rule"
    FRONT_MATTER = "front_matter"
    FOOTNOTE = "footnote"


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One Markdown block with its exact lines; containers (lists, items, quotes) hold children."""

    kind: BlockKind
    lines: LineRange
    text: str
    """The source lines as they stand, joined with newlines, without the last newline."""
    content: str = ""
    """What the block says without its markers: heading text, inline text, or a fence's code."""
    heading_trail: tuple[str, ...] = ()
    """The headings above this block, outermost first (a heading's own text is not in its trail)."""
    level: int = 0
    """Heading level 1-6; nesting depth of a list item."""
    info: str = ""
    """The info string of a fence."""
    children: tuple[Block, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteWarning:
    """Something in a note that could not be read as its author meant it."""

    note: NoteId
    line: int
    """1-based; 0 where the whole file is meant."""
    message: str
    hint: str = ""
    code: str = ""
    """Stable, so that it can be said in other words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A parsed note."""

    id: NoteId
    title: str
    """From the front matter, else the only heading of level 1, else the file's name."""
    source: str
    """The decoded text, lines ended by a line feed each; citations count the lines of this text."""
    blocks: tuple[Block, ...]
    encoding: str = "utf-8"
    tags: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    date: str = ""
    warnings: tuple[NoteWarning, ...] = ()


# --- chunks ----------------------------------------------------------------------------------


class ChunkKind(StrEnum):
    """What a chunk is; the answer's form follows from it."""

    COMMAND = "command"
    """A code block with what it does."""
    FLAG = "flag"
    """The item, table row or line that explains a flag, with the command that owns it."""
    QUESTION = "question"
    """A question that the note asks itself, with its answer when it has one."""
    TROUBLESHOOTING = "troubleshooting"
    """A symptom with its fix."""
    DEFINITION = "definition"
    """A term and what it means."""
    LIST = "list"
    """A list with its lead-in line."""
    LIST_ITEM = "list_item"
    TABLE_ROW = "table_row"
    """One or more rows of a table; the header stands in the chunk's context and columns."""
    CODE = "code"
    """A code block that is no command (a file, an output)."""
    PARAGRAPH = "paragraph"
    HEADING = "heading"
    """A heading without a body."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeSpan:
    """A piece of code inside a chunk."""

    text: str
    lines: LineRange
    """The lines of the code itself, without the fence's own lines."""
    info: str = ""
    """The info string of the fence; empty for inline code."""
    inline: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """The smallest unit of a note that answers by itself; whole lines of it."""

    id: ChunkId
    note: NoteId
    kind: ChunkKind
    lines: LineRange
    text: str
    """Exactly the source lines `lines`, joined with newlines."""
    title: str = ""
    """The note's title."""
    aliases: tuple[str, ...] = ()
    """Other names of the note."""
    heading_trail: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    parent: ChunkId | None = None
    """The chunk this one is a part of: a flag's command entry, an item's list."""
    commands: tuple[str, ...] = ()
    """The commands that own the chunk, as written in the entry's fence (`docker ps`)."""
    flags: tuple[str, ...] = ()
    """The flags that a FLAG chunk explains (`-a`, `--all`)."""
    code: tuple[CodeSpan, ...] = ()
    context: str = ""
    """Title, heading trail and owning command: goes before `text` for embedding."""
    setting: str = ""
    """The first paragraphs under the headings above the chunk's own: what they say of a machine,
    a version or a purpose holds for the sections after them."""
    columns: tuple[str, ...] = ()
    """What heads each column of a table's rows; empty where nothing does."""
    question_lines: LineRange | None = None
    """The lines of the question in a QUESTION chunk, of the symptom in a TROUBLESHOOTING one."""
    answered: bool = True
    """False for a question that the note leaves without an answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FlagEntry:
    """Where a note explains a flag of a command."""

    command: str
    """The command as the note writes it; empty where no command owns the flag."""
    chunk: ChunkId
    note: NoteId


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteSummary:
    """A note as the catalogue lists it."""

    id: NoteId
    title: str
    tags: tuple[str, ...] = ()
    chunks: int = 0
    size_bytes: int = 0
    modified: float = 0.0
    """POSIX time in seconds."""


# --- retrieval -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """Which notes a question is about; an empty filter lets every note pass."""

    path_prefix: str = ""
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A question that stands alone, ready for retrieval."""

    text: str
    language: Language = "en"
    filters: Filters = field(default_factory=Filters)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoredChunk:
    """A chunk's score in one arm."""

    chunk: ChunkId
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmScore:
    """A chunk's place in one arm of the retrieval."""

    rank: int
    """1-based."""
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A chunk found for a query."""

    chunk: Chunk
    score: float
    """The fused score; comparable within one result only."""
    arms: Mapping[str, ArmScore] = field(default_factory=dict)
    """Rank and score in each arm that found the chunk: `dense`, `lexical`, `structure`."""


# --- answers ---------------------------------------------------------------------------------


class AnswerStatus(StrEnum):
    """How an answer ended."""

    ANSWERED = "answered"
    OPEN_QUESTION = "open_question"
    NOT_FOUND = "not_found"


AnswerMode = Literal["extractive", "llm"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """A verbatim quote with its place."""

    n: int
    """The number of the `[n]` marker, 1-based."""
    note: NoteId
    lines: LineRange
    quote: str
    """Character for character the decoded source of the lines (or of `span` in them)."""
    chunk: ChunkId
    heading_trail: tuple[str, ...] = ()
    span: tuple[int, int] | None = None
    """Start and end offset (end exclusive) within the joined lines, where less is cited than they
    hold; nothing cites less yet (`docs/adr/0006-citations-are-whole-lines.md`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """An earlier question of a conversation and what was answered."""

    question: str
    standalone_question: str
    status: AnswerStatus = AnswerStatus.ANSWERED
    citations: tuple[Citation, ...] = ()
    command: str = ""
    """The command that was offered first, if any."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What a user asks, with what was asked before."""

    text: str
    history: tuple[Turn, ...] = ()
    """Oldest first."""
    filters: Filters = field(default_factory=Filters)
    mode: AnswerMode = "extractive"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the notes say."""

    id: AnswerId
    question: str
    standalone_question: str
    language: Language
    status: AnswerStatus
    text: str
    """Markdown with `[n]` markers."""
    citations: tuple[Citation, ...] = ()
    commands: tuple[Command, ...] = ()
    nearest: tuple[Citation, ...] = ()
    """The closest notes, where the notes do not answer."""
    hedged: bool = False
    """The quoted note is unsure of itself."""
    confidence: float = 0.0
    """Calibrated probability in 0..1 that the notes answer the question with these lines."""
    mode: AnswerMode = "extractive"
    notice: str | None = None
    """What the user should know about how the answer came about."""
    timings_ms: Mapping[str, float] = field(default_factory=dict)


# --- commands --------------------------------------------------------------------------------


class Risk(StrEnum):
    """What a command can do to the sandbox."""

    READ = "read"
    CHANGE = "change"
    DESTROY = "destroy"


SlotChoices = Literal["containers", "images", "volumes", "networks", "objects", "services"]
"""`objects` are things of the four kinds before it; `services` are those of the Compose file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """A value in a command that the user can edit."""

    id: str
    label: str
    """What the value is, in the words of the CLI: `container`, `image`, `host port`."""
    value: str
    """As the note writes it."""
    placeholder: bool = False
    """The note's value stands for something else (`<dir>`, an id of another machine)."""
    required: bool = True
    choices: SlotChoices | None = None
    """What of the sandbox, or of the note's Compose file, can be chosen from."""
    existing: bool = False
    """The command fails unless the value is one of these choices."""
    hint: str = ""
    """Why the value cannot work as written, or what can stand there."""
    offers: tuple[str, ...] = ()
    """Values that would do, besides those that the sandbox has."""
    start: int | None = None
    """Where the value begins in the command's text, in characters; None where it is not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenExplanation:
    """What one token of a command does."""

    token: str
    text: str
    citation: Citation | None = None
    """The note's own words; None where the text is the project's own description."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why a command is not run."""

    code: str
    """A stable reason code."""
    message: str
    hint: str = ""
    suggestion: str = ""
    """A command line that does nearly the same and may run; empty where there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A command line of a note, understood."""

    id: CommandId
    text: str
    """The command as the note writes it, prompts and comments removed, on one line."""
    note: NoteId
    lines: LineRange
    runnable: bool
    """It may run once its required slots are filled."""
    refusal: Refusal | None = None
    risk: Risk = Risk.READ
    slots: tuple[Slot, ...] = ()
    explanation: tuple[TokenExplanation, ...] = ()
    hints: tuple[str, ...] = ()
    """What will not work as written, or has changed since."""


class RunState(StrEnum):
    """The life of a run."""

    STARTING = "starting"
    RUNNING = "running"
    EXITED = "exited"
    FAILED = "failed"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """Something that the runner itself says in a run."""

    code: str
    """What is said, for programs: a remark's own code, or that of an error."""
    values: Mapping[str, str | float] = field(default_factory=dict)
    """What is named in it."""
    reasons: tuple[Reason, ...] = ()
    """Why, of an error that tells."""
    text: str
    """The same in plain English, with its line end; safe to show."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunEvent:
    """Something that happened in a run, in order."""

    kind: Literal["stdout", "stderr", "status", "exit"]
    text: str = ""
    """Output, or the state's name; safe to show: escape sequences are removed."""
    exit_code: int | None = None
    remark: Remark | None = None
    """What the text says, where it is the runner's own and not the command's output."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOrigin:
    """Where a run comes from."""

    who: str = ""
    """What asked for it: `page`, `cli`, `mcp` or `api`."""
    command: str = ""
    """The offered command that it ran; empty for a typed line."""
    answer: str = ""
    """The answer whose card it was started from, where that was said."""
    values: Mapping[str, str] = field(default_factory=dict)
    """Slot id -> value, as they were given; none for a typed line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandRun:
    """A command that was run, or is running."""

    id: RunId
    text: str
    """The final command line."""
    state: RunState
    exit_code: int | None = None
    stdout: str = ""
    stderr: str = ""
    truncated: bool = False
    """Output went past the limit and was cut."""
    started: float = 0.0
    """POSIX time in seconds."""
    duration_s: float = 0.0
    origin: RunOrigin = RunOrigin()
