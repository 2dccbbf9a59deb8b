//! llama.cpp's built-in chat templates.

use std::ffi::{CStr, CString};

use llama_cpp_sys_2 as sys;

use super::buffer::{append, clamp_len, count_or_needed};

/// Names of the built-in templates, sorted.
pub(crate) fn builtin_templates() -> Vec<&'static str> {
    let mut names = Vec::new();
    // SAFETY: llama.cpp fills at most `room` pointers and returns how many there are; they
    // point into a constant table.
    unsafe {
        append(&mut names, |start, room| {
            count_or_needed(sys::llama_chat_builtin_templates(start, room), room)
        });
        names
            .into_iter()
            .filter_map(|name| CStr::from_ptr(name).to_str().ok())
            .collect()
    }
}

/// Appends the prompt of `messages` (role, content). False, and nothing appended, when
/// llama.cpp does not recognise the template.
pub(crate) fn apply_template(
    template: &CStr,
    messages: &[(CString, CString)],
    add_assistant: bool,
    out: &mut Vec<u8>,
) -> bool {
    let chat: Vec<sys::llama_chat_message> = messages
        .iter()
        .map(|(role, content)| sys::llama_chat_message {
            role: role.as_ptr(),
            content: content.as_ptr(),
        })
        .collect();
    let mut known = true;
    // SAFETY: NUL-terminated strings that outlive the call, and a buffer with its size.
    // The whole text is written if the returned length fits, else the call is repeated.
    unsafe {
        append(out, |start, room| {
            let length = sys::llama_chat_apply_template(
                template.as_ptr(),
                chat.as_ptr(),
                chat.len(),
                add_assistant,
                start.cast(),
                clamp_len(room),
            );
            known = length >= 0;
            if known {
                count_or_needed(length, room)
            } else {
                Ok(0)
            }
        });
    }
    known
}
