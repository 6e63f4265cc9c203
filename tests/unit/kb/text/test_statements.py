from __future__ import annotations

import pytest

from kb.text.statements import statements


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Только одно.", ["Только одно."]),
        ("Порт 80.\nЛоги в /var/log", ["Порт 80.", "Логи в /var/log"]),
        ("Порт такой\nже, как был.\nЛоги тут", ["Порт такой\nже, как был.", "Логи тут"]),
        ("без точки\nНо с большой буквы", ["без точки", "Но с большой буквы"]),
        ("wrapped, it goes\n(as here) on", ["wrapped, it goes\n(as here) on"]),
        ("ends so:\nlower case", ["ends so:", "lower case"]),
        ("hard break  \nlower case", ["hard break  ", "lower case"]),
        ("- один\n- два\n  ещё о двух", ["- один", "- два\n  ещё о двух"]),
        ("Порты:\n- 80 web\n- 81 api", ["Порты:", "- 80 web", "- 81 api"]),
        ("1. раз\n2. два\n   - внутри\n3) три", ["1. раз", "2. два\n   - внутри", "3) три"]),
        ("- a\n\n- b\n\n  more of b\n", ["- a", "- b\n\n  more of b"]),
        ("- a\nlazy goes on.\n\nAfter the list", ["- a\nlazy goes on.", "After the list"]),
        ("- not a list", ["- not a list"]),
        ("502 Bad Gateway\n: бэкенд лежит", ["502 Bad Gateway\n: бэкенд лежит"]),
        ("Q: Что такое WAL?\nA: журнал", ["Q: Что такое WAL?\nA: журнал"]),
        ("What is a pod?\nA group.\nSmall.", ["What is a pod?\nA group.", "Small."]),
        ("Symptom: x\nCause: y\nFix: z", ["Symptom: x\nCause: y\nFix: z"]),
        ("**Проблема:** нет\n**Решение:** да", ["**Проблема:** нет\n**Решение:** да"]),
        ("> [!bug] Healthcheck висит\n> Нет curl", ["> [!bug] Healthcheck висит\n> Нет curl"]),
        ("> [!warning] Осторожно\n> Нет curl", ["> [!warning] Осторожно", "> Нет curl"]),
        ("Как есть:\n```\nB\nC\n```\nТут", ["Как есть:", "```\nB\nC\n```", "Тут"]),
        ("> Так\n> ```sh\n> A\n> ```\n> Вот", ["> Так", "> ```sh\n> A\n> ```", "> Вот"]),
        ("```\nA\n~~~\nB", ["```\nA\n~~~\nB"]),
        ("Answering takes: 1\nA cat sat", ["Answering takes: 1", "A cat sat"]),
        ("ошибка OE: вода\nошибка UE: бельё", ["ошибка OE: вода", "ошибка UE: бельё"]),
        ("мука — 3 ст.л.\nсоль — щепотка", ["мука — 3 ст.л.", "соль — щепотка"]),
        ("term :: its meaning\nother :: so", ["term :: its meaning", "other :: so"]),
        ("мука — 3 ложки\nи соль", ["мука — 3 ложки\nи соль"]),
        ("wifi: guest\nin the hall — slow", ["wifi: guest\nin the hall — slow"]),
        (
            "Postgres — база, в которой лежат все заказы, письма, долги и\nвсе счета — и старые",
            ["Postgres — база, в которой лежат все заказы, письма, долги и\nвсе счета — и старые"],
        ),
        ("---\ntitle: x\nyear: y\n---\nA text", ["---\ntitle: x\nyear: y\n---", "A text"]),
        ("---\ntitle: x\nyear: y", ["---\ntitle: x", "year: y"]),
        ("", []),
        ("\n \n", []),
    ],
)
def test_statements(text: str, said: list[str]) -> None:
    lines = text.split("\n")
    assert ["\n".join(lines[own.start : own.stop]) for own in statements(text)] == said


def test_many_lines_take_no_long_time() -> None:
    assert len(statements("- item\n" * 3000)) == 3000
    assert len(statements("- item\n" + "goes on\n" * 3000)) == 1
