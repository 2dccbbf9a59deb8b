//! `edgescore verify`.

use std::path::{Path, PathBuf};

use anyhow::anyhow;
use edgescore_record::file::ResultFile;
use edgescore_record::{Record, SessionStart};
use edgescore_summary::plain;
use edgescore_taskpack::Hash;

use crate::failure::{Failure, Outcome};
use crate::files;
use crate::render::blocks::Block;
use crate::render::text;
use crate::signing;

/// Check a result: its checksums, the order of its rows, the hash over all of them, where it comes
/// from, and who signed it
///
/// A row with a checksum that does not fit is missing, and costs no other; a single wrong bit is put
/// right and said. The hash in the closing record shows rows that were changed with their checksums; a
/// signature shows who vouches for all of it. Exit code 1 if anything is wrong.
#[derive(clap::Args)]
pub struct Args {
    /// The result
    #[arg(value_name = "RUN.esr")]
    result: PathBuf,

    /// Also check that it was made with this model: a GGUF file, or the folder of an ONNX model
    #[arg(short, long, value_name = "MODEL.gguf")]
    model: Option<PathBuf>,

    /// Also check that it was made with this pack
    #[arg(long, value_name = "P.pack")]
    pack: Option<PathBuf>,

    /// The signature that `run --sign` or `ssh-keygen -Y sign -n edgescore-result` made [default:
    /// RUN.esr.sig, where it is there]
    #[arg(long, value_name = "FILE", requires = "allowed_signers")]
    signature: Option<PathBuf>,

    /// Whose signatures count: a file with a name and a public key a line (ssh-keygen(1), ALLOWED SIGNERS)
    #[arg(long, value_name = "FILE")]
    allowed_signers: Option<PathBuf>,
}

/// What was found of one thing.
struct Finding {
    what: &'static str,
    is_good: bool,
    says: String,
}

/// Runs the command.
pub fn run(args: &Args) -> Result<Outcome, Failure> {
    let bytes = files::read(&args.result)?;
    let name = args.result.display();
    let findings = match ResultFile::parse(&bytes) {
        Err(error) => vec![Finding {
            what: "rows",
            is_good: false,
            says: error.to_string(),
        }],
        Ok(file) => findings(args, &file)?,
    };
    let is_good = findings.iter().all(|finding| finding.is_good);
    let lines = findings
        .into_iter()
        .map(|finding| (finding.what, finding.says));
    let verdict = match is_good {
        true => format!("{name} is whole"),
        false => format!("{name} is NOT as it was written, or not what it is held against"),
    };
    text::show(&[Block::Line(verdict), Block::Facts(lines.collect())])?;
    Ok(match is_good {
        true => Outcome::AsPlanned,
        false => Outcome::NotAsPlanned,
    })
}

fn findings(args: &Args, file: &ResultFile) -> Result<Vec<Finding>, Failure> {
    let damage = file.damage();
    let rows = file.records().count();
    let mut findings = vec![
        Finding {
            what: "rows",
            is_good: !damage.is_damaged(),
            says: match damage.is_damaged() {
                true => format!("{rows} of them; {damage}"),
                false => format!("{rows}, all in order and with checksums that fit"),
            },
        },
        closing(file),
    ];
    let mut records = file.records();
    if let Some(Record::SessionStart(start)) = records.next() {
        findings.push(Finding {
            what: "made by",
            is_good: true,
            says: plain(&made_by(&start)),
        });
        if let Some(model) = &args.model {
            findings.push(held("model", model, start.model_hash, &model_hash(model)?));
        }
        if let Some(pack) = &args.pack {
            let bytes = files::read(pack)?;
            let hash = files::open_pack(pack, &bytes)?.hash();
            findings.push(held("pack", pack, start.pack_hash, &hash));
        }
    }
    findings.extend(signature(args)?);
    Ok(findings)
}

fn closing(file: &ResultFile) -> Finding {
    let (is_good, says) = match file.end() {
        None => (false, "missing: rows at the end may be, too"),
        Some(_) if file.damage().missing.is_empty() => {
            (true, "there, and its hash over all rows fits")
        }
        Some(_) => (
            false,
            "there; rows are missing, so its hash says nothing of the others",
        ),
    };
    Finding {
        what: "closing record",
        is_good,
        says: says.to_owned(),
    }
}

fn made_by(start: &SessionStart) -> String {
    let board = [start.board, start.cpu, start.kernel].map(str::trim);
    let board: Vec<&str> = board.into_iter().filter(|text| !text.is_empty()).collect();
    format!(
        "edgescore-rt {}, model {} on pack {}, on {}",
        start.runtime,
        start.model_file,
        start.pack,
        board.join(", ")
    )
}

fn held(what: &'static str, path: &Path, says: Hash, is: &Hash) -> Finding {
    let is_good = says == *is;
    Finding {
        what,
        is_good,
        says: match is_good {
            true => format!("{}, SHA-256 {is}", path.display()),
            false => format!("{says} in the result, and {is} of {}", path.display()),
        },
    }
}

/// SHA-256 of a model, as a board has it.
fn model_hash(model: &Path) -> Result<Hash, Failure> {
    edgescore_record::model_hash(model)
        .map(|(_, hash)| hash)
        .map_err(|error| {
            Failure::Data(anyhow!(
                "cannot read {}: {error}; check --model",
                model.display()
            ))
        })
}

fn signature(args: &Args) -> Result<Option<Finding>, Failure> {
    let beside = signing::signature_of(&args.result);
    let (signature, allowed) = match (&args.signature, &args.allowed_signers) {
        (Some(signature), Some(allowed)) => (signature, allowed),
        (_, Some(allowed)) => (&beside, allowed),
        (_, None) if beside.exists() => {
            return Ok(Some(Finding {
                what: "signature",
                is_good: true,
                says: format!(
                    "{} is there and was not checked: give --allowed-signers",
                    beside.display()
                ),
            }));
        }
        (_, None) => return Ok(None),
    };
    let found = signing::signer(&args.result, signature, allowed)?;
    let is_good = found.is_ok();
    Ok(Some(Finding {
        what: "signature",
        is_good,
        says: match found {
            Ok(name) => format!("good, by {name}"),
            Err(why) => format!("NOT good: {why}"),
        },
    }))
}
