//! The pages, one folder an area: `mod.rs` holds the page, `api.rs` its server functions.

pub mod access;
pub mod account;
pub mod audit;
pub mod catalog;
pub mod connectors;
#[cfg(feature = "gallery")]
pub mod gallery;
pub mod groups;
pub mod home;
pub mod inbox;
pub mod keys;
pub mod not_found;
pub mod notifications;
pub mod requests;
pub mod rules;
pub mod servers;
pub mod session;
pub mod users;
