//! Translation between the two generations of MCP, for clients and servers that share none.
//!
//! Like everything here it works on bytes: a message is changed only where the generations differ, so
//! member order, spelling and unknown members survive. What a translation adds it adds in front, and the
//! opposite translation takes it away without a trace. Sessions, streams and timeouts are the caller's.
//!
//! | Legacy client, modern server | Modern client, legacy server |
//! |---|---|
//! | [`discover_request`], [`initialize_result`] | [`initialize_request`], [`initialized_notification`], [`discover_result`] |
//! | [`request_to_modern`], [`modern_headers`], [`ParamHeaders`] | [`request_to_legacy`] |
//! | [`response_to_legacy`], [`notification_to_legacy`] | [`response_to_modern`], [`notification_to_modern`] |
//! | [`input_requests`], [`input_as_request`], [`retry_with_input`] | [`input_required_response`], [`url_elicitation`], [`input_responses`], [`response_to_server`] |
//! | [`listen_request`] | [`acknowledged`], [`subscription_ended`], [`resource_subscription`], [`set_level_request`], [`cancelled_notification`] |
//!
//! Not translated, because the generations have nothing in common there: the experimental tasks of
//! 2025-11-25 (hidden) and the tasks extension (hidden from whoever is behind a bridge).

mod capabilities;
mod handshake;
mod identity;
mod input;
mod messages;
mod meta;
mod param_headers;
mod to_legacy;
mod to_modern;

pub use handshake::{
    discover_request, discover_result, initialize_request, initialize_result, initialized_notification,
};
pub use identity::ClientIdentity;
pub use input::{
    InputRequest, input_as_request, input_requests, input_required_response, input_responses, response_to_server,
    retry_with_input, url_elicitation,
};
pub use messages::{
    acknowledged, cancelled_notification, listen_request, resource_subscription, set_level_request, subscription_ended,
};
pub use param_headers::ParamHeaders;
pub use to_legacy::{notification_to_legacy, request_to_legacy, response_to_legacy};
pub use to_modern::{ModernHeaders, modern_headers, notification_to_modern, request_to_modern, response_to_modern};
