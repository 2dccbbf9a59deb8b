"""Seconds a question, pass@1 and pass@5 together, against the reference protocol."""

import json
import statistics
import subprocess
import time
import urllib.request

from .sitting import column, in_turn, over

ROUNDS = True
# What `{"answer": "A"}` and the end of the turn take. A model with random weights never ends
# by itself, so the server gets this many tokens; fewer would not be an answer.
ANSWER_TOKENS = 8
DRAWS = 5
# 7 of the 30 tasks are pass@k tasks; 6G-Bench has 3,722 questions of 488 episodes.
PASS_AT_K_SHARE = 7 / 30
PER_EPISODE = 3722 / 488
PORT = 18734


class Server:
    """llama-server with one slot."""

    def __init__(self, sitting):
        self.replies = []
        serve = [f"{sitting.tools}/llama-server", "-m", sitting.model, "-t", str(sitting.threads), "-c", "8192",
                 "-np", "1", "-b", "2048", "-ub", "512", "--host", "127.0.0.1", "--port", str(PORT), "--no-webui"]
        body = f"{{messages, max_tokens: {ANSWER_TOKENS}, temperature: 0 or 0.7, cache_prompt: true or false}}"
        sitting.commands.append(f"{sitting.shown(serve)}; POST /v1/chat/completions {body}")
        # It ends with this process, also when that is killed.
        serve = ["setpriv", "--pdeathsig", "TERM", *serve]
        self.process = subprocess.Popen(serve, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def __enter__(self):
        for _ in range(600):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{PORT}/health", timeout=5)
                return self
            except OSError:
                time.sleep(0.2)
        raise TimeoutError("llama-server does not answer")

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()

    def ask(self, question, cache, temperature):
        """Seconds that a whole request takes."""
        body = {"messages": question["messages"], "max_tokens": ANSWER_TOKENS, "temperature": temperature,
                "cache_prompt": cache, "seed": len(self.replies)}
        request = urllib.request.Request(f"http://127.0.0.1:{PORT}/v1/chat/completions", json.dumps(body).encode(),
                                         {"Content-Type": "application/json"})
        start = time.monotonic()
        with urllib.request.urlopen(request, timeout=600) as reply:
            answer = json.load(reply)
        seconds = time.monotonic() - start
        self.replies.append({"seconds": seconds, "cache": cache, "temperature": temperature,
                             "usage": answer["usage"], "timings": answer.get("timings")})
        return seconds


def measure(sitting, number):
    shown, _ = sitting.call([sitting.edgescore, "pack", "show", sitting.pack, "--messages"])
    questions = [json.loads(line) for line in shown.splitlines()]
    figures = {}
    with Server(sitting) as server:
        # The first request of a server also wakes it: it is about another question, and not timed.
        server.ask(questions[(4 * number + 4) % len(questions)], False, 0)

        def server_side(cache):
            # Two questions a side and round, other ones each: the server remembers prompts.
            # Draws on the second.
            first = 4 * number + (0 if cache else 2)
            chosen = [questions[(first + k) % len(questions)] for k in range(2)]
            greedy = statistics.mean(server.ask(question, cache, 0) for question in chosen)
            # Without the cache a draw repeats the whole prompt: one is timed, five count.
            drawn = statistics.mean(server.ask(chosen[-1], cache, 0.7) for _ in range(DRAWS if cache else 1))
            return greedy + PASS_AT_K_SHARE * DRAWS * drawn

        def cached():
            figures["reference_cached"] = server_side(True)

        def uncached():
            figures["reference_uncached"] = server_side(False)

        def shared():
            rows, report, _ = sitting.ours(f"shared-{number}", "--layout", "shared-prefix", "--limit", "4")
            first, *rest = [int(row["prefill_us"]) / 1e6 for row in rows]
            # From the first question to the end of the last: rendering and tokenizing count.
            beside = max(0, report["power"]["length_s"] - first - sum(rest)) / len(rows)
            at = lambda n: (first + (n - 1) * statistics.mean(rest)) / n + beside
            figures.update(shared_first=first, shared_rest=statistics.mean(rest), shared_beside=beside,
                           shared_prefix=at(30), shared_prefix_7_6=at(PER_EPISODE))

        def layout_reference():
            rows, report, _ = sitting.ours(f"layout-reference-{number}", "--limit", "3")
            figures["layout_reference"] = report["power"]["length_s"] / len(rows)

        in_turn(number, [cached, uncached, shared, layout_reference])
        with open(f"{sitting.out}/llama-server-{number}.json", "w") as file:
            json.dump(server.replies, file, indent=1)
    return figures


def summary(rounds):
    keys = ("reference_cached", "reference_uncached", "shared_prefix", "shared_prefix_7_6", "layout_reference",
            "shared_first", "shared_rest", "shared_beside")
    return {
        f"{a}_over_{b}": over(rounds, a, b)
        for b in ("shared_prefix", "shared_prefix_7_6", "layout_reference")
        for a in ("reference_cached", "reference_uncached")
    } | {
        "answer_tokens": ANSWER_TOKENS,
        "seconds_a_question": {key: [round(value, 3) for value in column(rounds, key)] for key in keys},
    }
