#!/usr/bin/env bash
# minijinja 3.1.0 loops over None as over an empty list, and says that None is iterable; Jinja2 3.1.6
# does neither.
#
# Expected: minijinja is made to render Jinja2 templates, chat templates of language models among
# them, so a template that loops over `tools` fails with both where tools is None, which is what
# Transformers passes when there are no tools.
# Seen: Jinja2 raises "'NoneType' object is not iterable", minijinja renders nothing for the loop.
# `tools is iterable` is false in Jinja2 and true in minijinja, so that a guard such as
# `{% if tools is iterable and tools | length > 0 %}` (Qwen3-Coder's template) protects Jinja2 and makes
# minijinja fail with "cannot calculate length of value of type none".
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q jinja2==3.1.6 minijinja==3.1.0
"$work/venv/bin/python" - <<'PYTHON'
import jinja2
import minijinja
import importlib.metadata

TEMPLATES = {
    "loop": "[{% for tool in tools %}{{ tool }}{% endfor %}]",
    "test": "{{ tools is iterable }}",
    "guard": "{% if tools is iterable and tools | length > 0 %}some{% else %}none{% endif %}",
}
EXPECTED = {
    ("jinja2", "loop"): "TypeError: 'NoneType' object is not iterable",
    ("jinja2", "test"): "False",
    ("jinja2", "guard"): "none",
    ("minijinja", "loop"): "[]",
    ("minijinja", "test"): "True",
    ("minijinja", "guard"): "TemplateError: cannot calculate length of value of type none",
}


def by_jinja2(text):
    return jinja2.Environment().from_string(text).render(tools=None)


def by_minijinja(text):
    return minijinja.Environment().render_str(text, tools=None)


for name in ("jinja2", "minijinja"):
    print(name, importlib.metadata.version(name))
changed = False
for engine, render in (("jinja2", by_jinja2), ("minijinja", by_minijinja)):
    for name, text in TEMPLATES.items():
        try:
            seen = render(text)
        except Exception as error:
            message = getattr(error, "detail", None) or str(error)
            seen = f"{type(error).__name__}: {message.splitlines()[0]}"
        print(f"{engine:10} {name:6} {seen}")
        changed |= seen != EXPECTED[engine, name]
raise SystemExit("it behaves differently now" if changed else 0)
PYTHON
