//! The CPU features that this program was compiled for, compared with those of the CPU it runs
//! on: too many end in SIGILL somewhere inside a kernel, too few cost speed in silence.

use edgescore_engine::{CpuFeature, cpu_features};

/// Never compiled in, on purpose: see .cargo/config.toml.
const LEFT_OUT: [&str; 1] = ["AMX_INT8"];

/// What differs between the build and the CPU, by ggml's names.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct CpuLevel {
    /// Compiled in, and the CPU has none: nothing of llama.cpp may run.
    missing: Vec<&'static str>,
    /// The CPU has it, ggml has kernels for it, and they were not compiled in.
    unused: Vec<&'static str>,
}

impl CpuLevel {
    /// Of this build on this CPU. Runs nothing of llama.cpp that the CPU could lack. Where the
    /// CPU's features cannot be known, nothing differs.
    pub fn read() -> CpuLevel {
        match present() {
            Some(present) => CpuLevel::of(&cpu_features(), &|name| present.has(name)),
            None => CpuLevel::default(),
        }
    }

    fn of(features: &[CpuFeature], present: &dyn Fn(&str) -> bool) -> CpuLevel {
        let names = |keep: &dyn Fn(&CpuFeature) -> bool| {
            let kept = features.iter().filter(|feature| keep(feature));
            kept.map(|feature| feature.name).collect()
        };
        CpuLevel {
            missing: names(&|f| f.compiled && !present(f.cpuinfo)),
            unused: names(&|f| !f.compiled && !LEFT_OUT.contains(&f.name) && present(f.cpuinfo)),
        }
    }

    /// Why this build must not run here, if so.
    pub fn refusal(&self) -> Option<String> {
        (!self.missing.is_empty()).then(|| {
            format!(
                "this edgescore-rt was built for a newer CPU than this one, which has no {}: \
                 build it for this board, with `scripts/cross BOARD` or here",
                self.missing.join(", ")
            )
        })
    }

    /// The features that this build leaves unused, separated by spaces.
    pub fn unused(&self) -> String {
        self.unused.join(" ")
    }
}

/// The features of a CPU by the kernel's names for them.
#[cfg(not(target_arch = "aarch64"))]
struct Present(String);

#[cfg(not(target_arch = "aarch64"))]
impl Present {
    fn has(&self, name: &str) -> bool {
        self.0.split_whitespace().any(|flag| flag == name)
    }
}

/// x86: from `/proc/cpuinfo`. `is_x86_feature_detected!` would not do: it takes what rustc was
/// told to compile for as detected.
#[cfg(not(target_arch = "aarch64"))]
fn present() -> Option<Present> {
    let cpuinfo = std::fs::read_to_string("/proc/cpuinfo").ok()?;
    let flags = cpuinfo.lines().find(|line| line.starts_with("flags"))?;
    Some(Present(flags.split_once(':')?.1.to_owned()))
}

/// The features of a CPU by the kernel's names for them.
#[cfg(target_arch = "aarch64")]
struct Present {
    first: u64,
    second: u64,
}

#[cfg(target_arch = "aarch64")]
impl Present {
    /// Bits of AT_HWCAP and AT_HWCAP2 (Linux, arch/arm64/include/uapi/asm/hwcap.h).
    fn has(&self, name: &str) -> bool {
        match name {
            "asimd" => self.first >> 1 & 1 == 1,
            "asimdhp" => self.first >> 10 & 1 == 1,
            "asimddp" => self.first >> 20 & 1 == 1,
            "sve" => self.first >> 22 & 1 == 1,
            "i8mm" => self.second >> 13 & 1 == 1,
            "sme" => self.second >> 23 & 1 == 1,
            "sme2" => self.second >> 37 & 1 == 1,
            _ => false,
        }
    }
}

/// arm64: from what the kernel hands every process, so that it is known without `/proc`.
#[cfg(target_arch = "aarch64")]
#[allow(unsafe_code)]
fn present() -> Option<Present> {
    use nix::libc::{AT_HWCAP, AT_HWCAP2, getauxval};
    // SAFETY: reads a word of the auxiliary vector; 0 where the kernel gave none.
    let (first, second) = unsafe { (getauxval(AT_HWCAP), getauxval(AT_HWCAP2)) };
    (first != 0).then_some(Present { first, second })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn feature(name: &'static str, cpuinfo: &'static str, compiled: bool) -> CpuFeature {
        CpuFeature {
            name,
            cpuinfo,
            compiled,
        }
    }

    #[test]
    fn a_newer_build_is_refused_and_an_older_one_says_what_it_wastes() {
        let features = [
            feature("NEON", "asimd", true),
            feature("DOTPROD", "asimddp", true),
            feature("SVE", "sve", false),
            feature("FP16_VA", "asimdhp", false),
        ];
        let level = CpuLevel::of(&features, &|name| name != "asimddp" && name != "sve");
        assert!(level.refusal().unwrap().contains("no DOTPROD:"));
        assert_eq!(level.unused(), "FP16_VA");
        let level = CpuLevel::of(&features, &|_| true);
        assert_eq!(level.refusal(), None);
        assert_eq!(level.unused(), "SVE FP16_VA");
    }

    /// Every name that the engine asks for must be known here, or a feature would be missing
    /// on a CPU that has it.
    #[test]
    fn this_build_runs_on_this_cpu() {
        assert_eq!(CpuLevel::read().refusal(), None);
    }
}
