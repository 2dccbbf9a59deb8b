//! Files to lay over the root of a board's own system, as a tarball: NVIDIA's L4T takes such over
//! `Linux_for_Tegra/rootfs` before flashing, and over `/` of a running board.

use std::path::Path;

use anyhow::anyhow;
use tar::{Builder, EntryType, Header};

use super::board::{Board, Overlay};
use super::entry::{Content, Entry};
use super::request::Request;
use super::{plan, runtime};
use crate::failure::Failure;
use crate::files;

/// Where program, plan, pack and model lie on the board.
const THERE: &str = "/opt/edgescore";

/// The folder of the unit.
const UNITS: &str = "etc/systemd/system";

/// 2026-01-01 in seconds since 1970: the same files give the same tarball, and tar finds 1970
/// implausible.
const TIME: u64 = 1_767_225_600;

/// Writes the tarball. It is not compressed: a quantised model does not get smaller.
pub fn write(
    path: &Path,
    board: &Board,
    overlay: &Overlay,
    request: &Request,
) -> Result<(), Failure> {
    let program = runtime::read(board, request.runtime)?;
    let plan = plan::files(request, THERE)?;
    let unit = unit(board, overlay, request)?;
    let folder = THERE.trim_start_matches('/');
    files::write_with(path, |file| {
        let mut tar = Builder::new(file);
        // No folder of the system itself: tar would change its mode and owner.
        for own in [folder, "var/lib/edgescore", "var/lib/edgescore/runs"] {
            tar.append_data(&mut header(EntryType::Directory, 0o755, 0), own, &[][..])
                .map_err(|error| files::unwritable(path, error))?;
        }
        let mut add = |name: String, mode, content: &Content| {
            let mut header = header(EntryType::Regular, mode, content.bytes()?);
            tar.append_data(&mut header, name, content.open()?)
        };
        let all = || {
            let bytes = |text: &str| Content::Bytes(text.as_bytes().to_vec());
            add(format!("{UNITS}/edgescore.service"), 0o644, &bytes(&unit))?;
            let set_nvpmodel = bytes(overlay.set_nvpmodel);
            add(format!("{folder}/set-nvpmodel"), 0o755, &set_nvpmodel)?;
            add(
                format!("{folder}/edgescore-rt"),
                0o755,
                &Content::Bytes(program),
            )?;
            for Entry { name, content } in &plan {
                add(format!("{folder}/{name}"), 0o644, content)?;
            }
            Ok(())
        };
        all().map_err(|error| files::unwritable(path, error))?;
        // What `systemctl enable` makes.
        let link = format!("{UNITS}/multi-user.target.wants/edgescore.service");
        let mut header = header(EntryType::Symlink, 0o777, 0);
        tar.append_link(&mut header, link, "../edgescore.service")
            .and_then(|()| tar.finish())
            .map_err(|error| files::unwritable(path, error))
    })
}

/// The header of a file of root's.
fn header(kind: EntryType, mode: u32, bytes: u64) -> Header {
    let mut header = Header::new_gnu();
    header.set_entry_type(kind);
    header.set_mode(mode);
    header.set_size(bytes);
    header.set_mtime(TIME);
    header.set_uid(0);
    header.set_gid(0);
    header
}

/// The systemd unit.
fn unit(board: &Board, overlay: &Overlay, request: &Request) -> Result<String, Failure> {
    let mode = request.nvpmodel.unwrap_or(&overlay.nvpmodel);
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-.".contains(c);
    if mode.is_empty() || !mode.chars().all(plain) {
        return Err(Failure::Usage(anyhow!(
            "--nvpmodel {mode:?}: give a name of /etc/nvpmodel.conf, such as {}",
            overlay.nvpmodel
        )));
    }
    let baud = request.baud.unwrap_or(board.uart.baud).to_string();
    let tty = board.uart.device.trim_start_matches("/dev/");
    Ok(overlay
        .unit
        .replace("{nvpmodel}", mode)
        .replace("{tty}", tty)
        .replace("{baud}", &baud))
}
