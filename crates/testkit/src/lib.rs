//! testkit

pub mod build;
pub mod db;
pub mod env;
pub mod fixture;
