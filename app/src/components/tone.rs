//! The six meanings that a colour can have.

/// What a colour says.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Tone {
    /// Nothing in particular.
    #[default]
    Neutral,
    /// The product itself.
    Accent,
    /// Good.
    Success,
    /// Needs attention.
    Warning,
    /// Bad, or dangerous.
    Danger,
    /// Worth knowing.
    Info,
}

impl Tone {
    /// The class that sets the tone's colours for what is inside.
    pub const fn class(self) -> &'static str {
        match self {
            Self::Neutral => "tone-neutral",
            Self::Accent => "tone-accent",
            Self::Success => "tone-success",
            Self::Warning => "tone-warning",
            Self::Danger => "tone-danger",
            Self::Info => "tone-info",
        }
    }
}
