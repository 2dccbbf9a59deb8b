"""Makes the rounds that are missing, then the summary."""

import sys

from . import beside, columns, growth, memory, raw, reference, start, together
from .sitting import Sitting

PARTS = {"raw": raw, "reference": reference, "start": start, "memory": memory, "growth": growth,
         "together": together, "beside": beside, "columns": columns}

here, tools, model, pack, out, *rest = sys.argv[1:]
rounds = int(rest[0]) if rest else 3
parts = rest[1:] or list(PARTS)
for part in parts:
    if part not in PARTS:
        sys.exit(f"there is no part {part}: {', '.join(PARTS)}")
sitting = Sitting(here, tools, model, pack, out)
for number in range(1, rounds + 1):
    for part in parts:
        # What does not vary from round to round is made once.
        if number == 1 or PARTS[part].ROUNDS:
            sitting.round(part, number, PARTS[part].measure)
sitting.conclude({part: module.summary for part, module in PARTS.items()})
