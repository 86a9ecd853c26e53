//! Which revision a message speaks, and whether its headers agree with its body.

use super::{HeaderError, METHOD, Mirrored, NAME, PROTOCOL_VERSION};
use crate::envelope::{Call, Envelope, Request};
use crate::method::Method;
use crate::text::excerpt;
use crate::version::{Generation, ProtocolVersion};

/// How much of a value an error message quotes, in bytes.
const QUOTE: usize = 128;

const META_VERSION: &str = "io.modelcontextprotocol/protocolVersion";
const META_CAPABILITIES: &str = "io.modelcontextprotocol/clientCapabilities";

impl Mirrored<'_> {
    /// Determines the revision of a message and checks its headers (2026-07-28 transports, "Request
    /// Metadata" and "Server Validation"; 2025-11-25 transports, "Protocol Version Header").
    ///
    /// `session` is the version that the request's own, already verified legacy session negotiated.
    /// `supported` are the versions this server is offered in; a refusal lists them, and
    /// `server/discover` should list the same ones. For `initialize` the answer is the version to reply with.
    ///
    /// * A version in `_meta` makes a request modern: the version header must be there and equal,
    ///   `clientCapabilities` must be declared, `Mcp-Method` and `Mcp-Name` must repeat the body.
    /// * Otherwise the message is legacy and speaks what its session negotiated, what the header says,
    ///   or [`ProtocolVersion::ASSUMED`].
    pub fn negotiate(
        &self,
        message: &Envelope<'_>,
        session: Option<ProtocolVersion>,
        supported: &[ProtocolVersion],
    ) -> Result<ProtocolVersion, HeaderError> {
        let header = self.version.text(PROTOCOL_VERSION)?;
        match message {
            Envelope::Request(request) => self.request(request, header, session, supported),
            Envelope::Notification(call) => self.notification(call, header, session, supported),
            Envelope::Response(_) => {
                let version = legacy(header, session, supported)?;
                match version.generation() {
                    Generation::Legacy => Ok(version),
                    Generation::Modern => Err(HeaderError::ResponseNotAllowed),
                }
            }
        }
    }

    /// The revision of a GET or DELETE, which have no body and exist in legacy revisions only.
    pub fn version_only(
        &self,
        session: Option<ProtocolVersion>,
        supported: &[ProtocolVersion],
    ) -> Result<ProtocolVersion, HeaderError> {
        legacy(self.version.text(PROTOCOL_VERSION)?, session, supported)
    }

    fn request(
        &self,
        request: &Request<'_>,
        header: Option<&str>,
        session: Option<ProtocolVersion>,
        supported: &[ProtocolVersion],
    ) -> Result<ProtocolVersion, HeaderError> {
        let call = &request.call;
        let Some(claimed) = call.params.meta.protocol_version.as_deref() else {
            if call.method == Method::Initialize {
                return initialize(call, header, supported);
            }
            let modern_header = header
                .and_then(ProtocolVersion::parse)
                .is_some_and(|version| version.generation() == Generation::Modern);
            if modern_header || call.method == Method::ServerDiscover {
                return Err(missing_meta(call));
            }
            return legacy(header, session, supported);
        };
        let header = header.ok_or(HeaderError::Missing { header: PROTOCOL_VERSION.into() })?;
        matches(PROTOCOL_VERSION, header, claimed)?;
        let version = offered(claimed, supported)?;
        if version.requires_mirrored_headers() {
            if call.params.meta.client_capabilities.is_none() {
                return Err(missing_meta(call));
            }
            self.mirrors(call)?;
        }
        Ok(version)
    }

    /// Header rules for notifications are not defined in 2026-07-28, so nothing is required, but what
    /// is sent must be true.
    fn notification(
        &self,
        call: &Call<'_>,
        header: Option<&str>,
        session: Option<ProtocolVersion>,
        supported: &[ProtocolVersion],
    ) -> Result<ProtocolVersion, HeaderError> {
        if let Some(claimed) = call.params.meta.protocol_version.as_deref() {
            let header = header.ok_or(HeaderError::Missing { header: PROTOCOL_VERSION.into() })?;
            matches(PROTOCOL_VERSION, header, claimed)?;
        }
        let version = legacy(header, session, supported)?;
        if version.requires_mirrored_headers()
            && let Some(method) = self.method.text(METHOD)?
        {
            matches(METHOD, method, call.method.as_str())?;
        }
        Ok(version)
    }

    /// `Mcp-Method` and `Mcp-Name` repeat the body.
    fn mirrors(&self, call: &Call<'_>) -> Result<(), HeaderError> {
        let method = self.method.text(METHOD)?.ok_or(HeaderError::Missing { header: METHOD.into() })?;
        matches(METHOD, method, call.method.as_str())?;
        if let Some(expected) = call.mirrored_name() {
            let name = self.name.decoded(NAME)?.ok_or(HeaderError::Missing { header: NAME.into() })?;
            matches(NAME, &name, expected)?;
        }
        Ok(())
    }
}

/// The version of a message that is not modern by its body.
fn legacy(
    header: Option<&str>,
    session: Option<ProtocolVersion>,
    supported: &[ProtocolVersion],
) -> Result<ProtocolVersion, HeaderError> {
    let Some(header) = header else {
        return match session {
            Some(version) => Ok(version),
            None if supported.contains(&ProtocolVersion::ASSUMED) => Ok(ProtocolVersion::ASSUMED),
            None => Err(HeaderError::Missing { header: PROTOCOL_VERSION.into() }),
        };
    };
    let version = offered(header, supported)?;
    match (version.generation(), session) {
        // The session was negotiated once; a later header cannot change what it speaks.
        (Generation::Legacy, Some(session)) => Ok(session),
        _ => Ok(version),
    }
}

/// `initialize` without modern `_meta`: the body names the version.
fn initialize(
    call: &Call<'_>,
    header: Option<&str>,
    supported: &[ProtocolVersion],
) -> Result<ProtocolVersion, HeaderError> {
    let requested = call.params.protocol_version.as_deref().unwrap_or_default();
    if let Some(header) = header.filter(|header| *header != requested) {
        return Err(HeaderError::InitializeMismatch { header_value: excerpt(header, QUOTE).into_owned() });
    }
    let offered = |version: &ProtocolVersion| version.has_initialize() && supported.contains(version);
    ProtocolVersion::parse(requested)
        .filter(offered)
        .or_else(|| ProtocolVersion::ALL.into_iter().rev().find(offered))
        .ok_or_else(|| unsupported(requested, supported))
}

/// The version, if the server is offered in it.
fn offered(text: &str, supported: &[ProtocolVersion]) -> Result<ProtocolVersion, HeaderError> {
    let version = ProtocolVersion::parse(text);
    if let Some(version) = version.filter(|version| supported.contains(version)) {
        return Ok(version);
    }
    let newest = supported.iter().copied().max();
    match (version.map(ProtocolVersion::generation), newest) {
        (Some(Generation::Modern), Some(newest)) if newest.generation() == Generation::Legacy => {
            Err(HeaderError::LegacyOnly { newest })
        }
        _ => Err(unsupported(text, supported)),
    }
}

fn unsupported(requested: &str, supported: &[ProtocolVersion]) -> HeaderError {
    HeaderError::UnsupportedVersion { requested: excerpt(requested, QUOTE).into_owned(), supported: supported.to_vec() }
}

fn matches(header: &'static str, header_value: &str, body_value: &str) -> Result<(), HeaderError> {
    if header_value == body_value {
        return Ok(());
    }
    Err(HeaderError::Mismatch {
        header: header.into(),
        header_value: excerpt(header_value, QUOTE).into_owned(),
        body_value: excerpt(body_value, QUOTE).into_owned(),
    })
}

fn missing_meta(call: &Call<'_>) -> HeaderError {
    let meta = &call.params.meta;
    let missing: Vec<_> =
        [(meta.protocol_version.is_none(), META_VERSION), (meta.client_capabilities.is_none(), META_CAPABILITIES)]
            .into_iter()
            .filter_map(|(missing, member)| missing.then_some(member))
            .collect();
    HeaderError::MissingMeta { members: missing.join(", ") }
}
