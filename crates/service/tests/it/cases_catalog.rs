//! What somebody who asks for access to a server sees of it.

use crate::coverage::{Case, Leaves, Needs, case};

pub(crate) fn cases() -> Vec<Case> {
    vec![case!("requestable", Needs::Account, Leaves::Nothing, |s, c, x| s.requestable(c, x.server))]
}
