//! Which questions a run asks, and in which order.

use edgescore_record::{Ask, Order, Plan};
use edgescore_taskpack::{Pack, PackError, Rotation};

use edgescore_taskpack::SplitMix64;

/// The questions of `plan` in the order of asking, or of its leg. With a limit they are spread over the groups and
/// tasks as evenly as the pack allows: one of the first task of each group, then of the second, until
/// every task has one, then a second of each, and so on. Which of a task's questions is drawn by the
/// seed. The same plan and pack give the same questions on every board.
pub fn asks(pack: &Pack, plan: &Plan) -> Result<Vec<Ask>, PackError> {
    let mut questions: Vec<u32> = (0..pack.question_count()).collect();
    if plan.limit != 0 && plan.limit < pack.question_count() {
        questions = spread(pack, plan.limit as usize, plan.seed)?;
    }
    if plan.order == Order::Shuffled {
        SplitMix64::for_purpose(plan.seed, 1).shuffle(&mut questions);
    }
    if let Some(leg) = plan.leg {
        let first = (leg.first as usize).min(questions.len());
        questions.drain(..first);
        questions.truncate(leg.questions as usize);
    }
    let mut asks = Vec::with_capacity(questions.len());
    for question in questions {
        let options = match plan.rotate {
            true => pack.options_of(question)?,
            false => 1,
        };
        asks.extend(Rotation::all(options).map(|rotation| Ask::new(question, rotation)));
    }
    Ok(asks)
}

fn spread(pack: &Pack, limit: usize, seed: u64) -> Result<Vec<u32>, PackError> {
    let mut by_task = vec![Vec::new(); pack.task_count() as usize];
    for question in 0..pack.question_count() {
        let task = pack.task_of(question)? as usize;
        let of_task = by_task
            .get_mut(task)
            .ok_or(PackError::Corrupt("question table"))?;
        of_task.push(question);
    }
    let mut rng = SplitMix64::for_purpose(seed, 2);
    for of_task in &mut by_task {
        rng.shuffle(of_task);
    }
    let tasks = groups_in_turn(pack)?;
    let mut chosen = Vec::with_capacity(limit);
    for round in 0.. {
        for of_task in tasks.iter().filter_map(|task| by_task.get(*task)) {
            if chosen.len() == limit {
                chosen.sort_unstable();
                return Ok(chosen);
            }
            chosen.extend(of_task.get(round));
        }
    }
    Ok(chosen)
}

/// The tasks of `pack`: the first of each group, then the second of each, and so on.
fn groups_in_turn(pack: &Pack) -> Result<Vec<usize>, PackError> {
    let mut groups: Vec<&str> = Vec::new();
    // Place in its group, place of its group, task: the order is that of these numbers.
    let mut tasks = Vec::new();
    for task in 0..pack.task_count() {
        let group = pack.task(task)?.group;
        let place = groups.iter().position(|other| *other == group);
        let place = place.unwrap_or_else(|| {
            groups.push(group);
            groups.len() - 1
        });
        let before = tasks.iter().filter(|(_, other, _)| *other == place).count();
        tasks.push((before, place, task as usize));
    }
    tasks.sort_unstable();
    Ok(tasks.into_iter().map(|(_, _, task)| task).collect())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use edgescore_probe::Microseconds;
    use edgescore_record::{
        Budgets, CacheType, FlashAttention, Leg, Mode, Parser, Scenario, Weights,
    };
    use edgescore_taskpack::{
        Draft, DraftEpisode, DraftKind, DraftQuestion, DraftTask, Layout, Letter,
    };

    const PLAN: Plan<'static> = Plan {
        pack: "",
        model: "",
        prompts: "",
        mode: Mode::Letter,
        layout: Layout::Reference,
        order: Order::Pack,
        rotate: false,
        limit: 0,
        leg: None,
        repeat_for: None,
        seed: 1,
        draws: 0,
        temperature_milli: 700,
        parser: Parser::Strict,
        scenario: Scenario::SingleStream,
        parallel: 0,
        keep_text: None,
        max_tokens: 64,
        threads: 1,
        context: 0,
        batch: 512,
        ubatch: 512,
        calibrate: false,
        weights: Some(Weights::Mapped),
        reuse: true,
        flash: FlashAttention::Off,
        cache: CacheType::F16,
        budgets: Budgets {
            power_source: "none",
            root: "/",
            power: None,
            power_window: Microseconds(1_000_000),
            power_scope: None,
            time: None,
            cool_below: None,
            max_clock: None,
            memory: None,
        },
    };

    /// Three tasks with 2, 5 and 9 questions.
    fn pack() -> Vec<u8> {
        pack_of(&[("A", 2), ("A", 5), ("A", 9)])
    }

    /// Tasks of these groups with so many questions.
    fn pack_of(tasks: &[(&str, usize)]) -> Vec<u8> {
        Draft {
            tasks: (0..)
                .zip(tasks)
                .map(|(i, (group, _))| DraftTask {
                    id: format!("T{i}"),
                    group: (*group).to_owned(),
                    ..DraftTask::default()
                })
                .collect(),
            episodes: vec![DraftEpisode::default()],
            questions: tasks
                .iter()
                .enumerate()
                .flat_map(|(task, (_, n))| (0..*n).map(move |i| (task, i)))
                .map(|(task, i)| DraftQuestion {
                    episode: Some(0),
                    task,
                    text: format!("{task} {i}"),
                    instruction: None,
                    reason: String::new(),
                    kind: DraftKind::choice(["a", "b", "c", "d"], Letter::A),
                })
                .collect(),
            ..Draft::default()
        }
        .to_bytes()
        .unwrap()
    }

    #[test]
    fn a_limit_is_spread_over_the_tasks() {
        let bytes = pack();
        let pack = Pack::open(&bytes).unwrap();
        for (limit, expected) in [(3, [1, 1, 1]), (7, [2, 3, 2]), (15, [2, 5, 8])] {
            let plan = Plan { limit, ..PLAN };
            let asks = asks(&pack, &plan).unwrap();
            let mut counts = [0; 3];
            for ask in &asks {
                counts[pack.task_of(ask.question()).unwrap() as usize] += 1;
            }
            assert_eq!(counts.iter().sum::<u32>(), limit);
            assert!(
                counts
                    .iter()
                    .zip(expected)
                    .all(|(a, b): (&u32, u32)| a.abs_diff(b) <= 1),
                "{limit}: {counts:?}"
            );
            assert!(asks.is_sorted(), "pack order");
        }
    }

    #[test]
    fn legs_together_ask_what_a_run_does() {
        let bytes = pack();
        let pack = Pack::open(&bytes).unwrap();
        let plan = Plan {
            limit: 7,
            order: Order::Shuffled,
            ..PLAN
        };
        let leg = |first, questions| {
            let leg = Some(Leg { first, questions });
            asks(&pack, &Plan { leg, ..plan }).unwrap()
        };
        let all = asks(&pack, &plan).unwrap();
        assert_eq!([leg(0, 3), leg(3, 4)].concat(), all);
        assert_eq!(leg(6, 9), all[6..]);
        assert!(leg(7, 1).is_empty() && leg(9, 1).is_empty());
    }

    #[test]
    fn a_small_limit_has_a_question_of_every_group() {
        let bytes = pack_of(&[("A", 3), ("A", 3), ("A", 3), ("B", 3), ("C", 3), ("C", 3)]);
        let pack = Pack::open(&bytes).unwrap();
        for (limit, expected) in [
            (3, vec![0, 3, 4]),
            (5, vec![0, 1, 3, 4, 5]),
            (6, vec![0, 1, 2, 3, 4, 5]),
            (8, vec![0, 0, 1, 2, 3, 3, 4, 5]),
        ] {
            let asks = asks(&pack, &Plan { limit, ..PLAN }).unwrap();
            let tasks = asks.iter().map(|ask| pack.task_of(ask.question()).unwrap());
            assert_eq!(tasks.collect::<Vec<_>>(), expected, "{limit}");
        }
    }

    #[test]
    fn the_seed_decides_and_repeats() {
        let bytes = pack();
        let pack = Pack::open(&bytes).unwrap();
        let with = |seed| {
            asks(
                &pack,
                &Plan {
                    limit: 3,
                    seed,
                    ..PLAN
                },
            )
            .unwrap()
        };
        assert_eq!(with(5), with(5));
        assert!((0..20).any(|seed| with(seed) != with(5)));
    }

    #[test]
    fn rotation_asks_each_question_four_times_and_a_large_limit_asks_all() {
        let bytes = pack();
        let pack = Pack::open(&bytes).unwrap();
        let plan = Plan {
            rotate: true,
            limit: 99,
            order: Order::Shuffled,
            ..PLAN
        };
        let asks = asks(&pack, &plan).unwrap();
        assert_eq!(asks.len(), 64);
        assert!(!asks.is_sorted(), "shuffled");
        let mut sorted = asks.clone();
        sorted.sort_unstable();
        sorted.dedup();
        assert_eq!(sorted.len(), 64);
        for four in asks.chunks(4) {
            assert!(four.iter().all(|ask| ask.question() == four[0].question()));
        }
    }
}
