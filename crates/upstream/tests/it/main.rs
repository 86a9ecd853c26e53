//! Connection tests against real servers: the fixture in every generation, its broken relatives, and scripted ones.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod credentials;
mod definitions;
mod eras;
mod failures;
mod http_sse;
mod lists;
mod script;

use std::time::Duration;

use domain::{TestReport, TestStep, TestStepKind, TestStepState, Transport};
use net::{Net, Reach, Settings};
use secrecy::SecretString;
use testkit::env::MockEnv;
use upstream::{Limits, Target};

fn net() -> Net {
    Net::new(Settings { allow_loopback: true, ..Settings::default() }).unwrap()
}

fn target(url: impl Into<String>) -> Target {
    Target { url: url.into(), transport: Transport::StreamableHttp, reach: Reach::Public, headers: Vec::new() }
}

fn target_with(url: impl Into<String>, header: &str, value: &str) -> Target {
    let headers = vec![(header.to_owned(), SecretString::from(value.to_owned()))];
    Target { headers, ..target(url) }
}

async fn run(target: &Target) -> TestReport {
    run_within(target, &Limits::default()).await
}

async fn run_within(target: &Target, limits: &Limits) -> TestReport {
    spawnable(upstream::test(&net(), target, &MockEnv::new(7), limits)).await
}

/// A test can run in a task of its own.
fn spawnable<F: Future + Send>(test: F) -> F {
    test
}

/// For servers that never answer.
fn impatient() -> Limits {
    Limits { step: Duration::from_millis(400), ..Limits::default() }
}

/// The report of a test that must succeed.
#[track_caller]
fn success(report: TestReport) -> TestReport {
    assert!(report.ok, "{:#?}", report.steps);
    assert_eq!(report.failure(), None);
    assert!(report.definitions_digest.is_some() && report.protocol_version.is_some());
    report
}

/// The failing step of a test that must fail there, with these words. Nothing may be left of what it found, and no
/// step behind it may have run.
#[track_caller]
fn failure(report: &TestReport, step: TestStepKind, detail: &str, advice: &str) -> TestStep {
    assert!(!report.ok && report.definitions_digest.is_none(), "{report:#?}");
    assert!(report.tools.is_empty() && report.others.is_empty());
    let failed = report.failure().expect("a failed test names the step").clone();
    assert_eq!(failed.step, step, "{:#?}", report.steps);
    assert!(failed.detail.contains(detail), "`{}` does not contain `{detail}`", failed.detail);
    let given = failed.advice.as_deref().expect("a failure comes with advice");
    assert!(given.contains(advice), "`{given}` does not contain `{advice}`");
    let order: Vec<TestStepKind> = report.steps.iter().map(|step| step.step).collect();
    assert_eq!(order, TestStepKind::ALL);
    let failures = report.steps.iter().filter(|step| step.state == TestStepState::Failed).count();
    assert_eq!(failures, 1, "{:#?}", report.steps);
    failed
}

#[track_caller]
fn states(report: &TestReport) -> [TestStepState; 5] {
    report.steps.iter().map(|step| step.state).collect::<Vec<_>>().try_into().expect("five steps")
}
