//! What llama.cpp was built as.

use std::ffi::CStr;
use std::sync::Mutex;

use llama_cpp_sys_2 as sys;

use super::backend::init_backend;

/// A CPU feature that ggml's kernels can be compiled for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CpuFeature {
    /// ggml's name, as in [`system_info`].
    pub name: &'static str,
    /// The kernel's name for it in the `flags` (x86) or `Features` (arm64) line of
    /// `/proc/cpuinfo`.
    pub cpuinfo: &'static str,
    /// The kernels of this build use it: on a CPU without it they end in SIGILL.
    pub compiled: bool,
}

/// The features of x86-64 and arm64 that ggml can be compiled for and that have a name in
/// `/proc/cpuinfo`, compiled in or not. The other architecture's are never compiled in.
///
/// This only reads constants of the build. It initialises nothing, so it is safe to ask on
/// a CPU that lacks what was compiled in: ask first, then load.
pub fn cpu_features() -> Vec<CpuFeature> {
    // ggml's question for each feature is a function that returns a constant.
    let ask = |name, cpuinfo, has: unsafe extern "C" fn() -> i32| CpuFeature {
        name,
        cpuinfo,
        // SAFETY: takes nothing, touches nothing, returns 0 or 1.
        compiled: unsafe { has() } != 0,
    };
    vec![
        ask("SSE3", "pni", sys::ggml_cpu_has_sse3),
        ask("SSSE3", "ssse3", sys::ggml_cpu_has_ssse3),
        ask("AVX", "avx", sys::ggml_cpu_has_avx),
        ask("AVX_VNNI", "avx_vnni", sys::ggml_cpu_has_avx_vnni),
        ask("AVX2", "avx2", sys::ggml_cpu_has_avx2),
        ask("F16C", "f16c", sys::ggml_cpu_has_f16c),
        ask("FMA", "fma", sys::ggml_cpu_has_fma),
        ask("BMI2", "bmi2", sys::ggml_cpu_has_bmi2),
        ask("AVX512", "avx512f", sys::ggml_cpu_has_avx512),
        ask("AVX512_VBMI", "avx512vbmi", sys::ggml_cpu_has_avx512_vbmi),
        ask("AVX512_VNNI", "avx512_vnni", sys::ggml_cpu_has_avx512_vnni),
        ask("AVX512_BF16", "avx512_bf16", sys::ggml_cpu_has_avx512_bf16),
        ask("AMX_INT8", "amx_int8", sys::ggml_cpu_has_amx_int8),
        ask("NEON", "asimd", sys::ggml_cpu_has_neon),
        ask("FP16_VA", "asimdhp", sys::ggml_cpu_has_fp16_va),
        ask("DOTPROD", "asimddp", sys::ggml_cpu_has_dotprod),
        ask("MATMUL_INT8", "i8mm", sys::ggml_cpu_has_matmul_int8),
        ask("SVE", "sve", sys::ggml_cpu_has_sve),
        ask("SME", "sme", sys::ggml_cpu_has_sme),
        ask("SME2", "sme2", sys::ggml_cpu_has_sme2),
    ]
}

/// llama.cpp's version, for example `0.6.0-dev`.
pub fn llama_version() -> &'static str {
    // SAFETY: returns a constant NUL-terminated string.
    unsafe { CStr::from_ptr(sys::llama_version()) }
        .to_str()
        .unwrap_or("unknown")
}

/// llama.cpp's own line about its build, for example `CPU : SSE3 = 1 | AVX2 = 1 | `.
/// It initialises the backend: see [`cpu_features`] for the check to make before.
pub fn system_info() -> String {
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    init_backend();
    let _guard = ONE_AT_A_TIME.lock();
    // SAFETY: returns a NUL-terminated string in a static buffer, which the lock keeps from
    // being written again before it is copied.
    let text = unsafe { CStr::from_ptr(sys::llama_print_system_info()) };
    text.to_string_lossy().into_owned()
}
