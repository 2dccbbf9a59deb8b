# FORCE, because llama-cpp-sys-2 pins aarch64 Linux to armv8-a on CMake's command line,
# which would cost this board its dot-product and half-precision instructions.
set(GGML_CPU_ARM_ARCH "armv8.2-a+dotprod+fp16" CACHE STRING "" FORCE)
include("${CMAKE_CURRENT_LIST_DIR}/../aarch64-linux-gnu.cmake")
