"""A LangChain agent that operates a network by calling its functions, on any server of the OpenAI
protocol: asks it the questions of an Edgescore pack and counts the right calls.

    edgescore pack show calls.pack --messages | python langchain_agent.py http://127.0.0.1:8080/v1
"""

import argparse
import json
import sys

from langchain.agents import create_agent
from langchain.agents.middleware import ModelCallLimitMiddleware
from langchain_core.tools import StructuredTool
from langchain_openai import ChatOpenAI


class CallsInText(ChatOpenAI):
    """A model whose calls come as text, a JSON list: llama-server renders the functions for reference-1m-calls,
    but answers with an error where it is to read its calls."""

    def bind_tools(self, tools, **kwargs):
        return super().bind_tools(tools, **(kwargs | {"tool_choice": "none"}))

    def _generate(self, *args, **kwargs):
        result = super()._generate(*args, **kwargs)
        for generation in result.generations:
            generation.message.tool_calls = read(generation.message.text)
        return result


def read(text):
    """The calls in a text, as LangChain has them; none where it is something else."""
    try:
        found = json.loads(text)
    except ValueError:
        return []
    found = [call for call in found if isinstance(call, dict)] if isinstance(found, list) else []
    return [
        {"name": call.get("name", ""), "args": call.get("arguments", {}), "id": str(at), "type": "tool_call"}
        for at, call in enumerate(found)
    ]


def tool(function, made):
    """The function as a tool of LangChain; a call of it is appended to `made`."""

    def call(**arguments):
        made.append({"name": function["name"], "arguments": arguments})
        return "done"

    return StructuredTool(
        name=function["name"],
        description=function["description"],
        args_schema=function["parameters"],
        func=call,
    )


def calls(model, question):
    """What the agent calls for a question: one answer of the model, and what it asks for is done."""
    made = []
    agent = create_agent(
        model,
        [tool(function, made) for function in question["functions"]],
        middleware=[ModelCallLimitMiddleware(run_limit=1, exit_behavior="end")],
    )
    agent.invoke({"messages": question["messages"]})
    return made


def main():
    """The command."""
    args = argparse.ArgumentParser(description=__doc__)
    args.add_argument("url")
    args.add_argument("--limit", type=int, default=10)
    args.add_argument("--max-tokens", type=int, default=128)
    args = args.parse_args()
    model = CallsInText(
        base_url=args.url, api_key="none", model="served", temperature=0, max_tokens=args.max_tokens
    )
    questions = [json.loads(line) for line in sys.stdin][: args.limit]
    right = 0
    for question in questions:
        made = calls(model, question)
        right += made == question["answer"]
        print(json.dumps({"question": question["question"], "calls": made}))
    print(f"{right} of {len(questions)} right", file=sys.stderr)


if __name__ == "__main__":
    main()
