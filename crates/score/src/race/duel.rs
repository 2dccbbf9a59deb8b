//! Whether one model answers fewer questions rightly than another, looked at after every question.

/// Shares of the largest possible bet, each of which gets the same part of the stake. Which is best
/// depends on how far the models are apart; of a mixture the best part soon is nearly all.
const BETS: [f64; 6] = [0.8, 0.4, 0.2, 0.1, 0.05, 0.025];

/// A test of "over the whole pack, the one answers at least `lead` questions more than the other",
/// for two models that are asked the same questions in the same uniformly random order.
///
/// Somebody who bets against that with a stake of 1 owns, if it is true, ever more than 1/error
/// rate with at most that error rate (Ville, 1939): owning so much is evidence against it,
/// whenever one looks. Bets on a mean of bounded values drawn without replacement: Waudby-Smith
/// and Ramdas, Estimating means of bounded random variables by betting, JRSS B 86, 2024, section 5.
#[derive(Clone, Debug)]
pub struct Duel {
    questions: f64,
    lead: f64,
    asked: f64,
    /// Right answers of the one less those of the other.
    ahead: f64,
    /// ln of what each bet owns.
    ln_owned: [f64; BETS.len()],
    /// The questions that are left cannot make it true.
    impossible: bool,
}

impl Duel {
    /// Before the first of `questions`.
    pub fn new(questions: u32, lead: f64) -> Duel {
        Duel {
            questions: f64::from(questions),
            lead,
            asked: 0.0,
            ahead: 0.0,
            ln_owned: [0.0; BETS.len()],
            impossible: lead > f64::from(questions),
        }
    }

    /// Takes whether the one and the other answered the next question rightly.
    pub fn update(&mut self, one: bool, other: bool) {
        let left = self.questions - self.asked;
        if left < 1.0 {
            return;
        }
        let difference = f64::from(u8::from(one)) - f64::from(u8::from(other));
        // What the questions that are left must bring on average for the statement to be true.
        let needed = ((self.lead - self.ahead) / left).clamp(-1.0, 1.0);
        // The bet wins where the difference is smaller. Above this a bet could lose all.
        let largest = 1.0 / (1.0 - needed).max(0.5);
        for (owned, share) in self.ln_owned.iter_mut().zip(BETS) {
            *owned += (-share * largest * (difference - needed)).ln_1p();
        }
        self.asked += 1.0;
        self.ahead += difference;
        self.impossible = self.lead - self.ahead > left - 1.0;
    }

    /// Whether the statement is refuted at this error rate.
    pub fn is_refuted(&self, error_rate: f64) -> bool {
        let most = self.ln_owned.iter().copied().fold(f64::MIN, f64::max);
        let sum: f64 = self.ln_owned.iter().map(|ln| (ln - most).exp()).sum();
        let ln_owned = most + (sum / BETS.len() as f64).ln();
        self.impossible || ln_owned >= -error_rate.ln()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use edgescore_taskpack::SplitMix64;

    #[test]
    fn what_cannot_be_true_any_more_is_refuted() {
        let mut duel = Duel::new(4, 1.0);
        duel.update(true, true);
        duel.update(true, true);
        duel.update(false, true);
        // One question is left; one more right answer in all would take two.
        assert!(duel.is_refuted(1e-9));
        let mut even = Duel::new(2, 0.0);
        even.update(false, true);
        assert!(!even.is_refuted(0.05));
        even.update(true, false);
        assert!(!even.is_refuted(0.05), "both have answered one");
    }

    #[test]
    fn one_bet_by_hand() {
        // Of 100, none is needed ahead: the largest bet is 1, so the bets own 1 + share.
        let mut duel = Duel::new(100, 0.0);
        duel.update(false, true);
        let mean: f64 = BETS.iter().map(|share| 1.0 + share).sum::<f64>() / BETS.len() as f64;
        assert!(duel.is_refuted(1.0 / mean + 1e-9));
        assert!(!duel.is_refuted(1.0 / mean - 1e-9));
    }

    /// How often the statement is refuted at any look, over 2,000 orders of a pack of 300 with
    /// `better` questions that only the one answers and `worse` that only the other does.
    fn refuted(better: usize, worse: usize, lead: f64) -> f64 {
        let mut pack = vec![(true, false); better];
        pack.resize(better + worse, (false, true));
        pack.resize(300, (true, true));
        let orders = 2000;
        let hits = (0..orders).filter(|&seed| {
            let mut order = pack.clone();
            SplitMix64::new(seed).shuffle(&mut order);
            let mut duel = Duel::new(300, lead);
            order.iter().any(|&(one, other)| {
                duel.update(one, other);
                duel.is_refuted(0.05)
            })
        });
        hits.count() as f64 / orders as f64
    }

    #[test]
    fn a_true_statement_is_rarely_refuted_and_a_false_one_is() {
        for (better, worse) in [(60, 60), (5, 5), (150, 150)] {
            let share = refuted(better, worse, 0.0);
            println!("{better} against {worse}: refuted in {share}");
            assert!(share <= 0.05, "{better} {worse}: {share}");
        }
        assert!(refuted(60, 50, 10.0) <= 0.05);
        assert!(refuted(30, 60, 0.0) > 0.9);
    }
}
