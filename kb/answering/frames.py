"""The project's own words around the quotes, in the question's language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from kb.errors import ChatModelError
from kb.model import Language
from kb.reasons import ChatModelReason

_FRAMES: Final[Mapping[str, Mapping[Language, str]]] = {
    "flag": {"ru": "Флаг `{flag}` в `{command}`:", "en": "Flag `{flag}` of `{command}`:"},
    "flags": {"ru": "Флаги `{command}`:", "en": "Flags of `{command}`:"},
    "flag_alone": {"ru": "Флаг `{flag}`:", "en": "Flag `{flag}`:"},
    "hedged": {
        "ru": "Автор заметки сам не уверен:",
        "en": "The note is not sure of this itself:",
    },
    "unsure": {"ru": "Возможно, речь об этом:", "en": "Perhaps this is what you mean:"},
    "open": {
        "ru": "В заметках этот вопрос задан, но ответа там нет:",
        "en": "The notes ask this themselves and leave it without an answer:",
    },
    "not_found": {
        "ru": "В заметках ответа на это нет.",
        "en": "Your notes do not answer this.",
    },
    "unknown_flag": {
        "ru": "В заметках нет объяснения флага `{flag}`.",
        "en": "Your notes do not explain the flag `{flag}`.",
    },
    "flag_not_of_command": {
        "ru": "В заметках нет объяснения флага `{flag}` команды `{command}`.",
        "en": "Your notes do not explain the flag `{flag}` of `{command}`.",
    },
    "nearest": {
        "ru": "Ближе всего по теме: {places}.",
        "en": "Closest in your notes: {places}.",
    },
    "words_alone": {
        "ru": "Индекс строится заново для другой модели: пока сравниваются только слова, и ответ"
        " может остаться ненайденным.",
        "en": "The index is being rebuilt for another model: until then words alone are compared,"
        " and an answer may be missed.",
    },
    "no_model": {
        "ru": "Языковая модель не настроена: ответ составлен из цитат.",
        "en": "No language model is set up: the answer is made of quotes.",
    },
    "model_failed": {
        "ru": "Языковая модель не ответила ({reason}): ответ составлен из цитат.",
        "en": "The language model failed ({reason}): the answer is made of quotes.",
    },
    "claims_removed": {
        "ru": "Убрано утверждений, которых нет в заметках: {count}.",
        "en": "Claims removed that the notes do not bear out: {count}.",
    },
    "not_kept": {
        "ru": "Сохранить этот ответ на диск не удалось: после обновления страницы его не будет.",
        "en": "This answer could not be written to the disk: it is gone once the page is reloaded.",
    },
}

_WHY_NO_MODEL: Final[Mapping[ChatModelReason, str]] = {
    "unreachable": "служба по адресу {detail} недоступна",
    "refused": "служба отказала, {detail}",
    "unknown_model": "у службы нет модели {detail}",
    "service_failed": "служба сообщила об ошибке: {detail}",
    "too_slow": "не уложилась в отведённое время",
    "too_long": "ответ слишком длинный",
    "broke_off": "ответ оборвался",
    "no_stream": "служба прислала не поток событий",
    "bad_piece": "служба прислала то, чего не понять",
    "no_answer": "не нашла ответа в заметках",
    "unsupported": "сказанное ею в заметках не подтверждается",
}
"""In Russian; an error's own message is the English."""


def model_failed(error: ChatModelError, language: Language) -> str:
    """Return that the language model failed, and why."""
    why = _WHY_NO_MODEL[error.reason].format(detail=error.detail)
    return frame("model_failed", language, reason=error.message if language == "en" else why)


def frame(name: str, language: Language, **values: str) -> str:
    """Return a phrase in the language, with the values put in."""
    return _FRAMES[name][language].format(**values)
