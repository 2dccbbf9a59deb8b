"""What texts that are decoded together save: the draws of a question, and offline several questions."""

from .sitting import column, in_turn, over, spread

ROUNDS = True
GENERATE = ("--mode", "generate", "--max-tokens", "64", "--layout", "shared-prefix")
SIDES = {
    "greedy": (*GENERATE, "--draws", "0"),
    "draws": GENERATE,
    "offline": (*GENERATE, "--draws", "0", "--scenario", "offline"),
}


def measure(sitting, number):
    """Questions an hour from the first to the last, and how far the memory plan was off."""
    figures = {}

    def side(name):
        def run():
            _, report, _ = sitting.ours(f"together-{name}-{number}", *SIDES[name])
            figures[name] = report["questions_per_hour"]
            memory = report["memory"]
            figures[f"{name}_memory"] = memory["estimate"]["total_bytes"] / report["peak_memory_bytes"]
        return run

    in_turn(number, [side(name) for name in SIDES])
    return figures


def summary(rounds):
    return {
        "greedy_and_draws_over_greedy_time": over(rounds, "greedy", "draws"),
        "offline_over_single_stream": over(rounds, "offline", "greedy"),
        "memory_planned_over_peak": {name: spread(column(rounds, f"{name}_memory")) for name in SIDES},
        "questions_an_hour": {name: [round(value, 1) for value in column(rounds, name)] for name in SIDES},
    }
