//! From a model's chat template to the prompts of a run: where the template comes from, what it
//! is rendered with, and the file of prompts that a board follows.

mod choice;
mod compose;
mod conversations;
mod describe;
mod few_shot;
mod folder;
mod grammar;
mod options;
mod source;
mod template_view;

pub use compose::{BehindTrace, Prompts, compose};
pub use conversations::user_message;
pub use options::PromptOptions;
pub use source::find;
pub use template_view::TemplateView;
