//! What a run would take.

use edgescore_probe::Bytes;
use edgescore_record::{Labels, Mode};
use edgescore_summary::{Figure, LimitKind, PlanView};

use crate::render::blocks::Block;
use crate::render::values;

/// All there is to say.
pub fn page(plan: &PlanView) -> Vec<Block> {
    let setting = format!(
        "mode {}, layout {}, weights {}, {}, {} threads",
        plan.mode.0.label(),
        plan.layout.0.label(),
        plan.weights.0.label(),
        plan.board,
        plan.threads
    );
    let speed = |tps: f64| format!("{tps:.1} tokens/s");
    let at_most = match plan.mode.0 {
        Mode::Letter => "",
        Mode::Generate => "at most ",
    };
    let facts = vec![
        ("fits", fit(plan)),
        ("memory", memory(plan)),
        ("prefill", speed(plan.prefill_tokens_per_s)),
        (
            "decode",
            match &plan.decode_tokens_per_s {
                Figure::Value(tps) => speed(*tps),
                // Zeros may choose the token that ends a text.
                Figure::Missing(_) => "not known: the copies ended their texts at once".into(),
            },
        ),
        (
            "a question",
            format!(
                "{at_most}{}, {}",
                values::figure(&plan.seconds_per_question, values::seconds),
                values::figure(&plan.joules_per_question, |j| {
                    format!("{} J", values::score(j))
                })
            ),
        ),
        (
            "the pack",
            format!(
                "{at_most}{} for {} questions",
                values::figure(&plan.seconds, values::duration),
                plan.questions
            ),
        ),
        ("power", power(plan)),
    ];
    vec![
        Block::Title(format!("Plan for {}", plan.model)),
        Block::Line(setting),
        Block::Line(basis(plan)),
        Block::Facts(facts),
    ]
}

fn basis(plan: &PlanView) -> String {
    let copies = plan.copies.iter();
    let copies = copies.map(|copy| format!("{} ({} questions)", copy.layers, copy.questions));
    format!(
        "measured with {} of {} layers",
        copies.collect::<Vec<_>>().join(" and "),
        plan.layers
    )
}

fn fit(plan: &PlanView) -> String {
    if plan.power.duty == Figure::Value(0.0) {
        return "no: the power budget is not above the idle board's power".to_owned();
    }
    let limit = plan.memory.limit_is.zip(plan.memory.limit_bytes);
    let (Some((kind, bytes)), Some(fits)) = (limit, plan.fits) else {
        return "not known: give --memory, or leave --weights out".to_owned();
    };
    let against = match kind.0 {
        LimitKind::Budget => format!("the budget of {}", Bytes(bytes)),
        LimitKind::Free => format!("the {} that are free on the board", Bytes(bytes)),
    };
    let fits = if fits { "yes" } else { "no" };
    format!("{fits}: {} of {against}", Bytes(plan.memory.total_bytes))
}

fn memory(plan: &PlanView) -> String {
    let memory = &plan.memory;
    format!(
        "file {}, repacked {}, KV cache {}, compute {}, program {}",
        Bytes(memory.file_bytes),
        Bytes(memory.repacked_bytes),
        Bytes(memory.kv_bytes),
        Bytes(memory.compute_bytes),
        Bytes(memory.runtime_bytes)
    )
}

fn power(plan: &PlanView) -> String {
    let watts = |value| values::figure(value, |watts: f64| format!("{watts:.2} W"));
    let power = &plan.power;
    let mut text = format!(
        "idle {}, computing {}",
        watts(&power.idle_w),
        watts(&power.active_w)
    );
    if let (Some(budget), Figure::Value(duty)) = (power.budget_w, &power.duty) {
        text += &format!(
            "; budget {budget} W, computing {:.0} % of the time",
            100.0 * duty
        );
    }
    match (power.source.as_deref(), power.measured) {
        (Some("none"), _) => {
            text += "; give --power-source simulated:idle=P,active=P to plan with known figures";
        }
        (_, Some(false)) => text += "  (simulated)",
        _ => {}
    }
    text
}
