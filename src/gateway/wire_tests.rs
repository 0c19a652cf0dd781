use futures::{SinkExt, StreamExt};
use tokio::net::TcpListener;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::Role;

use super::*;

/// A writer and its tap, and the client at the other end.
async fn connected() -> (Writer, WebSocketStream<Tap>, WebSocketStream<TcpStream>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
    let wire = Wire::new(listener.accept().await.unwrap().0);
    let server = WebSocketStream::from_raw_socket(Tap::new(wire.clone()), Role::Server, None).await;
    let client = WebSocketStream::from_raw_socket(client, Role::Client, None).await;
    (Writer::new(wire), server, client)
}

async fn heard(client: &mut WebSocketStream<TcpStream>) -> String {
    client.next().await.unwrap().unwrap().into_text().unwrap().to_string()
}

#[tokio::test]
async fn texts_of_every_length_arrive_as_they_were_said() {
    let (mut writer, _tap, mut client) = connected().await;
    let lengths = [0, 1, 125, 126, 127, 65_535, 65_536, 3_000_000];
    for length in lengths {
        writer.text("ä".repeat(length).into());
    }
    let writing = async { writer.write_all().await.unwrap() };
    let hearing = async {
        for length in lengths {
            assert_eq!(heard(&mut client).await, "ä".repeat(length));
        }
    };
    futures::join!(writing, hearing);
    assert_eq!((writer.waiting(), writer.pieces.capacity()), (0, writer.pieces.capacity().min(KEPT)));
}

#[tokio::test]
async fn a_thousand_small_frames_leave_together_and_in_order() {
    let (mut writer, _tap, mut client) = connected().await;
    for number in 0..1000 {
        writer.text(number.to_string().into());
    }
    writer.write_all().await.unwrap();
    for number in 0..1000 {
        assert_eq!(heard(&mut client).await, number.to_string());
    }
}

#[tokio::test]
async fn a_ping_is_answered_between_two_frames() {
    let (mut writer, mut server, mut client) = connected().await;
    client.send(Message::Ping("are you there?".into())).await.unwrap();
    assert!(server.next().await.unwrap().unwrap().is_ping());
    server.flush().await.unwrap();
    writer.text("before".into());
    writer.write_all().await.unwrap();
    assert_eq!(heard(&mut client).await, "before");
    assert_eq!(client.next().await.unwrap().unwrap(), Message::Pong("are you there?".into()));
}

#[tokio::test]
async fn a_close_frame_says_code_and_reason() {
    let (mut writer, _tap, mut client) = connected().await;
    writer.close(4409, "too slow, resume");
    writer.write_all().await.unwrap();
    let Message::Close(Some(frame)) = client.next().await.unwrap().unwrap() else { panic!("no close frame") };
    assert_eq!((u16::from(frame.code), frame.reason.as_str()), (4409, "too slow, resume"));
}
