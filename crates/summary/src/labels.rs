//! The names that enum values have in reports and on the command line.

use std::borrow::Cow;

use edgescore_probe::energy::Scope;
use edgescore_record::{
    CacheType, FlashAttention, Found, MemoryLimiter, Mode, Order, Origin, Stop, Tuning,
    VerdictKind, Weights, WhySkipped,
};
use edgescore_taskpack::{Layout, Letter};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Serialize, Serializer};

/// An enum whose values have names.
pub trait Label: Copy {
    /// All names.
    const LABELS: &'static [&'static str];

    /// The name of this value.
    fn label(self) -> &'static str;
}

macro_rules! labels {
    ($($kind:ident { $($value:ident $({ $($field:tt)+ })? => $label:expr,)+ })+) => {$(
        impl $crate::labels::Label for $kind {
            const LABELS: &'static [&'static str] = &[$($label),+];

            fn label(self) -> &'static str {
                match self {
                    $($kind::$value $({ $($field)+ })? => $label,)+
                }
            }
        }
    )+};
}
pub(crate) use labels;

labels! {
    Mode {
        Letter => "letter",
        Generate => "generate",
    }
    Layout {
        Reference => "reference",
        SharedPrefix => "shared-prefix",
    }
    Order {
        Pack => "pack",
        Shuffled => "shuffled",
    }
    Origin {
        Given => "given",
        Synthetic => "synthetic",
        Reference => "reference",
    }
    Weights {
        Mapped => "mapped",
        Repacked => "repacked",
    }
    Tuning {
        Given => "given",
        Default => "default",
        Measured => "measured",
        Kept => "kept",
    }
    FlashAttention {
        Auto => "auto",
        On => "on",
        Off => "off",
    }
    CacheType {
        F16 => "f16",
        Q8_0 => "q8_0",
    }
    VerdictKind {
        Ok => "ok",
        OverPower => "over_power",
        OverMemory => "over_memory",
        Throttled => "throttled",
        TimedOut => "timed_out",
        EngineFailed => "engine_failed",
        Aborted => "aborted",
    }
    MemoryLimiter {
        Process => "process",
        CgroupV2 => "cgroup_v2",
        CgroupV1 => "cgroup_v1",
        Watchdog => "watchdog",
    }
    Stop {
        Interrupted => "interrupted",
        Decided => "decided",
    }
    Found {
        Logits => "logits",
        Json => "json",
        Pattern => "pattern",
        Standalone => "standalone",
        Nowhere => "nowhere",
    }
    WhySkipped {
        PromptTooLong { .. } => "prompt_too_long",
        LettersNotSeparable => "letters_not_separable",
        LogitsNotFinite => "logits_not_finite",
    }
    Scope {
        Rails => Scope::Rails.name(),
        Module => Scope::Module.name(),
        BoardIn => Scope::BoardIn.name(),
        CpuPackage => Scope::CpuPackage.name(),
        Simulated => Scope::Simulated.name(),
    }
    Letter {
        A => "A",
        B => "B",
        C => "C",
        D => "D",
    }
}

/// A value that is written as its label.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Labelled<T>(pub T);

impl<T: Label> Serialize for Labelled<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.label())
    }
}

impl<T: Label> JsonSchema for Labelled<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Label".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "enum": T::LABELS })
    }
}
