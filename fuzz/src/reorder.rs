//! Rows of a link in any order, doubled, lost and sent again: each is handed out once and in order, and the row that
//! all wait for is never refused.
#![allow(
    dead_code,
    reason = "a program uses more of this module than is fuzzed here"
)]

#[path = "../../crates/cli/src/link/reorder.rs"]
mod reorder;

/// Takes an input.
pub fn run(bytes: &[u8]) {
    let mut buffer = reorder::ReorderBuffer::default();
    let mut expected = 0;
    for step in bytes.chunks_exact(2) {
        // Near the row that comes next, or anywhere.
        let number = match step[0] {
            near if near < 200 => buffer.next().saturating_add(u32::from(near % 16)),
            far => u32::from(far) << 24 | u32::from(step[1]),
        };
        buffer.put(number.min(u32::MAX - 2), step);
        while let Some((taken, _)) = buffer.take() {
            assert_eq!(taken, expected);
            expected += 1;
        }
        let gaps = buffer.missing(buffer.seen());
        assert!(
            gaps.iter()
                .all(|gap| gap.start >= expected && gap.start < gap.end)
        );
        assert!(gaps.windows(2).all(|two| two[0].end < two[1].start));
        if let Some(first) = gaps.first() {
            assert_eq!(first.start, expected);
        }
    }
    buffer.put(expected, b"row");
    assert_eq!(buffer.take().map(|(number, _)| number), Some(expected));
}
