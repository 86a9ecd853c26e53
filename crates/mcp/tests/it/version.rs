use mcp::{Generation, ProtocolVersion};

#[test]
fn versions_are_ordered_and_named() {
    let all = ProtocolVersion::ALL;
    assert!(all.windows(2).all(|pair| pair[0] < pair[1]));
    for version in all {
        assert_eq!(version.as_str().parse(), Ok(version));
        assert_eq!(version.to_string(), version.as_str());
        assert_eq!(serde_json::to_string(&version).unwrap(), format!("\"{version}\""));
        assert_eq!(serde_json::from_str::<ProtocolVersion>(&format!("\"{version}\"")).unwrap(), version);
    }
    assert_eq!(all.last(), Some(&ProtocolVersion::LATEST));
    assert!("2025-11-26".parse::<ProtocolVersion>().unwrap_err().to_string().contains("2026-07-28"));
    assert!(ProtocolVersion::parse("2026-07-28 ").is_none());
}

#[test]
fn features_belong_to_revisions() {
    let having = |feature: fn(ProtocolVersion) -> bool| -> Vec<&str> {
        ProtocolVersion::ALL.into_iter().filter(|version| feature(*version)).map(ProtocolVersion::as_str).collect()
    };
    assert_eq!(having(ProtocolVersion::allows_batches), ["2025-03-26"]);
    assert_eq!(having(ProtocolVersion::has_sessions), ["2025-03-26", "2025-06-18", "2025-11-25"]);
    assert_eq!(having(ProtocolVersion::has_get_stream), ["2025-03-26", "2025-06-18", "2025-11-25"]);
    assert_eq!(having(ProtocolVersion::has_initialize).len(), 4);
    assert_eq!(having(ProtocolVersion::has_server_requests).len(), 4);
    assert_eq!(having(ProtocolVersion::requires_version_header), ["2025-06-18", "2025-11-25", "2026-07-28"]);
    assert_eq!(having(ProtocolVersion::requires_mirrored_headers), ["2026-07-28"]);
    assert_eq!(having(ProtocolVersion::has_result_type), ["2026-07-28"]);
    assert_eq!(having(ProtocolVersion::is_http_sse), ["2024-11-05"]);
    assert_eq!(ProtocolVersion::LATEST_LEGACY.generation(), Generation::Legacy);
    assert_eq!(ProtocolVersion::LATEST.generation(), Generation::Modern);
}

#[test]
fn initialize_gets_what_it_asks_for_or_the_newest_legacy_version() {
    assert_eq!(ProtocolVersion::negotiate_legacy("2025-06-18"), ProtocolVersion::V2025_06_18);
    assert_eq!(ProtocolVersion::negotiate_legacy("2026-07-28"), ProtocolVersion::LATEST_LEGACY);
    assert_eq!(ProtocolVersion::negotiate_legacy("nonsense"), ProtocolVersion::LATEST_LEGACY);
}
