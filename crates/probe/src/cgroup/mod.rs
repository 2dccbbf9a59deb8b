//! Control groups for memory: version 2 (Documentation/admin-guide/cgroup-v2.rst), or version 1
//! where the memory controller belongs to that (Documentation/admin-guide/cgroup-v1/memory.rst).

mod fresh;
mod read;

pub(crate) use fresh::DELEGATE;
pub use fresh::{FreshCgroup, leave_fresh_cgroup};
pub use read::{Cgroup, CgroupMemory, CgroupVersion};
