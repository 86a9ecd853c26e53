//! The use cases on both engines, through the public interface.

#![expect(clippy::unwrap_used, reason = "a failed expectation is a failed test")]

mod audit;
mod cases_catalog;
mod cases_governance;
mod cases_people;
mod coverage;
mod drafts;
mod expiry;
mod explain;
mod governance;
mod governance_demo;
mod governance_requests;
mod governance_review;
mod governance_servers;
mod group_files;
mod groups;
mod home;
mod keys;
mod last_access;
mod links;
mod people;
mod rule_lists;
#[cfg(test)]
mod rule_model;
mod saved_views;
mod sign_in;
mod snapshot;
mod standing;
mod world;
