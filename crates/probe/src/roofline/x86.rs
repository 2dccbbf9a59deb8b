//! Instructions of x86-64: those that ggml multiplies with on the CPU at hand.

use core::arch::x86_64::*;
use std::hint::black_box;
use std::is_x86_feature_detected as has;

use super::Kernel;

/// Sums that are computed side by side: two instructions a cycle that take four or five need
/// ten, and sixteen registers hold twelve.
const SUMS: usize = 12;

fn kernel(name: &'static str, lanes: u64, run: fn(u32)) -> Kernel {
    Kernel {
        name,
        operations: 2 * lanes * SUMS as u64,
        run,
    }
}

pub(super) fn int8() -> Option<Kernel> {
    if has!("avx512vnni") && has!("avx512f") {
        // SAFETY: the CPU has it.
        #[allow(unsafe_code)]
        let run = |rounds| unsafe { dpbusd_512(rounds) };
        return Some(kernel("AVX-512 VPDPBUSD", 64, run));
    }
    if has!("avxvnni") {
        // SAFETY: the CPU has it.
        #[allow(unsafe_code)]
        let run = |rounds| unsafe { dpbusd_256(rounds) };
        return Some(kernel("AVX VPDPBUSD", 32, run));
    }
    if has!("avx2") {
        // SAFETY: the CPU has it.
        #[allow(unsafe_code)]
        let run = |rounds| unsafe { maddubs_256(rounds) };
        return Some(kernel("AVX2 VPMADDUBSW", 32, run));
    }
    None
}

pub(super) fn f32() -> Option<Kernel> {
    if has!("avx512f") {
        // SAFETY: the CPU has it.
        #[allow(unsafe_code)]
        let run = |rounds| unsafe { fma_512(rounds) };
        return Some(kernel("AVX-512 VFMADD231PS", 16, run));
    }
    if has!("fma") && has!("avx") {
        // SAFETY: the CPU has it.
        #[allow(unsafe_code)]
        let run = |rounds| unsafe { fma_256(rounds) };
        return Some(kernel("FMA VFMADD231PS", 8, run));
    }
    None
}

#[target_feature(enable = "avx512f,avx512vnni")]
fn dpbusd_512(rounds: u32) {
    let (a, b) = black_box((_mm512_set1_epi8(3), _mm512_set1_epi8(5)));
    let mut sums = [_mm512_setzero_si512(); SUMS];
    for _ in 0..rounds {
        for sum in &mut sums {
            *sum = _mm512_dpbusd_epi32(*sum, a, b);
        }
    }
    black_box(sums);
}

#[target_feature(enable = "avx2,avxvnni")]
fn dpbusd_256(rounds: u32) {
    let (a, b) = black_box((_mm256_set1_epi8(3), _mm256_set1_epi8(5)));
    let mut sums = [_mm256_setzero_si256(); SUMS];
    for _ in 0..rounds {
        for sum in &mut sums {
            *sum = _mm256_dpbusd_avx_epi32(*sum, a, b);
        }
    }
    black_box(sums);
}

/// Three instructions a sum. The product is of the sum, or it would be computed once.
#[target_feature(enable = "avx2")]
fn maddubs_256(rounds: u32) {
    let (a, ones) = black_box((_mm256_set1_epi8(1), _mm256_set1_epi16(1)));
    let mut sums = [_mm256_set1_epi32(1); SUMS];
    for _ in 0..rounds {
        for sum in &mut sums {
            let pairs = _mm256_maddubs_epi16(*sum, a);
            *sum = _mm256_add_epi32(*sum, _mm256_madd_epi16(pairs, ones));
        }
    }
    black_box(sums);
}

#[target_feature(enable = "avx512f")]
fn fma_512(rounds: u32) {
    let (a, b) = black_box((_mm512_set1_ps(0.5), _mm512_set1_ps(0.25)));
    let mut sums = [_mm512_set1_ps(1.0); SUMS];
    for _ in 0..rounds {
        for sum in &mut sums {
            *sum = _mm512_fmadd_ps(a, b, *sum);
        }
    }
    black_box(sums);
}

#[target_feature(enable = "avx,fma")]
fn fma_256(rounds: u32) {
    let (a, b) = black_box((_mm256_set1_ps(0.5), _mm256_set1_ps(0.25)));
    let mut sums = [_mm256_set1_ps(1.0); SUMS];
    for _ in 0..rounds {
        for sum in &mut sums {
            *sum = _mm256_fmadd_ps(a, b, *sum);
        }
    }
    black_box(sums);
}
