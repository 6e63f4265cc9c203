"""Everyday sentences: read from files, and learnt by a toy student."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import torch

from ingest.models.needs import load_needs
from ingest.training.__main__ import main
from ingest.training.lesson_pairs import parallel_chunks
from ingest.training.lessons import read_lessons
from ingest.training.pairs import Pairs
from ingest.training.phrases import read_everyday, read_needs, read_phrasings
from ingest.training.student import encode, load_student, tokenize
from ingest.training.terms import everyday_terms, table_of
from ingest.training.vocabulary import load_tokenizer
from kb.errors import KbError
from tests.unit.ingest.training.tiny import write_lessons

PHRASINGS = "free a port\twho listens\tin use\tосвободить порт\tкто занял\tпорт занят\tждёт"


def write_everyday(folder: Path) -> Path:
    for name in ("everyday", "translated", "phrasings", "needs"):
        (folder / name).mkdir(parents=True)
    (folder / "everyday" / "1.tsv").write_text(
        "порт\tкуда делся порт\tthe port\n", encoding="utf-8"
    )
    (folder / "translated" / "2.tsv").write_text(
        "сеть как удалить\tremove network\n", encoding="utf-8"
    )
    (folder / "phrasings" / "1.tsv").write_text(PHRASINGS + "\n", encoding="utf-8")
    (folder / "needs" / "1.txt").write_text("remove network\nfree a port\n", encoding="utf-8")
    return folder


def test_everyday_sentences_are_read_from_all_files(tmp_path: Path) -> None:
    pairs = read_everyday(write_everyday(tmp_path / "everyday"))
    assert pairs.russian == ["куда делся порт", "сеть как удалить"]
    assert pairs.english == ["the port", "remove network"]
    with pytest.raises(KbError, match=str(tmp_path)):
        read_everyday(tmp_path)
    (tmp_path / "everyday" / "everyday" / "1.tsv").write_text("порт\tпорт\n", encoding="utf-8")
    with pytest.raises(KbError, match="3 columns"):
        read_everyday(tmp_path / "everyday")


def test_every_other_way_to_ask_stands_beside_the_plain_one(tmp_path: Path) -> None:
    pairs = read_phrasings(write_everyday(tmp_path))
    plain, *others = PHRASINGS.split("\t")
    assert pairs.english == [plain] * 6
    assert pairs.russian == others
    (tmp_path / "phrasings" / "1.tsv").write_text("free a port\tпорт занят\n", encoding="utf-8")
    with pytest.raises(KbError, match="7 columns"):
        read_phrasings(tmp_path)


def test_everyday_russian_comes_nearer_to_its_english(
    model: Path, corpus: Path, tmp_path: Path
) -> None:
    everyday = write_lessons(write_everyday(tmp_path / "everyday"), ["note-0"])
    target = tmp_path / "learnt"
    given = ["--corpus", str(corpus), "--run", str(tmp_path / "again"), "--model", str(model)]
    options = ["--lessons", str(everyday), "--target", str(target), "--minutes", "0.05"]
    assert main(["everyday", *given, *options]) == 0
    pairs = read_everyday(everyday) + read_phrasings(everyday)
    assert _nearness(target, model, pairs) > _nearness(model, model, pairs)
    assert (tmp_path / "again" / "everyday" / "checkpoint.pt").is_file()
    whole = ["--target", str(tmp_path / "kept"), "--minutes", "0.05", "--kept-share", "1"]
    assert main(["everyday", *given, *options[:2], *whole]) == 0
    assert _nearness(tmp_path / "kept", model, pairs) == pytest.approx(
        _nearness(model, model, pairs), abs=1e-3
    )


def test_chunks_of_lessons_are_learnt_beside_their_translations(tmp_path: Path) -> None:
    lessons = read_lessons(write_lessons(tmp_path, ["note-0", "note-1"]))
    pairs = parallel_chunks(lessons)
    assert list(zip(pairs.english, pairs.russian, strict=True)) == [
        ("container\nremove the container", "контейнер\nудалить контейнер"),
        ("container\nthe port", "контейнер\nпорт"),
        ("container\nthe network of a image", "контейнер\nсеть образ"),
    ]


def test_plain_names_become_the_needs_of_a_model(model: Path, tmp_path: Path) -> None:
    lessons = write_everyday(tmp_path / "lessons")
    target = shutil.copytree(model, tmp_path / "with-needs")
    given = ["--run", str(tmp_path), "--model", str(target), "--lessons", str(lessons)]
    assert load_needs(target).size == 0
    assert main(["needs", *given]) == 0
    needs = load_needs(target)
    plain = encode(
        load_student(model),
        tokenize(load_tokenizer(model / "tokenizer.json"), ["free a port", "remove network"]),
        device=torch.device("cpu"),
    )
    # A toy takes most texts for nearly the same; those that are left are the first ones.
    assert 1 <= len(needs) <= len(plain)
    assert float(needs[0] @ plain[0]) > 0.99
    (lessons / "needs" / "1.txt").unlink()
    with pytest.raises(KbError, match="needs"):
        read_needs(lessons)


def _nearness(model: Path, teacher: Path, pairs: Pairs) -> float:
    tokenizer = load_tokenizer(model / "tokenizer.json")
    russian, english = (
        encode(load_student(folder), tokenize(tokenizer, texts), device=torch.device("cpu"))
        for folder, texts in ((model, pairs.russian), (teacher, pairs.english))
    )
    return float((russian * english).sum(axis=1).mean())


def test_everyday_words_are_translated_and_the_surer_weight_is_kept(tmp_path: Path) -> None:
    folder = write_everyday(tmp_path / "lessons")
    lines = ["чайник течёт\tthe kettle leaks", "где чайник\twhere is the kettle"]
    text = "\n".join([*lines, "купить чайник\tbuy a kettle", "течёт кран\tthe tap leaks"]) + "\n"
    (folder / "translated" / "2.tsv").write_text(text, encoding="utf-8")
    weights = everyday_terms(folder)
    assert list(weights) == [("чайник", "kettl")]
    known = {("чайник", "kettl"): 0.01, ("порт", "port"): 0.5}
    assert table_of(known, weights)[0] == "порт\tport\t0.50"
    assert table_of(known, weights)[1].startswith("чайник\tkettl\t")
    assert float(table_of(known, weights)[1].split("\t")[2]) > 0.25


def test_common_stems_hold_everyday_words_and_no_spoken_latin_ones(
    corpus: Path, tmp_path: Path
) -> None:
    folder = write_everyday(tmp_path / "lessons") / "everyday"
    (folder / "3.tsv").write_text("чайник\tгде чайник\twhere is it\n", encoding="utf-8")
    target = tmp_path / "stems.txt"
    given = ["--corpus", str(corpus), "--run", str(tmp_path), "--lessons", str(folder.parent)]
    assert main(["words", *given, "--target", str(target)]) == 0
    stems = target.read_text(encoding="utf-8").split()
    assert "чайник" in stems
    assert "порт" not in stems  # `port`, as it sounds
    assert len(stems) == len(set(stems))


def test_common_words_are_english_most_common_first(corpus: Path, tmp_path: Path) -> None:
    folder = write_everyday(tmp_path / "lessons")
    rows = ["чайник\tгде чайник\tWhere is the kettle, in /opt/kettles?"] * 3
    (folder / "everyday" / "3.tsv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    target = tmp_path / "words.txt"
    given = ["--corpus", str(corpus), "--run", str(tmp_path), "--lessons", str(folder)]
    assert main(["words", *given, "--language", "en", "--target", str(target)]) == 0
    words = target.read_text(encoding="utf-8").split()
    assert "kettle" in words
    assert "kettles" not in words
    assert words.index("the") < words.index("kettle")
