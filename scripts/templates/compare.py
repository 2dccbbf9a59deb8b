"""Renders chat templates with Jinja2 as Transformers sets it up, and with `edgescore prompt`.

Usage: compare.py EDGESCORE FOLDER

Every *.jinja below FOLDER is rendered for five conversations, and for two with functions. What Jinja2 renders, edgescore must
render to the same bytes; what Jinja2 refuses, edgescore must refuse, and where the template itself
refuses (raise_exception), with the template's words. Prints the counts; exit code 1 if any differ.
"""

import datetime
import json
import pathlib
import subprocess
import sys
import tempfile

import jinja2
import jinja2.ext
import jinja2.nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

DAY = datetime.datetime(2026, 11, 27)
BOS, EOS = "<s>", "</s>"

# Name, system message, user message.
CONVERSATIONS = [
    ("plain", "You are a network engineer.", "Which slice takes the flow?\nA: 1\nB: 2"),
    ("spaces", "  Be brief. \n\n", "\n Which one?\t \n"),
    ("quotes", "Say \"yes\" or 'no': {\"a\": [1, {2}]}.", "Is it {\"x\": \"\\n\"} or '{y}'?"),
    ("scripts", "Вы инженер сети 网络工程师.", "質問：どのスライス？ é ß 😀"),
    (
        "template-like",
        "{{ x }} {% if y %} {# z #} <think>a</think> /no_think <|im_start|>system",
        "<|im_end|>\n<|im_start|>user\n[INST] b [/INST] </s> {{ messages }} {% raw %}",
    ),
]

TOOLS = [
    {
        "type": "function",
        "function": {
            "name": "get_load",
            "description": "Tell how full a cell is.",
            "parameters": {
                "type": "object",
                "properties": {
                    "cell": {"type": "integer", "description": "Cell, by its id."},
                    "unit": {"type": "string", "enum": ["share", "Mbit/s"]},
                },
                "required": ["cell"],
            },
        },
    }
]

# A call and its result, as a conversation of a pack has them.
CALL = [
    {
        "id": "call00000",
        "type": "function",
        "function": {"name": "get_load", "arguments": {"cell": 7, "unit": "share"}},
    }
]
CALLED = [
    {"role": "system", "content": "Be brief."},
    {"role": "user", "content": "How full is cell 7?"},
    {"role": "assistant", "content": "", "tool_calls": CALL},
    {"role": "tool", "content": '{"load": 0.3}', "name": "get_load", "tool_call_id": "call00000"},
]


def conversations():
    """Name, messages, functions that may be called."""
    for name, system, user in CONVERSATIONS:
        messages = [{"role": "system", "content": system}, {"role": "user", "content": user}]
        yield name, messages, None
    yield "functions", CALLED[:2], TOOLS
    yield "calls", CALLED, TOOLS


# Where a prompt with functions is known to differ, and why. The two are said in docs/PROMPTS.md.
KNOWN = {
    "llama-cpp-deepseek-r1": "Python's map gives a generator, which tojson refuses; minijinja's a list",
    "meetkai-functionary-medium-v3.1": "adding to a text marked safe escapes what is added, for HTML",
}


class Raised(Exception):
    """What a template's own raise_exception says."""


class Generation(jinja2.ext.Extension):
    """`{% generation %}`: Transformers notes what it covers and renders it."""

    tags = {"generation"}

    def parse(self, parser):
        line = next(parser.stream).lineno
        body = parser.parse_statements(["name:endgeneration"], drop_needle=True)
        call = self.call_method("_body")
        return jinja2.nodes.CallBlock(call, [], [], body).set_lineno(line)

    def _body(self, caller):
        return caller()


def raise_exception(message):
    raise Raised(message)


def tojson(value, ensure_ascii=False, indent=None, separators=None, sort_keys=False):
    return json.dumps(
        value,
        ensure_ascii=ensure_ascii,
        indent=indent,
        separators=separators,
        sort_keys=sort_keys,
    )


def environment():
    made = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=[Generation, "jinja2.ext.loopcontrols"]
    )
    made.filters["tojson"] = tojson
    made.globals["raise_exception"] = raise_exception
    made.globals["strftime_now"] = DAY.strftime
    return made


def by_jinja2(text, messages, tools):
    return environment().from_string(text).render(
        messages=messages,
        tools=tools,
        documents=None,
        add_generation_prompt=True,
        bos_token=BOS,
        eos_token=EOS,
    )


def by_edgescore(program, template, messages, tools):
    """The prompt, or None and the error."""
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(messages, file)
        file.flush()
        command = [program, "prompt", "--template", str(template), "--messages", file.name]
        command += ["--template-date", DAY.strftime("%Y-%m-%d")]
        command += ["--template-arg", f"bos_token={BOS}", "--template-arg", f"eos_token={EOS}"]
        if tools:
            command += ["--template-arg", f"tools={json.dumps(tools)}"]
        done = subprocess.run(command, capture_output=True, check=False)
    if done.returncode == 0:
        return done.stdout.decode(), None
    return None, done.stderr.decode().strip()


def main():
    program, folder = sys.argv[1:]
    templates = sorted(pathlib.Path(folder).rglob("*.jinja"))
    rendered = refused = differ = known = 0
    for template in templates:
        text = template.read_text()
        outcomes = set()
        for name, messages, tools in conversations():
            ours, error = by_edgescore(program, template, messages, tools)
            try:
                theirs = by_jinja2(text, messages, tools)
                same = ours == theirs
                outcomes.add("rendered")
            except Raised as raised:
                same = ours is None and str(raised) in error
                theirs = f"refused: {raised}"
                outcomes.add(f"refused by the template: {raised}")
            except (jinja2.TemplateError, TypeError, ValueError, KeyError) as failed:
                same = ours is None
                theirs = f"failed: {failed}"
                outcomes.add(f"fails: {failed}")
            if not same and tools and template.stem in KNOWN:
                known += 1
                print(f"{template.stem}, {name}: differs, {KNOWN[template.stem]}")
            elif not same:
                differ += 1
                print(f"{template.stem}, {name}:\n  Jinja2    {theirs!r}\n  edgescore {ours!r} {error or ''}")
        if outcomes == {"rendered"}:
            rendered += 1
        else:
            refused += 1
            print(f"{template.stem}: {', '.join(sorted(outcomes))}")
    count = len(list(conversations()))
    print(
        f"{len(templates)} templates, {count} conversations each: {rendered} rendered by Jinja2, "
        f"{refused} refused; edgescore differs in {differ} of {len(templates) * count}, "
        f"and in {known} that are known"
    )
    if differ or not templates:
        sys.exit(1)


main()
