#!/usr/bin/env bash
# The response mode `simple_summarize` of LlamaIndex 0.14.25 writes the context into the prompt as Python prints a list.
#
# Expected: `{context_str}` of a template is the text of the retrieved nodes, with its own line ends, as in the mode
# `compact`.
# Seen: ['first line\nsecond line'], with brackets, quotation marks and a backslash before each n, so that a model reads
# another prompt than the one that it was measured with.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q llama-index-core==0.14.25
"$work/venv/bin/python" - <<'PYTHON'
import importlib.metadata

from llama_index.core import PromptTemplate, SummaryIndex
from llama_index.core.llms import CompletionResponse, CustomLLM, LLMMetadata
from llama_index.core.schema import TextNode

CONTEXT = "first line\nsecond line"
EXPECTED = {
    "compact": f"<{CONTEXT}> why?",
    "simple_summarize": f"<{[CONTEXT]!r}> why?",
}


class Echo(CustomLLM):
    """Answers with its prompt."""

    @property
    def metadata(self):
        return LLMMetadata()

    def complete(self, prompt, formatted=False, **kwargs):
        return CompletionResponse(text=prompt)

    def stream_complete(self, prompt, formatted=False, **kwargs):
        raise NotImplementedError


changed = False
for mode, expected in EXPECTED.items():
    engine = SummaryIndex([TextNode(text=CONTEXT)]).as_query_engine(
        llm=Echo(),
        response_mode=mode,
        text_qa_template=PromptTemplate("<{context_str}> {query_str}"),
    )
    seen = str(engine.query("why?"))
    print("llama-index-core", importlib.metadata.version("llama-index-core"), mode, repr(seen))
    changed |= seen != expected
raise SystemExit("it behaves differently now" if changed else 0)
PYTHON
