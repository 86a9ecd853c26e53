//! A line without axes: how a number went.

use leptos::prelude::*;

/// Height of the drawing, in its own units.
const HEIGHT: f64 = 24.0;
/// Width of the drawing, likewise.
const WIDTH: f64 = 100.0;

/// How a number went, in a few centimetres. Decorative: the number stands beside it.
#[component]
pub fn Sparkline(
    /// The values, oldest first. Fewer than two draw nothing.
    values: Vec<u64>,
) -> impl IntoView {
    let points = points(&values);
    (!points.is_empty()).then(|| {
        let area = format!("0,{HEIGHT} {points} {WIDTH},{HEIGHT}");
        view! {
            <svg class="sparkline" viewBox="0 0 100 24" preserveAspectRatio="none" aria-hidden="true" focusable="false">
                <polygon class="sparkline-area" points=area></polygon>
                <polyline class="sparkline-line" points=points></polyline>
            </svg>
        }
    })
}

/// The corners of the line.
fn points(values: &[u64]) -> String {
    let last = values.len().saturating_sub(1);
    if last == 0 {
        return String::new();
    }
    let most = values.iter().copied().max().unwrap_or_default().max(1) as f64;
    let corner = |(i, value): (usize, &u64)| {
        let (x, y) = (i as f64 * WIDTH / last as f64, 1.0 + (HEIGHT - 2.0) * (1.0 - *value as f64 / most));
        format!("{x:.1},{y:.1}")
    };
    values.iter().enumerate().map(corner).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::points;

    #[test]
    fn the_line_fills_its_box() {
        assert_eq!(points(&[0, 4, 2]), "0.0,23.0 50.0,1.0 100.0,12.0");
        assert_eq!(points(&[0, 0]), "0.0,23.0 100.0,23.0");
        assert_eq!(points(&[7]), "");
        assert_eq!(points(&[]), "");
    }
}
