//! The measured loop makes no Rust heap allocation. Here an allocator counts them, on the
//! counting thread only; llama.cpp's own go past it.

use edgescore_engine::{Session, SessionOptions, Token, Tokenize};
use edgescore_record::Weights;

use crate::counting::allocations;
use crate::tiny::{Kind, Tiny};

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
        session.threads().rest();
        session.clear();
        sum
    };
    let first = work();
    let before = allocations();
    let second = work();
    assert_eq!(allocations(), before);
    assert_eq!(first, second);

    drop(vec![0u8; 1]);
    assert_eq!(allocations(), before + 1, "the allocator does count");
}
