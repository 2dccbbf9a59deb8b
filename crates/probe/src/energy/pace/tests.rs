use super::*;
use crate::Microjoules;
use proptest::prelude::*;
use std::vec;

const SECOND: u64 = 1_000_000;

/// A board that only works and rests, in exact arithmetic.
struct Board {
    idle: u64,
    active: u64,
    /// End of each piece of work or rest and the energy up to it.
    points: std::vec::Vec<(u64, u128)>,
}

impl Board {
    fn spend(&mut self, time: u64, power: u64) {
        let (at, energy) = *self.points.last().unwrap();
        self.points
            .push((at + time, energy + u128::from(power) * u128::from(time)));
    }

    fn energy_at(&self, at: u64) -> f64 {
        let next = self.points.partition_point(|point| point.0 < at);
        if next == 0 {
            return 0.0;
        }
        let (before, after) = (self.points[next - 1], self.points[next]);
        let share = (at - before.0) as f64 / (after.0 - before.0) as f64;
        before.1 as f64 + share * (after.1 - before.1) as f64
    }

    /// Highest mean power of a second, in microwatts.
    fn worst_second(&self) -> f64 {
        let ends = self.points.iter().filter(|point| point.0 >= SECOND);
        ends.map(|&(at, energy)| (energy as f64 - self.energy_at(at - SECOND)) / SECOND as f64)
            .fold(0.0, f64::max)
    }

    fn mean(&self) -> f64 {
        let (at, energy) = *self.points.last().unwrap();
        energy as f64 / at as f64
    }
}

/// Works for a minute in pieces of `piece` microseconds, paced with what the model knows.
fn minute(budget: u64, idle: u64, active: u64, piece: impl Fn(usize) -> u64) -> Board {
    let budget = Budget {
        power: Microwatts(budget),
        window: Microseconds(SECOND),
    };
    let mut pace = Pace::new(budget, Microwatts(idle));
    let mut board = Board {
        idle,
        active,
        points: vec![(0, 0)],
    };
    pace.rested(Microseconds(0));
    for number in 0.. {
        let time = piece(number);
        let work = Work {
            time: Microseconds(time),
            energy: Microjoules(active * time / SECOND),
        };
        let rest = pace.rest(work).0;
        board.spend(rest, board.idle);
        pace.rested(Microseconds(board.points.last().unwrap().0));
        board.spend(time, board.active);
        let end = board.points.last().unwrap().0;
        pace.worked(Microseconds(end), Microwatts(active));
        if end > 60 * SECOND {
            break;
        }
    }
    board
}

#[test]
fn four_watts_on_a_board_of_2_7_to_7_5_are_held_and_used() {
    let board = minute(4_000_000, 2_700_000, 7_500_000, |_| 20_000);
    assert!(
        board.worst_second() <= 4_040_100.0,
        "{}",
        board.worst_second()
    );
    assert!(
        (3_960_000.0..=4_000_000.0).contains(&board.mean()),
        "{}",
        board.mean()
    );
}

#[test]
fn small_pieces_follow_each_other_in_bursts() {
    let board = minute(4_000_000, 2_700_000, 7_500_000, |_| 2_000);
    let pieces = board.points.windows(2);
    let rests =
        pieces.filter(|pair| pair[1].1 - pair[0].1 < 4_000_000 * u128::from(pair[1].0 - pair[0].0));
    // Four a second.
    let rests = rests.filter(|pair| pair[1].0 > pair[0].0).count();
    assert!((200..=280).contains(&rests), "{rests}");
    assert!(board.worst_second() <= 4_040_100.0);
    assert!(board.mean() >= 3_960_000.0, "{}", board.mean());
}

#[test]
fn even_a_short_run_keeps_the_budget() {
    let board = minute(4_000_000, 2_700_000, 7_500_000, |_| 20_000);
    for &(at, energy) in board.points.iter().filter(|point| point.0 > 0) {
        assert!(energy <= 4_000_000 * u128::from(at), "{at}");
    }
}

#[test]
fn work_in_a_window_is_what_the_budget_leaves() {
    let budget = Budget {
        power: Microwatts(4_000_000),
        window: Microseconds(SECOND),
    };
    let work = |idle, active| {
        budget
            .work_in_window(Microwatts(idle), Microwatts(active))
            .0
    };
    assert_eq!(work(2_700_000, 7_500_000), 270_833);
    assert_eq!(work(2_700_000, 3_000_000), SECOND);
    assert_eq!(work(2_700_000, 2_700_000), SECOND);
    assert_eq!(work(5_000_000, 7_500_000), 0);
}

#[test]
fn a_budget_above_active_power_costs_no_rest() {
    let board = minute(8_000_000, 2_700_000, 7_500_000, |_| 20_000);
    assert!((board.mean() - 7_500_000.0).abs() < 1.0, "{}", board.mean());
}

#[test]
fn a_piece_that_is_too_long_for_the_window_waits_a_whole_window() {
    // Half a second at 7.5 W after half a second at 2.7 W are 5.1 W: no rest mends it.
    let board = minute(4_000_000, 2_700_000, 7_500_000, |_| 500_000);
    assert!(board.worst_second() > 4_080_000.0);
    let rests = board
        .points
        .windows(2)
        .filter(|pair| pair[1].0 - pair[0].0 >= SECOND - 100);
    assert!(rests.count() > 20);
}

proptest! {
    #[test]
    fn no_window_is_over_whatever_the_pieces(
        idle in 500_000u64..3_000_000,
        dynamic in 500_000u64..20_000_000,
        share in 0.1f64..0.9,
        lengths in prop::collection::vec(1_000u64..20_000, 1..50),
    ) {
        let budget = idle + (dynamic as f64 * share) as u64;
        let board = minute(budget, idle, idle + dynamic, |n| lengths[n % lengths.len()]);
        // A point of the trail stands for 1/128 of a window; see Trail::make_room.
        prop_assert!(board.worst_second() <= 1.02 * budget as f64, "{} of {budget}", board.worst_second());
        prop_assert!(board.mean() <= 1.001 * budget as f64);
    }
}
