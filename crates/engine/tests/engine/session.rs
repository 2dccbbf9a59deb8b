//! Sessions: the same tokens give the same logits by every road.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use edgescore_engine::{
    DecodeError, HalfLayer, Model, Others, Pacing, Part, Session, SessionError, SessionOptions,
    Threads, Token,
};
use edgescore_record::{CacheType, FlashAttention, Weights};

use crate::tiny::{Kind, TRAINED_CONTEXT, Tiny, VOCABULARY, WINDOW};

/// Two computations of the same logits, as a share of their spread. Mapped weights without
/// flash attention come within 2e-7 of each other however the tokens are batched.
const SAME: f32 = 1e-5;

/// Two computations in another arithmetic: with flash attention, 0.015 was seen. Logits of
/// unrelated prompts are 0.7 apart.
const CLOSE: f32 = 0.05;

/// One thread: ggml's threads wait for each other by spinning, which is slow when the tests
/// beside this one have the cores.
fn options() -> SessionOptions {
    SessionOptions {
        flash: FlashAttention::Off,
        ..SessionOptions::new(0, 1)
    }
}

/// Computes at once.
struct Free;

impl Pacing for Free {}

fn session(model: &Model) -> Session<'_> {
    Session::new(model, &options()).unwrap()
}

/// `count` tokens that do not repeat soon.
fn tokens(count: u32, seed: u32) -> Vec<Token> {
    (0..count)
        .map(|i| Token((i % 241 * 97 + i % 251 * 31 + seed * 53) % 256))
        .collect()
}

fn logits(session: &mut Session<'_>, tokens: &[Token]) -> Vec<f32> {
    session.prefill(tokens).unwrap();
    session.logits().unwrap().to_vec()
}

/// Largest difference, as a share of the spread of `a`.
fn difference(a: &[f32], b: &[f32]) -> f32 {
    assert_eq!(a.len(), b.len());
    let spread =
        a.iter().fold(f32::MIN, |m, &x| m.max(x)) - a.iter().fold(f32::MAX, |m, &x| m.min(x));
    assert!(
        spread > 0.1 && spread.is_finite(),
        "logits say nothing: {spread}"
    );
    a.iter()
        .zip(b)
        .map(|(x, y)| (x - y).abs())
        .fold(0.0, f32::max)
        / spread
}

#[test]
fn runs_repeat_bit_for_bit() {
    for kind in Kind::ALL {
        let tiny = Tiny::new(kind);
        let prompt = tokens(300, 1);
        let runs: Vec<Vec<f32>> = (0..3)
            .map(|_| {
                let model = tiny.load(Weights::Repacked);
                let mut session = Session::new(&model, &SessionOptions::new(0, 2)).unwrap();
                session.prefill(&prompt).unwrap();
                session.decode(Token(7)).unwrap();
                session.logits().unwrap().to_vec()
            })
            .collect();
        assert_eq!(runs[0], runs[1], "{kind:?}");
        assert_eq!(runs[0], runs[2], "{kind:?}");
    }
}

#[test]
fn logits_follow_the_prompt() {
    let model = Tiny::new(Kind::Attention).load(Weights::Mapped);
    let mut session = session(&model);
    let one = logits(&mut session, &tokens(40, 1));
    session.clear();
    let other = logits(&mut session, &tokens(40, 2));
    assert_eq!(one.len(), VOCABULARY as usize);
    assert!(difference(&one, &other) > 0.05);
}

#[test]
fn the_batch_size_does_not_change_the_logits() {
    for kind in Kind::ALL {
        let model = Tiny::new(kind).load(Weights::Mapped);
        let prompt = tokens(500, 3);
        let whole = logits(&mut session(&model), &prompt);
        for (batch, ubatch) in [(64, 64), (128, 37), (499, 100), (1, 1)] {
            let options = SessionOptions {
                batch,
                ubatch,
                ..options()
            };
            let mut session = Session::new(&model, &options).unwrap();
            let parts = logits(&mut session, &prompt);
            assert_eq!(session.position(), 500);
            let apart = difference(&whole, &parts);
            assert!(apart < SAME, "{kind:?} {batch} {ubatch}: {apart}");
        }
    }
}

#[test]
fn decode_continues_prefill() {
    for kind in Kind::ALL {
        let model = Tiny::new(kind).load(Weights::Mapped);
        let prompt = tokens(100, 4);
        let whole = logits(&mut session(&model), &prompt);
        let mut session = session(&model);
        session.prefill(&prompt[..90]).unwrap();
        for &token in &prompt[90..] {
            session.decode(token).unwrap();
        }
        assert_eq!(session.position(), 100);
        let apart = difference(&whole, session.logits().unwrap());
        assert!(apart < SAME, "{kind:?}: {apart}");
    }
}

/// Stops behind every third half layer.
#[derive(Default)]
struct Stopping {
    reached: u32,
    stopped: u32,
}

impl Pacing for Stopping {
    fn stops_behind(&mut self, _: HalfLayer) -> bool {
        self.reached += 1;
        self.reached.is_multiple_of(3)
    }

    fn between(&mut self, threads: Threads) {
        self.stopped += 1;
        threads.rest();
    }
}

/// The same kernels compute the same tensors, so that not a bit is another.
#[test]
fn a_batch_may_be_stopped_inside() {
    for kind in Kind::ALL {
        let model = Tiny::new(kind).load(Weights::Repacked);
        let prompt = tokens(300, 1);
        let run = |stops: bool, pacing: &mut dyn Pacing| {
            let options = SessionOptions {
                stops,
                ..SessionOptions::new(0, 2)
            };
            let mut session = Session::new(&model, &options).unwrap();
            session.append(&prompt, true, usize::MAX, pacing).unwrap();
            session.append(&[Token(7)], true, 1, pacing).unwrap();
            session.logits().unwrap().to_vec()
        };
        let mut stopping = Stopping::default();
        let whole = run(false, &mut stopping);
        assert_eq!((stopping.reached, stopping.stopped), (0, 0), "{kind:?}");
        let pieces = run(true, &mut stopping);
        println!(
            "{kind:?}: {} halves, {} stops",
            stopping.reached, stopping.stopped
        );
        assert_eq!(stopping.stopped, stopping.reached / 3, "{kind:?}");
        assert_eq!(whole, pieces, "{kind:?}");
        // What llama.cpp's `llama` has two of in each layer.
        if kind == Kind::Attention {
            assert!(stopping.reached >= 4, "{}", stopping.reached);
        }
    }
}

/// Copies of a sequence go on together as each would alone, and leave the first one as it was.
#[test]
fn copies_go_on_together() {
    const COPIES: u32 = 3;
    for kind in Kind::ALL {
        let model = Tiny::new(kind).load(Weights::Mapped);
        let prefix = tokens(200, 5);
        let ways: Vec<Vec<Token>> = (0..COPIES).map(|i| tokens(40 + 3 * i, 7 + i)).collect();
        let options = SessionOptions {
            context: 256,
            sequences: COPIES + 1,
            others: Others::Shared(COPIES * 64),
            ..options()
        };
        let mut session = Session::new(&model, &options).unwrap();
        assert_eq!(session.shape().sequences, COPIES + 1);
        // Twice, since the first copies must leave nothing behind.
        for round in 0..2 {
            session.clear();
            session.prefill(&prefix).unwrap();
            session.fork(1..COPIES + 1);
            let mut last = vec![Vec::new(); ways.len()];
            // Two tokens of each at first, then one of those that have some left.
            for from in 0..46 {
                let length = if from == 0 { 2 } else { 1 };
                let from = from + usize::from(from > 0);
                let live: Vec<usize> = (0..ways.len())
                    .filter(|way| from < ways[*way].len())
                    .collect();
                let parts: Vec<Part> = live
                    .iter()
                    .map(|way| Part {
                        sequence: *way as u32 + 1,
                        tokens: &ways[*way][from..from + length],
                    })
                    .collect();
                if parts.is_empty() {
                    continue;
                }
                session.append_each(&parts, &mut Free).unwrap();
                assert_eq!(session.logits(), None);
                for (part, way) in live.into_iter().enumerate() {
                    last[way] = session.logits_of(part).unwrap().to_vec();
                }
            }
            for (way, last) in ways.iter().zip(&last) {
                let mut alone = self::session(&model);
                let alone = logits(&mut alone, &[&prefix[..], way].concat());
                let apart = difference(&alone, last);
                assert!(apart < SAME, "{kind:?}, round {round}: {apart}");
            }
            session.forget_forks();
            assert_eq!(session.position(), 200);
            let mut alone = self::session(&model);
            let alone = logits(&mut alone, &[&prefix[..], &[Token(9)]].concat());
            session.decode(Token(9)).unwrap();
            let apart = difference(&alone, session.logits().unwrap());
            assert!(apart < SAME, "{kind:?}, the first, round {round}: {apart}");
        }
    }
}

/// Other prompts than the first one's: each is computed in the first sequence and copied, and the copies
/// stay while the first one is emptied for the next. When one ends, the last takes its place.
#[test]
fn copies_of_several_prompts_go_on_together() {
    for (kind, others) in Kind::ALL
        .into_iter()
        .flat_map(|kind| [(kind, Others::Apart), (kind, Others::Shared(2 * 256))])
    {
        let model = Tiny::new(kind).load(Weights::Mapped);
        let prompts: Vec<Vec<Token>> = (0..3).map(|i| tokens(60 + 9 * i, 5 + i)).collect();
        let answer = tokens(12, 3);
        let options = SessionOptions {
            context: 200,
            sequences: 4,
            others,
            ..options()
        };
        let mut session = Session::new(&model, &options).unwrap();
        for (sequence, prompt) in (1..).zip(&prompts) {
            assert!(session.truncate(0));
            session.prefill(prompt).unwrap();
            session.fork(sequence..sequence + 1);
        }
        assert_eq!(session.shape().context, 256);
        let mut live: Vec<&Vec<Token>> = prompts.iter().collect();
        for (step, token) in answer.iter().enumerate() {
            if step == 5 {
                session.move_fork(3, 1);
                live.swap_remove(0);
            }
            let parts: Vec<Part> = (1..=live.len())
                .map(|sequence| Part {
                    sequence: sequence as u32,
                    tokens: std::slice::from_ref(token),
                })
                .collect();
            session.append_each(&parts, &mut Free).unwrap();
        }
        for (place, prompt) in live.into_iter().enumerate() {
            let alone = logits(&mut self::session(&model), &[&prompt[..], &answer].concat());
            let apart = difference(&alone, session.logits_of(place).unwrap());
            assert!(apart < SAME, "{kind:?}, {others:?}, part {place}: {apart}");
        }
    }
}

#[test]
fn parts_that_do_not_fit_change_nothing() {
    let model = Tiny::new(Kind::Attention).load(Weights::Mapped);
    let options = SessionOptions {
        context: 256,
        sequences: 2,
        others: Others::Shared(16),
        ..options()
    };
    let mut session = Session::new(&model, &options).unwrap();
    session.prefill(&tokens(250, 1)).unwrap();
    session.fork(1..2);
    let mut part = |sequence: u32, tokens: &[Token]| {
        let part = Part { sequence, tokens };
        session
            .append_each(&[part], &mut Free)
            .map(|()| session.logits_of(0).is_some())
    };
    let full = DecodeError::ContextFull {
        held: 250,
        added: 7,
        context: 256,
    };
    assert_eq!(part(1, &tokens(7, 2)), Err(full));
    assert_eq!(part(2, &tokens(1, 2)), Err(DecodeError::NoSlot));
    assert_eq!(part(0, &tokens(1, 2)), Err(DecodeError::NoSlot));
    assert!(matches!(
        part(1, &[Token(VOCABULARY)]),
        Err(DecodeError::UnknownToken(_))
    ));
    assert_eq!(part(1, &tokens(6, 2)), Ok(true));
}

/// The two ways back to a shared prefix, each where it exists, give the logits of a fresh
/// prefill of prefix and question.
#[test]
fn a_shared_prefix_can_be_gone_back_to() {
    for kind in Kind::ALL {
        let model = Tiny::new(kind).load(Weights::Mapped);
        let (prefix, second) = (tokens(200, 5), tokens(40, 7));
        let fresh = logits(&mut session(&model), &[&prefix[..], &second].concat());

        // A window of 32 and a ubatch of 64 share 256 cells: 300 tokens more than 200 use
        // the prefix's last ones again, 120 tokens do not.
        for (first, can_cut) in [
            (120, matches!(kind, Kind::Attention | Kind::Window)),
            (300, kind == Kind::Attention),
        ] {
            let options = SessionOptions {
                ubatch: 64,
                ..options()
            };
            let mut session = Session::new(&model, &options).unwrap();
            session.prefill(&prefix).unwrap();
            let mut state = Vec::new();
            session.save(&mut state).unwrap();

            session.prefill(&tokens(first, 6)).unwrap();
            assert_eq!(session.truncate(200), can_cut, "{kind:?} after {first}");
            if can_cut {
                assert_eq!(session.position(), 200);
                assert!(session.logits().is_none(), "no logits of what was cut");
                let apart = difference(&fresh, &logits(&mut session, &second));
                assert!(apart < SAME, "{kind:?} truncated after {first}: {apart}");
            } else {
                assert_eq!(session.position(), 200 + first, "{kind:?}: changed");
            }

            for _ in 0..2 {
                session.restore(&state).unwrap();
                assert_eq!(session.position(), 200, "{kind:?}");
                assert!(session.logits().is_none());
                let apart = difference(&fresh, &logits(&mut session, &second));
                assert!(apart < SAME, "{kind:?} restored after {first}: {apart}");
            }
        }
    }
}

/// As runs are by default, where kernels round differently for other batches: the same pieces
/// of a prompt give the same bits, whatever the session did between them.
#[test]
fn a_prefix_that_was_gone_back_to_gives_the_same_bits() {
    for kind in Kind::ALL {
        let model = Tiny::new(kind).load(Weights::Repacked);
        let options = SessionOptions {
            ubatch: 64,
            flash: FlashAttention::Auto,
            ..options()
        };
        let (prefix, question) = (tokens(200, 5), tokens(70, 7));
        let ask = |between: &[Token]| {
            let mut session = Session::new(&model, &options).unwrap();
            let mut state = Vec::new();
            session.extend(&prefix).unwrap();
            assert!(session.logits().is_none(), "nobody asked for any");
            if !session.rewinds() {
                session.save(&mut state).unwrap();
                session.restore(&state).unwrap();
            }
            if !between.is_empty() {
                session.prefill(between).unwrap();
                if session.rewinds() {
                    assert!(session.truncate(200));
                } else {
                    session.restore(&state).unwrap();
                }
            }
            logits(&mut session, &question)
        };
        let fresh = ask(&[]);
        for between in [1, 33, 300, 500] {
            assert_eq!(fresh, ask(&tokens(between, 6)), "{kind:?} after {between}");
        }
    }
}

#[test]
fn truncating_to_here_or_to_nothing_always_works() {
    for kind in Kind::ALL {
        let model = Tiny::new(kind).load(Weights::Mapped);
        let mut session = session(&model);
        let fresh = logits(&mut session, &tokens(50, 8));
        assert!(session.truncate(50), "{kind:?}");
        assert!(session.logits().is_some());
        assert!(!session.truncate(51), "{kind:?}");
        assert!(session.truncate(0), "{kind:?}");
        assert_eq!(session.position(), 0);
        assert_eq!(logits(&mut session, &tokens(50, 8)), fresh, "{kind:?}");
    }
}

#[test]
fn a_window_can_be_cut_back_while_it_holds_the_past() {
    let model = Tiny::new(Kind::Window).load(Weights::Mapped);
    let mut session = session(&model);
    let prompt = tokens(WINDOW + 20, 9);
    let whole = logits(&mut session, &prompt);
    // Nothing has left the cells yet: 52 tokens in 768.
    assert!(session.truncate(WINDOW));
    let again = logits(&mut session, &prompt[WINDOW as usize..]);
    assert!(difference(&whole, &again) < SAME);
}

#[test]
fn a_spoilt_state_is_refused() {
    for kind in Kind::ALL {
        let model = Tiny::new(kind).load(Weights::Mapped);
        let mut session = session(&model);
        session.prefill(&tokens(50, 1)).unwrap();
        let mut state = Vec::new();
        session.save(&mut state).unwrap();
        let half = &state[..state.len() / 2];
        for spoilt in [half, b"not a state", &[]] {
            let error = session.restore(spoilt).unwrap_err();
            assert!(!error.reason.is_empty());
            assert_eq!(session.position(), 0);
        }
        session.restore(&state).unwrap();
        assert_eq!(session.position(), 50);
    }
}

#[test]
fn options_that_change_the_arithmetic_stay_close() {
    let tiny = Tiny::new(Kind::Attention);
    let prompt = tokens(300, 2);
    let mapped = tiny.load(Weights::Mapped);
    let base = logits(&mut session(&mapped), &prompt);
    let with = |change: fn(&mut SessionOptions)| {
        let mut options = options();
        change(&mut options);
        logits(&mut Session::new(&mapped, &options).unwrap(), &prompt)
    };
    let others = [
        (
            "repacked",
            logits(&mut session(&tiny.load(Weights::Repacked)), &prompt),
        ),
        ("flash", with(|o| o.flash = FlashAttention::On)),
        (
            "q8_0",
            with(|o| (o.cache, o.flash) = (CacheType::Q8_0, FlashAttention::Auto)),
        ),
        (
            "threads",
            with(|o| (o.threads, o.threads_batch) = (1, Some(3))),
        ),
    ];
    for (name, other) in others {
        let apart = difference(&base, &other);
        assert!(apart < CLOSE, "{name}: {apart}");
    }
}

#[test]
fn two_thread_counts_take_turns() {
    let model = Tiny::new(Kind::Attention).load(Weights::Mapped);
    let options = SessionOptions {
        threads: 1,
        threads_batch: Some(2),
        ..options()
    };
    let mut session = Session::new(&model, &options).unwrap();
    for round in 0..20 {
        session.prefill(&tokens(10, round)).unwrap();
        session.decode(Token(1)).unwrap();
        session.threads().rest();
    }
    assert_eq!(session.position(), 220);
}

#[test]
fn the_shape_is_what_llama_cpp_made_of_it() {
    let model = Tiny::new(Kind::Attention).load(Weights::Mapped);
    let trained = session(&model).shape();
    assert_eq!(
        (trained.context, trained.batch, trained.ubatch),
        (TRAINED_CONTEXT, 1024, 512)
    );
    let small = SessionOptions {
        context: 300,
        ..options()
    };
    let small = Session::new(&model, &small).unwrap().shape();
    assert_eq!((small.context, small.batch, small.ubatch), (512, 300, 300));
}

#[test]
fn impossible_options_are_errors() {
    let model = Tiny::new(Kind::Attention).load(Weights::Mapped);
    let refusal = |options: SessionOptions| Session::new(&model, &options).err().unwrap();
    let base = options();
    for (name, options) in [
        ("threads", SessionOptions { threads: 0, ..base }),
        (
            "threads",
            SessionOptions {
                threads: 513,
                ..base
            },
        ),
        (
            "threads_batch",
            SessionOptions {
                threads_batch: Some(0),
                ..base
            },
        ),
        ("batch", SessionOptions { batch: 0, ..base }),
        ("ubatch", SessionOptions { ubatch: 0, ..base }),
        (
            "context",
            SessionOptions {
                context: 1 << 31,
                ..base
            },
        ),
    ] {
        let error = refusal(options);
        assert!(
            matches!(error, SessionError::OutOfRange { option, .. } if option == name),
            "{error:?}"
        );
    }
    let unequal = SessionOptions {
        cache: CacheType::Q8_0,
        flash: FlashAttention::Off,
        ..options()
    };
    let error = refusal(unequal).to_string();
    assert!(
        error.contains("quantized V cache requires flash_attn"),
        "{error}"
    );
}

#[test]
fn a_full_context_is_an_error_that_changes_nothing() {
    for kind in Kind::ALL {
        let model = Tiny::new(kind).load(Weights::Mapped);
        let options = SessionOptions {
            context: 256,
            ..options()
        };
        let mut session = Session::new(&model, &options).unwrap();
        session.prefill(&tokens(250, 1)).unwrap();
        let error = session.prefill(&tokens(7, 2)).unwrap_err();
        let (held, added, context) = (250, 7, 256);
        assert_eq!(
            error,
            DecodeError::ContextFull {
                held,
                added,
                context
            }
        );
        assert_eq!(session.position(), 250);
        assert!(session.logits().is_some());
        session.prefill(&tokens(6, 2)).unwrap();
        assert!(session.decode(Token(0)).is_err());
    }
}

#[test]
fn an_unknown_token_is_an_error_that_changes_nothing() {
    let model = Tiny::new(Kind::Attention).load(Weights::Mapped);
    let mut session = session(&model);
    session.prefill(&tokens(5, 1)).unwrap();
    for token in [Token(VOCABULARY), Token(u32::MAX)] {
        let error = session.decode(token).unwrap_err();
        assert!(matches!(error, DecodeError::UnknownToken(_)), "{error:?}");
    }
    assert_eq!(session.position(), 5);
    session.prefill(&[]).unwrap();
    assert_eq!(session.position(), 5);
}

#[test]
fn the_abort_flag_stops_a_batch_and_can_be_taken_back() {
    for kind in Kind::ALL {
        let abort: &'static AtomicBool = Box::leak(Box::new(AtomicBool::new(true)));
        let model = Tiny::new(kind).load(Weights::Mapped);
        let options = SessionOptions {
            abort: Some(abort),
            ..options()
        };
        let mut session = Session::new(&model, &options).unwrap();
        assert_eq!(session.prefill(&tokens(20, 1)), Err(DecodeError::Aborted));
        assert_eq!(session.position(), 0);
        assert!(session.logits().is_none());

        abort.store(false, Ordering::Relaxed);
        let after = logits(&mut session, &tokens(20, 1));
        let fresh = logits(&mut Session::new(&model, &options).unwrap(), &tokens(20, 1));
        assert_eq!(after, fresh, "{kind:?}");
    }
}

#[test]
fn the_abort_flag_works_from_another_thread() {
    let abort: &'static AtomicBool = Box::leak(Box::new(AtomicBool::new(false)));
    let model = Tiny::new(Kind::Attention).load(Weights::Mapped);
    // One batch of 64k tokens: minutes of attention, if nothing stops it.
    let options = SessionOptions {
        context: 1 << 16,
        batch: 1 << 16,
        abort: Some(abort),
        ..options()
    };
    let mut session = Session::new(&model, &options).unwrap();
    let stopper = std::thread::spawn(|| {
        std::thread::sleep(Duration::from_millis(200));
        abort.store(true, Ordering::Relaxed);
    });
    assert_eq!(
        session.prefill(&tokens(1 << 16, 1)),
        Err(DecodeError::Aborted)
    );
    stopper.join().unwrap();
}
