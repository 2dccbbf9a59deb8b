//! Chat templates: from a model's Jinja to the parts of a prompt, on the host.
//!
//! A template is rendered as Transformers renders it (`apply_chat_template`). The board gets no
//! Jinja: it gets [`Part`]s, which are text of the template, text of messages, and places for the
//! system message and the question. That a template leaves contents alone, or trims them, is
//! shown by rendering it with several contents ([`fit`]).
//!
//! ```
//! use edgescore_chat::{Arguments, Message, Template};
//!
//! let template = Template::parse("{% for m in messages %}[{{ m.role }}] {{ m.content }}\n{% endfor %}")?;
//! let messages = [Message::new("user", "Which slice?")];
//! let prompt = template.render(&messages, &Arguments::default())?;
//! assert_eq!(prompt, "[user] Which slice?\n");
//! # Ok::<(), edgescore_chat::TemplateError>(())
//! ```

mod arguments;
mod environment;
mod frame;
mod located;
mod methods;
mod parts;
mod python_json;
mod python_none;
mod source;
mod strftime;
mod template;
mod thinking;
mod tools;

pub use arguments::{Arguments, BadArgument};
pub use frame::{Frame, Framed, frame};
pub use located::{Located, each};
pub use parts::{Content, Fill, Fit, Part, Sample, expand, fit};
pub use template::{Conversation, Message, Template, TemplateError};
pub use thinking::{Markers, Thinking, switch, switches};
pub use tools::{Functions, ToolCall, called, functions, in_words, returned};
