//! `tests/layout.toml`: which crate and which room may use which.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use super::arrows::{Arrow, Crate, End};
use super::circles::circles;

type Allowed = BTreeMap<String, BTreeSet<String>>;

/// What may use what.
pub struct Layout {
    crates: Allowed,
    rooms: BTreeMap<String, Allowed>,
    /// Rooms, as `crate/room`, whose files and folders do not use one another.
    apart: BTreeSet<String>,
}

/// The room of the files that lie directly in `src`, but for the crate's root.
const LEAF: &str = "leaf";

impl Layout {
    /// Reads the layout from the text of a TOML file.
    pub fn parse(text: &str) -> Result<Layout, String> {
        let table: toml::Table = text.parse().map_err(|e| format!("layout: {e}"))?;
        let get = |key| table.get(key).and_then(toml::Value::as_table);
        let rooms = get("rooms").into_iter().flatten();
        let apart = table.get("apart").ok_or("layout: there is no `apart`")?;
        let layout = Layout {
            crates: allowed(get("crates").ok_or("layout: there is no [crates]")?)?,
            rooms: rooms
                .map(|(name, rooms)| {
                    let rooms = rooms.as_table().ok_or("layout: [rooms.CRATE] is a table")?;
                    Ok((name.clone(), allowed(rooms)?))
                })
                .collect::<Result<_, String>>()?,
            apart: strings(apart)?,
        };
        for (name, arrows) in layout
            .rooms
            .iter()
            .chain([(&"crates".to_owned(), &layout.crates)])
        {
            let pairs = arrows
                .iter()
                .flat_map(|(from, to)| to.iter().map(move |to| (from.as_str(), to.as_str())));
            if let Some(circle) = circles(&pairs.collect()).first() {
                return Err(format!(
                    "layout: {name} has a circle: {}",
                    circle.join(" -> ")
                ));
            }
        }
        Ok(layout)
    }

    /// Everything in the crates of `root` that the layout does not allow, and every circle of
    /// files, a sentence for each.
    pub fn check(&self, root: &Path) -> Result<Vec<String>, String> {
        let mut problems = Vec::new();
        let crates = fs::read_dir(root.join("crates")).map_err(|e| format!("crates: {e}"))?;
        for folder in crates {
            let folder = folder.map_err(|e| e.to_string())?.path();
            // A crate that was renamed may leave an empty folder.
            if !folder.join("src").is_dir() {
                continue;
            }
            let read = Crate::read(&folder)?;
            let arrows = read.arrows();
            for arrow in &arrows {
                problems.extend(self.refuses(&read, arrow));
            }
            problems.extend(file_circles(&read, &arrows));
        }
        problems.sort();
        problems.dedup();
        Ok(problems)
    }

    /// Why an arrow is not allowed.
    fn refuses(&self, within: &Crate, arrow: &Arrow) -> Option<String> {
        let name = &within.name;
        let (from, to, remedy) = match &arrow.to {
            End::Crate(to) => {
                let listed = lists(&self.crates, name, to);
                (!listed).then(|| (name.clone(), to.clone(), REMEDY))
            }
            End::File(to) => {
                self.refuses_inside(name, &within.files[arrow.from], &within.files[*to])
            }
        }?;
        let place = place(within, arrow.from, arrow.line);
        let path = &arrow.path;
        Some(format!(
            "{place}: `{path}` is an arrow {from} -> {to}: {remedy}"
        ))
    }

    /// Names the two ends and the remedy of an arrow inside a crate that is not allowed.
    fn refuses_inside(
        &self,
        name: &str,
        from: &Path,
        to: &Path,
    ) -> Option<(String, String, &'static str)> {
        let rooms = self.rooms.get(name)?;
        let (from_room, to_room) = (room(from), room(to));
        if from_room != to_room {
            let end = |room| format!("{name}/{room}");
            let listed = lists(rooms, &from_room, &to_room);
            return (!listed).then(|| (end(&from_room), end(&to_room), REMEDY));
        }
        let (from, to) = (part(from)?, part(to)?);
        let end = |part| format!("{name}/{from_room}/{part}");
        let apart = self.apart.contains(&format!("{name}/{from_room}"));
        (apart && from != to).then(|| (end(from), end(to), APART))
    }
}

fn lists(allowed: &Allowed, from: &str, to: &str) -> bool {
    allowed
        .get(from)
        .is_some_and(|allowed| allowed.contains(to))
}

const REMEDY: &str = "move what is used to where both may use it, or list the arrow in \
                      tests/layout.toml if the direction is right";
const APART: &str = "the parts of this room do not use one another: move what both need below it";

fn allowed(table: &toml::Table) -> Result<Allowed, String> {
    let one = |(from, to): (&String, &toml::Value)| Ok((from.clone(), strings(to)?));
    table.iter().map(one).collect()
}

fn strings(value: &toml::Value) -> Result<BTreeSet<String>, String> {
    let list = value
        .as_array()
        .ok_or("layout: a list of names is missing")?;
    let text = |v: &toml::Value| {
        v.as_str()
            .map(str::to_owned)
            .ok_or("layout: a name is text")
    };
    Ok(list.iter().map(text).collect::<Result<_, _>>()?)
}

/// The room of a file: the folder of `src` that it lies in. `x.rs` beside a folder `x` does not
/// occur: this workspace writes `x/mod.rs`.
fn room(file: &Path) -> String {
    let first = file.iter().next().unwrap_or_default().to_string_lossy();
    match &*first {
        "main.rs" | "lib.rs" => "main".to_owned(),
        name if name.ends_with(".rs") => LEAF.to_owned(),
        name => name.to_owned(),
    }
}

/// The file or folder of its room that a file is or lies in; `None` for the room's `mod.rs`.
fn part(file: &Path) -> Option<String> {
    let second = file.iter().nth(1)?.to_string_lossy();
    let name = second.strip_suffix(".rs").unwrap_or(&second);
    (name != "mod").then(|| name.to_owned())
}

fn place(within: &Crate, file: usize, line: usize) -> String {
    let file = within.files[file].display();
    format!("crates/{}/src/{file}:{line}", within.name)
}

/// The circles of a crate's files, each arrow with the first place that makes it.
fn file_circles(within: &Crate, arrows: &[Arrow]) -> Vec<String> {
    let inside = arrows.iter().filter_map(|arrow| match arrow.to {
        End::File(to) => Some(((arrow.from, to), arrow)),
        End::Crate(_) => None,
    });
    let made_by: BTreeMap<_, _> = inside.collect();
    let pairs = made_by.keys().copied().collect();
    let print = |circle: Vec<usize>| {
        let steps = circle.windows(2).map(|step| {
            let arrow = made_by[&(step[0], step[1])];
            let to = within.files[step[1]].display();
            let from = place(within, step[0], arrow.line);
            format!("\n    {from}: `{}` -> {to}", arrow.path)
        });
        let steps: String = steps.collect();
        format!(
            "crates/{}: a circle of files: turn one arrow round:{steps}",
            within.name
        )
    };
    circles(&pairs).into_iter().map(print).collect()
}
