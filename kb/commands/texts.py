"""The room's own words in both languages, from `data/texts.tsv`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources

from kb.errors import CommandRefusedError
from kb.model import Language

_MARK = "\0"
"""Before a value that is the key of a text; nobody can type it."""


@dataclass(frozen=True, slots=True)
class Saying:
    """Something to tell the user, not yet in a language."""

    key: str
    values: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class _Entry:
    en: str
    ru: str


def read_rows(name: str) -> list[dict[str, str]]:
    """Return the rows of a tab-separated table in `kb/commands/data`, by column name."""
    text = resources.files("kb.commands").joinpath("data", name).read_text(encoding="utf-8")
    header, *lines = text.splitlines()
    columns = header.split("\t")
    return [dict(zip(columns, line.split("\t"), strict=True)) for line in lines if line]


@cache
def _table() -> dict[str, _Entry]:
    return {row["key"]: _Entry(row["en"], row["ru"]) for row in read_rows("texts.tsv")}


def text_keys() -> frozenset[str]:
    """Return the keys of all texts."""
    return frozenset(_table())


def saying(key: str, **values: object) -> Saying:
    """Return a text with its values, to be put into words later."""
    return Saying(key, tuple((name, str(value)) for name, value in values.items()))


def put_into_words(what: Saying, language: Language) -> str:
    """Return a saying in a language."""
    entry = _table()[what.key]
    values = {name: _translate(value, language) for name, value in what.values}
    return (entry.ru if language == "ru" else entry.en).format_map(values)


def _translate(value: str, language: Language) -> str:
    """Put a value that names a text of ours (`in_words`) into a language too."""
    if value.startswith(_MARK) and value[1:] in _table():
        return put_into_words(Saying(value[1:]), language)
    return value


def in_words(key: str) -> str:
    """Return a value that is put into words together with the text that names it."""
    return _MARK + key


def say(key: str, language: Language, **values: object) -> str:
    """Return a text in a language."""
    return put_into_words(saying(key, **values), language)


def has_text(key: str) -> bool:
    """Tell whether there is such a text."""
    return key in _table()


class RefusedError(CommandRefusedError):
    """A refusal that can be put into either language.

    Args:
        code: The reason code; the message is the text `refuse.<code>`, the hint
            `refuse.<code>.hint` where there is one.
        key: The key of the message, where it is another one.
        suggestion: A command line that does nearly the same and may run.
        language: Of message and hint.
        values: What the texts name.
    """

    def __init__(
        self,
        code: str,
        values: tuple[tuple[str, str], ...] = (),
        *,
        key: str = "",
        suggestion: str = "",
        language: Language = "en",
    ) -> None:
        self.values = values
        self.key = key or f"refuse.{code}"
        message = put_into_words(Saying(self.key, values), language)
        hint_key = f"{self.key}.hint"
        hint = put_into_words(Saying(hint_key, values), language) if has_text(hint_key) else ""
        super().__init__(message, hint=hint, code=code, suggestion=suggestion)

    def in_language(self, language: Language, *, suggestion: str | None = None) -> RefusedError:
        """Return the same refusal in a language, with another suggestion if one is given."""
        return RefusedError(
            self.code, self.values, key=self.key, language=language,
            suggestion=self.suggestion if suggestion is None else suggestion,
        )  # fmt: skip


def refused(code: str, *, key: str = "", suggestion: str = "", **values: object) -> RefusedError:
    """Return the refusal with this reason code, to be raised."""
    return RefusedError(code, saying("", **values).values, key=key, suggestion=suggestion)
