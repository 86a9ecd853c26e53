//! What people wrote, as Markdown.
//!
//! The HTML is made on the server, within the answers of server functions ([`Prose`]): the browser gets no Markdown code,
//! and takes over exactly what the server has rendered.
//!
//! Of `pulldown-cmark` (MIT, kept up by several people, used by rustdoc) only the parser is taken. Its events are written
//! as HTML here: every tag stands in this file, the only attributes are the `href` of a link and the `start` of a list,
//! and all else is escaped. HTML within the text is shown as text, so nothing is left that a sanitiser (`ammonia`, with
//! the HTML parser of a browser engine below it) would have to find.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

#[cfg(feature = "ssr")]
pub use writer::plain;

/// HTML made of what somebody wrote. Only the server makes it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Prose(String);

impl Prose {
    /// From Markdown. Its headings begin one level below that of the heading that it stands under.
    #[cfg(feature = "ssr")]
    pub fn new(text: &str, under: u8) -> Self {
        Self(writer::html(text, under))
    }

    /// Nothing was written.
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// What somebody wrote, as paragraphs, lists, links and code.
#[component]
pub fn Markdown(
    /// The text, from a server function.
    prose: Prose,
) -> impl IntoView {
    view! { <div class="prose" inner_html=prose.0></div> }
}

#[cfg(feature = "ssr")]
mod writer {
    use pulldown_cmark::{CowStr, Event, HeadingLevel, LinkType, Options, Parser, Tag, TagEnd};
    use url::Url;

    /// Bytes that are read as Markdown; a longer text is shown as it stands.
    const MOST: usize = 64 * 1024;

    /// Tags within tags that are written; what lies deeper keeps its text only.
    const DEEPEST: usize = 16;

    fn parser(text: &str) -> Parser<'_> {
        Parser::new_ext(text, Options::ENABLE_STRIKETHROUGH)
    }

    /// The text as HTML that may stand in a page.
    pub(super) fn html(text: &str, under: u8) -> String {
        let text = text.trim();
        let mut writer = Writer { under, ..Writer::default() };
        if text.len() > MOST {
            writer.open("<p>", "</p>");
            writer.lines(text);
        } else {
            parser(text).for_each(|event| writer.event(event));
        }
        writer.end()
    }

    /// The text without its marks, for places with room for a line.
    pub fn plain(text: &str) -> String {
        let text = text.trim();
        if text.len() > MOST {
            return text.to_owned();
        }
        let mut plain = String::with_capacity(text.len());
        for event in parser(text) {
            match event {
                Event::Text(words) | Event::Code(words) | Event::Html(words) | Event::InlineHtml(words) => {
                    plain.push_str(&words);
                }
                Event::SoftBreak
                | Event::HardBreak
                | Event::End(TagEnd::Paragraph | TagEnd::Heading(_) | TagEnd::Item | TagEnd::CodeBlock)
                    if !plain.ends_with('\n') =>
                {
                    plain.push('\n');
                }
                _ => {}
            }
        }
        plain.truncate(plain.trim_end().len());
        plain
    }

    /// A link that is being written.
    struct OpenLink {
        /// Where its text begins.
        at: usize,
        /// What it says when it has no text; nothing for one that may not be followed.
        address: Option<String>,
    }

    #[derive(Default)]
    struct Writer {
        html: String,
        /// What closes the open tags; empty for those that were not written.
        closing: Vec<&'static str>,
        /// Links and pictures, one within the other.
        links: Vec<OpenLink>,
        /// The level of the heading above.
        under: u8,
        /// The levels of the headings that what comes now stands under, as the text has them.
        levels: Vec<HeadingLevel>,
    }

    impl Writer {
        fn event(&mut self, event: Event<'_>) {
            match event {
                Event::Start(tag) => self.start(tag),
                Event::End(tag) => self.close(matches!(tag, TagEnd::Link | TagEnd::Image)),
                Event::Text(text) | Event::InlineHtml(text) | Event::InlineMath(text) | Event::DisplayMath(text) => {
                    self.text(&text);
                }
                Event::Html(text) => self.lines(&text),
                Event::Code(code) => {
                    self.html.push_str("<code>");
                    self.text(&code);
                    self.html.push_str("</code>");
                }
                // Who writes into a plain field means the end of a line.
                Event::SoftBreak | Event::HardBreak => self.html.push_str("<br>"),
                Event::Rule => self.html.push_str("<hr>"),
                Event::FootnoteReference(_) | Event::TaskListMarker(_) => {}
            }
        }

        fn start(&mut self, tag: Tag<'_>) {
            match tag {
                Tag::Paragraph | Tag::HtmlBlock => self.open("<p>", "</p>"),
                Tag::Heading { level, .. } => self.heading(level),
                Tag::BlockQuote(_) => self.open("<blockquote>", "</blockquote>"),
                Tag::CodeBlock(_) => self.open("<pre><code>", "</code></pre>"),
                Tag::List(None) => self.open("<ul>", "</ul>"),
                Tag::List(Some(1)) => self.open("<ol>", "</ol>"),
                Tag::List(Some(first)) => self.open(&format!("<ol start=\"{first}\">"), "</ol>"),
                Tag::Item => self.open("<li>", "</li>"),
                Tag::Emphasis => self.open("<em>", "</em>"),
                Tag::Strong => self.open("<strong>", "</strong>"),
                Tag::Strikethrough => self.open("<del>", "</del>"),
                Tag::Link { link_type, dest_url, .. } => self.link(link_type, &dest_url),
                // A picture would tell its server who looks at this page.
                Tag::Image { link_type, dest_url, .. } => self.link(link_type, &dest_url),
                _ => self.closing.push(""),
            }
        }

        fn open(&mut self, tag: &str, closing: &'static str) {
            let written = self.closing.len() < DEEPEST;
            if written {
                self.html.push_str(tag);
            }
            self.closing.push(if written { closing } else { "" });
        }

        fn close(&mut self, link: bool) {
            if link && let Some(OpenLink { at, address: Some(address) }) = self.links.pop() {
                let silent = self.html.get(at..).is_none_or(|text| text.trim().is_empty());
                if silent {
                    self.text(&address);
                }
            }
            self.html.push_str(self.closing.pop().unwrap_or_default());
        }

        /// Headings go down by one level at most, however the text jumps.
        fn heading(&mut self, level: HeadingLevel) {
            while self.levels.last().is_some_and(|above| *above >= level) {
                self.levels.pop();
            }
            self.levels.push(level);
            match usize::from(self.under) + self.levels.len() {
                0..=2 => self.open("<h2>", "</h2>"),
                3 => self.open("<h3>", "</h3>"),
                4 => self.open("<h4>", "</h4>"),
                5 => self.open("<h5>", "</h5>"),
                _ => self.open("<h6>", "</h6>"),
            }
        }

        fn link(&mut self, kind: LinkType, target: &str) {
            let within = self.links.iter().any(|link| link.address.is_some());
            let address = allowed(kind, target).filter(|_| !within && self.closing.len() < DEEPEST);
            match &address {
                Some(address) => {
                    let tag = format!("<a href=\"{}\" rel=\"nofollow noopener\">", escaped(address));
                    self.open(&tag, "</a>");
                }
                None => self.closing.push(""),
            }
            self.links.push(OpenLink { at: self.html.len(), address });
        }

        fn text(&mut self, text: &str) {
            self.html.push_str(&escaped(text));
        }

        fn lines(&mut self, text: &str) {
            for (i, line) in text.trim_end_matches('\n').split('\n').enumerate() {
                if i > 0 {
                    self.html.push_str("<br>");
                }
                self.text(line);
            }
        }

        fn end(mut self) -> String {
            while let Some(closing) = self.closing.pop() {
                self.html.push_str(closing);
            }
            self.html
        }
    }

    /// Where a link may lead: to a page or to somebody's post box, nowhere else.
    fn allowed(kind: LinkType, target: &str) -> Option<String> {
        let target = if kind == LinkType::Email { CowStr::from(format!("mailto:{target}")) } else { target.into() };
        let url = Url::parse(&target).ok()?;
        matches!(url.scheme(), "http" | "https" | "mailto").then(|| url.into())
    }

    fn escaped(text: &str) -> String {
        text.chars().fold(String::with_capacity(text.len()), |mut escaped, c| {
            match c {
                '&' => escaped.push_str("&amp;"),
                '<' => escaped.push_str("&lt;"),
                '>' => escaped.push_str("&gt;"),
                '"' => escaped.push_str("&quot;"),
                '\'' => escaped.push_str("&#39;"),
                // Not allowed in HTML, and browsers differ in what they make of it.
                '\0' => {}
                c => escaped.push(c),
            }
            escaped
        })
    }
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use proptest::prelude::*;

    use super::writer::html;
    use super::{Prose, plain};

    const TAGS: &[&str] = &[
        "p",
        "br",
        "hr",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "blockquote",
        "pre",
        "code",
        "ul",
        "ol",
        "li",
        "em",
        "strong",
        "del",
        "a",
    ];

    /// Every tag is one of ours, with no attribute but ours, and what is opened is closed in order.
    fn check(html: &str) {
        let mut open: Vec<&str> = Vec::new();
        let mut rest = html;
        while let Some((text, tail)) = rest.split_once('<') {
            assert!(!text.contains(['>', '"', '\'']), "unescaped text in {html}");
            let (tag, after) = tail.split_once('>').expect("a whole tag");
            rest = after;
            if let Some(name) = tag.strip_prefix('/') {
                assert_eq!(open.pop(), Some(name), "{html}");
                continue;
            }
            let (name, attributes) = tag.split_once(' ').unwrap_or((tag, ""));
            assert!(TAGS.contains(&name), "<{tag}> in {html}");
            match name {
                "a" => {
                    let href = attributes.strip_prefix("href=\"").expect("an address");
                    let (href, rel) = href.split_once('"').expect("a whole address");
                    assert!(["http:", "https:", "mailto:"].iter().any(|scheme| href.starts_with(scheme)), "{href}");
                    assert_eq!(rel, " rel=\"nofollow noopener\"");
                    assert!(!open.contains(&"a"), "a link within a link: {html}");
                }
                "ol" => {
                    let number = attributes.strip_prefix("start=\"").and_then(|number| number.strip_suffix('"'));
                    assert!(attributes.is_empty() || number.is_some_and(|number| number.parse::<u64>().is_ok()));
                }
                _ => assert_eq!(attributes, "", "{html}"),
            }
            if name != "br" && name != "hr" {
                open.push(name);
            }
        }
        assert!(!rest.contains(['>', '"', '\'']), "unescaped text in {html}");
        assert!(open.is_empty(), "{open:?} stay open in {html}");
    }

    #[test]
    fn prose_is_written_as_html() {
        for (text, shown) in [
            ("One\ntwo\n\nthree & more", "<p>One<br>two</p><p>three &amp; more</p>"),
            ("- a\n- **b** `c`", "<ul><li>a</li><li><strong>b</strong> <code>c</code></li></ul>"),
            ("3. a\n4. b", "<ol start=\"3\"><li>a</li><li>b</li></ol>"),
            ("> said ~~not~~", "<blockquote><p>said <del>not</del></p></blockquote>"),
            ("```\na < b\n```", "<pre><code>a &lt; b\n</code></pre>"),
            (
                "[docs](https://example.com/a?b=c&d \"title\")",
                "<p><a href=\"https://example.com/a?b=c&amp;d\" rel=\"nofollow noopener\">docs</a></p>",
            ),
            (
                "<ada@example.com>",
                "<p><a href=\"mailto:ada@example.com\" rel=\"nofollow noopener\">ada@example.com</a></p>",
            ),
            ("  \n ", ""),
        ] {
            assert_eq!(html(text, 2), shown);
        }
        assert!(Prose::new(" ", 1).is_empty());
    }

    #[test]
    fn headings_stand_below_that_of_the_page() {
        assert_eq!(html("# a\n#### b\n## c", 1), "<h2>a</h2><h3>b</h3><h3>c</h3>");
        assert_eq!(html("### a\n# b", 3), "<h4>a</h4><h4>b</h4>");
        assert_eq!(html("# a\n## b\n### c\n#### d", 4), "<h5>a</h5><h6>b</h6><h6>c</h6><h6>d</h6>");
    }

    #[test]
    fn pictures_are_links() {
        let picture = "<a href=\"https://example.com/x.png\" rel=\"nofollow noopener\">";
        assert_eq!(html("![a chart](https://example.com/x.png)", 1), format!("<p>{picture}a chart</a></p>"));
        let named = format!("<p>{picture}https://example.com/x.png</a></p>");
        assert_eq!(html("![](https://example.com/x.png)", 1), named, "a link says something");
        let within = html("[![logo](https://example.com/x.png)](https://example.com)", 1);
        assert_eq!(within, "<p><a href=\"https://example.com/\" rel=\"nofollow noopener\">logo</a></p>");
    }

    #[test]
    fn hostile_texts_are_texts() {
        for (text, shown) in [
            ("<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>"),
            ("a <img src=x onerror=alert(1)> b", "<p>a &lt;img src=x onerror=alert(1)&gt; b</p>"),
            ("[x](javascript:alert(1))", "<p>x</p>"),
            ("[x](JaVaScRiPt:alert(1))", "<p>x</p>"),
            ("[x](java&#10;script:alert(1))", "<p>x</p>"),
            ("[x](data:text/html;base64,PHNjcmlwdD4=)", "<p>x</p>"),
            ("[x](vbscript:x) [y](//evil.example) [z](/users)", "<p>x y z</p>"),
            ("<javascript:alert(1)>", "<p>javascript:alert(1)</p>"),
            ("```html\" onload=\"x\nhi\n```", "<pre><code>hi\n</code></pre>"),
            ("</div></main>", "<p>&lt;/div&gt;&lt;/main&gt;</p>"),
            ("&lt;b&gt; &#60;b&#62;", "<p>&lt;b&gt; &lt;b&gt;</p>"),
        ] {
            let written = html(text, 1);
            assert_eq!(written, shown, "{text}");
            check(&written);
        }
        let quoted = html("[x](https://example.com/\"onmouseover=\"alert(1))", 1);
        assert!(!quoted.contains("\"onmouseover"), "{quoted}");
        check(&quoted);
        check(&html("[a ![b](https://b.example) [c](https://c.example)](https://a.example) *d **e* f**", 1));
    }

    #[test]
    fn texts_without_end_are_shown_in_time() {
        let began = std::time::Instant::now();
        let million = 1024 * 1024;
        for part in ["[", "> ", "- ", "*a _", "<", "![", "`", "&", "[a](<b", "\\", "\u{0}"] {
            for size in [60_000, million] {
                check(&html(&part.repeat(size / part.len()), 1));
                assert!(plain(&part.repeat(size / part.len())).len() <= million);
            }
        }
        let deep = (0..200).fold(String::new(), |deep, i| deep + &"  ".repeat(i) + "- x\n");
        check(&html(&deep, 1));
        assert!(began.elapsed() < std::time::Duration::from_secs(30), "{:?}", began.elapsed());
    }

    #[test]
    fn a_line_has_no_marks() {
        assert_eq!(
            plain("**Reads** issues of [GitHub](https://github.com).\n\n- fast"),
            "Reads issues of GitHub.\nfast"
        );
        assert_eq!(plain("# Title\nuse `a_b` & <b>"), "Title\nuse a_b & <b>");
        assert_eq!(plain("one\ntwo"), "one\ntwo");
    }

    proptest! {
        #[test]
        fn whatever_is_written_stays_within_our_tags(text in "(?s).{0,400}", under in 0_u8..6) {
            check(&html(&text, under));
        }

        #[test]
        fn marks_in_any_order_stay_within_our_tags(
            parts in proptest::collection::vec(
                proptest::sample::select(vec![
                    "<script>", "</script>", "<a href=", "[", "](", ")", "javascript:x", "https://e.x/", "![", "**", "_",
                    "`", "```\n", "> ", "- ", "1. ", "\n", "\n\n", "# ", "\"", "'", "<!--", "-->", "&#x3c;", "<http://a>",
                    " onerror=x ", "\\", "~~", "\t", "a", "[x]: javascript:y\n", "[x]", "<![CDATA[", "<?php",
                ]),
                0..60,
            ),
        ) {
            check(&html(&parts.concat(), 1));
        }
    }
}
