//! How models write calls.

/// How a model writes calls: each family has its own way. The numbers are stored, so that this list is
/// only ever added to at its end. The documents that define them are named in `docs/JUDGE.md`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Dialect {
    /// `<tool_call>{"name": "f", "arguments": {}}</tool_call>`: Hermes 2 Pro and 3, Qwen 2.5 and 3,
    /// Granite 4.
    Hermes = 0,
    /// `{"name": "f", "parameters": {}}`, `<|python_tag|>` before it or not: Llama 3.1 to 3.3.
    LlamaJson = 1,
    /// `[f(a=1), g()]`: Llama 3.2 and 4, Gemma 3.
    Pythonic = 2,
    /// `[TOOL_CALLS] [{"name": "f", "arguments": {}}]` and `[TOOL_CALLS]f[ARGS]{}`: Mistral.
    Mistral = 3,
    /// `<|tool_call_start|>[f(a=1)]<|tool_call_end|>`: LFM2.
    Lfm2 = 4,
    /// A fenced block `tool_code` with `f(a=1)`: Gemma 3.
    GemmaCode = 5,
    /// `<start_function_call>call:f{a:1}<end_function_call>`: FunctionGemma.
    FunctionGemma = 6,
    /// `<|tool_call>call:f{a:1}<tool_call|>`: Gemma 4.
    Gemma4 = 7,
    /// `<|tool_call|>[{"name": "f", "arguments": {}}]`: Granite 3.
    Granite = 8,
    /// JSON alone, as in the requests and answers of the OpenAI interface.
    Json = 9,
    /// `<tool_call><function=f><parameter=a>1</parameter></function></tool_call>`: Qwen 3.5,
    /// Qwen3-Coder.
    QwenXml = 10,
}

impl Dialect {
    /// Every dialect, each at the place of its number.
    pub const ALL: [Dialect; 11] = [
        Dialect::Hermes,
        Dialect::LlamaJson,
        Dialect::Pythonic,
        Dialect::Mistral,
        Dialect::Lfm2,
        Dialect::GemmaCode,
        Dialect::FunctionGemma,
        Dialect::Gemma4,
        Dialect::Granite,
        Dialect::Json,
        Dialect::QwenXml,
    ];

    /// The name that reports use.
    pub fn name(self) -> &'static str {
        match self {
            Dialect::Hermes => "hermes",
            Dialect::LlamaJson => "llama-json",
            Dialect::Pythonic => "pythonic",
            Dialect::Mistral => "mistral",
            Dialect::Lfm2 => "lfm2",
            Dialect::GemmaCode => "gemma-code",
            Dialect::FunctionGemma => "functiongemma",
            Dialect::Gemma4 => "gemma-4",
            Dialect::Granite => "granite",
            Dialect::Json => "json",
            Dialect::QwenXml => "qwen-xml",
        }
    }

    /// The number under which it is stored.
    pub fn to_u8(self) -> u8 {
        self as u8
    }

    /// The dialect that is stored under `number`.
    pub fn from_u8(number: u8) -> Option<Dialect> {
        Dialect::ALL.get(usize::from(number)).copied()
    }
}
