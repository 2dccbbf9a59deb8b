//! The episode summary of the reference's prompt.
//!
//! The reference fills Python f-strings from the parsed episode file; the rules for what is
//! absent or of another type than expected are those of the Python it runs, and where that
//! Python stops with an exception, so does this, with the place.

use std::fmt;

use serde_json::{Map, Value};

use super::python::repr::{repr, repr_list, str, truth};

/// Turns of the dialogue that a summary shows.
const MAX_TURNS: usize = 12;

/// Observations of a turn that a summary shows.
const MAX_OBSERVATIONS: usize = 3;

/// A part of an episode that the reference cannot print either.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{place} is {found}, where the benchmark has {expected}: mend the file, or take it and its \
     questions out"
)]
pub struct Misfit {
    /// Where in the file, such as `dialogue[3].net`.
    pub place: String,
    /// What the benchmark has there.
    pub expected: &'static str,
    /// What the file has there.
    pub found: &'static str,
}

impl Misfit {
    pub(super) fn new(place: impl fmt::Display, expected: &'static str, found: &Value) -> Misfit {
        Misfit {
            place: place.to_string(),
            expected,
            found: match found {
                Value::Null => "null",
                Value::Bool(_) => "a truth value",
                Value::Number(_) => "a number",
                Value::String(_) => "a string",
                Value::Array(_) => "a list",
                Value::Object(_) => "an object",
            },
        }
    }
}

/// The summary of an episode, without a final newline.
pub fn summarize(episode: &Value) -> Result<String, Misfit> {
    let episode = Dict::of(episode, "the episode")?;
    let state = episode.dict("initial_state", "initial_state")?;
    let airspace = state.dict_or_empty("airspace", "initial_state.airspace")?;
    let uav = state.dict_or_empty("uav", "initial_state.uav")?;
    let energy = uav.dict_or_empty("energy", "initial_state.uav.energy")?;
    let empty = Value::Object(Map::new());
    let mut lines = vec![
        "Initial context:".to_string(),
        format!("- env: {}", str(or(state.get("env"), &empty))),
        format!(
            "- airspace: {}",
            repr_dict(&[
                ("alt_bounds", airspace.get("alt_bounds")),
                ("geofence", airspace.get("geofence")),
            ])
        ),
        format!(
            "- uav: {}",
            repr_dict(&[
                ("pose", uav.get("pose")),
                ("speed_mps", uav.get("speed_mps")),
                ("battery_pct", energy.get("battery_pct")),
                ("sensors", or(uav.get("sensors"), &empty)),
                ("payloads", uav.find("payloads").unwrap_or(&EMPTY_LIST)),
            ])
        ),
        format!("- policy: {}", str(or(state.get("policy"), &empty))),
        format!("- success: {}", str(episode.get("success"))),
        String::new(),
        "Dialogue trace (truncated):".to_string(),
    ];
    let turns = episode.list("dialogue", "dialogue", is_empty_string)?;
    for (index, turn) in turns.iter().take(MAX_TURNS).enumerate() {
        lines.push(turn_line(turn, format_args!("dialogue[{index}]"))?);
    }
    Ok(lines.join("\n"))
}

fn turn_line(turn: &Value, place: impl fmt::Display) -> Result<String, Misfit> {
    let turn = Dict::of(turn, &place)?;

    let mut actions = Vec::new();
    let iterates_nothing =
        |value: &Value| is_empty_string(value) || value.as_object().is_some_and(Map::is_empty);
    let acted = turn.list("actions", format_args!("{place}.actions"), iterates_nothing)?;
    for (index, action) in acted.iter().enumerate() {
        actions.extend(action_text(
            action,
            format_args!("{place}.actions[{index}]"),
        )?);
    }

    let mut observations = Vec::new();
    // The characters of a string are looked through for the words "tool" and "task" one by one.
    let observed = turn.list("obs", format_args!("{place}.obs"), Value::is_string)?;
    for (index, observation) in observed.iter().take(MAX_OBSERVATIONS).enumerate() {
        observations.extend(observation_text(
            observation,
            format_args!("{place}.obs[{index}]"),
        )?);
    }

    let net = turn.dict_or_empty("net", format_args!("{place}.net"))?;
    let net = [
        "slice",
        "lat_ms",
        "jitter_ms",
        "loss_pct",
        "throughput_mbps",
        "edge_load",
    ]
    .map(|key| (key, net.get(key)));
    Ok(format!(
        "- turn={} speaker={} intent={} actions={} obs={} net={}",
        str(turn.get("turn")),
        str(turn.get("speaker")),
        str(turn.get("intent")),
        repr_list(&actions),
        repr_list(&observations),
        repr_dict(&net),
    ))
}

/// A tool call (`mcp`) or a message to another agent (`a2a`); other actions are left out.
fn action_text(action: &Value, place: impl fmt::Display) -> Result<Option<String>, Misfit> {
    let action = Dict::of(action, &place)?;
    Ok(match action.get("type").as_str() {
        Some("mcp") => {
            let arguments = action.dict_or_empty("args", format_args!("{place}.args"))?;
            let name = str(action.get("name"));
            Some(format!(
                "mcp:{name} args_keys={}",
                repr_list(&arguments.keys())
            ))
        }
        Some("a2a") => {
            let (task, to) = (str(action.get("task")), str(action.get("to")));
            Some(format!("a2a:{task} to={to}"))
        }
        _ => None,
    })
}

/// A tool's result or another agent's response; other observations are left out.
fn observation_text(value: &Value, place: impl fmt::Display) -> Result<Option<String>, Misfit> {
    // Python's `in` also looks into strings and lists, and only a hit there stops it.
    let hit = match value {
        Value::Object(_) => false,
        Value::String(text) => text.contains("tool") || text.contains("task"),
        Value::Array(items) => items.iter().any(|item| item == "tool" || item == "task"),
        _ => true,
    };
    let observation = match value {
        Value::Object(map) => Dict(Some(map)),
        _ if hit => return Err(Misfit::new(place, "an object", value)),
        _ => return Ok(None),
    };
    Ok(if let Some(tool) = observation.find("tool") {
        let result = observation.get("result").as_object();
        let status = str(Dict(result).get("status"));
        Some(format!("tool:{} status={status}", str(tool)))
    } else if let Some(task) = observation.find("task") {
        let status = str(observation.get("status"));
        Some(format!("a2a_resp:{} status={status}", str(task)))
    } else {
        None
    })
}

/// Python's `value or default`.
fn or<'a>(value: &'a Value, default: &'a Value) -> &'a Value {
    if truth(value) { value } else { default }
}

fn is_empty_string(value: &Value) -> bool {
    value.as_str() == Some("")
}

/// Python's `repr` of a dict with these keys in this order.
fn repr_dict(entries: &[(&str, &Value)]) -> String {
    let map: Map<String, Value> = entries
        .iter()
        .map(|(key, value)| (key.to_string(), (*value).clone()))
        .collect();
    repr(&Value::Object(map))
}

static NONE: Value = Value::Null;
static EMPTY_LIST: Value = Value::Array(Vec::new());

/// A JSON object as Python's dict; empty where the file has nothing.
#[derive(Clone, Copy)]
struct Dict<'a>(Option<&'a Map<String, Value>>);

impl<'a> Dict<'a> {
    fn of(value: &'a Value, place: impl fmt::Display) -> Result<Dict<'a>, Misfit> {
        match value {
            Value::Object(map) => Ok(Dict(Some(map))),
            other => Err(Misfit::new(place, "an object", other)),
        }
    }

    fn find(self, key: &str) -> Option<&'a Value> {
        self.0?.get(key)
    }

    /// `get(key)`.
    fn get(self, key: &str) -> &'a Value {
        self.find(key).unwrap_or(&NONE)
    }

    fn keys(self) -> Vec<String> {
        self.0
            .into_iter()
            .flat_map(|map| map.keys().cloned())
            .collect()
    }

    /// `get(key, {})`, used as a dict.
    fn dict(self, key: &str, place: impl fmt::Display) -> Result<Dict<'a>, Misfit> {
        match self.find(key) {
            Some(value) => Dict::of(value, place),
            None => Ok(Dict(None)),
        }
    }

    /// `get(key) or {}`, used as a dict.
    fn dict_or_empty(self, key: &str, place: impl fmt::Display) -> Result<Dict<'a>, Misfit> {
        match self.get(key) {
            value if truth(value) => Dict::of(value, place),
            _ => Ok(Dict(None)),
        }
    }

    /// `get(key, [])`, iterated over; `void` says which other values Python finds nothing in.
    fn list(
        self,
        key: &str,
        place: impl fmt::Display,
        void: impl Fn(&Value) -> bool,
    ) -> Result<&'a [Value], Misfit> {
        match self.find(key) {
            None => Ok(&[]),
            Some(Value::Array(items)) => Ok(items),
            Some(other) if void(other) => Ok(&[]),
            Some(other) => Err(Misfit::new(place, "a list", other)),
        }
    }
}

#[cfg(test)]
mod tests;
