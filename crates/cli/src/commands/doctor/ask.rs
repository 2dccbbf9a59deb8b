//! The survey that a board makes.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::anyhow;
use edgescore_probe::survey::Survey;
use edgescore_record::{Command, Control, RefusalKind};

use super::args::Args;
use crate::bars;
use crate::failure::Failure;
use crate::link::{Connection, Item, list, refused};
use crate::random;
use crate::session::Progress;

/// A board watches its power sources for a second, and needs a little for the rest.
const TAKES: Duration = Duration::from_secs(3);

/// Asks the board of `args` what it finds below `root`.
pub fn ask(args: &Args, root: &Path) -> Result<Survey, Failure> {
    let root = root
        .to_str()
        .ok_or_else(|| Failure::Usage(anyhow!("--sysfs-root {}: is not UTF-8", root.display())))?;
    let progress = Progress::new();
    let options = args.reach.options(false);
    let mut connection = Connection::open(&args.board, &options, Arc::new(bars::say))?;
    drop(progress);
    let round = random::number()? as u32;
    let command = Command::Survey { round, root };
    let (mut board, mut best) = (String::new(), String::new());
    let what = "a whole survey";
    let findings = list(
        &mut connection,
        &command,
        TAKES,
        what,
        |control| match *control {
            Control::Finding {
                round: answered,
                index,
                of,
                board: its,
                best: source,
                finding,
            } if answered == round => {
                its.clone_into(&mut board);
                source.clone_into(&mut best);
                let item = finding.map(|text| (*text).to_owned());
                Ok(Some(Item { index, of, item }))
            }
            Control::Refused {
                kind: RefusalKind::Link,
                ..
            } => Err(Failure::Board(anyhow!(
                "the edgescore-rt on {} is older than this program and cannot make a survey: start one of version {} there",
                args.board,
                env!("CARGO_PKG_VERSION")
            ))),
            Control::Refused { kind, detail } => Err(refused(kind, detail)),
            _ => Ok(None),
        },
    )?;
    Ok(Survey {
        board,
        best,
        findings,
    })
}
