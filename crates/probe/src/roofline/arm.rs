//! Instructions of aarch64: those that ggml multiplies with on the CPU at hand.

use core::arch::aarch64::*;
use core::arch::asm;
use std::arch::is_aarch64_feature_detected as has;
use std::hint::black_box;

use super::kernel::{Kernel, SUMS};

pub(super) fn int8() -> Option<Kernel> {
    if has!("i8mm") {
        // SAFETY: the CPU has it.
        #[allow(unsafe_code)]
        let run = |rounds| unsafe { smmla(rounds) };
        return Some(Kernel::new("SMMLA", 32, run));
    }
    if has!("dotprod") {
        // SAFETY: the CPU has it.
        #[allow(unsafe_code)]
        let run = |rounds| unsafe { sdot(rounds) };
        return Some(Kernel::new("SDOT", 16, run));
    }
    // SAFETY: NEON belongs to every aarch64 that runs Linux.
    #[allow(unsafe_code)]
    let run = |rounds| unsafe { smull(rounds) };
    Some(Kernel::new("SMULL", 8, run))
}

pub(super) fn f32() -> Option<Kernel> {
    // SAFETY: NEON belongs to every aarch64 that runs Linux.
    #[allow(unsafe_code)]
    let run = |rounds| unsafe { fmla(rounds) };
    Some(Kernel::new("FMLA", 4, run))
}

/// `sum` and the products of the bytes of `a` and `b`, by an instruction for which Rust has
/// no stable name yet.
macro_rules! step {
    ($instruction:literal, $sum:expr, $a:expr, $b:expr) => {
        // SAFETY: reads and writes the registers it names and nothing else; the function it
        // stands in needs the CPU to have it.
        #[allow(unsafe_code)]
        unsafe {
            asm!(
                concat!($instruction, " {s:v}.4s, {a:v}.16b, {b:v}.16b"),
                s = inout(vreg) *$sum,
                a = in(vreg) $a,
                b = in(vreg) $b,
                options(pure, nomem, nostack, preserves_flags),
            );
        }
    };
}

#[target_feature(enable = "neon,i8mm")]
fn smmla(rounds: u32) {
    let (a, b) = black_box((vdupq_n_s8(3), vdupq_n_s8(5)));
    repeat!(rounds, vdupq_n_s32(0), |sum| {
        step!("smmla", sum, a, b);
    });
}

#[target_feature(enable = "neon,dotprod")]
fn sdot(rounds: u32) {
    let (a, b) = black_box((vdupq_n_s8(3), vdupq_n_s8(5)));
    repeat!(rounds, vdupq_n_s32(0), |sum| {
        step!("sdot", sum, a, b);
    });
}

/// Two instructions a sum. The product is of the sum, or it would be computed once.
#[target_feature(enable = "neon")]
fn smull(rounds: u32) {
    let b = black_box(vdup_n_s8(5));
    repeat!(rounds, vdupq_n_s32(1), |sum| {
        let products = vmull_s8(vget_low_s8(vreinterpretq_s8_s32(*sum)), b);
        *sum = vpadalq_s16(*sum, products);
    });
}

#[target_feature(enable = "neon")]
fn fmla(rounds: u32) {
    let (a, b) = black_box((vdupq_n_f32(0.5), vdupq_n_f32(0.25)));
    repeat!(rounds, vdupq_n_f32(1.0), |sum| {
        *sum = vfmaq_f32(*sum, a, b);
    });
}
