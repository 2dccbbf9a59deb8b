# The Cortex-A72 is an Armv8.0 core: no dot product, no half-precision
# arithmetic. FORCE, so that this file decides and not llama-cpp-sys-2's own default.
set(GGML_CPU_ARM_ARCH "armv8-a" CACHE STRING "" FORCE)
include("${CMAKE_CURRENT_LIST_DIR}/../aarch64-linux-gnu.cmake")
