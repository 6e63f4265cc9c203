from __future__ import annotations

import pytest

from kb.text.announcing import ends_in_colon


@pytest.mark.parametrize("text", ["Порты:", "**For example:**", "_Ports_: \n", "So:\u00a0", ":"])
def test_leads_to_what_follows(text: str) -> None:
    assert ends_in_colon(text)


@pytest.mark.parametrize("text", ["", "Порты", "a: b", "web:80", "`key:`"])
def test_leads_to_nothing(text: str) -> None:
    assert not ends_in_colon(text)
