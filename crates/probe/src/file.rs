//! Small kernel files: attributes that are read again and again, and lines that are read once.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::string::{String, ToString};
use std::vec::Vec;

use crate::{Reading, Reason};

/// A file of `/sys` or `/proc` that stays open. Reading it again from offset 0 makes the
/// kernel write its content anew, without a path lookup and without allocation.
pub(crate) struct Attribute(File);

impl Attribute {
    /// Opens it.
    pub fn open(path: &Path) -> io::Result<Attribute> {
        File::open(path).map(Attribute)
    }

    /// Its whole content, which must be shorter than `buffer`, without the white space around.
    pub fn read<'b>(&self, buffer: &'b mut [u8]) -> Reading<&'b str> {
        let mut filled = 0;
        while let Some(rest) = buffer.get_mut(filled..).filter(|rest| !rest.is_empty()) {
            match self.0.read_at(rest, filled as u64) {
                Ok(0) => {
                    let text = buffer.get(..filled).map(str::from_utf8);
                    return Reading::parsed(text.and_then(Result::ok).map(str::trim));
                }
                Ok(read) => filled += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Reading::Missing(error.into()),
            }
        }
        Reading::Missing(Reason::Error)
    }

    /// Its content as a number.
    pub fn number<T: FromStr>(&self) -> Reading<T> {
        self.read(&mut [0; 32])
            .and_then(|text| Reading::parsed(text.parse().ok()))
    }
}

/// The number in a file.
pub(crate) fn number<T: FromStr>(path: &Path) -> Reading<T> {
    match Attribute::open(path) {
        Ok(attribute) => attribute.number(),
        Err(error) => Reading::Missing(error.into()),
    }
}

/// The first line of a file, without white space and the NUL that ends device-tree strings.
pub(crate) fn line(path: &Path) -> io::Result<String> {
    let text = fs::read_to_string(path)?;
    let line = text.lines().next().unwrap_or_default();
    Ok(line
        .trim_matches(|c: char| c == '\0' || c.is_whitespace())
        .to_string())
}

/// The entries of a folder whose names begin with `prefix`, in the order of their numbers
/// (`hwmon2` before `hwmon10`). None where there is no such folder.
pub(crate) fn entries(folder: &Path, prefix: &str) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .filter(|entry| {
            entry
                .file_name()
                .as_encoded_bytes()
                .starts_with(prefix.as_bytes())
        })
        .map(|entry| entry.path())
        .collect();
    found.sort_by(|a, b| (a.as_os_str().len(), a).cmp(&(b.as_os_str().len(), b)));
    found
}

/// The last part of a path, for people.
pub(crate) fn name(path: &Path) -> String {
    path.file_name()
        .unwrap_or(path.as_os_str())
        .to_string_lossy()
        .into_owned()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn an_attribute_is_read_anew() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("power1_input");
        fs::write(&path, "1234\n").unwrap();
        let attribute = Attribute::open(&path).unwrap();
        assert_eq!(attribute.number::<u64>(), Reading::Value(1234));
        fs::write(&path, "77\n").unwrap();
        assert_eq!(attribute.number::<u64>(), Reading::Value(77));
        for odd in ["", "-1\n", "12 W\n", "0x10\n", "99999999999999999999\n"] {
            fs::write(&path, odd).unwrap();
            assert_eq!(attribute.number::<u64>(), Reading::Missing(Reason::Error));
        }
        fs::write(&path, "1".repeat(40)).unwrap();
        assert_eq!(attribute.number::<f64>(), Reading::Missing(Reason::Error));
    }

    #[test]
    fn a_folder_in_place_of_a_file_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(
            number::<u64>(folder.path()),
            Reading::Missing(Reason::Error)
        );
        let absent = folder.path().join("absent");
        assert_eq!(
            number::<u64>(&absent),
            Reading::Missing(Reason::Unsupported)
        );
    }

    #[test]
    fn entries_come_in_the_order_of_their_numbers() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["hwmon10", "hwmon2", "other", "hwmon0"] {
            fs::create_dir(folder.path().join(name)).unwrap();
        }
        let names: Vec<_> = entries(folder.path(), "hwmon")
            .iter()
            .map(|p| name(p))
            .collect();
        assert_eq!(names, ["hwmon0", "hwmon2", "hwmon10"]);
        assert!(entries(&folder.path().join("absent"), "").is_empty());
    }
}
