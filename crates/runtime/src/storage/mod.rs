//! What the board keeps on its disk.

pub mod data_folder;
pub mod file_store;
pub mod journal;
pub mod model_file;
