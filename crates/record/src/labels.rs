//! The names of the values, as command lines take them and reports show them. On the wire they
//! are numbers.

use edgescore_probe::energy::Scope;
use edgescore_taskpack::{Layout, Letter};

use crate::{
    CacheType, Constrain, FlashAttention, Found, MemoryLimiter, Mode, Order, Origin, Parser,
    Scenario, Slot, Stop, SystemPlace, TemplateOrigin, ToolsPlace, TraceEnd, Tuning, VerdictKind,
    Weights, WhySkipped,
};

/// Values that have a name each.
pub trait Labels: Copy + 'static {
    /// All of them.
    const ALL: &'static [Self];

    /// The name of this one.
    fn label(self) -> &'static str;

    /// The one of this name.
    fn from_label(label: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|value| value.label() == label)
    }
}

/// Implements [`Labels`] for enums: `labels! { Order { Pack = "pack", Shuffled = "shuffled" } }`.
#[macro_export]
macro_rules! labels {
    ($($type:ident { $($value:ident = $label:literal),+ $(,)? })+) => {$(
        impl $crate::Labels for $type {
            const ALL: &'static [$type] = &[$($type::$value),+];

            fn label(self) -> &'static str {
                match self {
                    $($type::$value => $label),+
                }
            }
        }
    )+};
}

labels! {
    Mode { Letter = "letter", Generate = "generate" }
    Layout { Reference = "reference", SharedPrefix = "shared-prefix" }
    Letter {
        A = "A",
        B = "B",
        C = "C",
        D = "D",
        E = "E",
        F = "F",
        G = "G",
        H = "H",
        I = "I",
        J = "J",
    }
    Order { Pack = "pack", Shuffled = "shuffled" }
    Scenario { SingleStream = "single-stream", Offline = "offline" }
    Parser { Strict = "strict", Reference = "reference" }
    Weights { Mapped = "mapped", Repacked = "repacked" }
    Tuning { Given = "given", Default = "default", Measured = "measured", Kept = "kept", ShortPrompts = "short_prompts", Beside = "beside_others" }
    FlashAttention { Auto = "auto", On = "on", Off = "off" }
    CacheType { F16 = "f16", Q8_0 = "q8_0" }
    VerdictKind {
        Ok = "ok",
        OverPower = "over_power",
        OverMemory = "over_memory",
        Throttled = "throttled",
        TimedOut = "timed_out",
        EngineFailed = "engine_failed",
        Aborted = "aborted",
    }
    TemplateOrigin {
        Model = "model",
        Variant = "variant",
        File = "file",
        BuiltIn = "built-in",
        None = "none",
        Server = "server",
    }
    Constrain { Json = "json", Tools = "tools" }
    ToolsPlace { Template = "template", System = "system" }
    SystemPlace { Nowhere = "nowhere", Own = "own", User = "user" }
    Slot { System = "system", User = "user" }
    Origin { Given = "given", Synthetic = "synthetic", Reference = "reference" }
    Stop { Interrupted = "interrupted", Decided = "decided" }
    MemoryLimiter {
        Process = "process",
        CgroupV2 = "cgroup_v2",
        CgroupV1 = "cgroup_v1",
        Watchdog = "watchdog",
    }
    TraceEnd { Model = "model", Limit = "limit", Never = "never" }
    Found {
        Logits = "logits",
        Json = "json",
        Pattern = "pattern",
        Standalone = "standalone",
        Nowhere = "nowhere",
        Incomplete = "incomplete",
        OptionText = "option_text",
    }
}

impl Labels for Scope {
    const ALL: &'static [Scope] = &Scope::ALL;

    fn label(self) -> &'static str {
        self.name()
    }
}

impl WhySkipped {
    /// The name of the reason, without its numbers.
    pub fn label(self) -> &'static str {
        match self {
            WhySkipped::PromptTooLong { .. } => "prompt_too_long",
            WhySkipped::LettersNotSeparable => "letters_not_separable",
            WhySkipped::LogitsNotFinite => "logits_not_finite",
            WhySkipped::AsksForText => "asks_for_text",
        }
    }
}

impl core::fmt::Display for WhySkipped {
    /// The reason for people, with what mends it.
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            WhySkipped::PromptTooLong { needed, context } => write!(
                f,
                "prompt and answer need {needed} tokens of a context of {context}: give a larger --context, or a shorter trace or answer"
            ),
            WhySkipped::LettersNotSeparable => f.write_str(
                "the tokenizer does not tell the letters of the options apart at one place: use --mode generate",
            ),
            WhySkipped::LogitsNotFinite => f.write_str("the model's logits were not finite numbers"),
            WhySkipped::AsksForText => f.write_str(
                "it asks for a number, a text or a call, which letter mode cannot read: use --mode generate",
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use core::fmt::Debug;

    #[track_caller]
    fn leads_back<T: Labels + PartialEq + Debug>() {
        for value in T::ALL {
            assert_eq!(T::from_label(value.label()), Some(*value));
        }
        assert_eq!(T::from_label("Letter"), None);
    }

    #[test]
    fn a_label_leads_back_to_its_value() {
        leads_back::<Mode>();
        leads_back::<Layout>();
        leads_back::<Order>();
        leads_back::<Scenario>();
        leads_back::<Weights>();
        leads_back::<Tuning>();
        leads_back::<FlashAttention>();
        leads_back::<CacheType>();
        leads_back::<VerdictKind>();
        leads_back::<Origin>();
        leads_back::<Stop>();
        leads_back::<MemoryLimiter>();
        leads_back::<Found>();
    }
}
