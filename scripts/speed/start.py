"""Time from start to the first answer, against llama-bench: its load and one prefill."""

from .raw import first_run
from .sitting import column, in_turn, over

ROUNDS = True


def measure(sitting, number):
    figures = {}

    def us():
        rows, _, figures["ours"] = sitting.ours(f"start-{number}", "--limit", "1")
        figures["prompt_tokens"] = int(rows[0]["prompt_tokens"])

    def them():
        prompt = first_run(sitting)[0]["prompt_tokens"]
        _, figures["theirs"] = sitting.llama_bench(f"start-{number}", "-p", prompt, "-n", "0", "-r", "1",
                                                   "--no-warmup")

    in_turn(number, [us, them])
    return figures


def summary(rounds):
    return {
        "first_answer_over_load_and_prefill": over(rounds, "ours", "theirs"),
        "first_answer_seconds": {key: [round(v, 2) for v in column(rounds, key)] for key in ("ours", "theirs")},
    }
