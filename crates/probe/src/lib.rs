//! What can be measured on a board: physical values with their units, readings or the
//! reason why there is none, energy from samples, what a survey finds, and (feature `std`) the
//! sources that read `/proc`, `/sys` and `/dev`, and the sampler.
#![no_std]

#[cfg(feature = "std")]
extern crate std;

mod decimal;
pub mod energy;
mod reading;
pub mod survey;
mod throttle;
mod units;

#[cfg(feature = "std")]
mod board;
#[cfg(feature = "std")]
mod cgroup;
#[cfg(feature = "std")]
pub mod clock;
#[cfg(feature = "std")]
mod cpu;
#[cfg(feature = "std")]
mod file;
#[cfg(feature = "std")]
mod gpu;
#[cfg(feature = "std")]
mod heat;
#[cfg(feature = "std")]
mod load;
#[cfg(feature = "std")]
mod memory;
#[cfg(feature = "std")]
pub mod nvpmodel;
#[cfg(feature = "std")]
pub mod power;
#[cfg(feature = "std")]
mod pressure;
#[cfg(feature = "std")]
mod processes;
#[cfg(feature = "std")]
mod roofline;
#[cfg(feature = "std")]
mod sampler;
#[cfg(feature = "std")]
mod unavailable;

pub use reading::{Reading, Reason};
pub use throttle::Throttled;
pub use units::{
    Bytes, BytesPerSecond, Hertz, Microjoules, Microseconds, Microwatts, MilliCelsius,
    NotAQuantity, OperationsPerSecond,
};

#[cfg(feature = "std")]
pub use {
    board::BoardFacts,
    cgroup::{Cgroup, CgroupMemory, CgroupVersion, FreshCgroup, leave_fresh_cgroup},
    cpu::{
        ClockPolicy, allowed as allowed_clock, clocks, current as current_clock,
        policies as clock_policies,
    },
    gpu::Gpu,
    heat::Thermometer,
    load::CpuUse,
    memory::{MemorySample, forget_memory_peak, free_memory},
    pressure::{Pressure, Shortage},
    processes::ProcessTree,
    roofline::{Peak, Roofline},
    sampler::{DEFAULT_RATE_HZ, Rate, Regularity, Sampler, Summary, Watched},
    throttle::ThrottleSource,
    unavailable::Unavailable,
};
