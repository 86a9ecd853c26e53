//! Headers that a tool wants its arguments mirrored into.

use crate::headers::{BindingError, HeaderError, Mirrored, ParamBinding, param_bindings, param_headers};
use crate::raw::Raw;

/// Which arguments of a tool are mirrored as `Mcp-Param-*` (2026-07-28 transports, "Custom Headers from
/// Tool Parameters"), for calls that the gateway sends in the name of a client that does not know of it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ParamHeaders {
    bindings: Vec<ParamBinding>,
}

impl ParamHeaders {
    /// Reads a tool's definition. A tool with invalid annotations must not be offered.
    pub fn of_tool(tool: Raw<'_>) -> Result<Self, BindingError> {
        let bindings = tool.get("inputSchema").map(param_bindings).transpose()?.unwrap_or_default();
        Ok(Self { bindings })
    }

    /// Names and encoded values of the headers for a call with these arguments.
    pub fn headers(&self, arguments: Option<Raw<'_>>) -> Vec<(String, String)> {
        param_headers(&self.bindings, arguments)
    }

    /// Checks the headers of a call with these arguments, for a server that does not.
    ///
    /// # Errors
    /// As [`Mirrored::check_params`].
    pub fn check(&self, headers: &Mirrored<'_>, arguments: Option<Raw<'_>>) -> Result<(), HeaderError> {
        headers.check_params(&self.bindings, arguments)
    }

    /// Whether the tool mirrors nothing.
    pub fn is_empty(&self) -> bool {
        self.bindings.is_empty()
    }
}
