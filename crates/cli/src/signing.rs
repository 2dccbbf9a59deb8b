//! Signatures of files by OpenSSH's `ssh-keygen -Y` (ssh-keygen(1)), with the keys that people have for their boards.

use std::ffi::OsString;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, anyhow};

use crate::failure::Failure;
use crate::files;

/// What a signature is for, so that none made for something else fits.
const NAMESPACE: &str = "edgescore-result";

/// Refuses a key that cannot sign, before a night's run.
///
/// # Errors
/// The key is not there, or ssh-keygen is not.
pub fn check(key: &Path) -> Result<(), Failure> {
    files::open(key)?;
    let known = Command::new("ssh-keygen")
        .arg("-l")
        .arg("-f")
        .arg(key)
        .output();
    let known = known.map_err(missing)?;
    match known.status.success() {
        true => Ok(()),
        false => Err(Failure::Data(anyhow!(
            "--sign {}: {}; give a key that `ssh-keygen -t ed25519` made",
            key.display(),
            last_line(&known.stderr)
        ))),
    }
}

/// Signs `file` with `key`; returns where the signature is.
///
/// # Errors
/// ssh-keygen cannot, which may ask for the key's passphrase.
pub fn sign(key: &Path, file: &Path) -> Result<PathBuf, Failure> {
    let signature = signature_of(file);
    // ssh-keygen would ask whether to replace it.
    let _ = std::fs::remove_file(&signature);
    let signed = Command::new("ssh-keygen")
        .args(["-q", "-Y", "sign", "-n", NAMESPACE, "-f"])
        .arg(key)
        .arg(file)
        .status();
    match signed.map_err(missing)?.success() {
        true => Ok(signature),
        false => Err(Failure::Data(anyhow!(
            "{} was not signed: see what ssh-keygen says above; the result is whole, so sign it with `ssh-keygen -Y sign -n {NAMESPACE} -f {} {}`",
            file.display(),
            key.display(),
            file.display()
        ))),
    }
}

/// Where the signature of `file` is, unless it is named.
pub fn signature_of(file: &Path) -> PathBuf {
    let mut name = OsString::from(file);
    name.push(".sig");
    name.into()
}

/// Who signed `file`, by the list of `allowed` signers; or why the signature is not good.
///
/// # Errors
/// A file is not there, or ssh-keygen is not.
pub fn signer(
    file: &Path,
    signature: &Path,
    allowed: &Path,
) -> Result<Result<String, String>, Failure> {
    files::open(signature)?;
    files::open(allowed)?;
    let command = |what: &str| {
        let mut command = Command::new("ssh-keygen");
        command
            .args(["-Y", what, "-s"])
            .arg(signature)
            .arg("-f")
            .arg(allowed);
        command
    };
    let found = command("find-principals").output().map_err(missing)?;
    let names = String::from_utf8_lossy(&found.stdout).into_owned();
    let Some(name) = names.lines().next().filter(|_| found.status.success()) else {
        return Ok(Err(format!(
            "its key is not among those of {}",
            allowed.display()
        )));
    };
    let content = File::open(file)
        .with_context(|| format!("cannot read {}", file.display()))
        .map_err(Failure::Data)?;
    let verified = command("verify")
        .args(["-n", NAMESPACE, "-I", name])
        .stdin(content)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .output()
        .map_err(missing)?;
    Ok(match verified.status.success() {
        true => Ok(name.to_owned()),
        false => Err(last_line(&verified.stderr)),
    })
}

fn missing(error: std::io::Error) -> Failure {
    Failure::Data(anyhow!(
        "cannot start ssh-keygen: {error}; install OpenSSH's client"
    ))
}

fn last_line(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let line = text.lines().rfind(|line| !line.trim().is_empty());
    line.unwrap_or("ssh-keygen failed").trim().to_owned()
}
