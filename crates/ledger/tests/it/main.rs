//! Tests of the audit log through its public interface, on both engines.

#[cfg(test)]
mod batch;
#[cfg(test)]
mod crash;
#[cfg(test)]
mod delivery;
#[cfg(test)]
mod events;
#[cfg(test)]
mod journal;
#[cfg(test)]
mod lost_answers;
#[cfg(test)]
mod query;
#[cfg(test)]
mod record;
#[cfg(test)]
mod replay;
#[cfg(test)]
mod tamper;
