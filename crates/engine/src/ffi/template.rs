//! llama.cpp's matcher of chat templates.

use std::ffi::{CStr, CString};

use llama_cpp_sys_2 as sys;

use super::buffer::{append, clamp_len, count_or_needed};

/// The prompt of `messages` (role, content), open for an answer. `None` when llama.cpp does not
/// recognise the template, or a message has a NUL in it.
pub(crate) fn matched_prompt(template: &CStr, messages: &[(&str, &str)]) -> Option<String> {
    let messages: Vec<(CString, CString)> = messages
        .iter()
        .map(|(role, content)| Some((CString::new(*role).ok()?, CString::new(*content).ok()?)))
        .collect::<Option<_>>()?;
    let chat: Vec<sys::llama_chat_message> = messages
        .iter()
        .map(|(role, content)| sys::llama_chat_message {
            role: role.as_ptr(),
            content: content.as_ptr(),
        })
        .collect();
    let mut known = true;
    let mut prompt: Vec<u8> = Vec::new();
    // SAFETY: NUL-terminated strings that outlive the call, and a buffer with its size.
    // The whole text is written if the returned length fits, else the call is repeated.
    unsafe {
        append(&mut prompt, |start: *mut u8, room| {
            let length = sys::llama_chat_apply_template(
                template.as_ptr(),
                chat.as_ptr(),
                chat.len(),
                true,
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
    known.then(|| String::from_utf8_lossy(&prompt).into_owned())
}
