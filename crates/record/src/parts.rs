//! The files of a model.

use std::borrow::ToOwned;
use std::format;
use std::path::{Path, PathBuf};
use std::vec;
use std::vec::Vec;

/// All files of the model at `path`, in order: those of a split one, `NAME-00001-of-00003.gguf` as
/// llama.cpp names them, when `path` is its first, and else `path` alone.
pub fn parts(path: &Path) -> Vec<PathBuf> {
    let split = || {
        let name = path.file_name()?.to_str()?;
        let (stem, count) = name.strip_suffix(".gguf")?.rsplit_once("-of-")?;
        let stem = stem.strip_suffix("-00001")?;
        let count: u32 = count.parse().ok().filter(|_| count.len() == 5)?;
        let part = |i| path.with_file_name(format!("{stem}-{i:05}-of-{count:05}.gguf"));
        Some((1..=count).map(part).collect())
    };
    split().unwrap_or_else(|| vec![path.to_owned()])
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use std::string::String;

    #[test]
    fn a_split_model_has_all_its_parts() {
        let names = |path: &str| -> Vec<String> {
            let parts = parts(Path::new(path));
            parts.iter().map(|p| p.to_str().unwrap().into()).collect()
        };
        assert_eq!(
            names("/m/big-00001-of-00003.gguf"),
            [
                "/m/big-00001-of-00003.gguf",
                "/m/big-00002-of-00003.gguf",
                "/m/big-00003-of-00003.gguf"
            ]
        );
        for whole in [
            "m.gguf",
            "big-00002-of-00003.gguf",
            "a-of-b.gguf",
            "x-00001-of-3.gguf",
        ] {
            assert_eq!(names(whole), [whole]);
        }
    }
}
