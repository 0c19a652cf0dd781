//! RFC 6455 as a client of raw bytes sees it, section by section: what is allowed is understood, what is not ends the
//! connection with a close frame that says so. The table is in `docs/protocol.md`.

use super::node::Node;
use super::world::World;
use raw::{
    BINARY, CLOSE, CONTINUATION, FIN, KEY, PING, PONG, Raw, TEXT, close, frame, handshake, mask, text,
};

mod raw;

/// What must be answered to [`raw::KEY`].
const ACCEPT: &str = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";
/// A message that is answered with an `ack`.
const SIGN_OF_LIFE: &str = r#"{"type": "heartbeat"}"#;

const PROTOCOL_ERROR: u16 = 1002;
const MALFORMED: u16 = 4400;
const TOO_LARGE: u16 = 4413;

async fn node() -> (World, Node) {
    let world = World::new().await;
    let node = Node::start(&world.database, &[]).await;
    (world, node)
}

/// Says each of these on a connection of its own, and expects that it is ended with that code.
async fn are_closed(node: &Node, expected: u16, cases: &[(&str, Vec<Vec<u8>>)]) {
    for (case, frames) in cases {
        let mut raw = Raw::open(node).await;
        raw.say(&frames.concat()).await;
        assert_eq!(raw.expect_close(case).await, Some(expected), "{case}");
    }
}

/// Says each of these on a connection of its own, and expects that the sign of life in it is understood.
async fn are_understood(node: &Node, cases: &[(&str, Vec<Vec<u8>>)]) {
    for (case, frames) in cases {
        let mut raw = Raw::open(node).await;
        raw.say(&frames.concat()).await;
        raw.expect_ack(case).await;
    }
}

#[tokio::test]
async fn section_4_2_a_handshake_is_answered_with_the_digest_of_its_key() {
    let (_world, node) = node().await;
    let lower: &[(&str, &str)] =
        &[("sec-websocket-key", KEY), ("upgrade", "websocket"), ("connection", "upgrade")];
    let offers = [
        ("Sec-WebSocket-Protocol", "chat, superchat"),
        ("Sec-WebSocket-Extensions", "permessage-deflate; client_max_window_bits"),
    ];
    for (case, instead) in [
        ("as in the example of section 1.3", &[] as &[_]),
        ("lower case", lower),
        (
            "upper case values, one of several tokens",
            &[("Upgrade", "WebSocket"), ("Connection", "keep-alive, UPGRADE")],
        ),
        ("subprotocols and extensions that we have not", &offers),
    ] {
        let head = Raw::connect(&node).await.shake(&handshake(instead)).await;
        assert_eq!(head.status(), 101, "{case}: {}", head.0);
        assert_eq!(head.header("Sec-WebSocket-Accept"), Some(ACCEPT), "{case}");
        assert_eq!(head.header("Upgrade"), Some("websocket"), "{case}");
        assert!(head.header("Connection").unwrap().eq_ignore_ascii_case("upgrade"), "{case}");
        assert_eq!(head.header("Sec-WebSocket-Protocol"), None, "{case}: none was chosen");
        assert_eq!(head.header("Sec-WebSocket-Extensions"), None, "{case}: none was chosen");
    }
}

#[tokio::test]
async fn section_4_2_1_what_is_no_handshake_is_refused() {
    let (_world, node) = node().await;
    for (case, instead) in [
        ("no key", &[("Sec-WebSocket-Key", "")] as &[_]),
        ("a key of another length", &[("Sec-WebSocket-Key", "c2hvcnQ=")]),
        ("a key that is not base64", &[("Sec-WebSocket-Key", "!!!!!!!!!!!!!!!!!!!!!!==")]),
        ("another protocol", &[("Upgrade", "h2c")]),
        ("no upgrade", &[("Upgrade", "")]),
        ("a connection that stays", &[("Connection", "keep-alive")]),
        ("no connection header", &[("Connection", "close")]),
    ] {
        let head = Raw::connect(&node).await.shake(&handshake(instead)).await;
        assert_eq!(head.status(), 426, "{case}: {}", head.0);
        assert_eq!(head.header("Upgrade"), Some("websocket"), "{case}: RFC 9110, 15.5.22");
    }
    let posted = handshake(&[]).replacen("GET", "POST", 1);
    assert_eq!(Raw::connect(&node).await.shake(&posted).await.status(), 405);
    let ancient = handshake(&[]).replacen("HTTP/1.1", "HTTP/1.0", 1);
    assert_ne!(Raw::connect(&node).await.shake(&ancient).await.status(), 101);
}

#[tokio::test]
async fn section_4_4_another_version_is_told_the_one_that_is_spoken() {
    let (_world, node) = node().await;
    for version in ["8", "14", "", "thirteen"] {
        let head = Raw::connect(&node).await.shake(&handshake(&[("Sec-WebSocket-Version", version)])).await;
        assert_eq!(head.status(), 426, "{version}: {}", head.0);
        assert_eq!(head.header("Sec-WebSocket-Version"), Some("13"), "{version}");
    }
}

#[tokio::test]
async fn section_5_1_what_is_not_masked_ends_the_connection() {
    let (_world, node) = node().await;
    let bare = |first: u8, payload: &[u8]| [&[first, u8::try_from(payload.len()).unwrap()], payload].concat();
    are_closed(
        &node,
        PROTOCOL_ERROR,
        &[
            ("a text", vec![bare(FIN | TEXT, SIGN_OF_LIFE.as_bytes())]),
            ("a ping", vec![bare(FIN | PING, b"")]),
        ],
    )
    .await;
}

#[tokio::test]
async fn section_5_2_reserved_bits_and_opcodes_end_the_connection() {
    let (_world, node) = node().await;
    for reserved in [0x40, 0x20, 0x10] {
        let frames = |opcode: u8| vec![frame(FIN | reserved | opcode, b"{}")];
        let cases = [("text", frames(TEXT)), ("ping", frames(PING)), ("close", frames(CLOSE))];
        are_closed(&node, PROTOCOL_ERROR, &cases).await;
    }
    for opcode in [0x3, 0x4, 0x5, 0x6, 0x7, 0xB, 0xC, 0xD, 0xE, 0xF] {
        let case = format!("opcode {opcode:#x}");
        are_closed(&node, PROTOCOL_ERROR, &[(&case, vec![frame(FIN | opcode, b"")])]).await;
    }
}

#[tokio::test]
async fn section_5_2_lengths_of_each_size_are_read_and_absurd_ones_cost_nothing() {
    let (_world, node) = node().await;
    let of_length =
        |length: usize| text(&(SIGN_OF_LIFE.to_owned() + &" ".repeat(length - SIGN_OF_LIFE.len())));
    let life = SIGN_OF_LIFE.as_bytes();
    let short = u8::try_from(life.len()).unwrap();
    are_understood(
        &node,
        &[
            ("125 bytes", vec![of_length(125)]),
            ("126 bytes", vec![of_length(126)]),
            ("65,535 bytes", vec![of_length(65_535)]),
            ("65,536 bytes", vec![of_length(65_536)]),
            // A client must not; nothing says that a server must mind.
            ("two bytes where one would do", vec![mask(vec![FIN | TEXT, 0x80 | 126, 0, short], life)]),
            (
                "eight bytes where one would do",
                vec![mask(vec![FIN | TEXT, 0x80 | 127, 0, 0, 0, 0, 0, 0, 0, short], life)],
            ),
        ],
    )
    .await;
    let declared =
        |length: u64| vec![mask([&[FIN | TEXT, 0x80 | 127][..], &length.to_be_bytes()].concat(), b"{")];
    are_closed(
        &node,
        TOO_LARGE,
        &[
            ("65,537 bytes", vec![of_length(65_537)]),
            ("2^62 bytes", declared(1 << 62)),
            ("2^63 bytes: the first bit must be zero", declared(1 << 63)),
            ("all there are", declared(u64::MAX)),
        ],
    )
    .await;
}

#[tokio::test]
async fn section_5_4_fragments_are_one_message_whatever_comes_between_them() {
    let (_world, node) = node().await;
    let (first, rest) = SIGN_OF_LIFE.as_bytes().split_at(7);
    let (second, third) = rest.split_at(5);
    let in_three = [frame(TEXT, first), frame(CONTINUATION, second), frame(FIN | CONTINUATION, third)];
    let with_empty_ones = vec![
        frame(TEXT, b""),
        frame(CONTINUATION, SIGN_OF_LIFE.as_bytes()),
        frame(CONTINUATION, b""),
        frame(FIN | CONTINUATION, b""),
    ];
    let byte_by_byte = SIGN_OF_LIFE.bytes().enumerate().map(|(n, byte)| {
        let opcode = if n == 0 { TEXT } else { CONTINUATION };
        let last = if n + 1 == SIGN_OF_LIFE.len() { FIN } else { 0 };
        frame(last | opcode, &[byte])
    });
    are_understood(
        &node,
        &[
            ("three", in_three.to_vec()),
            ("empty ones among them", with_empty_ones),
            ("a byte each", byte_by_byte.collect()),
            ("two messages", vec![in_three.concat(), in_three.concat()]),
        ],
    )
    .await;

    let mut raw = Raw::open(&node).await;
    raw.say(&frame(TEXT, first)).await;
    raw.say(&frame(FIN | PING, b"in between")).await;
    assert_eq!(
        raw.hear().await,
        Some((FIN | PONG, b"in between".to_vec())),
        "answered before the message is there"
    );
    raw.say(&[frame(FIN | PONG, b""), frame(FIN | CONTINUATION, rest)].concat()).await;
    raw.expect_ack("after ping and pong").await;
}

#[tokio::test]
async fn section_5_4_fragments_without_a_beginning_or_end_finish_the_connection() {
    let (_world, node) = node().await;
    let (first, rest) = SIGN_OF_LIFE.as_bytes().split_at(7);
    are_closed(
        &node,
        PROTOCOL_ERROR,
        &[
            ("a continuation of nothing", vec![frame(FIN | CONTINUATION, b"{}")]),
            ("a continuation of nothing that goes on", vec![frame(CONTINUATION, b"")]),
            ("a text within a text", vec![frame(TEXT, first), text(SIGN_OF_LIFE)]),
            ("a binary within a text", vec![frame(TEXT, first), frame(BINARY, rest)]),
        ],
    )
    .await;
    are_closed(
        &node,
        TOO_LARGE,
        &[(
            "fragments that are too large together",
            vec![frame(TEXT, &[b' '; 40_000]), frame(CONTINUATION, &[b' '; 40_000])],
        )],
    )
    .await;
}

#[tokio::test]
async fn section_5_5_control_frames_are_short_and_whole() {
    let (_world, node) = node().await;
    are_closed(
        &node,
        PROTOCOL_ERROR,
        &[
            ("a ping of 126 bytes", vec![frame(FIN | PING, &[0; 126])]),
            ("a pong of 126 bytes", vec![frame(FIN | PONG, &[0; 126])]),
            ("a close of 126 bytes", vec![close(1000, &[b'x'; 124])]),
            ("a fragmented ping", vec![frame(PING, b"a"), frame(FIN | CONTINUATION, b"b")]),
            ("a fragmented close", vec![frame(CLOSE, &1000_u16.to_be_bytes())]),
        ],
    )
    .await;
}

#[tokio::test]
async fn section_5_5_1_a_close_frame_is_answered_with_its_code_and_nothing_follows() {
    let (_world, node) = node().await;
    for code in [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999] {
        for reason in [&b""[..], b"farewell", &[b'x'; 123]] {
            let mut raw = Raw::open(&node).await;
            raw.say(&close(code, reason)).await;
            assert_eq!(raw.expect_close("a good code").await, Some(code));
        }
    }
    let mut raw = Raw::open(&node).await;
    raw.say(&frame(FIN | CLOSE, b"")).await;
    assert_eq!(raw.expect_close("without a code").await, None);

    let mut raw = Raw::open(&node).await;
    raw.say(&[close(1000, b""), text(SIGN_OF_LIFE), frame(FIN | PING, b"")].concat()).await;
    assert_eq!(raw.expect_close("what follows a close frame is not read").await, Some(1000));
}

#[tokio::test]
async fn section_5_5_2_a_ping_is_answered_with_its_payload_and_a_pong_not_at_all() {
    let (_world, node) = node().await;
    let mut raw = Raw::open(&node).await;
    for payload in [&b""[..], b"hello", &[0xFF; 125], &[0; 125]] {
        raw.say(&frame(FIN | PING, payload)).await;
        assert_eq!(raw.hear().await, Some((FIN | PONG, payload.to_vec())));
    }
    // Of several pings it suffices to answer the last.
    raw.say(&(0..10).flat_map(|n| frame(FIN | PING, &[n])).collect::<Vec<u8>>()).await;
    while raw.hear().await.expect("it goes on").1 != [9] {}
    raw.say(&[frame(FIN | PONG, b"unasked"), text(SIGN_OF_LIFE)].concat()).await;
    raw.expect_ack("after a pong that nobody asked for").await;
}

#[tokio::test]
async fn section_5_6_a_message_that_is_empty_or_binary_is_none_of_ours() {
    let (_world, node) = node().await;
    are_closed(
        &node,
        MALFORMED,
        &[
            ("an empty text", vec![text("")]),
            ("an empty text in fragments", vec![frame(TEXT, b""), frame(FIN | CONTINUATION, b"")]),
            ("a binary message", vec![frame(FIN | BINARY, SIGN_OF_LIFE.as_bytes())]),
            ("an empty binary message", vec![frame(FIN | BINARY, b"")]),
            ("a fragmented binary message", vec![frame(BINARY, b"{"), frame(FIN | CONTINUATION, b"}")]),
        ],
    )
    .await;
}

#[tokio::test]
async fn section_7_4_codes_that_nobody_may_send_are_answered_with_a_protocol_error() {
    let (_world, node) = node().await;
    for code in [0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535] {
        let case = format!("code {code}");
        are_closed(&node, PROTOCOL_ERROR, &[(&case, vec![close(code, b"")])]).await;
    }
    are_closed(&node, PROTOCOL_ERROR, &[("half a code", vec![frame(FIN | CLOSE, &[3])])]).await;
}

#[tokio::test]
async fn section_8_1_what_is_not_utf_8_ends_the_connection() {
    let (_world, node) = node().await;
    let noted = r#"{"type": "heartbeat", "correlation_id": "κόσμε"}"#.as_bytes();
    let middle = noted.iter().position(|byte| *byte > 0x7F).unwrap() + 1;
    let (first, rest) = noted.split_at(middle);
    are_understood(
        &node,
        &[
            ("text in Greek", vec![frame(FIN | TEXT, noted)]),
            ("a letter over two fragments", vec![frame(TEXT, first), frame(FIN | CONTINUATION, rest)]),
        ],
    )
    .await;
    are_closed(
        &node,
        MALFORMED,
        &[
            ("a surrogate", vec![frame(FIN | TEXT, b"\"\xED\xA0\x80\"")]),
            ("an overlong slash", vec![frame(FIN | TEXT, b"\"\xC0\xAF\"")]),
            ("beyond the last letter", vec![frame(FIN | TEXT, b"\"\xF4\x90\x80\x80\"")]),
            ("half a letter at the end", vec![frame(FIN | TEXT, b"\"\xCE")]),
            ("in the second fragment", vec![frame(TEXT, b"\""), frame(FIN | CONTINUATION, b"\xFF\"")]),
            ("half a letter over two fragments", vec![frame(TEXT, b"\xCE"), frame(FIN | CONTINUATION, b"x")]),
            ("a reason", vec![close(1000, b"\xFF")]),
        ],
    )
    .await;
}
