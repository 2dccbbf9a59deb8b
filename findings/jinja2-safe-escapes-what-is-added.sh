#!/usr/bin/env bash
# With autoescape off, Jinja2 3.1.6 escapes for HTML what is added to a text marked safe; minijinja 3.1.0
# does not.
#
# Expected: chat templates are rendered without autoescape, so `|safe` changes nothing there, and
# `"Use "|safe + function | tojson` gives the JSON of the function, with its quotation marks.
# Seen: Jinja2's `safe` gives a Markup, whose `+` escapes the other side: the prompt has {&#34;name&#34;...
# where Transformers' own tojson, json.dumps, gave a plain string. The chat template of
# meetkai/functionary-medium-v3.1, as llama.cpp ships it, writes its functions this way, so that what the
# model reads depends on the engine that renders the template.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q jinja2==3.1.6 minijinja==3.1.0
"$work/venv/bin/python" - <<'PYTHON'
import importlib.metadata
import json

import jinja2
import minijinja

TEMPLATE = """{{ "Use "|safe + function | tojson }}"""
FUNCTION = {"name": "get_load"}
EXPECTED = {
    "jinja2": "Use {&#34;name&#34;: &#34;get_load&#34;}",
    "minijinja": 'Use {"name": "get_load"}',
}


def by_jinja2():
    environment = jinja2.Environment(autoescape=False)
    environment.filters["tojson"] = json.dumps
    return environment.from_string(TEMPLATE).render(function=FUNCTION)


def by_minijinja():
    environment = minijinja.Environment()
    environment.add_filter("tojson", json.dumps)
    return environment.render_str(TEMPLATE, function=FUNCTION)


changed = False
for engine, render in (("jinja2", by_jinja2), ("minijinja", by_minijinja)):
    seen = render()
    print(engine, importlib.metadata.version(engine), seen)
    changed |= seen != EXPECTED[engine]
raise SystemExit("it behaves differently now" if changed else 0)
PYTHON
