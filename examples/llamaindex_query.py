"""A LlamaIndex query engine over the report of a network, on any server of the OpenAI protocol: asks it
the questions of an Edgescore pack and counts the right answers.

    edgescore pack show P.pack --messages | python llamaindex_query.py http://127.0.0.1:8080/v1
"""

import argparse
import json
import re
import sys

from llama_index.core import SummaryIndex
from llama_index.core.llms import ChatMessage
from llama_index.core.prompts import ChatPromptTemplate
from llama_index.core.response_synthesizers import ResponseMode
from llama_index.core.schema import TextNode
from llama_index.llms.openai_like import OpenAILike

# Where a question's message has its report, and where it asks.
REPORT, QUESTION = "EPISODE SUMMARY\n", "QUESTION\n"
# What the answer begins with: the server continues it with the letter.
FORCED = '{"answer": "'


def parts(question):
    """The system message of a question, its report, and what is asked before and behind it."""
    system, user = (message["content"] for message in question["messages"])
    before, rest = user.split(REPORT)
    report, behind = rest.split(QUESTION)
    return system, before, report, behind


def engine(llm, report, system, before):
    """Asks with the report before the question, in the words of the pack."""
    template = ChatPromptTemplate(
        [
            ChatMessage(role="system", content=system),
            ChatMessage(role="user", content=f"{before}{REPORT}{{context_str}}\n\n{QUESTION}{{query_str}}"),
            ChatMessage(role="assistant", content=FORCED),
        ]
    )
    index = SummaryIndex([TextNode(text=report)])
    return index.as_query_engine(
        llm=llm,
        response_mode=ResponseMode.COMPACT,
        text_qa_template=template,
    )


def main():
    """The command."""
    args = argparse.ArgumentParser(description=__doc__)
    args.add_argument("url")
    args.add_argument("--limit", type=int, default=10)
    args = args.parse_args()
    llm = OpenAILike(
        api_base=args.url, api_key="none", model="served", is_chat_model=True, temperature=0, max_tokens=1
    )
    questions = [json.loads(line) for line in sys.stdin][: args.limit]
    right = 0
    for question in questions:
        system, before, report, behind = parts(question)
        answer = engine(llm, report.strip(), system, before).query(behind)
        # Servers return the start that was given to them, or leave it out.
        letter = re.search(r"[A-J]", str(answer).removeprefix(FORCED))
        letter = letter and letter.group()
        right += letter == question["answer"]
        print(json.dumps({"question": question["question"], "letter": letter}))
    print(f"{right} of {len(questions)} right", file=sys.stderr)


if __name__ == "__main__":
    main()
