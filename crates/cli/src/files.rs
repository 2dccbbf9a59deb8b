//! Reading files with their name in the error, and writing files that are whole or absent.

use std::fs;
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow};
use edgescore_record::fsync_folder;
use edgescore_taskpack::Pack;

use crate::failure::Failure;
use crate::suggest::did_you_mean;

/// The bytes of a file.
pub fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    fs::read(path).map_err(|error| unreadable(path, &error))
}

/// A file, open for reading.
pub fn open(path: &Path) -> Result<fs::File, Failure> {
    let file = fs::File::open(path).map_err(|error| unreadable(path, &error))?;
    match file.metadata() {
        Ok(metadata) if metadata.is_dir() => Err(unreadable(path, &ErrorKind::IsADirectory.into())),
        _ => Ok(file),
    }
}

/// Refuses the folder of an ONNX model, for what reads the header of a GGUF.
pub fn gguf(path: &Path) -> Result<&Path, Failure> {
    match path.is_dir() {
        true => Err(Failure::Data(anyhow!(
            "{} is a folder, and this takes GGUF files: models of ONNX Runtime GenAI are for `edgescore run`",
            path.display()
        ))),
        false => Ok(path),
    }
}

/// The pack that `bytes`, read from `path`, hold.
pub fn open_pack<'b>(path: &Path, bytes: &'b [u8]) -> Result<Pack<'b>, Failure> {
    Pack::open(bytes).map_err(|error| Failure::Data(anyhow!("{}: {error}", path.display())))
}

fn unreadable(path: &Path, error: &io::Error) -> Failure {
    let meant = similar(path);
    let remedy = match error.kind() {
        ErrorKind::NotFound if !meant.is_empty() => &meant,
        ErrorKind::NotFound => "; check the path",
        ErrorKind::IsADirectory => "; give the name of a file",
        ErrorKind::PermissionDenied => "; check its permissions",
        _ => "",
    };
    Failure::Data(anyhow!("cannot read {}: {error}{remedy}", path.display()))
}

/// `; did you mean NAME?` where a file beside the missing `path` has a name like it.
pub fn similar(path: &Path) -> String {
    let Some(name) = path.file_name().and_then(|name| name.to_str()) else {
        return String::new();
    };
    let entries = fs::read_dir(folder_of(path)).into_iter().flatten();
    let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let names: Vec<String> = names.filter(|other| other != name).collect();
    did_you_mean(name, names.iter().map(String::as_str))
}

/// Writes a file so that it is there whole or not at all: to a temporary file beside it,
/// synced, then renamed over `path`.
pub fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    write_with(path, |file| {
        file.write_all(bytes)
            .map_err(|error| unwritable(path, error))
    })
}

/// [`write_whole`] for contents that are made while they are written.
pub fn write_with(
    path: &Path,
    write: impl FnOnce(&mut fs::File) -> Result<(), Failure>,
) -> Result<(), Failure> {
    check_output(path)?;
    let unwritable = |error| unwritable(path, error);
    let mut part = tempfile::Builder::new()
        .prefix(".edgescore-")
        .suffix(".part")
        .permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644))
        .tempfile_in(folder_of(path))
        .map_err(unwritable)?;
    write(part.as_file_mut())?;
    part.as_file().sync_all().map_err(unwritable)?;
    part.persist(path)
        .map_err(|error| unwritable(error.error))?;
    fsync_folder(folder_of(path)).map_err(unwritable)
}

/// Refuses a `path` that holds a file already, which may be a night's work, unless `replace`, and
/// what [`check_output`] refuses.
pub fn check_new(path: &Path, replace: bool) -> Result<(), Failure> {
    match path.is_file() && !replace {
        true => Err(exists(path)),
        false => check_output(path),
    }
}

/// `EIO` of errno(3): a device failed.
const EIO: i32 = 5;

/// The failure to write `path`, where there is a file that nobody allowed to replace.
pub fn exists(path: &Path) -> Failure {
    Failure::Data(anyhow!(
        "{} exists: give -o another name, or --force to replace it",
        path.display()
    ))
}

/// Refuses a `path` that cannot become a file: its folder is not there or takes no files, or it is
/// a folder itself, or a device such as `/dev/null`, which a rename would put an end to.
pub fn check_output(path: &Path) -> Result<(), Failure> {
    match fs::metadata(path) {
        Ok(found) if !found.is_file() => Err(Failure::Data(anyhow!(
            "{} is no regular file; give -o the name of a file",
            path.display()
        ))),
        Err(_) if !folder_of(path).is_dir() => Err(Failure::Data(anyhow!(
            "cannot write {}: there is no folder {}; make it first",
            path.display(),
            folder_of(path).display()
        ))),
        // A file without a name shows whether one can be made.
        _ => match tempfile::tempfile_in(folder_of(path)) {
            Ok(_) => Ok(()),
            Err(error) => Err(unwritable(path, error)),
        },
    }
}

/// The failure to write `path`, with the remedy.
pub fn unwritable(path: &Path, error: io::Error) -> Failure {
    let remedy = match error.kind() {
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
            "; give -o a name where you may write"
        }
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => {
            "; free space, or give -o a name on another disk"
        }
        _ if error.raw_os_error() == Some(EIO) => {
            "; check the disk (dmesg says more), or give -o a name on another one"
        }
        _ => "",
    };
    Failure::Data(anyhow!("cannot write {}: {error}{remedy}", path.display()))
}

/// Paths go to another process, so they must not depend on its working folder.
pub fn absolute(path: PathBuf) -> Result<PathBuf, Failure> {
    std::path::absolute(&path)
        .with_context(|| format!("no such path: {}", path.display()))
        .map_err(Failure::Data)
}

/// The folder that `path` is in.
pub fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}
