//! What every page imports.

pub use domain;
pub use leptos::either::Either;
pub use leptos::prelude::*;
pub use leptos_router::hooks::use_navigate;

pub use crate::areas::parts;
pub use crate::cells;
pub use crate::components::*;
pub use crate::context::{can, context, me, posted};
pub use crate::error::{AppError, sentence};
pub use crate::format::{count, exact, latency, number, relative};
pub use crate::text;
pub use crate::url::{
    close_dialog, dialog_target, here, href_with, link, open_dialog, open_dialog_for, param, query, query_as,
};
pub use crate::wire::{Later, Loaded, load, load_checked, load_unless, load_when};
