use mcp::RawId;
use mcp::sse::{Decoder, Frame, SeenKind, SseError, Tee, comment, encode, message};
use proptest::prelude::*;

#[derive(Debug, Clone, PartialEq, Eq)]
struct Owned {
    event: String,
    data: Vec<u8>,
    id: Option<String>,
}

/// Decodes a stream cut into chunks; also checks that the spans of each chunk follow each other.
fn decode(chunks: &[&[u8]], limit: usize) -> Result<(Vec<Owned>, Decoder), SseError> {
    let mut decoder = Decoder::new(limit);
    let mut events = Vec::new();
    for chunk in chunks {
        let mut end = 0;
        decoder.push(chunk, |event| {
            assert!(end <= event.span.start && event.span.start < event.span.end && event.span.end <= chunk.len());
            end = event.span.end;
            events.push(Owned {
                event: event.event.to_owned(),
                data: event.data.to_vec(),
                id: event.id.map(str::to_owned),
            });
        })?;
    }
    Ok((events, decoder))
}

fn event(data: &str) -> Owned {
    Owned { event: "message".to_owned(), data: data.as_bytes().to_vec(), id: None }
}

#[test]
fn a_stream_is_read_as_the_standard_says() {
    let stream = "\u{feff}: comment\r\nevent: add\rid: 7\ndata: one\ndata:two\ndata:  three\nunknown: x\nretry: 15\n\n\
                  id: 8\ndata:\n\n\
                  event: lost\nid: 9\n\n\
                  data\n\n\
                  id: nul\0\ndata: x\nretry: 1s\n\n\
                  data: unfinished\n";
    let (events, decoder) = decode(&[stream.as_bytes()], 1000).unwrap();
    assert_eq!(
        events,
        [
            Owned { event: "add".to_owned(), id: Some("7".to_owned()), ..event("one\ntwo\n three") },
            Owned { id: Some("8".to_owned()), ..event("") },
            event(""),
            event("x"),
        ]
    );
    assert_eq!(decoder.last_event_id(), Some("9"));
    assert_eq!(decoder.retry(), Some(15));
    assert_eq!(decoder.finish(), Err(SseError::CutOff));
    let (_, whole) = decode(&[b"data: x\n\n"], 10).unwrap();
    assert_eq!(whole.finish(), Ok(()));
    let (_, partial) = decode(&[b"data: x\n\nda"], 10).unwrap();
    assert_eq!(partial.finish(), Err(SseError::CutOff));
    // A byte order mark alone is an empty stream; a part of one is the start of a line.
    for (stream, end) in [(&b"\xef\xbb\xbf"[..], Ok(())), (b"\xef\xbb", Err(SseError::CutOff))] {
        assert_eq!(decode(&[stream], 10).unwrap().1.finish(), end);
        assert_eq!(decode(&stream.chunks(1).collect::<Vec<_>>(), 10).unwrap().1.finish(), end);
    }
}

#[test]
fn a_stream_may_end_with_a_comment() {
    for whole in [": bye\n", ":", "data: x\n\n: bye", ": a\n: b\n", "\u{feff}:\r", "data: x\r\r:\r"] {
        assert_eq!(decode(&[whole.as_bytes()], 100).unwrap().1.finish(), Ok(()), "{whole:?}");
    }
    for cut_off in [": a\ndata: x\n: b\n", "id: 1\n:", ": a\nd"] {
        assert_eq!(decode(&[cut_off.as_bytes()], 100).unwrap().1.finish(), Err(SseError::CutOff), "{cut_off:?}");
    }
}

#[test]
fn events_are_bounded() {
    let long = format!("data: {}\n\n", "x".repeat(100));
    assert!(decode(&[long.as_bytes()], 100).is_ok());
    assert_eq!(decode(&[long.as_bytes()], 50).unwrap_err(), SseError::TooLarge { limit: 50 });
    // Without line end, over many chunks.
    let chunks = vec![&b"data: xxxxxxxxxxxxxx"[..]; 10];
    assert_eq!(decode(&chunks, 50).unwrap_err(), SseError::TooLarge { limit: 50 });
    // Over many lines.
    let lines = "data: 0123456789\n".repeat(10);
    assert_eq!(decode(&[lines.as_bytes()], 50).unwrap_err(), SseError::TooLarge { limit: 50 });
    // Comments that never end an event are not held.
    let comments = ": keep-alive\n".repeat(100);
    assert!(decode(&[comments.as_bytes(), comments.as_bytes(), b"data: x\n\n"], 50).is_ok());
}

#[test]
fn names_and_ids_must_be_text() {
    assert_eq!(decode(&[b"event: \xff\n\n"], 50).unwrap_err(), SseError::Utf8);
    assert_eq!(decode(&[b"id: \xff\n\n"], 50).unwrap_err(), SseError::Utf8);
    // Data is left to the JSON scan.
    assert_eq!(decode(&[b"data: \xff\n\n"], 50).unwrap().0[0].data, b"\xff");
}

#[test]
fn spans_tell_what_may_be_forwarded() {
    let mut decoder = Decoder::new(1000);
    let mut spans = Vec::new();
    let chunk = b"data: a\n\n: c\ndata: b\r\n\r\ndata: c";
    decoder.push(chunk, |event| spans.push((event.span.start, event.span.end))).unwrap();
    assert_eq!(spans, [(0, 9), (9, 24)]);
    spans.clear();
    decoder.push(b"\n\r", |event| spans.push((event.span.start, event.span.end))).unwrap();
    assert_eq!(spans, [(0, 2)]);
    spans.clear();
    // The line feed belongs to the carriage return before it and ends nothing.
    decoder.push(b"\ndata: d\n\n", |event| spans.push((event.span.start, event.span.end))).unwrap();
    assert_eq!(spans, [(0, 10)]);
}

#[test]
fn messages_and_comments_are_written() {
    assert_eq!(message(b"{\"a\":1}"), "event: message\ndata: {\"a\":1}\n\n");
    assert_eq!(message(b"{\n\"a\":1\r\n}"), "event: message\ndata: {\ndata: \"a\":1\ndata: }\n\n");
    assert_eq!(comment("ping").unwrap(), ": ping\n\n");
    assert_eq!(comment("a\nb"), Err(SseError::LineBreak));
    let mut out = b"kept".to_vec();
    for frame in [Frame { id: Some("a\rb"), ..Frame::default() }, Frame { event: Some("a\0"), ..Frame::default() }] {
        assert_eq!(encode(&frame, &mut out), Err(SseError::LineBreak));
    }
    assert_eq!(out, b"kept");
    let priming = Frame { id: Some("1"), retry: Some(500), data: Some(b""), ..Frame::default() };
    encode(&priming, &mut out).unwrap();
    assert_eq!(out, b"keptid: 1\nretry: 500\ndata: \n\n");
}

#[test]
fn the_answer_is_noticed_in_a_forwarded_stream() {
    let mut tee = Tee::new(RawId::parse("7").unwrap(), 1000);
    let stream = [
        "id: 0\ndata:\n\n",
        "data: {\"jsonrpc\":\"2.0\",\"method\":\"notifications/progress\"}\n\n",
        "data: {\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"elicitation/create\"}\n\n",
        "data: {\"jsonrpc\":\"2.0\",\"id\":\"7\",\"result\":{}}\n\n",
        "data: not json\n\n",
        "event: ping\ndata: not json\n\n",
        "data: {\"jsonrpc\":\"2.0\",\"id\":7,\"result\":{}}\n\n",
    ]
    .concat();
    let mut kinds = Vec::new();
    let mut answer = None;
    for chunk in stream.as_bytes().chunks(50) {
        tee.push(chunk, |seen| {
            if seen.kind == SeenKind::Answer {
                answer = Some(seen.data.to_vec());
            }
            kinds.push(seen.kind);
        })
        .unwrap();
    }
    assert_eq!(
        kinds,
        [
            SeenKind::Empty,
            SeenKind::Notification,
            SeenKind::Request,
            SeenKind::OtherResponse,
            SeenKind::Unreadable,
            SeenKind::Other,
            SeenKind::Answer
        ]
    );
    assert_eq!(answer.unwrap(), br#"{"jsonrpc":"2.0","id":7,"result":{}}"#);
    assert!(tee.answered());
    assert_eq!(tee.decoder().last_event_id(), Some("0"));
    assert_eq!(tee.decoder().finish(), Ok(()));
}

#[test]
fn the_answer_is_noticed_in_a_batch() {
    let batch =
        "data: [{\"jsonrpc\":\"2.0\",\"method\":\"notifications/x\"},{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}]\n\n";
    let mut tee = Tee::new(RawId::parse("1").unwrap(), 1000);
    tee.push(batch.as_bytes(), |seen| assert_eq!(seen.kind, SeenKind::Answer)).unwrap();
    assert!(tee.answered());
    let mut other = Tee::new(RawId::parse("2").unwrap(), 1000);
    other.push(batch.as_bytes(), |seen| assert_eq!(seen.kind, SeenKind::OtherResponse)).unwrap();
    let both = "data: [{\"jsonrpc\":\"2.0\",\"id\":2,\"result\":{}},{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}]\n\n";
    other.push(both.as_bytes(), |seen| assert_eq!(seen.kind, SeenKind::OtherResponse)).unwrap();
    other.push(b"data: []\n\n", |seen| assert_eq!(seen.kind, SeenKind::Unreadable)).unwrap();
    assert!(!other.answered());
}

prop_compose! {
    fn owned()(
        event in prop_oneof![Just("message".to_owned()), "[a-z]{1,5}"],
        data in "[a-cé:\n ]{0,20}",
        id in prop::option::of("[a-z0-9:]{0,4}"),
    ) -> Owned {
        Owned { event, data: data.into_bytes(), id }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn streams_round_trip_however_they_are_cut(
        events in prop::collection::vec((owned(), prop::option::of("[a-z]{0,6}")), 0..6),
        line_end in prop::sample::select(vec!["\n", "\r\n", "\r"]),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..12),
    ) {
        let mut stream = Vec::new();
        for (event, remark) in &events {
            if let Some(remark) = remark {
                stream.extend_from_slice(&comment(remark).unwrap());
            }
            let frame = Frame { event: Some(&event.event), id: event.id.as_deref(), retry: None, data: Some(&event.data) };
            encode(&frame, &mut stream).unwrap();
        }
        let stream = String::from_utf8(stream).unwrap().replace('\n', line_end).into_bytes();
        let mut places: Vec<_> = cuts.iter().map(|cut| cut.index(stream.len() + 1)).chain([0, stream.len()]).collect();
        places.sort_unstable();
        let chunks: Vec<_> = places.windows(2).map(|pair| &stream[pair[0]..pair[1]]).collect();
        let (decoded, decoder) = decode(&chunks, 1000).unwrap();
        let expected: Vec<_> = events.into_iter().map(|(event, _)| event).collect();
        prop_assert_eq!(decoded, expected);
        prop_assert_eq!(decoder.finish(), Ok(()));
    }
}
