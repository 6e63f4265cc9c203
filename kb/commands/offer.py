"""A note's command line as the answer shows it: judged, explained, with slots."""

from __future__ import annotations

import hashlib
import re
from functools import cache

from kb.commands.judging import judge_as_shown
from kb.commands.limits import DEFAULT_RULES, Rules
from kb.commands.line.grammar import parse
from kb.commands.line.invocation import Invocation
from kb.commands.messages.explain import FlagNote, explain
from kb.commands.policy import Judgement
from kb.commands.slots import find_slots
from kb.commands.spec import FETCHING
from kb.commands.suggest import suggest
from kb.commands.texts import RefusedError, put_into_words, read_rows, say
from kb.commands.values.references import parse_reference
from kb.errors import InvalidInputError
from kb.model import Command, CommandId, Language, LineRange, NoteId, Refusal, Risk

__all__ = ["FlagNote", "command_id", "offer"]

_ID_LENGTH = 16
_WINDOWS_PATH = re.compile(r"[A-Za-z]:\\")
_COMPOSE_SPELLINGS = frozenset({"docker-compose", "docker compose"})


def command_id(note: NoteId, lines: LineRange, text: str) -> CommandId:
    """Return the id of a command: the same as long as its note, lines and text are the same."""
    content = "\0".join([note, str(lines.start), str(lines.end), text])
    return CommandId(hashlib.sha256(content.encode("utf-8")).hexdigest()[:_ID_LENGTH])


def offer(
    text: str,
    *,
    note: NoteId,
    lines: LineRange,
    flag_note: FlagNote | None = None,
    language: Language = "en",
    rules: Rules = DEFAULT_RULES,
) -> Command:
    """Understand a command line of a note. Never raises: what cannot run is refused in the value.

    Args:
        text: As `kb.commands.extract.extract_commands` gives it.
        note: Where it stands; with the lines and the text it makes the id.
        lines: The note's lines that it stands on.
        flag_note: The note's own words on a flag; the project's own text where it has none.
        language: Of explanations, labels, hints and refusals.
        rules: Limits and reserved ports of this installation.
    """
    call: Invocation | None = None
    judgement: Judgement | None = None
    refusal: Refusal | None = None
    try:
        call = parse(text)
        judgement = judge_as_shown(call, rules)
    except RefusedError as error:
        refusal = _refusal(error, call, rules, language)
    except InvalidInputError as error:
        refusal = Refusal(code=error.code, message=error.message, hint=error.hint)
    return Command(
        id=command_id(note, lines, text), text=text, note=note, lines=lines,
        runnable=refusal is None, refusal=refusal,
        risk=_risk(call, judgement),
        slots=find_slots(text, language=language),
        explanation=explain(call, flag_note=flag_note, language=language) if call else (),
        hints=_hints(call, judgement, rules, language) if call else (),
    )  # fmt: skip


def _refusal(
    error: RefusedError, call: Invocation | None, rules: Rules, language: Language
) -> Refusal:
    spoken = error.in_language(language)
    return Refusal(
        code=spoken.code, message=spoken.message, hint=spoken.hint,
        suggestion=suggest(call, error, rules),
    )  # fmt: skip


def _risk(call: Invocation | None, judgement: Judgement | None) -> Risk:
    if judgement:
        return judgement.risk
    return call.command.risk if call else Risk.READ


def _hints(
    call: Invocation, judgement: Judgement | None, rules: Rules, language: Language
) -> tuple[str, ...]:
    """Return what will not work as written, what has changed since, and what was neutralised."""
    hints = []
    spelling = _compose_spelling(call)
    if spelling and spelling == rules.absent_compose:
        (other,) = _COMPOSE_SPELLINGS - {spelling}
        hints.append(say("hint.compose_spelling", language, absent=spelling, other=other))
    for option in call.options:
        if option.flag.kind == "compose-file" and _WINDOWS_PATH.match(option.value):
            hints.append(say("hint.windows_path", language, path=option.value))
        if option.flag.kind == "publish" and option.value.isdigit():
            hints.append(say("hint.random_port", language, port=option.value))
        if option.flag.kind == "volume-mount" and ":" not in option.value:
            hints.append(say("hint.unnamed_volume", language, path=option.value))
    if call.command.path in FETCHING:
        moved = {image: _moved_to(image) for image in call.operand_values("image")}
        hints += [say("hint.image_moved", language, image=image, instead=instead)
                  for image, instead in moved.items() if instead]  # fmt: skip
    notes = judgement.notes if judgement else ()
    return tuple(dict.fromkeys([*hints, *(put_into_words(n, language) for n in notes)]))


def _compose_spelling(call: Invocation) -> str:
    """Return how a command of Compose is spelt; empty for any other."""
    if call.program == "compose":
        return "docker-compose"
    return "docker compose" if call.command.path.startswith("compose ") else ""


def _moved_to(image: str) -> str:
    """Return whose images to look for in the place of one of Docker Hub; empty where it stays."""
    reference = parse_reference(image)
    if reference is None or reference.domain:
        return ""
    owner = reference.path.partition("/")[0]
    return _moved_owners().get(owner, "") if "/" in reference.path else ""


@cache
def _moved_owners() -> dict[str, str]:
    """Return who has taken free images off Docker Hub, and where they are now."""
    return {row["owner"]: row["instead"] for row in read_rows("moved_images.tsv")}
