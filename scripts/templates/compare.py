"""Renders chat templates with Jinja2 as Transformers sets it up, and with `edgescore prompt`.

Usage: compare.py EDGESCORE FOLDER

Every *.jinja below FOLDER is rendered for five conversations. What Jinja2 renders, edgescore must
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


def by_jinja2(text, messages):
    return environment().from_string(text).render(
        messages=messages,
        tools=None,
        documents=None,
        add_generation_prompt=True,
        bos_token=BOS,
        eos_token=EOS,
    )


def by_edgescore(program, template, messages):
    """The prompt, or None and the error."""
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(messages, file)
        file.flush()
        command = [program, "prompt", "--template", str(template), "--messages", file.name]
        command += ["--template-date", DAY.strftime("%Y-%m-%d")]
        command += ["--template-arg", f"bos_token={BOS}", "--template-arg", f"eos_token={EOS}"]
        done = subprocess.run(command, capture_output=True, check=False)
    if done.returncode == 0:
        return done.stdout.decode(), None
    return None, done.stderr.decode().strip()


def main():
    program, folder = sys.argv[1:]
    templates = sorted(pathlib.Path(folder).rglob("*.jinja"))
    rendered = refused = differ = 0
    for template in templates:
        text = template.read_text()
        outcomes = set()
        for name, system, user in CONVERSATIONS:
            messages = [
                {"role": "system", "content": system},
                {"role": "user", "content": user},
            ]
            ours, error = by_edgescore(program, template, messages)
            try:
                theirs = by_jinja2(text, messages)
                same = ours == theirs
                outcomes.add("rendered")
            except Raised as raised:
                same = ours is None and str(raised) in error
                theirs = f"refused: {raised}"
                outcomes.add(f"refused by the template: {raised}")
            except (jinja2.TemplateError, TypeError) as failed:
                same = ours is None
                theirs = f"failed: {failed}"
                outcomes.add(f"fails: {failed}")
            if not same:
                differ += 1
                print(f"{template.stem}, {name}:\n  Jinja2    {theirs!r}\n  edgescore {ours!r} {error or ''}")
        if outcomes == {"rendered"}:
            rendered += 1
        else:
            refused += 1
            print(f"{template.stem}: {', '.join(sorted(outcomes))}")
    count = len(CONVERSATIONS)
    print(
        f"{len(templates)} templates, {count} conversations each: {rendered} rendered by Jinja2, "
        f"{refused} refused; edgescore differs in {differ} of {len(templates) * count}"
    )
    if differ or not templates:
        sys.exit(1)


main()
