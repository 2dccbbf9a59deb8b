//! A crate's files, and the arrows between them: which file uses what another one defines.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::source::{Import, Scope, read};

/// A crate with all its modules, tests left out.
pub struct Crate {
    /// Its folder's name.
    pub name: String,
    /// Its files, relative to `src`.
    pub files: Vec<PathBuf>,
    modules: Vec<Module>,
}

struct Module {
    file: usize,
    parent: usize,
    children: BTreeMap<String, usize>,
    scope: Scope,
}

/// One file uses another, or another crate.
#[derive(Debug)]
pub struct Arrow {
    /// The file in which the path stands.
    pub from: usize,
    /// Where.
    pub line: usize,
    /// The path as it is written.
    pub path: String,
    /// What it leads to.
    pub to: End,
}

/// Where an arrow ends.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum End {
    /// At a file of the same crate.
    File(usize),
    /// At another crate of the workspace, by its folder's name.
    Crate(String),
}

/// What a path leads to.
#[derive(Clone)]
enum Found {
    Module(usize),
    /// Something that this module defines.
    Item(usize),
    Crate(String),
}

/// How many re-exports are followed, one to the next, before a path counts as unknown: `use
/// anyhow::anyhow` looks as if it led to itself.
const RE_EXPORTS: usize = 12;

impl Crate {
    /// Reads the crate in `folder`.
    pub fn read(folder: &Path) -> Result<Crate, String> {
        let src = folder.join("src");
        let root = ["lib.rs", "main.rs"].map(PathBuf::from);
        let root = root.into_iter().find(|root| src.join(root).is_file());
        let root = root.ok_or_else(|| format!("{} has no lib.rs or main.rs", src.display()))?;
        let name = folder.file_name().unwrap_or_default().to_string_lossy();
        let mut all = Crate {
            name: name.into_owned(),
            files: Vec::new(),
            modules: Vec::new(),
        };
        all.file(&src, root, PathBuf::new(), 0)?;
        Ok(all)
    }

    /// Reads one file and those it declares, which lie in `folder`. Returns its module, if it is
    /// not for tests alone.
    fn file(
        &mut self,
        src: &Path,
        file: PathBuf,
        folder: PathBuf,
        parent: usize,
    ) -> Result<Option<usize>, String> {
        let path = src.join(&file);
        let source = fs::read_to_string(&path).map_err(|e| format!("{}: {e}", path.display()))?;
        let Some(scope) = read(&source) else {
            return Ok(None);
        };
        self.files.push(file);
        self.module(src, &folder, parent, scope).map(Some)
    }

    fn module(
        &mut self,
        src: &Path,
        folder: &Path,
        parent: usize,
        mut scope: Scope,
    ) -> Result<usize, String> {
        let this = self.modules.len();
        let file = self.files.len() - 1;
        let inline = std::mem::take(&mut scope.inline);
        let files = std::mem::take(&mut scope.files);
        self.modules.push(Module {
            file,
            parent,
            children: BTreeMap::new(),
            scope,
        });
        // Before the files, so that the last file read is still this one.
        for (name, scope) in inline {
            let child = self.module(src, &folder.join(&name), this, scope)?;
            self.modules[this].children.insert(name, child);
        }
        for (name, path) in files {
            let own = folder.join(&name);
            let beside = self.files[file].with_file_name(path.unwrap_or_default());
            let file = [
                beside,
                folder.join(format!("{name}.rs")),
                own.join("mod.rs"),
            ];
            let file = file.into_iter().find(|file| src.join(file).is_file());
            let file = file.ok_or_else(|| {
                format!(
                    "{} has no file for `mod {name};`",
                    src.join(folder).display()
                )
            })?;
            if let Some(child) = self.file(src, file, own, this)? {
                self.modules[this].children.insert(name, child);
            }
        }
        Ok(this)
    }

    /// Every arrow, once, with the first place that makes it. A name that is re-exported leads to
    /// the file that defines it, and importing a module leads nowhere: the paths through it do.
    pub fn arrows(&self) -> Vec<Arrow> {
        let mut arrows = BTreeMap::new();
        for (at, module) in self.modules.iter().enumerate() {
            let scope = &module.scope;
            let imports = scope.imports.iter();
            let imports = imports.map(|i| (&i.path, i.line, i.name.is_none()));
            let mentions = scope.mentions.iter();
            let mentions = mentions.map(|(path, line)| (path, *line, false));
            for (path, line, everything) in imports.chain(mentions) {
                let end_at = |module: usize| End::File(self.modules[module].file);
                let to = match self.resolve(at, path, RE_EXPORTS) {
                    Some(Found::Crate(name)) => End::Crate(name),
                    Some(Found::Item(module)) => end_at(module),
                    Some(Found::Module(module)) if everything => end_at(module),
                    _ => continue,
                };
                if to != end_at(at) {
                    let path = path.join("::");
                    let place = (module.file, to);
                    arrows.entry(place).or_insert((line, path));
                }
            }
        }
        let arrow = |((from, to), (line, path))| Arrow {
            from,
            line,
            path,
            to,
        };
        arrows.into_iter().map(arrow).collect()
    }

    /// What `path`, written in `module`, leads to.
    fn resolve(&self, module: usize, path: &[String], fuel: usize) -> Option<Found> {
        let (first, rest) = path.split_first()?;
        let fuel = fuel.checked_sub(1)?;
        let mut found = match first.as_str() {
            "crate" => Found::Module(0),
            "self" => Found::Module(module),
            "super" => Found::Module(self.modules[module].parent),
            name => match name.strip_prefix("edgescore_") {
                Some(other) => Found::Crate(other.to_owned()),
                None => self.member(module, name, rest.is_empty(), fuel)?,
            },
        };
        for (at, name) in rest.iter().enumerate() {
            let Found::Module(module) = found else {
                break;
            };
            found = match name.as_str() {
                "super" => Found::Module(self.modules[module].parent),
                name => self
                    .member(module, name, at + 1 == rest.len(), fuel)
                    .unwrap_or(Found::Item(module)),
            };
        }
        Some(found)
    }

    /// What `name` is in a module. A module and a function may have one name: `last` says that
    /// the path ends here, which favours the function.
    fn member(&self, module: usize, name: &str, last: bool, fuel: usize) -> Option<Found> {
        let here = &self.modules[module];
        let child = here.children.get(name).map(|child| Found::Module(*child));
        if child.is_some() && !last {
            return child;
        }
        let imported = || {
            let named = |import: &&Import| import.name.as_deref() == Some(name);
            let import = here.scope.imports.iter().find(named)?;
            self.resolve(module, &import.path, fuel)
        };
        let by_glob = || {
            let globs = here.scope.imports.iter().filter(|i| i.name.is_none());
            globs
                .filter_map(|glob| self.resolve(module, &glob.path, fuel))
                .find_map(|found| match found {
                    Found::Module(from) if from != module => {
                        self.member(from, name, last, fuel.checked_sub(1)?)
                    }
                    _ => None,
                })
        };
        let own = || {
            here.scope
                .items
                .contains(name)
                .then_some(Found::Item(module))
        };
        imported().or_else(own).or(child).or_else(by_glob)
    }
}
