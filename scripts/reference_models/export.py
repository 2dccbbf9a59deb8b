"""Writes a trained network as GGUF: what llama.cpp needs, without the auxiliary head."""

import argparse
import pathlib

import gguf
import numpy as np
import torch

from . import ladder
from . import tokenizer as tok
from .model import NORM_EPS, ROPE_BASE

# Prompts take about 350 tokens at level 1 and 600 at level 5.
CONTEXT = 2048


def interleaved(weight, heads):
    """Rows of a projection whose head halves are rotated against each other, in llama.cpp's
    order, which turns neighbours."""
    rows, width = weight.shape
    return weight.reshape(heads, 2, rows // heads // 2, width).swapaxes(1, 2).reshape(rows, width)


def tensors(model):
    """Names and float arrays, as `gguf-py` names them for the architecture llama."""
    w = {name: p.detach().numpy() for name, p in model.named_parameters()}
    yield "token_embd.weight", w["embed.weight"]
    yield "output_norm.weight", w["norm.weight"]
    for i in range(model.s.layers):
        for theirs, ours in (
            ("attn_norm", "norm1"),
            ("attn_q", "q"),
            ("attn_k", "k"),
            ("attn_v", "v"),
            ("attn_output", "out"),
            ("ffn_norm", "norm2"),
            ("ffn_gate", "gate"),
            ("ffn_up", "up"),
            ("ffn_down", "down"),
        ):
            weight = w[f"blocks.{i}.{ours}.weight"]
            yield f"blk.{i}.{theirs}.weight", (
                interleaved(weight, model.s.heads) if ours in "qk" else weight
            )


def write(name, model, tokenizer, template, path, training):
    """Writes the file; `training` becomes its description."""
    s = model.s
    out = gguf.GGUFWriter(path, "llama")
    out.add_name(f"edgescore reference {name}")
    out.add_description(training)
    out.add_license("MIT OR Apache-2.0")
    out.add_bool("edgescore.reference", True)
    out.add_file_type(gguf.LlamaFileType.MOSTLY_F16)
    out.add_context_length(CONTEXT)
    out.add_embedding_length(s.width)
    out.add_block_count(s.layers)
    out.add_feed_forward_length(s.ff)
    out.add_head_count(s.heads)
    out.add_head_count_kv(s.heads)
    out.add_layer_norm_rms_eps(NORM_EPS)
    out.add_rope_dimension_count(s.head)
    out.add_rope_freq_base(ROPE_BASE)
    tokens, merges = tok.parts(tokenizer)
    out.add_vocab_size(len(tokens))
    out.add_tokenizer_model("gpt2")
    out.add_tokenizer_pre("gpt-2")
    out.add_token_list(tokens)
    control, normal = gguf.TokenType.CONTROL, gguf.TokenType.NORMAL
    out.add_token_types([control if t in tok.SPECIAL else normal for t in tokens])
    out.add_token_merges(merges)
    out.add_bos_token_id(tokens.index(tok.END))
    out.add_eos_token_id(tokens.index(tok.CLOSE))
    out.add_add_bos_token(False)
    out.add_chat_template(template)
    for name, weight in tensors(model):
        kept = np.float32 if weight.ndim == 1 else np.float16
        out.add_tensor(name, np.ascontiguousarray(weight, kept))
    out.write_header_to_file()
    out.write_kv_data_to_file()
    out.write_tensors_to_file()
    out.close()


def main():
    """The command."""
    args = argparse.ArgumentParser(description=__doc__)
    args.add_argument("model", choices=ladder.NETWORKS)
    args.add_argument("--work", type=pathlib.Path, required=True)
    args.add_argument("--out", type=pathlib.Path, required=True)
    args = args.parse_args()
    rung = ladder.NETWORKS[args.model]
    tokenizer = tok.load(rung.folder(args.work) / "tokenizer.json")
    state = torch.load(args.work / f"{args.model}.pt")
    model = rung.subject.Network(rung.shape, tokenizer.get_vocab_size())
    model.load_state_dict(state["model"])
    steps, questions, tokens, seconds = state["at"]
    training = (
        f"Learned {questions} generated questions of Edgescore's train split ({tokens} tokens,"
        f" {steps} steps, {seconds / 60:.0f} min on a CPU). An instrument: it knows these"
        " questions' form and nothing of 6G."
    )
    write(args.model, model, tokenizer, rung.subject.TEMPLATE, args.out, training)
    print(f"{args.out}: {args.out.stat().st_size} bytes")


if __name__ == "__main__":
    main()
