//! The results on the card: one `results/NNNN.esr` for each time the power came.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use edgescore_record::file;
use edgescore_record::frame::Encoder;

/// Where results go.
pub struct Card {
    folder: PathBuf,
    encoder: Box<Encoder>,
    file: Option<File>,
    /// The card does not take it, which was said.
    failed: bool,
}

impl Card {
    /// Results go below `data`, if that is a card.
    pub fn new(data: &Path) -> Card {
        Card {
            folder: data.join("results"),
            encoder: Box::default(),
            file: None,
            failed: !data.join("plan").exists(),
        }
    }

    /// Takes row `number`. It is on the card when this returns.
    pub fn take(&mut self, number: u32, content: &[u8]) -> Result<(), String> {
        if self.failed {
            return Ok(());
        }
        self.write(number, content).map_err(|error| {
            self.failed = true;
            format!("the card does not take the result: {error}; it goes to the UART alone")
        })
    }

    /// No rows follow.
    pub fn close(&mut self) {
        self.file = None;
    }

    fn write(&mut self, number: u32, content: &[u8]) -> io::Result<()> {
        if number == 0 {
            self.file = Some(create(&self.folder)?);
        }
        let Some(file) = &mut self.file else {
            return Ok(());
        };
        let encoded = self
            .encoder
            .reframe(content)
            .map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))?;
        file.write_all(encoded.frame)?;
        file.sync_data()
    }
}

/// The next number that is free.
fn create(folder: &Path) -> io::Result<File> {
    fs::create_dir_all(folder)?;
    for number in 1..10_000 {
        match File::create_new(folder.join(format!("{number:04}.esr"))) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
            Ok(mut file) => {
                file.write_all(&file::header())?;
                return Ok(file);
            }
        }
    }
    Err(io::ErrorKind::StorageFull.into())
}
