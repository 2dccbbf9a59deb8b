//! What one file says of modules: which it declares, what it imports, which paths it writes.

use std::collections::BTreeSet;

use super::tokens::{Token, is_word, tokens};

/// A module as it is written: a file, or the braces behind `mod name`.
#[derive(Debug, Default)]
pub struct Scope {
    /// `mod name;`, with its `#[path]`.
    pub files: Vec<(String, Option<String>)>,
    /// `mod name { ... }`
    pub inline: Vec<(String, Scope)>,
    /// What is defined here.
    pub items: BTreeSet<String>,
    /// Its `use` declarations, one for each name.
    pub imports: Vec<Import>,
    /// Every other path of two words or more, with its line.
    pub mentions: Vec<(Vec<String>, usize)>,
}

/// One name of a `use` declaration.
#[derive(Debug)]
pub struct Import {
    /// The path from its first word on.
    pub path: Vec<String>,
    /// The name it gets here; `None` for `*`.
    pub name: Option<String>,
    /// Where it stands.
    pub line: usize,
}

const DEFINES: [&str; 8] = [
    "struct", "enum", "union", "trait", "type", "const", "static", "fn",
];

/// Reads a file. What is compiled for tests alone is left out; `None` if that is the whole file.
pub fn read(source: &str) -> Option<Scope> {
    let mut parser = Parser {
        tokens: tokens(source),
        at: 0,
        path: None,
    };
    parser.scope()
}

struct Parser<'a> {
    tokens: Vec<Token<'a>>,
    at: usize,
    /// The `#[path]` of the module that is to come.
    path: Option<String>,
}

impl Parser<'_> {
    /// The text of the token that is `ahead` of this one; empty behind the last.
    fn text(&self, ahead: usize) -> &str {
        self.tokens.get(self.at + ahead).map_or("", |t| t.text)
    }

    fn line(&self) -> usize {
        self.tokens.get(self.at).map_or(0, |t| t.line)
    }

    /// Everything to the brace that closes this module, or to the end.
    fn scope(&mut self) -> Option<Scope> {
        let mut scope = Scope::default();
        let mut depth = 0;
        while self.at < self.tokens.len() {
            match self.text(0) {
                "#" => {
                    let inner = self.text(1) == "!";
                    if self.text(2) == "path" && self.text(3) == "=" {
                        self.path = Some(self.text(4).trim_matches('"').to_owned());
                    }
                    if self.attribute_is_for_tests() {
                        if inner {
                            return None;
                        }
                        self.skip_item();
                    }
                }
                // pub(in path) is no use of the path.
                "pub" if self.text(1) == "(" => self.skip_item_part(")"),
                "mod" if is_word(self.text(1)) => self.module(&mut scope),
                "use" if self.text(1) != "<" => {
                    self.at += 1;
                    self.use_tree(&[], &mut scope.imports);
                }
                word if DEFINES.contains(&word) => {
                    scope.items.insert(self.text(1).to_owned());
                    self.at += 1;
                }
                "macro_rules" => {
                    scope.items.insert(self.text(2).to_owned());
                    self.at += 1;
                }
                "{" => {
                    depth += 1;
                    self.at += 1;
                }
                "}" => {
                    self.at += 1;
                    if depth == 0 {
                        break;
                    }
                    depth -= 1;
                }
                word if is_word(word) => self.mention(&mut scope),
                string if string.starts_with('"') => {
                    scope
                        .mentions
                        .extend(path_in_string(string).map(|p| (p, self.line())));
                    self.at += 1;
                }
                // A path behind `::` goes on from a type, or is another crate's.
                "::" if is_word(self.text(1)) => drop(self.words()),
                _ => self.at += 1,
            }
        }
        Some(scope)
    }

    /// Reads over `#[...]` if it is `cfg(test)` in any form; otherwise only over the `#`, so that
    /// its paths are seen.
    fn attribute_is_for_tests(&mut self) -> bool {
        let bracket = if self.text(1) == "!" { 2 } else { 1 };
        let mut end = bracket;
        while !["]", ""].contains(&self.text(end)) {
            end += 1;
        }
        let for_tests = self.text(bracket + 1) == "cfg"
            && (bracket..end).any(|at| self.text(at) == "test" && self.text(at - 2) != "not");
        self.at += if for_tests { end + 1 } else { 1 };
        for_tests
    }

    /// Reads over what an attribute stands before.
    fn skip_item(&mut self) {
        while self.text(0) == "#" {
            self.skip_item_part("]");
        }
        let mut depth = 0;
        while self.at < self.tokens.len() {
            match self.text(0) {
                "{" | "(" | "[" => depth += 1,
                // The item was the last of its list.
                "}" | ")" | "]" if depth == 0 => return,
                "}" if depth == 1 => {
                    self.at += 1;
                    return;
                }
                "}" | ")" | "]" => depth -= 1,
                ";" if depth == 0 => {
                    self.at += 1;
                    return;
                }
                _ => {}
            }
            self.at += 1;
        }
    }

    fn skip_item_part(&mut self, end: &str) {
        while self.at < self.tokens.len() && self.text(0) != end {
            self.at += 1;
        }
        self.at += 1;
    }

    fn module(&mut self, scope: &mut Scope) {
        let name = self.text(1).to_owned();
        let body = self.text(2) == "{";
        self.at += 3;
        if body {
            scope.inline.extend(self.scope().map(|inner| (name, inner)));
        } else {
            scope.files.push((name, self.path.take()));
        }
    }

    /// The words of a path from here on.
    fn words(&mut self) -> Vec<String> {
        if self.text(0) == "::" {
            self.at += 1;
        }
        let mut words = vec![self.text(0).to_owned()];
        self.at += 1;
        while self.text(0) == "::" && is_word(self.text(1)) {
            words.push(self.text(1).to_owned());
            self.at += 2;
        }
        words
    }

    fn mention(&mut self, scope: &mut Scope) {
        let line = self.line();
        let words = self.words();
        if words.len() > 1 {
            scope.mentions.push((words, line));
        }
    }

    /// One branch of a `use`, whose path so far is `stem`.
    fn use_tree(&mut self, stem: &[String], imports: &mut Vec<Import>) {
        let mut path = stem.to_vec();
        let line = self.line();
        let mut name = None;
        if is_word(self.text(0)) || self.text(0) == "::" {
            path.extend(self.words());
            name = path.last().cloned();
            if self.text(0) == "::" {
                self.at += 1;
            }
        }
        match self.text(0) {
            "{" => {
                self.at += 1;
                while !["}", ""].contains(&self.text(0)) {
                    self.use_tree(&path, imports);
                    if self.text(0) == "," {
                        self.at += 1;
                    }
                }
                self.at += 1;
                return;
            }
            "*" => {
                self.at += 1;
                name = None;
            }
            "as" => {
                name = Some(self.text(1).to_owned());
                self.at += 2;
            }
            _ => {}
        }
        // `module::{self}` names the module.
        if path.len() > 1 && path.last().is_some_and(|word| word == "self") {
            path.pop();
            if name.as_deref() == Some("self") {
                name = path.last().cloned();
            }
        }
        imports.push(Import { path, name, line });
    }
}

/// The path from `crate`, `self` or `super` that a string holds: serde's attributes name functions
/// so.
fn path_in_string(string: &str) -> Option<Vec<String>> {
    let words: Vec<_> = string.trim_matches('"').split("::").collect();
    let is_path = words.len() > 1
        && ["crate", "self", "super"].contains(&words[0])
        && words
            .iter()
            .all(|word| is_word(word) && !word.contains(' '));
    is_path.then(|| words.into_iter().map(str::to_owned).collect())
}
