//! What is around every page: navigation, banners, menus, notifications, the command palette, shortcuts.

pub mod account_menu;
mod ahead;
pub mod banners;
mod bell;
#[cfg(feature = "ssr")]
pub mod document;
pub mod frame;
mod live;
pub mod nav;
pub mod newest;
pub mod overlay;
pub mod palette;
pub mod shortcuts;

pub use frame::Frame;
