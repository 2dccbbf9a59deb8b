//! What the benchmark's paper says of its thirty tasks beside their texts (arXiv:2602.08675).

/// The five groups and their tasks: intent and policy; slicing and resources; trust, security
/// and SLA; AI-native networking; distributed intelligence.
const GROUPS: [(&str, &[&str]); 5] = [
    ("G1", &["T1", "T2", "T3", "T12", "T15"]),
    (
        "G2",
        &["T4", "T5", "T6", "T7", "T8", "T13", "T14", "T16", "T29"],
    ),
    ("G3", &["T9", "T10", "T26", "T30"]),
    ("G4", &["T11", "T17", "T18", "T19", "T20", "T27"]),
    ("G5", &["T21", "T22", "T23", "T24", "T25", "T28"]),
];

/// The tasks on which the reference measures pass@3 and pass@5.
const PASS_AT_K: [&str; 7] = ["T2", "T9", "T12", "T19", "T20", "T26", "T30"];

/// The group of a task, `G1` to `G5`; `None` for an id that is not one of the thirty.
pub fn group(task_id: &str) -> Option<&'static str> {
    GROUPS
        .iter()
        .find(|(_, tasks)| tasks.contains(&task_id))
        .map(|(group, _)| *group)
}

/// Whether the reference measures pass@k on a task.
pub fn has_pass_at_k(task_id: &str) -> bool {
    PASS_AT_K.contains(&task_id)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::*;
    use crate::worked;

    #[test]
    fn every_task_has_one_group() {
        let mut ids: Vec<&str> = GROUPS
            .iter()
            .flat_map(|(_, tasks)| *tasks)
            .copied()
            .collect();
        assert_eq!(ids.len(), 30);
        ids.sort_by_key(|id| id[1..].parse::<u8>().unwrap());
        let expected: Vec<String> = (1..=30).map(|number| format!("T{number}")).collect();
        assert_eq!(ids, expected);
        assert_eq!(group("T31"), None);
    }

    #[test]
    fn the_hand_written_tasks_have_the_papers_groups() {
        let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../tasks"));
        let mut files = Vec::new();
        for (folder, prefix) in [
            (root.to_path_buf(), ""),
            (root.join("episodes"), "episodes/"),
        ] {
            for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
                if entry.file_type().unwrap().is_file() {
                    let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
                    files.push((name, fs::read_to_string(entry.path()).unwrap()));
                }
            }
        }
        let draft = worked::read(files).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(draft.tasks.len(), 30);
        for task in &draft.tasks {
            assert_eq!(Some(task.group.as_str()), group(&task.id), "{}", task.id);
            assert_eq!(task.pass_at_k, has_pass_at_k(&task.id), "{}", task.id);
        }
        draft.to_bytes().unwrap();
    }
}
