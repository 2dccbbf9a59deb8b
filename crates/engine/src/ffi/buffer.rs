//! Buffers that C functions write into.

/// Appends to `out` what a C function writes, growing `out` at most once.
///
/// # Safety
/// `write(start, room)` must initialise the first `n <= room` elements at `start` and
/// return `Ok(n)`, or return `Err(needed)` with the room that will do.
pub(super) unsafe fn append<T>(
    out: &mut Vec<T>,
    mut write: impl FnMut(*mut T, usize) -> Result<usize, usize>,
) {
    loop {
        let spare = out.spare_capacity_mut();
        match write(spare.as_mut_ptr().cast(), spare.len()) {
            Ok(written) => {
                // SAFETY: the caller's promise: so many elements are initialised, and
                // they lie inside the capacity.
                unsafe { out.set_len(out.len() + written) };
                return;
            }
            Err(needed) => out.reserve(needed),
        }
    }
}

/// `count` if it is one, else the room that a negative count asks for. `room` is what the
/// call was given.
pub(super) fn count_or_needed(count: i32, room: usize) -> Result<usize, usize> {
    match usize::try_from(count) {
        Ok(count) if count <= room => Ok(count),
        _ => Err(count.unsigned_abs() as usize),
    }
}

/// A length in the 31 bits that llama.cpp counts in; longer buffers are used in part.
pub(super) fn clamp_len(len: usize) -> i32 {
    i32::try_from(len).unwrap_or(i32::MAX)
}
