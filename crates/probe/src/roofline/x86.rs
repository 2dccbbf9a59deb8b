//! Instructions of x86-64: those that ggml multiplies with on the CPU at hand.

use core::arch::x86_64::*;
use std::hint::black_box;
use std::is_x86_feature_detected as has;

use super::kernel::{Kernel, SUMS};

pub(super) fn int8() -> Option<Kernel> {
    if has!("avx512vnni") && has!("avx512f") {
        // SAFETY: the CPU has it.
        #[allow(unsafe_code)]
        let run = |rounds| unsafe { dpbusd_512(rounds) };
        return Some(Kernel::new("AVX-512 VPDPBUSD", 64, run));
    }
    if has!("avxvnni") {
        // SAFETY: the CPU has it.
        #[allow(unsafe_code)]
        let run = |rounds| unsafe { dpbusd_256(rounds) };
        return Some(Kernel::new("AVX VPDPBUSD", 32, run));
    }
    if has!("avx2") {
        // SAFETY: the CPU has it.
        #[allow(unsafe_code)]
        let run = |rounds| unsafe { maddubs_256(rounds) };
        return Some(Kernel::new("AVX2 VPMADDUBSW", 32, run));
    }
    None
}

pub(super) fn f32() -> Option<Kernel> {
    if has!("avx512f") {
        // SAFETY: the CPU has it.
        #[allow(unsafe_code)]
        let run = |rounds| unsafe { fma_512(rounds) };
        return Some(Kernel::new("AVX-512 VFMADD231PS", 16, run));
    }
    if has!("fma") && has!("avx") {
        // SAFETY: the CPU has it.
        #[allow(unsafe_code)]
        let run = |rounds| unsafe { fma_256(rounds) };
        return Some(Kernel::new("FMA VFMADD231PS", 8, run));
    }
    None
}

#[target_feature(enable = "avx512f,avx512vnni")]
fn dpbusd_512(rounds: u32) {
    let (a, b) = black_box((_mm512_set1_epi8(3), _mm512_set1_epi8(5)));
    repeat!(rounds, _mm512_setzero_si512(), |sum| {
        *sum = _mm512_dpbusd_epi32(*sum, a, b);
    });
}

#[target_feature(enable = "avx2,avxvnni")]
fn dpbusd_256(rounds: u32) {
    let (a, b) = black_box((_mm256_set1_epi8(3), _mm256_set1_epi8(5)));
    repeat!(rounds, _mm256_setzero_si256(), |sum| {
        *sum = _mm256_dpbusd_avx_epi32(*sum, a, b);
    });
}

/// Three instructions a sum. The product is of the sum, or it would be computed once.
#[target_feature(enable = "avx2")]
fn maddubs_256(rounds: u32) {
    let (a, ones) = black_box((_mm256_set1_epi8(1), _mm256_set1_epi16(1)));
    repeat!(rounds, _mm256_set1_epi32(1), |sum| {
        let pairs = _mm256_maddubs_epi16(*sum, a);
        *sum = _mm256_add_epi32(*sum, _mm256_madd_epi16(pairs, ones));
    });
}

#[target_feature(enable = "avx512f")]
fn fma_512(rounds: u32) {
    let (a, b) = black_box((_mm512_set1_ps(0.5), _mm512_set1_ps(0.25)));
    repeat!(rounds, _mm512_set1_ps(1.0), |sum| {
        *sum = _mm512_fmadd_ps(a, b, *sum);
    });
}

#[target_feature(enable = "avx,fma")]
fn fma_256(rounds: u32) {
    let (a, b) = black_box((_mm256_set1_ps(0.5), _mm256_set1_ps(0.25)));
    repeat!(rounds, _mm256_set1_ps(1.0), |sum| {
        *sum = _mm256_fmadd_ps(a, b, *sum);
    });
}
