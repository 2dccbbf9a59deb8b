"""Writes a GGUF of the llama family as a checkpoint of Hugging Face's Transformers, what the builders
of other engines read. Its weights are those of the GGUF, to the bit."""

import argparse
import json
import pathlib

import gguf
import numpy as np
import tokenizers
import torch
from gguf.quants import dequantize
from safetensors.torch import save_file
from tokenizers import AddedToken, decoders, models, pre_tokenizers

# Of a layer: the names of gguf-py, and those of Transformers.
LAYER = {
    "attn_norm": "input_layernorm",
    "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj",
    "ffn_norm": "post_attention_layernorm",
    "ffn_gate": "mlp.gate_proj",
    "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj",
}
WHOLE = {"token_embd": "model.embed_tokens", "output_norm": "model.norm"}


def halves(weight, heads):
    """Rows of a projection whose neighbours are turned against each other, in the order of
    Transformers, which turns the halves of a head (the way back from export.interleaved)."""
    rows, width = weight.shape
    return weight.reshape(heads, rows // heads // 2, 2, width).swapaxes(1, 2).reshape(rows, width)


def tensors(file, heads):
    """Names of Transformers, and tensors of floats; `heads` of queries and of keys."""
    for tensor in file.tensors:
        weight = dequantize(tensor.data, tensor.tensor_type).astype(np.float32)
        *layer, name, _ = tensor.name.split(".")
        if layer:
            if name in heads:
                weight = halves(weight, heads[name])
            name = f"model.layers.{layer[1]}.{LAYER[name]}"
        else:
            name = WHOLE[name]
        yield f"{name}.weight", torch.from_numpy(np.ascontiguousarray(weight))


def tokenizer(tokens, merges, control, split):
    """The tokenizer of the GGUF: GPT-2's split or SmolLM's, bytes for characters."""
    vocabulary = {token: index for index, token in enumerate(tokens)}
    pairs = [tuple(merge.split(" ")) for merge in merges]
    made = tokenizers.Tokenizer(models.BPE(vocabulary, pairs))
    by_bytes = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)
    made.pre_tokenizer = {
        "gpt-2": by_bytes,
        "smollm": pre_tokenizers.Sequence(
            [pre_tokenizers.Digits(individual_digits=True), by_bytes]
        ),
    }[split]
    made.decoder = decoders.ByteLevel()
    made.add_special_tokens([AddedToken(token, special=True) for token in control])
    return made


def write(model, folder):
    """Writes the checkpoint of the GGUF `model` into `folder`."""
    file = gguf.GGUFReader(model)

    def value(key):
        return file.fields[key].contents()

    folder.mkdir(parents=True, exist_ok=True)
    heads, kv = (value(f"llama.attention.head_count{which}") for which in ("", "_kv"))
    weights = dict(tensors(file, {"attn_q": heads, "attn_k": kv}))
    save_file(weights, folder / "model.safetensors", {"format": "pt"})
    tokens = value("tokenizer.ggml.tokens")
    control = [
        token
        for token, kind in zip(tokens, value("tokenizer.ggml.token_type"), strict=True)
        if kind == gguf.TokenType.CONTROL
    ]
    merges = value("tokenizer.ggml.merges")
    split = value("tokenizer.ggml.pre")
    tokenizer(tokens, merges, control, split).save(str(folder / "tokenizer.json"))
    bos, eos = (value(f"tokenizer.ggml.{which}_token_id") for which in ("bos", "eos"))
    config = {
        "architectures": ["LlamaForCausalLM"],
        "model_type": "llama",
        "hidden_size": value("llama.embedding_length"),
        "intermediate_size": value("llama.feed_forward_length"),
        "num_hidden_layers": value("llama.block_count"),
        "num_attention_heads": heads,
        "num_key_value_heads": kv,
        "max_position_embeddings": value("llama.context_length"),
        "rms_norm_eps": value("llama.attention.layer_norm_rms_epsilon"),
        "rope_theta": value("llama.rope.freq_base"),
        "hidden_act": "silu",
        "tie_word_embeddings": True,
        "vocab_size": len(tokens),
        "bos_token_id": bos,
        "eos_token_id": eos,
        "torch_dtype": "float32",
    }
    tokenizer_config = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "bos_token": tokens[bos],
        "eos_token": tokens[eos],
        "add_bos_token": False,
        "clean_up_tokenization_spaces": False,
        "model_max_length": value("llama.context_length"),
        "chat_template": value("tokenizer.chat_template"),
    }
    for name, content in (("config", config), ("tokenizer_config", tokenizer_config)):
        (folder / f"{name}.json").write_text(json.dumps(content, indent=2) + "\n")


def main():
    """The command."""
    args = argparse.ArgumentParser(description=__doc__)
    args.add_argument("model", type=pathlib.Path)
    args.add_argument("folder", type=pathlib.Path)
    args = args.parse_args()
    write(args.model, args.folder)


if __name__ == "__main__":
    main()
