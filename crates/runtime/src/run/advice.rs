//! What to do about a model that is larger than its budget.

use std::fmt::Write;

use edgescore_probe::Bytes;
use edgescore_record::{CacheType, MemoryEstimate, Weights};

/// Quantisations and their bits a weight (llama.cpp's tools/quantize/README.md, over Llama 3.1
/// 8B; smaller models, of which the embedding is a larger part, need a little more).
const QUANTISATIONS: [(&str, f64); 7] = [
    ("Q8_0", 8.5),
    ("Q6_K", 6.56),
    ("Q5_K_M", 5.7),
    ("Q4_K_M", 4.89),
    ("Q4_0", 4.66),
    ("Q3_K_M", 4.0),
    ("Q2_K", 3.16),
];

/// llama.cpp rounds a context up to a multiple of this.
const STEP: u32 = 256;

/// A model that is larger than its budget.
pub struct Advice {
    /// How its weights were to lie in memory.
    pub weights: Weights,
    /// Type of its KV cache's elements.
    pub cache: CacheType,
    /// Its number of weights.
    pub parameters: u64,
    /// The budget.
    pub limit: Bytes,
    /// What it needs.
    pub estimate: MemoryEstimate,
}

impl Advice {
    /// The breakdown, and what would fit. `with` estimates another context and cache.
    pub fn text(
        &self,
        context: u32,
        with: impl Fn(u32, CacheType) -> Option<MemoryEstimate>,
    ) -> String {
        let MemoryEstimate {
            file,
            repacked,
            kv,
            compute,
            runtime,
        } = self.estimate;
        let mut text = format!(
            "not loaded: it needs about {} of {}: weights {file} mapped and {repacked} repacked, \
             KV cache {kv} (context {context}), compute buffer {compute}, runtime {runtime}",
            self.estimate.total(),
            self.limit,
        );
        let fits = self.fits(context, with);
        let _ = match fits.is_empty() {
            true => write!(
                text,
                "; no usual quantisation of it fits: take a smaller model"
            ),
            false => write!(text, "; what would fit: {}", fits.join("; or ")),
        };
        text
    }

    fn fits(
        &self,
        context: u32,
        with: impl Fn(u32, CacheType) -> Option<MemoryEstimate>,
    ) -> Vec<String> {
        let mut fits = Vec::new();
        let mut weights = Vec::from([(self.estimate.repacked, "")]);
        if self.weights == Weights::Repacked {
            weights.push((Bytes(0), " --weights mapped"));
        }
        let total = |context, cache, repacked| {
            let estimate = with(context, cache)?;
            let total = MemoryEstimate {
                repacked,
                ..estimate
            }
            .total();
            (total <= self.limit).then_some(total)
        };
        for (repacked, option) in weights.iter().skip(1) {
            if let Some(total) = total(context, self.cache, *repacked) {
                fits.push(format!("{} ({total})", option.trim()));
            }
        }
        for (repacked, option) in &weights {
            if self.cache == CacheType::F16
                && let Some(total) = total(context, CacheType::Q8_0, *repacked)
            {
                fits.push(format!("--cache-type q8_0{option} ({total})"));
                break;
            }
        }
        for (repacked, option) in &weights {
            let smaller = |steps: u32| total(steps * STEP, self.cache, *repacked);
            if let Some((steps, total)) = most(context.div_ceil(STEP), smaller) {
                let context = steps * STEP;
                fits.push(format!(
                    "--context {context}{option} ({total}; longer prompts are skipped)"
                ));
                break;
            }
        }
        fits.extend(self.quantisation());
        fits
    }

    /// The largest quantisation that fits, with the buffers as they are.
    fn quantisation(&self) -> Option<String> {
        let MemoryEstimate { file, .. } = self.estimate;
        let rest = self.estimate.total().0 - file.0 - self.estimate.repacked.0;
        let room = self.limit.0.checked_sub(rest)?;
        let copies: &[u64] = match self.weights {
            Weights::Repacked => &[2, 1],
            Weights::Mapped => &[1],
        };
        QUANTISATIONS.iter().find_map(|(name, bits)| {
            let bytes = (self.parameters as f64 * bits / 8.0) as u64;
            let copies = copies.iter().find(|copies| bytes * **copies <= room)?;
            let option = match (self.weights, copies) {
                (Weights::Repacked, 1) => " with --weights mapped",
                _ => "",
            };
            let total = Bytes(rest + bytes * copies);
            (bytes < file.0).then(|| format!("a {name} build of it{option} (about {total})"))
        })
    }
}

/// The largest number of steps below `all` for which there is a total, with that total. More
/// steps never need less.
fn most(all: u32, total: impl Fn(u32) -> Option<Bytes>) -> Option<(u32, Bytes)> {
    let mut found = None;
    let (mut low, mut high) = (1, all);
    while low < high {
        let middle = low.midpoint(high);
        match total(middle) {
            Some(total) => {
                found = Some((middle, total));
                low = middle + 1;
            }
            None => high = middle,
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_that_fits_is_found() {
        let total = |steps: u32| (steps <= 5).then_some(Bytes(u64::from(steps)));
        assert_eq!(most(10, total), Some((5, Bytes(5))));
        assert_eq!(most(5, total), Some((4, Bytes(4))));
        assert_eq!(most(2, total), Some((1, Bytes(1))));
        assert_eq!(most(1, total), None);
        assert_eq!(most(9, |_| None), None);
    }
}
