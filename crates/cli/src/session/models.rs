//! The arguments that name models.

use std::path::PathBuf;

use crate::defaults;
use crate::failure::Failure;
use crate::files::absolute;

// One model. What clap shows of it are its fields.
#[allow(missing_docs)]
#[derive(clap::Args)]
pub struct OneModel {
    /// The model, a GGUF file [default: reference-1m, which comes with the program]
    #[arg(value_name = "MODEL.gguf", conflicts_with = "model")]
    positional_model: Option<PathBuf>,

    /// The same as MODEL.gguf
    #[arg(short, long, value_name = "MODEL.gguf")]
    model: Option<PathBuf>,
}

impl OneModel {
    /// The model, or the default one.
    pub fn path(&self) -> Result<PathBuf, Failure> {
        let given = self.positional_model.as_ref().or(self.model.as_ref());
        given.map_or_else(defaults::model, |path| absolute(path.clone()))
    }
}

// Models that take turns. What clap shows of them are their fields.
#[allow(missing_docs)]
#[derive(clap::Args)]
pub struct Models {
    /// The models, GGUF files; several run one after another [default: reference-1m, which comes
    /// with the program]
    #[arg(value_name = "MODEL.gguf", conflicts_with = "model")]
    positional_model: Vec<PathBuf>,

    /// The same as MODEL.gguf; may be given again
    #[arg(short, long, value_name = "MODEL.gguf")]
    model: Vec<PathBuf>,
}

impl Models {
    /// What was given, as it was.
    pub fn given(&self) -> Vec<PathBuf> {
        let given = self.positional_model.iter().chain(&self.model);
        given.cloned().collect()
    }

    /// The models in the order given, or the default one.
    pub fn paths(&self) -> Result<Vec<PathBuf>, Failure> {
        let given = self.given().into_iter();
        let paths: Vec<PathBuf> = given.map(absolute).collect::<Result<_, _>>()?;
        match paths.is_empty() {
            true => Ok(vec![absolute(defaults::model()?)?]),
            false => Ok(paths),
        }
    }
}
