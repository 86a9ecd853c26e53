//! What people of the demonstration asked for, and what became of it: requests in every state.

use chrono::TimeDelta;
use domain::{Approval, AuditAction, AuthKind, Rejection, Request, RequestState, Scope};
use store::Tx;

use super::people::Who;
use super::requests::{access_request, approve, catalog_request, existing, history, put, reject, server_request, test};
use super::servers::Which;
use super::stage::Stage;
use crate::Result;
use crate::requests::request_event;

pub(super) async fn write(stage: &mut Stage<'_>, tx: &mut Tx) -> Result<()> {
    approved(stage, tx).await?;
    rejected(stage, tx).await?;
    withdrawn(stage, tx).await?;
    pending(stage, tx).await
}

async fn approved(stage: &mut Stage<'_>, tx: &mut Tx) -> Result<()> {
    let at = stage.day(29, 15, 30);
    let reasons = [
        "Stand-ups begin with ten minutes of reading tickets aloud.",
        "Summaries of open issues by team, and new ones from meeting notes.",
        "An hour a week for everybody in the product teams.",
        "Notifications by mail, which nobody reads.",
    ];
    let request = server_request(stage, Who::Mira, at, "Issue tracker", String::new(), reasons);
    let approval = Approval {
        scope: Scope::Server,
        definitions_digest: stage.report.definitions_digest.clone(),
        ends_at: None,
        notes: "The whole team gets it by its group.".to_owned(),
        allow_private: false,
        slug: None,
    };
    let request = existing(stage, request, Which::Issues);
    approve(stage, tx, Who::Mira, Who::Astrid, request, Which::Issues, approval).await?;

    let at = stage.day(21, 14, 12);
    let reasons = [
        "Dispatch plans around storms a day too late.",
        "Weather along tomorrow's routes.",
        "Fewer trucks that wait at the wrong harbour.",
        "The public forecast, which knows nothing about our routes.",
    ];
    let request = server_request(stage, Who::Henrik, at, "Route weather", String::new(), reasons);
    let approval = Approval { notes: String::new(), ..whole(stage) };
    let request = existing(stage, request, Which::Weather);
    approve(stage, tx, Who::Henrik, Who::Jonas, request, Which::Weather, approval).await?;

    let at = stage.day(13, 10, 2);
    let reasons = [
        "Booking bugs reach us through the customer desk, without the details.",
        "Look up the ticket behind a bug and open one for the customer.",
        "A day less until a customer hears from us.",
        "Asking support for screenshots.",
    ];
    let request = access_request(stage, Who::Alex, at, Which::Desk, reasons);
    let tools = stage.offered(&["search_issues", "create_issue"]);
    let request = Request { tools: tools.clone(), ..request };
    let approval = Approval {
        scope: Scope::Tools(tools),
        definitions_digest: None,
        ends_at: Some(stage.now + TimeDelta::days(47)),
        notes: "For this project; ask again when it goes on.".to_owned(),
        allow_private: false,
        slug: None,
    };
    approve(stage, tx, Who::Alex, Who::Astrid, request, Which::Desk, approval).await
}

fn whole(stage: &Stage<'_>) -> Approval {
    Approval {
        scope: Scope::Server,
        definitions_digest: stage.report.definitions_digest.clone(),
        ends_at: None,
        notes: String::new(),
        allow_private: false,
        slug: None,
    }
}

async fn rejected(stage: &mut Stage<'_>, tx: &mut Tx) -> Result<()> {
    let at = stage.day(19, 11, 40);
    let reasons = [
        "Logs are passed around as attachments.",
        "Share a log with a colleague from the editor.",
        "Some minutes a day.",
        "The project files, where nobody looks.",
    ];
    let url = "https://mcp.pastebin.example/mcp".to_owned();
    let request = server_request(stage, Who::Alex, at, "Paste bin", url, reasons);
    let rejection = Rejection {
        issue: "Everything that is pasted there is public, and logs hold names of customers.".to_owned(),
        what_to_fix: "Use a place inside our network, and ask again with the address of that one.".to_owned(),
        alternatives: "Project files can hold logs, and only people of the project can read them.".to_owned(),
        contact: "jonas@demo.example".to_owned(),
        reason: String::new(),
    };
    reject(stage, tx, Who::Alex, Who::Jonas, request, rejection).await?;

    let at = stage.day(16, 9, 15);
    let reasons = ["Questions about refunds need the booking history.", "Look up a booking by its number.", "", ""];
    let request = access_request(stage, Who::Daniel, at, Which::Warehouse, reasons);
    let rejection = Rejection {
        issue: "The warehouse holds the revenue of all customers, not single bookings.".to_owned(),
        what_to_fix: "Name the fields that you need; the data team can offer a view of them.".to_owned(),
        alternatives: "The customer desk shows the bookings of a ticket.".to_owned(),
        contact: "samir@demo.example".to_owned(),
        reason: String::new(),
    };
    reject(stage, tx, Who::Daniel, Who::Astrid, request, rejection).await?;

    let at = stage.day(9, 16, 22);
    let reasons = [
        "Posts are planned in a spreadsheet.",
        "Plan posts for four channels.",
        "An afternoon a week.",
        "The scheduler of each channel.",
    ];
    let url = "https://mcp.social-scheduler.example/mcp".to_owned();
    let request = server_request(stage, Who::Noor, at, "Social scheduler", url, reasons);
    let reason = "The vendor asks for the passwords of our channels. Ask them for sign-in by token, then send the \
                  request again with a link to their documentation."
        .to_owned();
    let rejection = Rejection { reason, ..Rejection::default() };
    reject(stage, tx, Who::Noor, Who::Jonas, request, rejection).await
}

async fn withdrawn(stage: &mut Stage<'_>, tx: &mut Tx) -> Result<()> {
    let at = stage.day(7, 10, 30);
    let reasons = [
        "Similar routes are found by comparing tables by eye.",
        "Search for routes that resemble a given one.",
        "Better forecasts for new routes.",
        "A table of distances, which does not know about seasons.",
    ];
    let url = "https://vectors.demo.example/mcp".to_owned();
    let request = server_request(stage, Who::Samir, at, "Vector search", url, reasons);
    let back = at + TimeDelta::hours(27);
    let request = Request { state: RequestState::Withdrawn, updated_at: back, ..request };
    put(stage, tx, Who::Samir, &request, false).await?;
    history(tx, &request, back, &request.requester_name, "Withdrawn", None).await?;
    let event = request_event(stage.event(back, Who::Samir, AuditAction::ServerRequestWithdrawn), &request);
    stage.record(back, event);
    Ok(())
}

async fn pending(stage: &mut Stage<'_>, tx: &mut Tx) -> Result<()> {
    let at = stage.day(2, 13, 24);
    let reasons = [
        "Reviews of infrastructure changes take a day because nobody sees the open pull requests.",
        "Ask for the pull requests that touch the cluster, and what their checks say.",
        "Half a day less until a change is live.",
        "The command line tool, which needs a token on every laptop.",
    ];
    if let Some(request) = catalog_request(stage, Who::Tomasz, at, "com.github/mcp", reasons) {
        put(stage, tx, Who::Tomasz, &request, true).await?;
    }

    let at = stage.day(1, 9, 47);
    let reasons = [
        "The weekly quality report counts bugs by hand.",
        "Search issues by label and week; nothing is written.",
        "Two hours a week.",
        "An export by mail, which is always out of date.",
    ];
    let request = access_request(stage, Who::Elena, at, Which::Issues, reasons);
    let request = Request { tools: stage.offered(&["search_issues"]), ..request };
    put(stage, tx, Who::Elena, &request, true).await?;

    let at = stage.ago(5 * 60 + 12);
    let reasons = [
        "The ferry line is cancelled and four hundred customers wait for an answer today.",
        "Read the transcripts of today's calls and draft answers.",
        "Every customer hears from us before the evening.",
        "Listening to the recordings, which takes as long as the calls did.",
    ];
    let request = server_request(stage, Who::Priya, at, "Call transcripts", stage.url("call-transcripts"), reasons);
    let request = Request {
        description: "Transcripts of the calls that the support lines took.".to_owned(),
        auth: AuthKind::ApiKey,
        header_names: vec!["X-Api-Key".to_owned()],
        urgent: true,
        ..request
    };
    put(stage, tx, Who::Priya, &request, true).await?;
    test(stage, tx, Who::Jonas, &request, stage.ago(4 * 60 + 40)).await?;

    let at = stage.ago(3 * 60 + 5);
    let reasons = [
        "Documentation of the libraries we use is spread over many repositories.",
        "Ask how a function of a public library is meant to be used.",
        "Fewer interruptions of colleagues who know it by heart.",
        "Searching the web by hand.",
    ];
    if let Some(request) = catalog_request(stage, Who::Alex, at, "com.deepwiki/mcp", reasons) {
        put(stage, tx, Who::Alex, &request, true).await?;
    }
    Ok(())
}
