"""The command line of the training: its steps, and what each of them takes."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    Steps = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001

PAIRS_FILE: Final = "pairs.tsv.gz"
DEV_FILE: Final = "dev.tsv"
_FROZEN_MINUTES: Final = 30.0
_FULL_MINUTES: Final = 60.0
_WITHOUT_CORPUS: Final = frozenset(
    {"export", "vaults", "needs", "peaks", "rerank", "second-reader"}
)


def make_parser() -> argparse.ArgumentParser:
    """Return what reads a command line into the options of one step."""
    parser = argparse.ArgumentParser(
        prog="python -m ingest.training",
        description="Train a Russian and English sentence embedder from all-MiniLM-L6-v2.",
        epilog="Steps in order: vocab, align, train --stage frozen, train --stage full, evaluate, "
        "export, tune, everyday, tokens, vaults, needs, peaks, rerank, second-reader; `all` does "
        "those up to export one after another. A step that was stopped goes on when given again.",
    )
    steps = parser.add_subparsers(dest="step", required=True, metavar="STEP")
    _add_distilling(steps)
    _add_finding(steps)
    _add_completing(steps)
    _add_rerank(steps)
    _add_second_reader(steps)
    _add_tables(steps)
    _add_all(steps)
    return parser


def _add_distilling(steps: Steps) -> None:
    """Add what makes an embedder of two languages of an English one."""
    _vocab(_step(steps, "vocab", "learn a Russian vocabulary and append it to the teacher's"))
    _align(_step(steps, "align", "give each new token a start from the tokens it aligns with"))
    train = _step(steps, "train", "distil the teacher; resumes its own checkpoint")
    train.add_argument("--stage", choices=["frozen", "full"], required=True)
    train.add_argument("--minutes", type=float, required=True, help="training time")
    train.add_argument("--from", dest="start", metavar="STAGE", help="start as that stage ended")
    _train(train)
    evaluate = _step(steps, "evaluate", "score a model folder, or the teacher, on held-out pairs")
    evaluate.add_argument("model", help="a folder, or `teacher`")
    export = _step(steps, "export", "write a stage's checkpoint as a SentenceTransformer folder")
    export.add_argument("--stage", choices=["initial", "frozen", "full"], default="full")
    _export(export)


def _add_finding(steps: Steps) -> None:
    """Add what teaches an exported embedder to find what answers."""
    tune = _step(steps, "tune", "learn to find answers, from an exported folder; resumes")
    _folders(tune, target=True, learnt_from="notes to learn")
    tune.add_argument("--epochs", type=int, default=24, help="how often each fact is asked for")
    tune.add_argument("--no-replay", action="store_true", help="without the teacher's replay")
    _exact(tune, ", about 3x slower")
    everyday = _step(steps, "everyday", "learn everyday Russian, the folder itself being teacher")
    _folders(everyday, target=True)
    everyday.add_argument("--minutes", type=float, default=20.0, help="training time")
    everyday.add_argument(
        "--kept-share", type=float, default=0.0,
        help="how much of the folder to mix into the weights, 0-1: keeps what it could do nearer",
    )  # fmt: skip
    _evaluate_minutes(everyday)
    _exact(everyday)
    tokens = _step(steps, "tokens", "make the token head of an exported folder, as tune does")
    _folders(tokens, learnt_from="notes")
    vaults = _step(steps, "vaults", "learn to find passages of vaults, with its needs; resumes")
    _folders(vaults, target=True)
    vaults.add_argument("--minutes", type=float, default=22.0, help="training time")
    _newest(vaults)
    _exact(vaults)


def _add_completing(steps: Steps) -> None:
    """Add what writes more into an exported folder."""
    _folders(_step(steps, "needs", "add what people commonly need to an exported folder"))
    _folders(_step(steps, "peaks", "add what lets an exported folder embed questions faster"))


def _add_rerank(steps: Steps) -> None:
    step = _step(steps, "rerank", "train what reads questions with chunks; resumes")
    _folders(step, goes_with="the folder it goes with")
    first = step.add_mutually_exclusive_group()
    first.add_argument("--lessons-minutes", type=float, default=14.0, help="over lessons alone")
    first.add_argument(
        "--go-on", dest="lessons_minutes", action="store_const", const=None,
        default=argparse.SUPPRESS, help="from the reranker that lies beside the model",
    )  # fmt: skip
    _going_on(step)
    step.add_argument("--minutes", type=float, default=47.0, help="over vaults and lessons")
    _exact(step)


def _add_second_reader(steps: Steps) -> None:
    step = _step(steps, "second-reader", "train what reads beside the reranker; resumes")
    _folders(step, goes_with="its reranker is the teacher")
    step.add_argument("--minutes", type=float, default=110.0, help="training time")
    start = step.add_mutually_exclusive_group()
    start.add_argument("--layers", type=int, default=6, help="of multilingual-e5-small's twelve")
    start.add_argument(
        "--go-on", dest="layers", action="store_const", const=None, default=argparse.SUPPRESS,
        help="from the second reader that lies beside the model",
    )  # fmt: skip
    _going_on(step)
    _exact(step)


def _add_tables(steps: Steps) -> None:
    words = _step(steps, "words", "list the common words, for `kb/text/common_*.txt`")
    words.add_argument("--language", choices=["ru", "en"], default="ru", help="ru: their stems")
    terms = _step(steps, "terms", "learn translations of terms, for `kb/text/terms.tsv`")
    for table in (words, terms):
        _lessons(table, "their folder")
        table.add_argument("--target", type=Path, required=True, help="file to write")


def _add_all(steps: Steps) -> None:
    whole = _step(steps, "all", "every step, from the corpus to the folder")
    _vocab(whole)
    _align(whole)
    _train(whole)
    whole.add_argument("--frozen-minutes", type=float, default=_FROZEN_MINUTES)
    whole.add_argument("--full-minutes", type=float, default=_FULL_MINUTES)
    _export(whole)


def _step(steps: Steps, name: str, purpose: str) -> argparse.ArgumentParser:
    step = steps.add_parser(
        name, help=purpose, description=purpose,
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )  # fmt: skip
    step.add_argument(
        "--corpus", type=Path, required=name not in _WITHOUT_CORPUS,
        help=f"folder with {PAIRS_FILE}, {DEV_FILE} and, if any, ru_mono.txt.gz",
    )  # fmt: skip
    step.add_argument("--run", type=Path, required=True, help="folder of this run's files")
    step.add_argument("--device", default="auto", help="cpu, cuda or auto")
    step.add_argument("--threads", type=int, default=0, help="CPU threads; 0: all")
    return step


def _vocab(step: argparse.ArgumentParser) -> None:
    step.add_argument("--size", type=int, default=17000, help="tokens to append")
    step.add_argument("--vocab-pairs", type=int, default=300_000, help="pairs to learn it from")


def _align(step: argparse.ArgumentParser) -> None:
    step.add_argument("--align-pairs", type=int, default=200_000, help="pairs to align")


def _train(step: argparse.ArgumentParser) -> None:
    step.add_argument("--seed", type=int, default=1, help="order of the data")
    step.add_argument("--steps", type=int, help="stop a stage after so many steps")
    step.add_argument("--no-passages", action="store_true", help="sentences alone")
    step.add_argument("--no-phrases", action="store_true", help="without everyday phrases")
    _evaluate_minutes(step)
    _exact(step, ", about 3x slower")


def _export(step: argparse.ArgumentParser) -> None:
    step.add_argument("--target", type=Path, required=True, help="folder to write")
    step.add_argument(
        "--frozen-share", type=float, default=0.0,
        help="how much of stage frozen to mix into the weights, 0-1: keeps English nearer",
    )  # fmt: skip


def _folders(
    step: argparse.ArgumentParser,
    *,
    target: bool = False,
    goes_with: str = "",
    learnt_from: str = "its folder",
) -> None:
    """Add the folders of a step that works on an exported one: `target`, it writes another."""
    purpose = goes_with or ("the folder to start from" if target else "the folder to complete")
    step.add_argument("--model", type=Path, required=True, help=purpose)
    _lessons(step, learnt_from)
    if target:
        step.add_argument("--target", type=Path, required=True, help="folder to write")


def _lessons(step: argparse.ArgumentParser, purpose: str) -> None:
    step.add_argument("--lessons", type=Path, default=Path("data/training"), help=purpose)


def _going_on(step: argparse.ArgumentParser) -> None:
    _newest(step)
    step.add_argument(
        "--kept-share", type=float, default=0.5,
        help="with --go-on: how much of the weights before to mix in at the end, 0-1",
    )  # fmt: skip


def _newest(step: argparse.ArgumentParser) -> None:
    step.add_argument(
        "--newest", type=int, default=0, metavar="NUMBER",
        help="the vaults from this number on are new: less is asked of the others",
    )  # fmt: skip


def _evaluate_minutes(step: argparse.ArgumentParser) -> None:
    step.add_argument("--evaluate-minutes", type=float, default=10.0, help="0: only at the end")


def _exact(step: argparse.ArgumentParser, but: str = "") -> None:
    step.add_argument("--exact", action="store_true", help=f"float32 throughout{but}")
