//! Contract tests of the store, each on both engines, and the tests that replace compile-time checking of SQL.

#[cfg(test)]
mod kernel;
#[cfg(test)]
mod migrations;
#[cfg(test)]
mod nodes;
#[cfg(test)]
mod people;
#[cfg(test)]
mod prepare;
#[cfg(test)]
mod requests;
#[cfg(test)]
mod rule_model;
#[cfg(test)]
mod rules;
#[cfg(test)]
mod schema;
#[cfg(test)]
mod servers;
#[cfg(test)]
mod source;
#[cfg(test)]
mod sqlite;
