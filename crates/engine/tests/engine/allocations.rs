//! The measured loop makes no Rust heap allocation. Here an allocator counts them, on the
//! counting thread only; llama.cpp's own go past it.
#![allow(unsafe_code)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use edgescore_engine::{Session, SessionOptions, Token, Tokenize, Weights};

use crate::tiny::{Kind, Tiny};

thread_local! {
    static ALLOCATIONS: Cell<u64> = const { Cell::new(0) };
}

struct Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

// SAFETY: passes every call on to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let _ = ALLOCATIONS.try_with(|count| count.set(count.get() + 1));
        // SAFETY: the caller's promises are passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller's promises are passed on.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[test]
fn the_measured_loop_allocates_nothing() {
    let model = Tiny::new(Kind::Attention).load(Weights::Mapped);
    let mut session = Session::new(&model, &SessionOptions::new(256, 2)).unwrap();
    let mut tokens: Vec<Token> = Vec::with_capacity(256);
    let mut state = Vec::new();
    let mut piece = Vec::with_capacity(64);
    let mut work = || {
        model
            .tokenize("the question", Tokenize::PROMPT, &mut tokens)
            .unwrap();
        session.prefill(&tokens).unwrap();
        session.save(&mut state).unwrap();
        session.decode(Token(65)).unwrap();
        let sum: f32 = session.logits().unwrap().iter().sum();
        piece.clear();
        model.piece(Token(65), true, &mut piece).unwrap();
        assert!(session.truncate(3));
        session.restore(&state).unwrap();
        session.rest();
        session.clear();
        sum
    };
    let first = work();
    let before = ALLOCATIONS.get();
    let second = work();
    assert_eq!(ALLOCATIONS.get(), before);
    assert_eq!(first, second);

    drop(vec![0u8; 1]);
    assert_eq!(ALLOCATIONS.get(), before + 1, "the allocator does count");
}
