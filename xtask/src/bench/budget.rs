//! The bars that measurements are held against, and the aims behind them.

use super::report::{Section, maybe, number};

#[derive(Debug, Clone, Copy)]
pub(super) enum Better {
    Less,
    More,
}

/// One bar.
#[derive(Debug, Clone)]
pub(super) struct Budget {
    pub(super) what: String,
    pub(super) measured: Option<f64>,
    pub(super) bar: f64,
    pub(super) aim: f64,
    pub(super) better: Better,
}

impl Budget {
    pub(super) fn less(what: impl Into<String>, measured: Option<f64>, bar: f64, aim: f64) -> Self {
        Self { what: what.into(), measured, bar, aim, better: Better::Less }
    }

    pub(super) fn more(what: impl Into<String>, measured: Option<f64>, bar: f64, aim: f64) -> Self {
        Self { what: what.into(), measured, bar, aim, better: Better::More }
    }

    fn verdict(&self) -> &'static str {
        let Some(measured) = self.measured else { return "not measured" };
        let meets = |limit: f64| match self.better {
            Better::Less => measured <= limit,
            Better::More => measured >= limit,
        };
        if meets(self.aim) {
            "aim met"
        } else if meets(self.bar) {
            "bar met"
        } else {
            "MISSED"
        }
    }
}

/// All bars in one table.
pub(super) fn section(budgets: &[Budget]) -> Section {
    let head = ["what", "measured", "bar", "aim", "verdict"];
    let mut section = Section::new("Bars", "", &head);
    for budget in budgets {
        section.row([
            budget.what.clone(),
            maybe(budget.measured),
            number(budget.bar),
            number(budget.aim),
            budget.verdict().to_owned(),
        ]);
    }
    section
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_is_met_from_its_own_side() {
        let less = |measured| Budget::less("x", measured, 80.0, 50.0).verdict();
        assert_eq!(less(Some(50.0)), "aim met");
        assert_eq!(less(Some(80.0)), "bar met");
        assert_eq!(less(Some(80.1)), "MISSED");
        assert_eq!(less(None), "not measured");
        let more = |measured| Budget::more("x", Some(measured), 0.5, 0.7).verdict();
        assert_eq!((more(0.7), more(0.6), more(0.4)), ("aim met", "bar met", "MISSED"));
    }
}
