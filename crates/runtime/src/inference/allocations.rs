//! The measured loop makes no Rust heap allocation, with power sampled and a budget kept. An
//! allocator counts them on the measuring thread; those of the sampler's own thread are counted
//! in `probe/tests/allocations.rs`, llama.cpp's own by nobody.
#![allow(clippy::unwrap_used)]

#[path = "../../../engine/tests/engine/counting.rs"]
mod counting;

use std::ops::ControlFlow;
use std::path::Path;

use edgescore_engine::{Model, Session, SessionOptions, Token};
use edgescore_probe::{Microseconds, Microwatts};
use edgescore_record::{Budgets, Weights};

use counting::allocations;

use crate::inference::prefix_cache::PrefixCache;
use crate::inference::prompt::Prompt;
use crate::measure::meter::Meter;
use crate::measure::paced::PacedSession;

#[test]
fn the_metered_and_paced_loop_allocates_nothing() {
    let file = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../tasks/models/reference-0.1m.gguf"
    );
    let mut on = |_| ControlFlow::Continue(());
    let model = Model::load(Path::new(file), Weights::Mapped, &mut on).unwrap();
    let session = Session::new(&model, &SessionOptions::new(512, 2)).unwrap();
    let meter = Meter::start(&Budgets {
        power_source: "simulated:idle=2.7W,active=40W",
        root: "/",
        power: Some(Microwatts(4_000_000)),
        power_window: Microseconds(100_000),
        power_scope: None,
        time: None,
        cool_below: None,
        max_clock: None,
        memory: None,
    });
    let mut cache = PrefixCache::new(PacedSession::new(session, meter.unwrap()), true);
    let tokens: Vec<Token> = (0..200).map(|n| Token(n % 50 + 10)).collect();

    let session = cache.session();
    let from = session.meter.edge();
    session.prefill(&tokens).unwrap();
    session.pace(from, 200, 0).unwrap();
    session.meter.first_question();
    let mut work = |tokens: &[Token]| {
        let shared = &[40, 120];
        let prefill = cache.fill(Prompt { tokens, shared }).unwrap();
        let session = cache.session();
        let from = session.meter.edge();
        for _ in 0..5 {
            session.decode(Token(20)).unwrap();
        }
        let decode = session.meter.since(from);
        let point = session.meter.trace();
        assert!(prefill.energy.and_then(|_| decode).value().is_some());
        point.is_some()
    };
    work(&tokens);
    let before = allocations();
    // Until the trace has grown by two points: two seconds.
    let lengths = (130..200).cycle().take(1_000_000);
    let points = lengths.filter(|length| work(&tokens[..*length])).take(2);
    assert_eq!(points.count(), 2);
    assert_eq!(allocations(), before);
    let rested = cache.into_session().finish().rested;
    assert!(rested.0 > 0, "the budget made it rest");

    let before = allocations();
    drop(vec![0u8; 1]);
    assert_eq!(allocations(), before + 1, "the allocator does count");
}
