//! What the people of the demonstration do all day: who calls which tools of which server, with what, and what comes
//! back.

use super::people::Who;
use super::servers::Which;

/// Somebody who works with some tools of a server.
#[derive(Clone, Copy)]
pub(super) struct Route {
    pub(super) who: Who,
    pub(super) which: Which,
    pub(super) tools: &'static [&'static str],
    /// How often, beside the others.
    pub(super) weight: usize,
    /// The days ago between which it happens: from below the first, to the second.
    pub(super) from: i64,
    pub(super) until: i64,
}

const fn route(who: Who, which: Which, tools: &'static [&'static str], weight: usize, from: i64) -> Route {
    Route { who, which, tools, weight, from, until: 0 }
}

pub(super) const ROUTES: &[Route] = &[
    route(Who::Alex, Which::Issues, &["search_issues", "search_issues", "create_issue"], 6, 28),
    route(Who::Alex, Which::Files, &["read_file", "read_file", "write_file"], 5, 28),
    route(Who::Alex, Which::Desk, &["search_issues"], 2, 12),
    route(Who::Alex, Which::Handbook, &["read_file"], 1, 28),
    route(Who::Mira, Which::Issues, &["search_issues", "create_issue"], 5, 28),
    route(Who::Mira, Which::Files, &["read_file"], 2, 28),
    route(Who::Tomasz, Which::Files, &["read_file", "write_file"], 5, 28),
    route(Who::Tomasz, Which::Issues, &["search_issues", "create_issue"], 3, 28),
    Route { until: 6, ..route(Who::Felix, Which::Issues, &["search_issues"], 2, 28) },
    route(Who::Elena, Which::Warehouse, &["search_issues", "add", "add"], 5, 28),
    route(Who::Elena, Which::Handbook, &["search_issues"], 1, 28),
    route(Who::Samir, Which::Warehouse, &["search_issues", "add", "echo"], 5, 28),
    route(Who::Henrik, Which::Weather, &["get_weather"], 6, 20),
    Route { until: 6, ..route(Who::Henrik, Which::Warehouse, &["search_issues"], 2, 17) },
    route(Who::Priya, Which::Desk, &["search_issues", "search_issues", "read_file"], 6, 28),
    Route { until: 4, ..route(Who::Priya, Which::Desk, &["create_issue"], 2, 28) },
    route(Who::Daniel, Which::Desk, &["search_issues", "read_file"], 4, 20),
    Route { until: 9, ..route(Who::Lucia, Which::Payroll, &["read_file"], 2, 25) },
    route(Who::Lucia, Which::Handbook, &["search_issues"], 1, 28),
    route(Who::Noor, Which::Handbook, &["search_issues", "read_file"], 2, 28),
    route(Who::Noor, Which::Weather, &["get_weather"], 1, 17),
    route(Who::Greta, Which::Handbook, &["read_file", "echo"], 2, 28),
];

/// AI clients by name and version; everybody keeps to one.
pub(super) const CLIENTS: &[(&str, &str)] = &[
    ("claude-code", "2.1.37"),
    ("claude-code", "2.1.35"),
    ("cursor-vscode", "1.0.0"),
    ("Visual Studio Code", "1.112.0"),
];

/// Arguments of a call and what came back.
#[derive(Clone, Copy)]
pub(super) struct Sample {
    pub(super) tool: &'static str,
    pub(super) args: &'static str,
    pub(super) result: &'static str,
}

impl Sample {
    /// For tools that are not among the samples.
    pub(super) const UNKNOWN: Self =
        Self { tool: "", args: "{}", result: r#"{"content":[{"type":"text","text":"done"}],"isError":false}"# };
}

pub(super) const SAMPLES: &[Sample] = &[
    Sample {
        tool: "search_issues",
        args: r#"{"query":"csv","limit":10}"#,
        result: r#"{"content":[{"type":"text","text":"issue 102: Export to CSV loses umlauts (open)"}],"isError":false,"structuredContent":{"total":1,"issues":[{"number":102,"title":"Export to CSV loses umlauts","state":"open"}]}}"#,
    },
    Sample {
        tool: "search_issues",
        args: r#"{"query":"login"}"#,
        result: r#"{"content":[{"type":"text","text":"issue 101: Login page is slow on first load (open)"}],"isError":false,"structuredContent":{"total":1,"issues":[{"number":101,"title":"Login page is slow on first load","state":"open"}]}}"#,
    },
    Sample {
        tool: "search_issues",
        args: r#"{"query":"refund","limit":5}"#,
        result: r#"{"content":[{"type":"text","text":"nothing found"}],"isError":false,"structuredContent":{"total":0,"issues":[]}}"#,
    },
    Sample {
        tool: "create_issue",
        args: r#"{"title":"Webhook retries never stop","labels":["bug"]}"#,
        result: r#"{"content":[{"type":"text","text":"issue 118: opened"}],"isError":false,"structuredContent":{"number":118,"state":"open"}}"#,
    },
    Sample {
        tool: "create_issue",
        args: r#"{"title":"Ferry times are an hour off","body":"Seen by two customers this morning."}"#,
        result: r#"{"content":[{"type":"text","text":"issue 121: opened"}],"isError":false,"structuredContent":{"number":121,"state":"open"}}"#,
    },
    Sample {
        tool: "read_file",
        args: r#"{"path":"README.md"}"#,
        result: r##"{"content":[{"type":"text","text":"# Payments\n\nTakes money and says thank you.\n"}],"isError":false}"##,
    },
    Sample {
        tool: "read_file",
        args: r#"{"path":"config/app.toml"}"#,
        result: r#"{"content":[{"type":"text","text":"port = 8080\nworkers = 4\n"}],"isError":false}"#,
    },
    Sample {
        tool: "write_file",
        args: r#"{"path":"notes/todo.txt","content":"answer Maria\n"}"#,
        result: r#"{"content":[{"type":"text","text":"13 bytes written to notes/todo.txt"}],"isError":false}"#,
    },
    Sample {
        tool: "delete_file",
        args: r#"{"path":"notes/todo.txt"}"#,
        result: r#"{"content":[{"type":"text","text":"notes/todo.txt deleted"}],"isError":false}"#,
    },
    Sample {
        tool: "get_weather",
        args: r#"{"city":"Gothenburg"}"#,
        result: r#"{"content":[{"type":"text","text":"windy, 9 degrees"}],"isError":false,"structuredContent":{"city":"Gothenburg","temperature_celsius":9,"conditions":"windy"}}"#,
    },
    Sample {
        tool: "get_weather",
        args: r#"{"city":"Kiel"}"#,
        result: r#"{"content":[{"type":"text","text":"rainy, 12 degrees"}],"isError":false,"structuredContent":{"city":"Kiel","temperature_celsius":12,"conditions":"rainy"}}"#,
    },
    Sample {
        tool: "add",
        args: r#"{"a":418.5,"b":1204}"#,
        result: r#"{"content":[{"type":"text","text":"1622.5"}],"isError":false,"structuredContent":{"sum":1622.5}}"#,
    },
    Sample {
        tool: "echo",
        args: r#"{"message":"is the warehouse there?"}"#,
        result: r#"{"content":[{"type":"text","text":"is the warehouse there?"}],"isError":false}"#,
    },
];

/// Errors, and the results that carry them where there are any.
pub(super) const FAILURES: &[(&str, &str)] = &[
    (
        "the tool reported an error",
        r#"{"content":[{"type":"text","text":"there is no file docs/plan-2024.md"}],"isError":true}"#,
    ),
    (
        "the tool reported an error",
        r#"{"content":[{"type":"text","text":"the index is being rebuilt, ask again later"}],"isError":true}"#,
    ),
    ("-32602: limit must be at most 100", ""),
    ("the server did not answer in time", ""),
];
