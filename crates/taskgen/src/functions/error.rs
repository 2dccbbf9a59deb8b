//! Why a file gives no functions.

/// Why a file gives no functions. The message names the remedy.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FunctionsError {
    /// It is not JSON.
    #[error(
        "is not JSON: {0}; an OpenAPI document in YAML must be converted to JSON, as any YAML tool does"
    )]
    NotJson(String),
    /// It is JSON of another form.
    #[error(
        "holds no functions: give what an MCP server answers to tools/list ({{\"tools\": [...]}}, also \
         in a JSON-RPC response), an OpenAPI 3 document, or a list of functions with name, description \
         and parameters"
    )]
    NoFunctions,
    /// It is an OpenAPI document of another version.
    #[error("is of OpenAPI version {0}, and 3.x is read: convert it")]
    OpenApiVersion(String),
    /// A function that was chosen is not there.
    #[error("has no function {0}; it has {1}")]
    NotThere(String, String),
}
