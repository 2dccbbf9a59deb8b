//! Where the libraries are, and which versions.

use std::env;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use edgescore_runtime::error::Refusal;

use crate::ffi::GenAi;

/// How the engine is called in results.
pub const NAME: &str = "ONNX Runtime GenAI";

/// Names the folder.
const VARIABLE: &str = "EDGESCORE_ORT";
/// A folder of this name beside this program is looked in, too.
const BESIDE: &str = "ort";
const GENAI: &str = "libonnxruntime-genai.so";
const RUNTIME: &str = "libonnxruntime.so";

/// ONNX Runtime GenAI and where it came from.
pub struct Loaded {
    /// The library.
    pub genai: GenAi,
    /// Its version, by the package that it lies in; empty where that is not known.
    pub version: String,
}

/// Loads the libraries.
///
/// # Errors
/// Where they were looked for, or why they cannot be loaded.
pub fn load() -> Result<Loaded, Refusal> {
    let named = env::var_os(VARIABLE).filter(|folder| !folder.is_empty());
    let named = named.map(PathBuf::from);
    let beside = env::current_exe()
        .ok()
        .map(|this| this.with_file_name(BESIDE))
        .filter(|folder| folder.is_dir());
    let folder = named.or(beside);
    let found = match &folder {
        Some(folder) => in_folder(folder).map_err(Refusal::board)?,
        None => Found {
            runtime: RUNTIME.into(),
            genai: GENAI.into(),
            version: String::new(),
        },
    };
    let genai = GenAi::load(&found.runtime, &found.genai).map_err(|error| {
        // What the loader says is the error behind the error.
        let why = error
            .source()
            .map_or(error.to_string(), |why| why.to_string());
        Refusal::board(format!("{NAME} cannot be loaded ({why}): {REMEDY}"))
    })?;
    Ok(Loaded {
        genai,
        version: found.version,
    })
}

const REMEDY: &str = "`pip install --target FOLDER onnxruntime-genai==0.18.0` brings it; name the FOLDER in EDGESCORE_ORT";

struct Found {
    runtime: PathBuf,
    genai: PathBuf,
    version: String,
}

/// The libraries in a folder: side by side, or in their packages of Python.
fn in_folder(folder: &Path) -> Result<Found, String> {
    let genai = [folder.to_owned(), folder.join("onnxruntime_genai")]
        .map(|folder| folder.join(GENAI))
        .into_iter()
        .find(|path| path.exists());
    let runtime = [folder.to_owned(), folder.join("onnxruntime/capi")];
    let runtime = runtime.iter().find_map(|folder| runtime_in(folder));
    let missing = |name| format!("{} has no {name}: {REMEDY}", folder.display());
    Ok(Found {
        genai: genai.ok_or_else(|| missing(GENAI))?,
        runtime: runtime.ok_or_else(|| missing(RUNTIME))?,
        version: package_version(folder).unwrap_or_default(),
    })
}

/// `libonnxruntime.so`, or the one with its version in its name.
fn runtime_in(folder: &Path) -> Option<PathBuf> {
    let names = fs::read_dir(folder).ok()?.filter_map(|entry| {
        let name = entry.ok()?.file_name().into_string().ok()?;
        let behind = name.strip_prefix(RUNTIME)?;
        (behind.is_empty() || behind.starts_with('.')).then_some(name)
    });
    names.min().map(|name| folder.join(name))
}

/// The version in the name of the package's description, `onnxruntime_genai-0.18.0.dist-info`.
fn package_version(folder: &Path) -> Option<String> {
    fs::read_dir(folder).ok()?.find_map(|entry| {
        let name = entry.ok()?.file_name().into_string().ok()?;
        let version = name.strip_prefix("onnxruntime_genai-")?;
        Some(version.strip_suffix(".dist-info")?.to_owned())
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn libraries_are_found_as_pip_lays_them_and_side_by_side() {
        let folder = env::temp_dir().join(format!("edgescore-ort-{}", std::process::id()));
        let put = |name: &str| {
            let path = folder.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        };
        put("onnxruntime_genai/libonnxruntime-genai.so");
        let missing = in_folder(&folder).err().unwrap();
        assert!(
            missing.contains("has no libonnxruntime.so: `pip"),
            "{missing}"
        );
        put("onnxruntime/capi/libonnxruntime.so.1.32.0");
        put("onnxruntime/capi/libonnxruntime_providers_shared.so");
        put("onnxruntime_genai-0.18.0.dist-info/METADATA");
        let found = in_folder(&folder).unwrap();
        assert!(found.runtime.ends_with("capi/libonnxruntime.so.1.32.0"));
        assert_eq!(found.version, "0.18.0");
        put("libonnxruntime-genai.so");
        put("libonnxruntime.so");
        let found = in_folder(&folder).unwrap();
        assert_eq!(found.genai, folder.join(GENAI));
        assert_eq!(found.runtime, folder.join(RUNTIME));
        fs::remove_dir_all(&folder).unwrap();
    }
}
