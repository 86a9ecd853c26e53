//! Which URLs may be used at all.

use net::{NetError, Reach};

use crate::{development, strict};

fn why(error: NetError) -> String {
    match error {
        NetError::BadUrl { why } => why,
        other => panic!("expected a bad URL, got {other:?}"),
    }
}

#[test]
fn unusable_urls_are_refused_with_the_reason() {
    let net = development();
    for (url, words) in [
        ("", "empty"),
        ("   ", "empty"),
        ("mcp.example.com/mcp", "https://"),
        ("/mcp", "https://"),
        ("ftp://example.com/", "`ftp`"),
        ("file:///etc/passwd", "`file`"),
        ("gopher://127.0.0.1:70/", "`gopher`"),
        ("javascript:alert(1)", "`javascript`"),
        ("https://", "host"),
        ("https://user@example.com/", "user name"),
        ("https://user:secret@example.com/", "user name"),
        ("https://example.com/mcp#part", "fragment"),
        ("https://example.com:0/", "port"),
        ("https://example.com:99999/", "port"),
        ("https://./", "host"),
        ("https://exa mple.com/", "domain"),
        ("https://[::1/", "IPv6"),
    ] {
        let error = net.check(url, Reach::Private).expect_err(url);
        assert!(!error.to_string().contains("secret"), "the reason repeats a password: {error}");
        let why = why(error);
        assert!(why.contains(words), "{url}: {why}");
    }
    let long = format!("https://example.com/{}", "a".repeat(2048));
    assert!(why(net.check(&long, Reach::Public).unwrap_err()).contains("2048"));
}

#[test]
fn plain_http_needs_loopback_or_an_administrator() {
    let (strict, development) = (strict(), development());
    for url in ["http://example.com/mcp", "http://1.1.1.1/"] {
        assert!(why(strict.check(url, Reach::Public).unwrap_err()).contains("https"), "{url}");
        assert!(why(development.check(url, Reach::Public).unwrap_err()).contains("https"), "{url}");
        strict.check(url, Reach::Private).expect(url);
    }
    strict.check("http://10.1.2.3:8080/mcp", Reach::Private).unwrap();
}

#[test]
fn loopback_is_allowed_by_the_setting_only() {
    let (strict, development) = (strict(), development());
    for url in [
        "http://127.0.0.1:3000/mcp",
        "http://[::1]:3000/mcp",
        "http://localhost:3000/mcp",
        "http://localhost./mcp",
        "http://LOCALHOST/mcp",
        "https://app.localhost/mcp",
    ] {
        for reach in [Reach::Public, Reach::Private] {
            let error = strict.check(url, reach).expect_err(url);
            assert!(matches!(error, NetError::Blocked { .. }), "{url}: {error:?}");
            assert!(error.advice().contains("DRAWBRIDGE_ALLOW_LOOPBACK=true"), "{error}");
            development.check(url, reach).expect(url);
        }
    }
    // The setting opens this machine, not the network around it.
    for url in ["https://10.0.0.1/", "https://169.254.169.254/", "https://0.0.0.0/", "https://[::ffff:127.0.0.1]/"] {
        assert!(matches!(development.check(url, Reach::Public), Err(NetError::Blocked { .. })), "{url}");
    }
}

#[test]
fn what_was_checked_comes_back_normalised() {
    let url = strict().check("  HTTPS://MCP.Example.com:443/mcp?team=a ", Reach::Public).unwrap();
    assert_eq!(url.as_str(), "https://mcp.example.com/mcp?team=a");
}
