//! The board's end of the host link.

pub mod frame_reader;
mod frame_writer;
pub mod host_link;
mod row_stream;
pub mod serial;
mod survey;
