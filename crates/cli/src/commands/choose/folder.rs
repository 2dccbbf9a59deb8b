//! The folder of a race: a result for each round of each model, and what else it takes to go on.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::anyhow;
use serde::{Deserialize, Serialize};

use crate::failure::Failure;
use crate::files;
use crate::render::json;

/// Name of the folder in it for the operating points of the chosen model. Theirs are other runs than
/// the race's, with the same questions, so a report of the race is not to find them.
const POINTS: &str = "points";

/// Name of the state in the folder.
const STATE: &str = "race.json";

/// What is kept beside the results.
#[derive(Default, Serialize, Deserialize)]
struct State {
    /// What was asked for: models, pack and options. Another race is another folder.
    asked_for: String,
    /// Forecasts, by the name of the model and the operating point.
    planned: BTreeMap<String, Planned>,
}

/// What `plan` said of a model.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Planned {
    /// Seconds an answer.
    pub seconds: Option<f64>,
    /// Why it is not asked.
    pub refused: Option<String>,
}

/// The folder of a race.
pub struct Folder {
    path: PathBuf,
    state: State,
}

impl Folder {
    /// Opens the folder at `path`, or the default one, for the race that `asked_for` describes. With
    /// `force` another race that is there is forgotten.
    ///
    /// # Errors
    /// A folder that cannot be made, or that holds something else.
    pub fn open(path: Option<&Path>, asked_for: String, force: bool) -> Result<Folder, Failure> {
        let hash = edgescore_taskpack::Hash::of(asked_for.as_bytes()).to_string();
        let short = hash.get(..8).unwrap_or_default();
        let path = path.map_or_else(|| PathBuf::from(format!("choose-{short}")), PathBuf::from);
        let made = fs::create_dir_all(&path);
        made.map_err(|error| files::unwritable(&path, error))?;
        let file = path.join(STATE);
        let known = match fs::read(&file) {
            Ok(bytes) => serde_json::from_slice::<State>(&bytes).ok(),
            Err(_) => None,
        };
        let state = match known {
            Some(state) if state.asked_for == asked_for => state,
            _ if is_empty(&path) || force => {
                clear(&path)?;
                State {
                    asked_for,
                    planned: BTreeMap::new(),
                }
            }
            Some(_) => return Err(taken(&path, "holds a race of other models or options")),
            None => return Err(taken(&path, "holds other files")),
        };
        let folder = Folder { path, state };
        folder.save()?;
        Ok(folder)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The result of a round of the model with this name.
    pub fn leg(&self, name: &str, round: u32) -> PathBuf {
        self.path.join(format!("{name}-{round:02}.esr"))
    }

    /// A result of an operating point; `name` has the model's and the point's.
    ///
    /// # Errors
    /// A folder that cannot be made.
    pub fn point_leg(&self, name: &str, number: u32) -> Result<PathBuf, Failure> {
        let folder = self.path.join(POINTS);
        fs::create_dir_all(&folder).map_err(|error| files::unwritable(&folder, error))?;
        Ok(folder.join(format!("{name}-{number:02}.esr")))
    }

    /// The prompts of the model with this name: a race that continues on another day asks what it
    /// asked before.
    pub fn prompts(&self, name: &str) -> PathBuf {
        self.path.join(format!("{name}.prompts"))
    }

    /// What was planned under this name.
    pub fn planned(&self, name: &str) -> Option<Planned> {
        self.state.planned.get(name).cloned()
    }

    /// Keeps what was planned under this name.
    ///
    /// # Errors
    /// A state that cannot be written.
    pub fn keep(&mut self, name: &str, planned: &Planned) -> Result<(), Failure> {
        let planned = planned.clone();
        self.state.planned.insert(name.to_owned(), planned);
        self.save()
    }

    /// Writes what was found.
    pub fn write(&self, found: &impl Serialize) -> Result<(), Failure> {
        let mut bytes = Vec::new();
        json::write(&mut bytes, found).map_err(Failure::data)?;
        files::write_whole(&self.path.join("choice.json"), &bytes)
    }

    fn save(&self) -> Result<(), Failure> {
        let mut bytes = Vec::new();
        json::write(&mut bytes, &self.state).map_err(Failure::data)?;
        files::write_whole(&self.path.join(STATE), &bytes)
    }
}

fn taken(path: &Path, why: &str) -> Failure {
    Failure::Data(anyhow!(
        "{} {why}: give -o another folder, or --force to begin again in it",
        path.display()
    ))
}

fn is_empty(path: &Path) -> bool {
    fs::read_dir(path).is_ok_and(|mut entries| entries.next().is_none())
}

/// Removes what a race writes, and nothing else.
fn clear(path: &Path) -> Result<(), Failure> {
    let points = path.join(POINTS);
    if points.is_dir() {
        clear(&points)?;
    }
    let unreadable = |error| files::unwritable(path, error);
    for entry in fs::read_dir(path).map_err(unreadable)? {
        let file = entry.map_err(unreadable)?.path();
        let ending = file
            .extension()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        if ["esr", "prompts", "json"].contains(&ending.as_str()) {
            fs::remove_file(&file).map_err(|error| files::unwritable(&file, error))?;
        }
    }
    Ok(())
}
