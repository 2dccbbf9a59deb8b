"""The tokenizer: byte-level BPE with GPT-2's split, in which no two digits ever merge."""

import json

import jinja2
import tokenizers
from tokenizers import Regex, decoders, models, pre_tokenizers, trainers

END, OPEN, CLOSE = "<|endoftext|>", "<|im_start|>", "<|im_end|>"
SPECIAL = [END, OPEN, CLOSE]
# llama.cpp tells ChatML by its marks, and renders it itself.
CHAT_TEMPLATE = (
    "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\n' + message['content']"
    " + '<|im_end|>' + '\n'}}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
# ChatML before which the functions stand, a line each; calls are a JSON list.
CALL_TEMPLATE = (
    "{% if tools %}{{ '<|im_start|>tools\n' }}"
    "{% for tool in tools %}{% set f = tool.function %}{{ f.name + '(' }}"
    "{% for name, value in f.parameters.properties.items() %}"
    "{{ name + ': ' + (value.enum | join('|') if value.enum else value.type) }}"
    "{{ '' if loop.last else ', ' }}{% endfor %}"
    "{{ '): ' + f.description + '\n' }}{% endfor %}{{ '<|im_end|>\n' }}{% endif %}"
    "{% for message in messages %}{{ '<|im_start|>' + message.role + '\n' }}"
    "{% if message.tool_calls %}{{ '[' }}{% for call in message.tool_calls %}"
    "{% set f = call.function %}"
    "{{ '{\"name\": ' + f.name | tojson + ', \"arguments\": ' + f.arguments | tojson + '}' }}"
    "{{ '' if loop.last else ', ' }}{% endfor %}{{ ']' }}"
    "{% else %}{{ message.content }}{% endif %}{{ '<|im_end|>\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
# What letter mode makes every model begin its answer with (crates/runtime/src/inference/prompt.rs).
FORCED = '{"answer": "'
_CALLS = jinja2.Template(CALL_TEMPLATE)


def letter_prompt(messages):
    """The text that a model reads, up to where one letter is missing."""
    turns = (f"{OPEN}{m['role']}\n{m['content']}{CLOSE}\n" for m in messages)
    return "".join(turns) + f"{OPEN}assistant\n{FORCED}"


def call_prompt(messages, functions):
    """The text that a model reads, up to where its calls are missing."""
    tools = [dict(type="function", function=f) for f in functions]
    return _CALLS.render(messages=messages, tools=tools, add_generation_prompt=True)


def train(texts, vocab):
    """A tokenizer of `vocab` tokens from an iterator of prompts."""
    made = tokenizers.Tokenizer(models.BPE())
    # A digit stands alone, with the space before it if there is one: no merge can then hold
    # two digits, and GPT-2's split, which keeps a number together, gives the same tokens.
    made.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(r" ?\p{N}"), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True),
        ]
    )
    made.decoder = decoders.ByteLevel()
    made.train_from_iterator(
        texts,
        trainers.BpeTrainer(
            vocab_size=vocab,
            special_tokens=SPECIAL,
            initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
            show_progress=False,
        ),
    )
    return made


def load(path):
    """The tokenizer in a file."""
    return tokenizers.Tokenizer.from_file(str(path))


def parts(tokenizer):
    """Tokens in the order of their numbers, and merges, as GGUF wants them."""
    state = json.loads(tokenizer.to_str())["model"]
    tokens = sorted(state["vocab"], key=state["vocab"].get)
    merges = [m if isinstance(m, str) else " ".join(m) for m in state["merges"]]
    return tokens, merges
