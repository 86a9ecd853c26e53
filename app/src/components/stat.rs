//! One number.

use leptos::prelude::*;

use super::{Icon, Sparkline, Tone};
use crate::text::components as text;

/// A number against the one before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Delta {
    /// Now.
    pub now: u64,
    /// In the period before.
    pub before: u64,
    /// More is good; otherwise more is bad.
    pub more_is_good: Option<bool>,
    /// What it is compared with, in words.
    pub with: &'static str,
}

impl Delta {
    /// The change in words, with its icon and tone; nothing when there is nothing to compare with.
    fn shown(self) -> Option<(String, &'static str, Tone)> {
        let Self { now, before, more_is_good, .. } = self;
        if before == 0 {
            return None;
        }
        let difference = now.abs_diff(before);
        let percent = (difference * 100 + before / 2) / before;
        let (words, icon) = match now.cmp(&before) {
            std::cmp::Ordering::Equal => return Some((text::delta_same().to_owned(), "minus", Tone::Neutral)),
            std::cmp::Ordering::Greater => (text::delta_more(percent), "trending-up"),
            std::cmp::Ordering::Less => (text::delta_less(percent), "trending-down"),
        };
        let tone = match more_is_good {
            None => Tone::Neutral,
            Some(good) if good == (now > before) => Tone::Success,
            Some(_) => Tone::Danger,
        };
        Some((words, icon, tone))
    }
}

/// A number with its name, how it compares and how it went, and a way to what is behind it.
#[component]
pub fn StatCard(
    /// What is counted.
    #[prop(into)]
    label: String,
    /// The number.
    #[prop(into)]
    value: String,
    /// What puts it in relation.
    #[prop(optional, into)]
    hint: Option<String>,
    /// How it compares with the period before.
    #[prop(optional_no_strip)]
    delta: Option<Delta>,
    /// How it went, oldest first.
    #[prop(optional)]
    trend: Vec<u64>,
    /// What is behind it.
    #[prop(optional, into)]
    href: Option<String>,
    /// What the colour of the hint says.
    #[prop(optional)]
    tone: Tone,
) -> impl IntoView {
    let label = match href {
        Some(href) => view! { <a class="stat-label row-link" href=href>{label}</a> }.into_any(),
        None => view! { <span class="stat-label">{label}</span> }.into_any(),
    };
    let (delta, against) = match delta.and_then(|delta| delta.shown().zip(Some(delta.with))) {
        Some(((words, icon, tone), with)) => (
            Some(view! { <span class=format!("stat-delta {}", tone.class())><Icon name=icon/>{words}</span> }),
            Some(view! { <span class="stat-against">{with}</span> }),
        ),
        None => (None, None),
    };
    view! {
        <div class=format!("stat {}", tone.class())>
            {label}
            <span class="stat-row">
                <span class="stat-value num">{value}</span>
                {delta}
            </span>
            {against}
            {hint.map(|hint| view! { <span class="stat-hint">{hint}</span> })}
            <Sparkline values=trend/>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_are_told_in_words() {
        let shown = |now, before, good| Delta { now, before, more_is_good: good, with: "yesterday" }.shown();
        assert_eq!(shown(12, 10, Some(true)), Some(("20 % more".to_owned(), "trending-up", Tone::Success)));
        assert_eq!(shown(5, 10, Some(true)), Some(("50 % less".to_owned(), "trending-down", Tone::Danger)));
        assert_eq!(shown(5, 10, Some(false)).map(|(.., tone)| tone), Some(Tone::Success));
        assert_eq!(shown(10, 10, None), Some(("as before".to_owned(), "minus", Tone::Neutral)));
        assert_eq!(shown(10, 0, None), None);
    }
}
