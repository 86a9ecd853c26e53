//! The one table of all settings, made from the very definitions that read them.

use std::collections::BTreeMap;

use clap::Command;

/// Every setting of every command: environment variable, flag, default, meaning.
pub(super) fn settings(root: &Command, markdown: bool) -> String {
    let mut rows = BTreeMap::new();
    collect(root, &mut rows);
    let rows: Vec<[String; 4]> =
        rows.into_iter().map(|(variable, (flag, default, help))| [variable, flag, default, help]).collect();
    if markdown {
        let head = ["| variable | flag | default | meaning |", "|---|---|---|---|"].map(str::to_owned);
        let rows = rows.into_iter().map(|[variable, flag, default, help]| {
            let default = if default.is_empty() { "—".to_owned() } else { format!("`{default}`") };
            format!("| `{variable}` | `{flag}` | {default} | {} |", help.replace('|', "\\|"))
        });
        return head.into_iter().chain(rows).collect::<Vec<_>>().join("\n");
    }
    rows.iter()
        .map(|[variable, flag, default, help]| {
            let default = if default.is_empty() { String::new() } else { format!("  (default: {default})") };
            format!("{variable}\n    {flag}{default}\n    {help}")
        })
        .collect::<Vec<_>>()
        .join("\n\n")
}

fn collect(command: &Command, rows: &mut BTreeMap<String, (String, String, String)>) {
    for argument in command.get_arguments() {
        let Some(variable) = argument.get_env().and_then(|name| name.to_str()) else { continue };
        let value = argument.get_value_names().and_then(|names| names.first()).map_or("", |name| name.as_str());
        let flag = format!("--{} {value}", argument.get_long().unwrap_or_default());
        let default =
            argument.get_default_values().iter().filter_map(|value| value.to_str()).collect::<Vec<_>>().join(",");
        let help = argument.get_help().map(ToString::to_string).unwrap_or_default();
        let row = (flag.trim().to_owned(), default, help);
        rows.entry(variable.to_owned()).or_insert(row);
    }
    for command in command.get_subcommands() {
        collect(command, rows);
    }
}
