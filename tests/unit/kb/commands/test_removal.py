"""What a destroying command removes, in both languages."""

from __future__ import annotations

from kb.commands.messages.removal import (
    ask_to_confirm,
    name_build_cache,
    name_container,
    name_of_project,
    name_removed,
)


def test_things_are_named_in_either_language() -> None:
    assert name_removed("volume", "data") == "volume data"
    assert name_removed("volume", "data", language="ru") == "том data"
    assert name_container("web", "nginx", running=False) == "container web of nginx"
    assert name_container("web", "nginx", running=True).endswith("(running)")
    assert name_container("web", "nginx", running=True, language="ru").endswith("(работает)")
    assert "cache" in name_build_cache()
    assert "`compose down`" in name_of_project("down", language="ru")


def test_the_question_names_the_line_and_what_goes() -> None:
    asked = ask_to_confirm("docker rm web", ("container web of nginx",), "en")
    assert asked.victims == ("container web of nginx",)
    assert asked.message == "`docker rm web` removes for good"
    assert "безвозвратно" in ask_to_confirm("docker rm web", (), "ru").message
