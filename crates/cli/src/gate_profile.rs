//! The limits of a gate, from the command line or from a TOML file.

use std::path::Path;

use anyhow::{Context, anyhow};
use edgescore_probe::{Bytes, Microjoules, Microseconds, Microwatts};
use edgescore_score::{CostLimits, Limits};
use serde::Deserialize;

use crate::config::LIMITS;
use crate::failure::Failure;
use crate::files;
use crate::quantity::{Number, Positive, Share, written};

const GIB: f64 = (1u64 << 30) as f64;

/// Limits. In a file the names have underscores: `max_latency = "2s"`.
#[derive(Clone, Copy, Debug, Default, PartialEq, clap::Args, Deserialize)]
#[command(next_help_heading = LIMITS)]
#[serde(default, deny_unknown_fields)]
pub struct Profile {
    /// Accuracy (pass@1 over all questions), at least
    #[arg(long, value_name = "SHARE")]
    #[serde(deserialize_with = "written")]
    min_accuracy: Option<Share>,

    /// Delta_5 as published, at most
    #[arg(long, value_name = "D", allow_negative_numbers = true)]
    #[serde(deserialize_with = "written")]
    max_delta5: Option<Number>,

    /// Median latency of an answer, at most, or with a power budget the mean with its rests; such as 2s
    /// or 500ms
    #[arg(long, value_name = "TIME")]
    #[serde(deserialize_with = "written")]
    max_latency: Option<Positive<Microseconds>>,

    /// Peak memory, at most; such as 2GiB (2G is the same, 2GB is 2 times 10^9 bytes)
    #[arg(long, value_name = "SIZE")]
    #[serde(deserialize_with = "written")]
    max_memory: Option<Positive<Bytes>>,

    /// Mean power while answering, at most; such as 4W or 900mW
    #[arg(long, value_name = "POWER")]
    #[serde(deserialize_with = "written")]
    max_power: Option<Positive<Microwatts>>,

    /// Energy of an answer, at most; such as 3J or 500mJ
    #[arg(long, value_name = "ENERGY")]
    #[serde(deserialize_with = "written")]
    max_joules: Option<Positive<Microjoules>>,

    /// Chance-corrected Edge Score, at least
    #[arg(long, value_name = "SCORE")]
    #[serde(deserialize_with = "written")]
    min_edge_score: Option<Number>,
}

impl Profile {
    /// Reads a TOML file.
    pub fn read(path: &Path) -> Result<Profile, Failure> {
        let bytes = files::read(path)?;
        str::from_utf8(&bytes)
            .map_err(anyhow::Error::new)
            .and_then(|text| Ok(toml::from_str(text)?))
            .with_context(|| format!("{} is no gate profile", path.display()))
            .map_err(Failure::Data)
    }

    /// These limits, and those of `other` where these ask nothing.
    pub fn or(self, other: Profile) -> Profile {
        Profile {
            min_accuracy: self.min_accuracy.or(other.min_accuracy),
            max_delta5: self.max_delta5.or(other.max_delta5),
            max_latency: self.max_latency.or(other.max_latency),
            max_memory: self.max_memory.or(other.max_memory),
            max_power: self.max_power.or(other.max_power),
            max_joules: self.max_joules.or(other.max_joules),
            min_edge_score: self.min_edge_score.or(other.min_edge_score),
        }
    }

    /// The limits as the scores take them. Those that ask nothing are refused.
    pub fn limits(self) -> Result<Limits, Failure> {
        self.asked().ok_or_else(|| {
            Failure::Usage(anyhow!(
                "the gate has no limit: give at least one, such as --min-accuracy 0.5, or \
                 min_accuracy = 0.5 in a profile"
            ))
        })
    }

    /// The limits as the scores take them, if there are any.
    pub fn asked(self) -> Option<Limits> {
        (self != Profile::default()).then(|| Limits {
            min_accuracy: self.min_accuracy.map(|Share(share)| share),
            max_delta_5: self.max_delta5.map(|Number(delta)| delta),
            max_latency_s: self.max_latency.map(|Positive(time)| time.0 as f64 / 1e6),
            max_memory_gib: self.max_memory.map(|Positive(size)| size.0 as f64 / GIB),
            max_power_w: self.max_power.map(|Positive(power)| power.0 as f64 / 1e6),
            max_energy_j: self
                .max_joules
                .map(|Positive(energy)| energy.0 as f64 / 1e6),
            min_edge_score: self.min_edge_score.map(|Number(score)| score),
        })
    }

    /// The limits on what a question may take.
    pub fn cost(self) -> Option<CostLimits> {
        let limits = CostLimits {
            seconds: self.max_latency.map(|Positive(time)| time.0 as f64 / 1e6),
            joules: self
                .max_joules
                .map(|Positive(energy)| energy.0 as f64 / 1e6),
        };
        (limits != CostLimits::default()).then_some(limits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_says_the_same_as_the_command_line() {
        let profile: Profile = toml::from_str(
            "min_accuracy = 0.5\nmax_delta5 = 0.15\nmax_latency = \"2s\"\n\
             max_memory = \"2GiB\"\nmax_power = \"4W\"\nmax_joules = \"500mJ\"\n",
        )
        .unwrap();
        let limits = profile.limits().unwrap();
        assert_eq!(limits.min_accuracy, Some(0.5));
        assert_eq!(limits.max_latency_s, Some(2.0));
        assert_eq!(limits.max_energy_j, Some(0.5));
        assert_eq!(limits.min_edge_score, None);

        let stricter = Profile {
            min_accuracy: Some(Share(0.6)),
            ..Profile::default()
        };
        let both = stricter.or(profile).limits().unwrap();
        assert_eq!(both.min_accuracy, Some(0.6));
        assert_eq!(both.max_memory_gib, Some(2.0));
    }

    #[test]
    fn a_misspelt_key_or_a_missing_unit_is_refused() {
        let error = |text| toml::from_str::<Profile>(text).unwrap_err().to_string();
        assert!(error("min_acuracy = 0.5").contains("unknown field `min_acuracy`"));
        assert!(error("max_latency = 2").contains("write it as 2s or 500ms"));
    }
}
