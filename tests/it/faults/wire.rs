//! A wire that misbehaves on command: a TCP proxy whose other end may move.

use std::net::SocketAddr;
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::sleep;

/// Bytes that have arrived and are not carried yet.
const ROOM: u32 = 64 << 10;

/// What it does with what it carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Weather {
    Fair,
    /// Nothing gets through, and nobody is told: a cable that was pulled.
    Hole,
    /// So many bytes a second towards the client.
    Trickle(usize),
    /// One bit of so many bytes from the client is another one.
    Noise(usize),
}

/// The proxy.
pub(super) struct Wire {
    address: SocketAddr,
    target: Arc<Mutex<SocketAddr>>,
    weather: watch::Sender<Weather>,
    /// Whoever carries ends when this changes.
    cuts: watch::Sender<u32>,
    /// Whoever carries when this changes carries nothing any more, and says nothing of it.
    deaths: watch::Sender<u32>,
    listening: JoinHandle<()>,
}

impl Wire {
    pub(super) async fn to(target: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let target = Arc::new(Mutex::new(target));
        let (weather, cuts, deaths) =
            (watch::Sender::new(Weather::Fair), watch::Sender::new(0), watch::Sender::new(0));
        let moods = (weather.clone(), cuts.clone(), deaths.clone());
        let listening = tokio::spawn(listen(listener, target.clone(), moods));
        Self { address, target, weather, cuts, deaths, listening }
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(super) fn lead_to(&self, target: SocketAddr) {
        *self.target.lock().unwrap() = target;
    }

    pub(super) fn turn(&self, weather: Weather) {
        self.weather.send_replace(weather);
    }

    /// Every connection goes dead without a word, as behind a router that forgot it; new ones are carried.
    pub(super) fn deaden(&self) {
        self.deaths.send_modify(|deaths| *deaths += 1);
    }

    /// Ends every connection by a reset.
    pub(super) fn cut(&self) {
        self.cuts.send_modify(|cuts| *cuts += 1);
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        self.cut();
        self.listening.abort();
    }
}

async fn listen(
    listener: TcpListener,
    target: Arc<Mutex<SocketAddr>>,
    (weather, cuts, deaths): (watch::Sender<Weather>, watch::Sender<u32>, watch::Sender<u32>),
) {
    while let Ok((near, _)) = listener.accept().await {
        let target = *target.lock().unwrap();
        let (weather, mut cut, mut dead) = (weather.subscribe(), cuts.subscribe(), deaths.subscribe());
        tokio::spawn(async move {
            let Some(far) = reach(target).await else { return };
            // Dropped with this, a connection that still has something to carry is reset.
            let _ = near.set_zero_linger();
            let ((from_near, to_near), (from_far, to_far)) = (near.into_split(), far.into_split());
            let up = carry(from_near, to_far, weather.clone(), |weather| match weather {
                Weather::Noise(every) => Harm::Noise(every),
                other => Harm::of(other),
            });
            let down = carry(from_far, to_near, weather, |weather| match weather {
                Weather::Trickle(rate) => Harm::Trickle(rate),
                other => Harm::of(other),
            });
            // Kept to the end: dropped, they would close what they carry, and the other side would hear of it.
            let (mut up, mut down) = (pin!(up), pin!(down));
            let carried = async {
                tokio::select! {
                    () = &mut up => {}
                    () = &mut down => {}
                    _ = dead.changed() => std::future::pending().await,
                }
            };
            tokio::select! {
                () = carried => {}
                _ = cut.changed() => {}
            }
        });
    }
}

/// With little room for what was not carried yet, so that who sends feels how slowly it goes.
async fn reach(target: SocketAddr) -> Option<TcpStream> {
    let socket = if target.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }.ok()?;
    socket.set_recv_buffer_size(ROOM).ok()?;
    socket.connect(target).await.ok()
}

/// What one direction suffers.
enum Harm {
    None,
    Hole,
    Trickle(usize),
    Noise(usize),
}

impl Harm {
    fn of(weather: Weather) -> Self {
        if weather == Weather::Hole { Self::Hole } else { Self::None }
    }
}

async fn carry(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    mut weather: watch::Receiver<Weather>,
    harm: impl Fn(Weather) -> Harm,
) {
    let (mut buffer, mut carried) = (vec![0; 16 << 10], 0_usize);
    loop {
        let now = *weather.borrow_and_update();
        let most = match harm(now) {
            Harm::Hole => {
                if weather.changed().await.is_err() {
                    return;
                }
                continue;
            }
            Harm::Trickle(rate) => (rate / 20).clamp(1, buffer.len()),
            Harm::None | Harm::Noise(_) => buffer.len(),
        };
        let read = tokio::select! {
            read = from.read(&mut buffer[..most]) => read,
            _ = weather.changed() => continue,
        };
        let Ok(count @ 1..) = read else { return };
        match harm(now) {
            Harm::Trickle(_) => sleep(Duration::from_millis(50)).await,
            Harm::Noise(every) => {
                for (at, byte) in buffer[..count].iter_mut().enumerate() {
                    *byte ^= u8::from((carried + at) % every == every - 1) << (at % 8);
                }
            }
            Harm::None | Harm::Hole => {}
        }
        carried += count;
        if to.write_all(&buffer[..count]).await.is_err() {
            return;
        }
    }
}
