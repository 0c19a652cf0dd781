//! The conversation on one socket: requests and deliveries, silence, and its end.
//!
//! Invariant: requests are handled one after the other between deliveries, and what either says is written before the
//! next begins.
//!
//! A task is as large as its largest moment, for as long as it lives. What happens once or now and then has memory of
//! its own (a box), so that thousands of sockets that only listen are small.

use std::convert::Infallible;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use rand::RngExt;
use tokio::time::{Instant, sleep_until};

use super::allowance::{Allowance, Verdict};
use super::protocol::{self, Complaint, Goodbye};
use super::session::Session;
use super::session::admission::{Hello, admit};
use super::socket::{self, Ear, End, Heard, Mouth, Socket};
use super::{Counted, Gateway};

/// Messages that may leave with one write; after them a client's request gets its turn.
const AT_ONCE: usize = 64;

/// Serves one socket until it ends.
pub async fn serve(gateway: Arc<Gateway>, socket: Socket, hello: Hello, counted: Counted) {
    let (mouth, mut ear) = socket::split(socket, gateway.manners.timeout);
    let (mouth, end) = match Box::pin(admit(&gateway, &mut ear, &hello)).await {
        Ok((caller, auth)) => {
            let session = Session::new(&gateway, caller, hello.guest);
            let mut conversation = Conversation::new(gateway.clone(), session, mouth);
            let end = conversation.run(&mut ear, hello.wants_sync, auth).await;
            (conversation.mouth, end)
        }
        Err(end) => (mouth, end),
    };
    drop(counted);
    if let End::Goodbye(goodbye) = end {
        gateway.counters.closed(goodbye);
        tracing::debug!(close.code = goodbye.code(), "Socket closed");
        Box::pin(socket::close(mouth, ear, goodbye)).await;
    }
}

/// One authenticated socket.
struct Conversation {
    gateway: Arc<Gateway>,
    session: Session,
    mouth: Mouth,
    last_heard: Instant,
    pinged: bool,
    allowance: Allowance,
    /// When to say goodbye, once a drain has begun.
    leaving: Option<Instant>,
}

impl Conversation {
    fn new(gateway: Arc<Gateway>, session: Session, mouth: Mouth) -> Self {
        let now = Instant::now();
        Self {
            session,
            mouth,
            last_heard: now,
            pinged: false,
            allowance: Allowance::new(gateway.manners.messages, now.into_std()),
            leaving: None,
            gateway,
        }
    }

    async fn run(&mut self, ear: &mut Ear, wants_sync: bool, auth: Option<Option<String>>) -> End {
        let Err(end) = self.converse(ear, wants_sync, auth).await;
        if let End::Goodbye(_) = end {
            // Why it ends, where that takes more than a close code.
            let _ = self.speak().await;
        }
        end
    }

    async fn converse(
        &mut self,
        ear: &mut Ear,
        wants_sync: bool,
        auth: Option<Option<String>>,
    ) -> Result<Infallible, End> {
        if let Err(problem) = Box::pin(self.begin(wants_sync)).await {
            return Err(self.session.give_up(&problem).into());
        }
        self.last_heard = Instant::now();
        if let Some(correlation_id) = auth {
            self.session.ack_auth(correlation_id.as_deref());
        }
        // Made once: to set a timer or to wait for the drain costs more than to look at it, and messages are many.
        let mut alarm = pin!(sleep_until(self.next_timer()));
        let mut draining = pin!(self.gateway.draining.clone().cancelled_owned());
        loop {
            self.speak().await?;
            self.mouth.flush(self.session.outbox()).await?;
            if self.session.is_behind() {
                Box::pin(self.session.catch_up()).await?;
                // Whoever takes what they missed is there.
                self.last_heard = Instant::now();
                continue;
            }
            // What has become later is found out when it rings.
            let wake = self.next_timer();
            if wake < alarm.deadline() {
                alarm.as_mut().reset(wake);
            }
            tokio::select! {
                heard = ear.next() => Box::pin(self.hear(heard?)).await?,
                item = self.session.outbox().next() => {
                    self.session.deliver(item?).await?;
                    self.session.deliver_waiting(AT_ONCE).await?;
                }
                () = alarm.as_mut() => {
                    self.on_timer().await?;
                    alarm.as_mut().reset(self.next_timer());
                }
                () = draining.as_mut(), if self.leaving.is_none() => {
                    let window = self.gateway.drain_window().as_secs_f64();
                    self.leaving = Some(Instant::now() + Duration::from_secs_f64(rand::rng().random_range(0.0..=window)));
                    alarm.as_mut().reset(self.next_timer());
                }
            }
        }
    }

    async fn begin(&mut self, wants_sync: bool) -> Result<(), crate::db::problem::Problem> {
        self.session.hear_of_memberships().await?;
        if wants_sync { self.session.begin_with_own_projects().await } else { Ok(()) }
    }

    /// Writes what the session has said.
    async fn speak(&mut self) -> Result<(), End> {
        for said in self.session.take_said() {
            self.gateway.counters.sent.add(1);
            self.mouth.say(said.text(), self.session.outbox()).await?;
        }
        Ok(())
    }

    async fn hear(&mut self, heard: Heard) -> Result<(), End> {
        self.last_heard = Instant::now();
        self.pinged = false;
        let Heard::Text(text) = heard else { return Ok(()) };
        self.gateway.counters.received.add(1);
        let verdict = self.allowance.spend(self.gateway.manners.messages, self.last_heard.into_std());
        if verdict == Verdict::Abuse {
            return Err(Goodbye::TooMany.into());
        }
        let incoming = protocol::read(&text).map_err(|_| Goodbye::Malformed)?;
        let correlation_id = incoming.correlation_id.as_deref();
        if let Verdict::Later(after) = verdict {
            let of = incoming
                .request
                .as_ref()
                .map_or_else(|(of, _)| of.as_deref(), |request| Some(request.name()));
            self.session.complain(Complaint::rate_limited(after), of, correlation_id);
            return Ok(());
        }
        match incoming.request {
            Ok(request) => {
                self.session.answer(request, correlation_id).await?;
                // While the database was asked nobody listened: that was not the client's silence.
                self.last_heard = Instant::now();
            }
            Err((of, message)) => {
                let code =
                    if message.starts_with("unknown variant") { "unknown_type" } else { "malformed_message" };
                self.session.complain(Complaint::new(code, message), of.as_deref(), correlation_id);
            }
        }
        Ok(())
    }

    fn next_timer(&self) -> Instant {
        let manners = &self.gateway.manners;
        let heard = if self.pinged { manners.timeout } else { manners.heartbeat };
        let silence = self.last_heard + heard;
        let heartbeat = self.mouth.last_said() + manners.heartbeat;
        let leaving = self.leaving.unwrap_or(silence);
        silence.min(heartbeat).min(self.session.expires()).min(leaving)
    }

    async fn on_timer(&mut self) -> Result<(), End> {
        let now = Instant::now();
        if self.leaving.is_some_and(|at| now >= at) {
            // The publisher has ended, so this does too.
            self.session.deliver_waiting(usize::MAX).await?;
            self.speak().await?;
            self.mouth.flush(self.session.outbox()).await?;
            return Err(Goodbye::Restart.into());
        }
        if now >= self.session.expires() {
            return Err(self.session.expire().into());
        }
        let silent = now - self.last_heard;
        if silent >= self.gateway.manners.timeout {
            return Err(Goodbye::Silent.into());
        }
        if silent >= self.gateway.manners.heartbeat && !self.pinged {
            self.pinged = true;
            self.mouth.ping(self.session.outbox()).await?;
        }
        if now - self.mouth.last_said() >= self.gateway.manners.heartbeat {
            self.session.heartbeat();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a task occupies that runs this.
    fn size<A, B, C, D, F: Future>(_: impl Fn(A, B, C, D) -> F) -> usize {
        size_of::<F>()
    }

    #[test]
    fn a_socket_that_listens_occupies_little_memory() {
        let bytes = size(serve);
        assert!(bytes <= 2560, "a task of {bytes} bytes, times ten thousand");
    }
}
