"""What each token of a command line does, in the note's words where it has them."""

from __future__ import annotations

from collections.abc import Callable

from kb.commands.container.mounts import split_volume
from kb.commands.container.networking import split_publish
from kb.commands.line.invocation import Invocation, Operand, Option
from kb.commands.line.tokens import Mark
from kb.commands.spec import command_groups
from kb.commands.texts import has_text, say
from kb.model import Citation, Language, TokenExplanation
from kb.text.markers import without_marker

FlagNote = Callable[[str, str], Citation | None]
"""(command, flag) -> the note's own words on the flag, for instance `("docker run", "-p")`."""


def explain(
    call: Invocation, *, flag_note: FlagNote | None = None, language: Language = "en"
) -> tuple[TokenExplanation, ...]:
    """Explain a command line, one entry for each of its tokens.

    Args:
        call: The command line.
        flag_note: The note's own words on a flag; the project's own text where it has none.
        language: Of the project's own texts.
    """
    entries = dict(_explain_words(call, language))
    for index in range(len(call.tokens)):
        named = [option for option in call.options if option.token == index]
        if named:
            entries[index] = _explain_options(call, index, named, flag_note, language)
    for option in call.options:
        if option.value_token != option.token:
            entries[option.value_token] = _token(
                call, option.value_token, _explain_value(option, language)
            )
    for operand in call.operands:
        entries[operand.token] = _token(
            call, operand.token, _explain_operand(call, operand, language)
        )
    for index, token in enumerate(call.tokens):
        if index not in entries and token.value == "--":
            entries[index] = _token(call, index, say("explain.separator", language))
    return tuple(entries[index] for index in sorted(entries))


def _token(call: Invocation, index: int, text: str) -> TokenExplanation:
    return TokenExplanation(token=call.tokens[index].text, text=text)


def _explain_words(call: Invocation, language: Language) -> list[tuple[int, TokenExplanation]]:
    """Explain the program and the command's own words."""
    program = "explain.compose_program" if call.program == "compose" else "explain.program"
    entries = [(call.words[0], _token(call, call.words[0], say(program, language)))]
    *groups, last = call.words[1:] or (None,)
    for index in groups:
        if index is not None:
            word = call.tokens[index].value
            text = (
                say("explain.compose_program", language)
                if word == "compose"
                else say("explain.group", language, group=_name_group(word, language))
            )
            entries.append((index, _token(call, index, text)))
    if last is not None:
        entries.append((last, _token(call, last, call.command.describe(language))))
    return entries


def _name_group(word: str, language: Language) -> str:
    key = f"label.{word}"
    return say(key, language) if word in command_groups() and has_text(key) else word


def _command_name(call: Invocation, option: Option) -> str:
    """Return the command that owns an option, as a note would write it."""
    if call.command.path.startswith("compose"):
        return "docker-compose" if option.flag not in call.command.flags else (
            f"docker-compose {call.command.path.removeprefix('compose ')}"
        )  # fmt: skip
    return f"docker {call.command.path}" if option.flag in call.command.flags else "docker"


def _explain_options(
    call: Invocation,
    index: int,
    options: list[Option],
    flag_note: FlagNote | None,
    language: Language,
) -> TokenExplanation:
    """Explain a token that names one option, or several joined ones."""
    texts, citation = [], None
    for option in options:
        found = _find_note(_command_name(call, option), option, flag_note)
        citation = citation or found
        text = without_marker(found.quote.strip()) if found else option.flag.describe(language)
        attached = option.flag.takes_value and option.value_token == option.token
        if attached and not found:
            text = f"{text}: {_explain_value(option, language)}"
        texts.append(text if len(options) == 1 else f"{option.written}: {text}")
    return TokenExplanation(token=call.tokens[index].text, text="; ".join(texts), citation=citation)


def _find_note(command: str, option: Option, flag_note: FlagNote | None) -> Citation | None:
    if flag_note is None:
        return None
    for name in dict.fromkeys((option.written, option.flag.short, option.flag.name)):
        if name and (found := flag_note(command, name)):
            return found
    return None


def _explain_value(option: Option, language: Language) -> str:
    """Say what an option's value means."""
    if option.flag.kind == "publish" and (parts := split_publish(option.value)) and parts.host:
        return say("explain.publish", language, host=parts.host, container=parts.container)
    if option.flag.kind == "volume-mount" and ":" in option.value:
        source, *rest = split_volume(option.value)
        return say("explain.mount", language, volume=source, path=rest[0] if rest else "")
    if option.flag.kind in {"env", "build-arg", "label"} and "=" in option.value:
        name, _, value = option.value.partition("=")
        return say("explain.variable", language, name=name, value=value)
    return say("explain.value_of", language, flag=option.written,
               label=say(f"label.{option.flag.kind}", language))  # fmt: skip


def _explain_operand(call: Invocation, operand: Operand, language: Language) -> str:
    if Mark.SUBSTITUTION in call.tokens[operand.token].marks:
        return say("explain.listed", language)
    if operand.kind == "image":
        return say("explain.image", language)
    if operand.kind == "args":
        return say("explain.args", language)
    return say(f"label.{operand.kind}", language)
