//! Memory: what a process and a cgroup use, whether a limit can be set, and shortage.

use std::format;
use std::fs;
use std::path::Path;
use std::string::{String, ToString};
use std::vec::Vec;

use nix::unistd::{AccessFlags, access};

use super::{Figure, Finding, Topic};
use crate::cgroup::DELEGATE;
use crate::{
    Cgroup, CgroupVersion, FreshCgroup, MemorySample, Pressure, Reading, Reason, Shortage,
    Unavailable,
};

pub(super) fn findings(root: &Path) -> Vec<Finding<String>> {
    let mut found = Vec::from([process(root)]);
    found.extend(cgroup(root));
    found.push(swap(root));
    found.push(pressure(root));
    found
}

fn process(root: &Path) -> Finding<String> {
    let peak = MemorySample::read(root).rss_peak;
    let detail = match peak {
        Reading::Value(_) => "peak RSS of this program; its parts and major faults likewise",
        Reading::Missing(_) => "/proc/self/status",
    };
    Finding::read(Topic::Memory, "process", peak.map(Figure::Memory)).detail(detail)
}

/// What the cgroup uses, and whether one with a limit can be made below it.
fn cgroup(root: &Path) -> [Finding<String>; 2] {
    let (used, limit) = ("cgroup", "cgroup limit");
    match Cgroup::own(root) {
        Ok(cgroup) => {
            let memory = cgroup.memory();
            let place = cgroup.path().display().to_string();
            let detail = match memory.peak {
                Reading::Value(_) => format!("{place}, with its peak"),
                // The root cgroup has neither; one that is made for a run has both.
                Reading::Missing(_) => format!("{place}, without a peak"),
            };
            let made = match root == Path::new("/") {
                true => FreshCgroup::make(root).map(|_| ()),
                // A captured board is not written to.
                false => access(cgroup.path(), AccessFlags::W_OK).map_err(|_| {
                    let why = format!("{place} may not be written");
                    Unavailable::new(Reason::Denied, why, DELEGATE)
                }),
            };
            let version = match cgroup.version() {
                CgroupVersion::V1 => "a run gets a cgroup of its own, of version 1",
                CgroupVersion::V2 => "a run gets a cgroup of its own",
            };
            [
                Finding::read(Topic::Memory, used, memory.current.map(Figure::Memory))
                    .detail(detail),
                match made {
                    Ok(()) => Finding::read(
                        Topic::Memory,
                        limit,
                        Reading::Value(Figure::Text("can be set".into())),
                    )
                    .detail(version),
                    Err(refused) => Finding::refused(Topic::Memory, limit, refused),
                },
            ]
        }
        Err(refused) => {
            [used, limit].map(|subject| Finding::refused(Topic::Memory, subject, refused.clone()))
        }
    }
}

fn swap(root: &Path) -> Finding<String> {
    let path = root.join("proc/swaps");
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) => {
            return Finding::read(Topic::Memory, "swap", Reading::Missing(error.into()))
                .detail("/proc/swaps");
        }
    };
    // The first line is a heading.
    let areas: Vec<&str> = text
        .lines()
        .skip(1)
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    match areas.as_slice() {
        [] => Finding::read(
            Topic::Memory,
            "swap",
            Reading::Value(Figure::Text("off".into())),
        ),
        areas => Finding::read(
            Topic::Memory,
            "swap",
            Reading::Value(Figure::Text(format!("on: {}", areas.join(", ")))),
        )
        .detail("without a cgroup limit a model may swap, and its speed means nothing then")
        .remedy("sudo swapoff -a"),
    }
}

fn pressure(root: &Path) -> Finding<String> {
    let pressure = Pressure::of_board(root, Shortage::Memory);
    let full = pressure.and_then(|pressure| Reading::parsed(pressure.full));
    let finding = Finding::read(Topic::Memory, "pressure", full.map(Figure::Time));
    match full {
        Reading::Value(_) => finding
            .detail("time in which all tasks that could run waited for memory, since the start"),
        Reading::Missing(reason) => finding
            .detail("/proc/pressure/memory")
            .remedy(Pressure::remedy(reason)),
    }
}
