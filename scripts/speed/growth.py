"""Time and memory from 30 to 3,000 questions, with the reference model of 0.3 million parameters
and generated questions. Plotted in growth.svg."""

import math
import statistics

ROUNDS = False
SIZES = (30, 100, 300, 1000, 3000)
MODEL = "tasks/models/reference-0.3m.gguf"


def measure(sitting, number):
    pack = f"{sitting.out}/growth.pack"
    sitting.call([sitting.edgescore, "pack", "build", "--seed", "1", "--per-task", "100", "--force", "-o", pack])
    points = []
    for size in SIZES:
        _, report, _ = sitting.ours(f"growth-{size}", "--limit", str(size), "--layout", "shared-prefix",
                                    model=f"{sitting.here}/{MODEL}", pack=pack)
        points.append({"questions": report["answered"], "seconds": report["power"]["length_s"],
                       "peak_memory_bytes": report["peak_memory_bytes"]})
    with open(f"{sitting.out}/growth.svg", "w") as file:
        file.write(plot(points))
    return points


def exponent(points):
    """Slope of the least-squares line through the logarithms: 1 for linear growth."""
    x = [math.log(point["questions"]) for point in points]
    y = [math.log(point["seconds"]) for point in points]
    return statistics.linear_regression(x, y).slope


def summary(rounds):
    points = rounds[0]
    first, last = points[0], points[-1]
    return {
        "growth": points,
        "growth_exponent": round(exponent(points), 4),
        "growth_ms_a_question": [round(1e3 * p["seconds"] / p["questions"], 3) for p in points],
        "growth_memory_ratio": round(last["peak_memory_bytes"] / first["peak_memory_bytes"], 4),
    }


WIDTH, HEIGHT, LEFT, TOP = 640, 300, 60, 20


def plot(points):
    """Two panels side by side on logarithmic axes: seconds with the line of linear growth, and MiB."""
    seconds = [(p["questions"], p["seconds"]) for p in points]
    memory = [(p["questions"], p["peak_memory_bytes"] / 2**20) for p in points]
    x, y = seconds[-1]
    line = [(n, y * n / x) for n, _ in seconds]
    body = panel(0, "seconds of asking (dashed: linear)", seconds, line)
    body += panel(WIDTH // 2, "peak memory in MiB", memory, [])
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" '
            f'font-size="11">\n<rect width="100%" height="100%" fill="white"/>\n{body}</svg>\n')


def panel(left, title, points, line):
    values = [value for _, value in points + line]
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    width, height = WIDTH // 2 - LEFT - 20, HEIGHT - TOP - 50
    right = math.log10(points[-1][0]) + 0.1
    start = math.log10(points[0][0]) - 0.1
    at = lambda n, v: (round(left + LEFT + width * (math.log10(n) - start) / (right - start), 1),
                       round(TOP + height * (high - math.log10(v)) / (high - low), 1))
    text = f'<text x="{left + LEFT}" y="{TOP - 6}">{title}</text>\n'
    for power in range(low, high + 1):
        _, y = at(points[0][0], 10**power)
        text += f'<line x1="{left + LEFT}" x2="{left + LEFT + width}" y1="{y}" y2="{y}" stroke="#ddd"/>'
        text += f'<text x="{left + LEFT - 6}" y="{y + 4}" text-anchor="end">{10**power:g}</text>\n'
    for n, _ in points:
        x, _ = at(n, 10**high)
        text += f'<text x="{x}" y="{TOP + height + 16}" text-anchor="middle">{n:,}</text>\n'
    text += f'<text x="{left + LEFT + width / 2}" y="{TOP + height + 34}" text-anchor="middle">questions</text>\n'
    if line:
        path = " ".join(f"{x},{y}" for x, y in (at(*point) for point in line))
        text += f'<polyline points="{path}" fill="none" stroke="#888" stroke-dasharray="4 3"/>\n'
    for point in points:
        x, y = at(*point)
        text += f'<circle cx="{x}" cy="{y}" r="3.5" fill="#1f5fa8"/>\n'
    return text
