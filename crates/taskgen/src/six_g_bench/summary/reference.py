"""The episode summary of the reference's prompt, written from the prose of its format.

Reads episodes, one JSON a line; prints a JSON list of their summaries, null where the Python of
the format stops with an exception.
"""
import json
import sys


def pick(record, *keys):
    return {key: record.get(key) for key in keys}


def actions(turn):
    for action in turn.get("actions", []):
        kind = action.get("type")
        if kind == "mcp":
            names = [name for name in (action.get("args") or {}).keys()]
            yield "mcp:%s args_keys=%s" % (action.get("name"), names)
        elif kind == "a2a":
            yield "a2a:%s to=%s" % (action.get("task"), action.get("to"))


def observations(turn):
    for seen in turn.get("obs", [])[0:3]:
        if "tool" in seen:
            outcome = seen.get("result")
            outcome = outcome if type(outcome) is dict else {}
            yield "tool:%s status=%s" % (seen.get("tool"), outcome.get("status"))
        elif "task" in seen:
            yield "a2a_resp:%s status=%s" % (seen.get("task"), seen.get("status"))


def lines(episode):
    start = episode.get("initial_state", {})
    sky = start.get("airspace") or {}
    craft = start.get("uav") or {}
    battery = (craft.get("energy") or {}).get("battery_pct")
    vehicle = pick(craft, "pose", "speed_mps")
    vehicle["battery_pct"] = battery
    vehicle["sensors"] = craft.get("sensors") or {}
    vehicle["payloads"] = craft["payloads"] if "payloads" in craft else []
    yield "Initial context:"
    yield "- env: %s" % (start.get("env") or {},)
    yield "- airspace: %s" % (pick(sky, "alt_bounds", "geofence"),)
    yield "- uav: %s" % (vehicle,)
    yield "- policy: %s" % (start.get("policy") or {},)
    yield "- success: %s" % (episode.get("success"),)
    yield ""
    yield "Dialogue trace (truncated):"
    for turn in episode.get("dialogue", [])[0:12]:
        words = [("turn", turn.get("turn"))]
        words += [(key, turn.get(key)) for key in ("speaker", "intent")]
        words += [("actions", list(actions(turn))), ("obs", list(observations(turn)))]
        net = turn.get("net") or {}
        quality = ("lat_ms", "jitter_ms", "loss_pct", "throughput_mbps", "edge_load")
        words += [("net", pick(net, "slice", *quality))]
        yield "- " + " ".join("%s=%s" % word for word in words)


def summary(line):
    try:
        return "\n".join(lines(json.loads(line)))
    except (AttributeError, KeyError, TypeError):
        return None


episodes = sys.stdin.buffer.read().decode("utf-8").split("\n")
json.dump([summary(line) for line in episodes], sys.stdout)
