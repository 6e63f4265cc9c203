"""Write a trained student as a folder that `SentenceTransformer(path)` loads."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from shutil import rmtree

import torch
from torch import Tensor

from ingest.training.student import MAX_TOKENS, Student
from ingest.training.teacher import teacher_folder
from kb.errors import KbError

MAX_BYTES = 64 * 1024 * 1024
"""What the shipped folder may take."""
CARD_FILE = "README.md"

_TOKENIZER_CONFIG: dict[str, object] = {
    "tokenizer_class": "PreTrainedTokenizerFast",
    "model_max_length": MAX_TOKENS,
    "unk_token": "[UNK]",
    "sep_token": "[SEP]",
    "pad_token": "[PAD]",
    "cls_token": "[CLS]",
    "mask_token": "[MASK]",
    "clean_up_tokenization_spaces": True,
}
_MODULES = [
    {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
    {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
    {
        "idx": 2,
        "name": "2",
        "path": "2_Normalize",
        "type": "sentence_transformers.models.Normalize",
    },
]


def export_student(student: Student, tokenizer_json: str, target: Path) -> int:
    """Write the student to `target`; a model card that lies there stays.

    The weights are stored as float16 to halve the folder; the configuration says float32, so that
    they are loaded and computed with as float32.

    Returns:
        The bytes that the folder takes.

    Raises:
        KbError: The folder holds other things than a model, or is larger than it may be.
    """
    _clear(target)
    dimensions = int(student.rows.shape[1])
    _write_json(target / "config.json", _network_config(len(student.row_of)))
    _write_json(target / "modules.json", _MODULES)
    _write_json(
        target / "sentence_bert_config.json",
        {"max_seq_length": MAX_TOKENS, "do_lower_case": False},
    )
    _write_json(target / "config_sentence_transformers.json", {"similarity_fn_name": "cosine"})
    _write_json(
        target / "1_Pooling" / "config.json",
        {"word_embedding_dimension": dimensions, "pooling_mode_mean_tokens": True},
    )
    _write_json(target / "tokenizer_config.json", _TOKENIZER_CONFIG)
    (target / "tokenizer.json").write_text(tokenizer_json, encoding="utf-8")
    _save_weights(network_tensors(student), target / "model.safetensors")
    size = sum(path.stat().st_size for path in target.rglob("*") if path.is_file())
    if size > MAX_BYTES:
        raise KbError(
            f"{target} takes {size} bytes, more than {MAX_BYTES}",
            hint="train with a smaller vocabulary: vocab --size",
        )
    return size


def network_tensors(student: Student) -> dict[str, Tensor]:
    """Return the network's tensors by BERT's names, the two embedding tables made one."""
    tensors = {name: one.detach() for name, one in student.body.state_dict().items()}
    tensors.pop("embeddings.position_ids", None)
    tensors.pop("embeddings.token_type_ids", None)
    tensors["embeddings.word_embeddings.weight"] = student.full_table()
    return tensors


def _save_weights(tensors: Mapping[str, Tensor], path: Path) -> None:
    from safetensors.torch import save_file

    half = {name: one.to("cpu", torch.float16).contiguous() for name, one in tensors.items()}
    save_file(half, path, metadata={"format": "pt"})
    path.chmod(0o644)  # safetensors writes for the owner alone


def _network_config(vocabulary_size: int) -> dict[str, object]:
    text = (teacher_folder() / "config.json").read_text(encoding="utf-8")
    config: dict[str, object] = json.loads(text)
    for key in ("_name_or_path", "transformers_version", "gradient_checkpointing"):
        config.pop(key, None)
    return config | {"vocab_size": vocabulary_size, "dtype": "float32"}


def _clear(target: Path) -> None:
    """Empty a model folder but for its card; refuse a folder that is something else."""
    target.mkdir(parents=True, exist_ok=True)
    there = [path for path in target.iterdir() if path.name != CARD_FILE]
    if there and not (target / "modules.json").is_file():
        raise KbError(f"{target} is not a model folder", hint="give an empty or new folder")
    for path in there:
        if path.is_dir():
            rmtree(path)
        else:
            path.unlink()


def _write_json(path: Path, value: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
