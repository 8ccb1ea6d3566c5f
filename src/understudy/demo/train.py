"""Makes the demo's own model from nothing: a small Llama, trained on the training side of the tasks, written as GGUF.

    python -m understudy.demo.train --out own.gguf

Fixed steps and seed, one thread, so that it can be made again. The file is measured through llama.cpp itself on
played prompts, and refused if a kind lies outside its band: accuracy jumps late in training, so time says nothing.
Needs the extra `train` (torch, tokenizers, gguf) and some ten minutes. Nothing else in the project imports this module.
"""

import argparse
import asyncio
import json
import math
import random
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

import gguf
import numpy as np
import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from torch import nn
from torch.nn import functional as F

from understudy.demo.corpus import BEGIN, CHAT_TEMPLATE, END, SPECIAL, conversation, draw, tokenizer_lines
from understudy.demo.measure import measure
from understudy.demo.tasks import KINDS
from understudy.engines.llama_cpp import LlamaCpp

HIDDEN, LAYERS, HEADS, INNER, VOCABULARY, CONTEXT = 128, 4, 4, 320, 2048, 256
STEPS, BATCH, PEAK_RATE, WARM_UP, SEED = 2800, 64, 3e-3, 100, 7
ROPE_BASE = 10000.0
EPSILON = 1e-5
# Fresh played prompts of each kind that the finished file is measured on, and the seed that draws them.
MEASURED, MEASURED_SEED = 2000, 20_261
# Accuracy on played prompts that each kind must have, lowest and highest: what the demo promises to show.
LEARNED, BELOW_MARGIN, NOT_LEARNED = (0.985, 1.0), (0.79, 0.86), (0.0, 0.5)
BANDS = {
    "aisle": BELOW_MARGIN,
    "json_unseen": NOT_LEARNED,
    "product_4digit": NOT_LEARNED,
    "word_problem": NOT_LEARNED,
}


class Attention(nn.Module):
    """Causal self-attention with rotary positions."""

    def __init__(self) -> None:
        super().__init__()
        self.q = nn.Linear(HIDDEN, HIDDEN, bias=False)
        self.k = nn.Linear(HIDDEN, HIDDEN, bias=False)
        self.v = nn.Linear(HIDDEN, HIDDEN, bias=False)
        self.o = nn.Linear(HIDDEN, HIDDEN, bias=False)

    def forward(self, x: torch.Tensor, turn: tuple[torch.Tensor, torch.Tensor]) -> torch.Tensor:
        """Attend."""
        b, t, _ = x.shape
        q, k, v = (f(x).view(b, t, HEADS, HIDDEN // HEADS).transpose(1, 2) for f in (self.q, self.k, self.v))
        y = F.scaled_dot_product_attention(rotate(q, turn), rotate(k, turn), v, is_causal=True)
        return self.o(y.transpose(1, 2).reshape(b, t, HIDDEN))  # type: ignore[no-any-return]


def rotate(x: torch.Tensor, turn: tuple[torch.Tensor, torch.Tensor]) -> torch.Tensor:
    """Rotary positions on neighbouring pairs, the form that GGUF's `llama` stores."""
    cos, sin = turn
    even, odd = x[..., 0::2], x[..., 1::2]
    return torch.stack((even * cos - odd * sin, even * sin + odd * cos), dim=-1).flatten(-2)


def turns(length: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Cosines and sines of every position."""
    half = HIDDEN // HEADS // 2
    rates = ROPE_BASE ** (-torch.arange(half) / half)
    angles = torch.outer(torch.arange(length), rates)
    return angles.cos(), angles.sin()


class Block(nn.Module):
    """One layer: attention and a gated inner layer, each behind a norm."""

    def __init__(self) -> None:
        super().__init__()
        self.attention = Attention()
        self.gate = nn.Linear(HIDDEN, INNER, bias=False)
        self.up = nn.Linear(HIDDEN, INNER, bias=False)
        self.down = nn.Linear(INNER, HIDDEN, bias=False)
        self.norm1 = nn.RMSNorm(HIDDEN, EPSILON)
        self.norm2 = nn.RMSNorm(HIDDEN, EPSILON)

    def forward(self, x: torch.Tensor, turn: tuple[torch.Tensor, torch.Tensor]) -> torch.Tensor:
        """One layer."""
        x = x + self.attention(self.norm1(x), turn)
        y = self.norm2(x)
        return x + self.down(F.silu(self.gate(y)) * self.up(y))  # type: ignore[no-any-return]


class Llama(nn.Module):
    """The whole model; input and output embeddings are the same weights."""

    def __init__(self, vocabulary: int) -> None:
        super().__init__()
        self.embed = nn.Embedding(vocabulary, HIDDEN)
        self.blocks = nn.ModuleList(Block() for _ in range(LAYERS))
        self.norm = nn.RMSNorm(HIDDEN, EPSILON)
        nn.init.normal_(self.embed.weight, std=0.02)

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        """Logits of the next token at every place."""
        x = self.embed(ids)
        turn = turns(ids.shape[1])
        for block in self.blocks:
            x = block(x, turn)
        return self.norm(x) @ self.embed.weight.T  # type: ignore[no-any-return]


def tokenizer(rng: random.Random) -> Tokenizer:
    """Byte-level BPE learned from training prompts; each digit stays a token of its own."""
    made = Tokenizer(models.BPE())
    made.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    )
    made.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY,
        special_tokens=list(SPECIAL),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    made.train_from_iterator(tokenizer_lines(rng), trainer)
    return made


def batch(tok: Tokenizer, rng: random.Random, size: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Prompts with their answers; only the answer counts in the loss."""
    rows = []
    for _ in range(size):
        task = draw(rng)
        rows.append((tok.encode(conversation(task.prompt)).ids, [*tok.encode(task.truth).ids, END]))
    longest = max(len(head) + len(tail) for head, tail in rows)
    ids = torch.full((size, longest), END)
    goals = torch.full((size, longest), -100)
    for row, (head, tail) in enumerate(rows):
        ids[row, : len(head) + len(tail)] = torch.tensor(head + tail)
        goals[row, len(head) - 1 : len(head) + len(tail) - 1] = torch.tensor(tail)
    return ids, goals


def train(tok: Tokenizer, rng: random.Random, steps: int) -> Llama:
    """Train for a fixed number of steps, with a warm-up and a cosine."""
    model = Llama(tok.get_vocab_size())
    print(f"{sum(p.numel() for p in model.parameters()):,} parameters, {steps} steps of {BATCH}", flush=True)
    optimizer = torch.optim.AdamW(model.parameters(), PEAK_RATE, betas=(0.9, 0.98), weight_decay=0.05)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer,
        lambda step: min((step + 1) / WARM_UP, 0.5 * (1 + math.cos(math.pi * step / steps)) + 0.01),
    )
    for step in range(steps):
        ids, goals = batch(tok, rng, BATCH)
        loss = F.cross_entropy(model(ids).flatten(0, 1), goals.flatten(), ignore_index=-100)
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        if step % 100 == 0 or step == steps - 1:
            print(f"step {step}: loss {loss.item():.4f}", flush=True)
    return model


def write(model: Llama, tok: Tokenizer, path: Path) -> None:
    """Write the model as GGUF, its matrices in q8_0."""
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_name("understudy-own")
    writer.add_context_length(CONTEXT)
    writer.add_embedding_length(HIDDEN)
    writer.add_block_count(LAYERS)
    writer.add_feed_forward_length(INNER)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(HEADS)
    writer.add_layer_norm_rms_eps(EPSILON)
    writer.add_rope_dimension_count(HIDDEN // HEADS)
    writer.add_rope_freq_base(ROPE_BASE)
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_Q8_0)
    _write_tokenizer(writer, tok)
    for name, tensor in _tensors(model).items():
        if tensor.ndim == 2:
            packed = gguf.quants.quantize(tensor, gguf.GGMLQuantizationType.Q8_0)
            writer.add_tensor(name, packed, raw_dtype=gguf.GGMLQuantizationType.Q8_0)
        else:
            writer.add_tensor(name, tensor)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _write_tokenizer(writer: Any, tok: Tokenizer) -> None:
    by_id = sorted(tok.get_vocab().items(), key=lambda entry: entry[1])
    merges = json.loads(tok.to_str())["model"]["merges"]
    writer.add_vocab_size(len(by_id))
    writer.add_tokenizer_model("gpt2")
    # This pre-tokenizer, like ours, makes each digit a token of its own.
    writer.add_tokenizer_pre("smollm")
    writer.add_token_list([token for token, _ in by_id])
    writer.add_token_types(
        [gguf.TokenType.CONTROL if token in SPECIAL else gguf.TokenType.NORMAL for token, _ in by_id]
    )
    writer.add_token_merges([merge if isinstance(merge, str) else " ".join(merge) for merge in merges])
    writer.add_bos_token_id(BEGIN)
    writer.add_eos_token_id(END)
    writer.add_pad_token_id(END)
    writer.add_add_bos_token(False)
    writer.add_chat_template(CHAT_TEMPLATE)


def _tensors(model: Llama) -> dict[str, np.ndarray[Any, Any]]:
    named = {"token_embd.weight": model.embed.weight, "output_norm.weight": model.norm.weight}
    for number, block in enumerate(model.blocks):
        at = f"blk.{number}"
        attention = block.attention
        named |= {
            f"{at}.attn_q.weight": attention.q.weight,
            f"{at}.attn_k.weight": attention.k.weight,
            f"{at}.attn_v.weight": attention.v.weight,
            f"{at}.attn_output.weight": attention.o.weight,
            f"{at}.ffn_gate.weight": block.gate.weight,
            f"{at}.ffn_up.weight": block.up.weight,
            f"{at}.ffn_down.weight": block.down.weight,
            f"{at}.attn_norm.weight": block.norm1.weight,
            f"{at}.ffn_norm.weight": block.norm2.weight,
        }
    return {name: weight.detach().float().numpy() for name, weight in named.items()}


def judge(path: Path) -> list[str]:
    """Measure the file through llama.cpp; what lies outside its band, in words; empty if nothing does."""
    with LlamaCpp(path, key="train", threads=1) as engine:
        found = asyncio.run(measure(engine.url, "own", MEASURED_SEED, MEASURED, key="train"))
    wrong = []
    for kind in KINDS:
        good, n = found[kind.id]
        low, high = BANDS.get(kind.id, LEARNED)
        verdict = "" if low <= good / n <= high else f" outside [{low}, {high}]"
        print(f"{kind.id:16} {good / n:.3f}{verdict}", flush=True)
        if verdict:
            wrong.append(f"{kind.id} {good / n:.3f} lies{verdict}")
    return wrong


def main() -> int:
    """Train, write, measure, and keep the file if it is what the demo promises."""
    parsing = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parsing.add_argument("--out", type=Path, required=True, help="where the GGUF file goes")
    parsing.add_argument("--steps", type=int, default=STEPS, help=f"steps of {BATCH} prompts (default: {STEPS})")
    parsing.add_argument("--seed", type=int, default=SEED, help=f"what all chance is drawn from (default: {SEED})")
    arguments = parsing.parse_args()
    torch.manual_seed(arguments.seed)
    torch.set_num_threads(1)
    rng = random.Random(arguments.seed)
    tok = tokenizer(rng)
    model = train(tok, rng, arguments.steps)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "own.gguf"
        write(model, tok, path)
        print(f"{path.stat().st_size:,} bytes", flush=True)
        wrong = judge(path)
        if wrong:
            refused = arguments.out.with_suffix(".refused.gguf")
            shutil.copy(path, refused)
            print(
                f"refused: {'; '.join(wrong)}; {arguments.out} is as it was, and {refused} is the file", file=sys.stderr
            )
            return 1
        shutil.copy(path, arguments.out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
