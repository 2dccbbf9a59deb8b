//! Stops inside a batch, between halves of layers.

use std::cell::Cell;
use std::ffi::{CStr, c_void};
use std::ptr::NonNull;

use llama_cpp_sys_2 as sys;

use super::pool::Pools;

/// The threads of a session.
#[derive(Clone, Copy)]
pub struct Threads<'s>(&'s Pools);

impl Threads<'_> {
    /// Puts them to sleep until they are needed. After a graph each of them polls for more work first,
    /// at full power: 0.19 s on a Zen 3 core. To be called before a pause that is to save energy.
    pub fn rest(&self) {
        self.0.rest();
    }
}

/// Half a layer of a model, as tokens pass through it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HalfLayer {
    /// Attention, or what stands in its place.
    Attention,
    /// What follows it.
    FeedForward,
}

/// Somebody who decides when a session may compute, such as a power budget; by itself, at once.
pub trait Pacing {
    /// Called before a batch of so many tokens is computed; returns when it may be.
    fn before(&mut self, _threads: Threads, _tokens: usize) {}

    /// Called when the batch has been computed, and not after an error.
    fn after(&mut self, _tokens: usize) {}

    /// Called before the end of each half layer of the batch, where
    /// [`SessionOptions::stops`](crate::SessionOptions::stops) is set and llama.cpp names them: whether to
    /// stop there. The answers are the same to the bit, stopped or not.
    fn stops_behind(&mut self, _half: HalfLayer) -> bool {
        false
    }

    /// Called where it stopped; returns when it may go on.
    fn between(&mut self, _threads: Threads) {}
}

/// The threads of a context, and who is asked at the ends of half layers while they compute a batch.
pub(super) struct Stops {
    pub(super) pools: Pools,
    pacing: Cell<Option<NonNull<dyn Pacing>>>,
}

impl Stops {
    /// Nobody yet.
    pub(super) fn new(pools: Pools) -> Stops {
        Stops {
            pools,
            pacing: Cell::new(None),
        }
    }

    pub(super) fn threads(&self) -> Threads<'_> {
        Threads(&self.pools)
    }

    /// Asks `pacing` while `compute` runs.
    pub(super) fn during<R>(&self, pacing: &mut dyn Pacing, compute: impl FnOnce() -> R) -> R {
        let pacing: NonNull<dyn Pacing + '_> = NonNull::from(pacing);
        // SAFETY: only the lifetime changes; the pointer is taken back before `pacing` is used again.
        let pacing: NonNull<dyn Pacing + 'static> = unsafe { std::mem::transmute(pacing) };
        self.pacing.set(Some(pacing));
        let computed = compute();
        self.pacing.set(None);
        computed
    }
}

/// llama.cpp's callback: before a tensor is computed, whether it is to stop behind it; there, whether to
/// go on.
pub(super) unsafe extern "C" fn observe(
    node: *mut sys::ggml_tensor,
    before: bool,
    stops: *mut c_void,
) -> bool {
    // SAFETY: `Context::new` passes its `Stops`, which outlives the llama.cpp context.
    let stops = unsafe { &*stops.cast::<Stops>() };
    let Some(mut pacing) = stops.pacing.get() else {
        return !before;
    };
    // SAFETY: `Stops::during` keeps it alive and unused, and llama.cpp calls back from one thread.
    let pacing = unsafe { pacing.as_mut() };
    if !before {
        pacing.between(stops.threads());
        return true;
    }
    // SAFETY: a tensor of the graph, whose name ends with a zero byte.
    let name = unsafe { CStr::from_ptr((*node).name.as_ptr()) };
    half_layer(name.to_bytes()).is_some_and(|half| pacing.stops_behind(half))
}

/// The half layer that ends with the tensor of this name, which llama.cpp's models give with the
/// number of the layer behind it.
fn half_layer(name: &[u8]) -> Option<HalfLayer> {
    if name.starts_with(b"ffn_inp-") {
        return Some(HalfLayer::Attention);
    }
    name.starts_with(b"l_out-")
        .then_some(HalfLayer::FeedForward)
}
