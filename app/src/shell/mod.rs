//! What is around every page: navigation, banners, the person's menu.

pub mod account_menu;
pub mod banners;
#[cfg(feature = "ssr")]
pub mod document;
pub mod frame;
pub mod nav;

pub use frame::Frame;
