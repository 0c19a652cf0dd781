//! What a node says of itself on `/ws/dashboard`: only what is not as it was told last.

use std::sync::Arc;

use serde::Serialize;
use serde_json::{Value, json};

use crate::gateway::Gateway;
use crate::monitor::Monitor;
use crate::stream::counters::Counters;

/// `metrics_update`: those of this node's figures that are not what they were.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct NodeFigures {
    /// Sockets, streams and polls.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    connections: Option<u64>,
    /// Messages sent to sockets so far.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    messages_sent: Option<u64>,
    /// Events passed on so far.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    events: Option<u64>,
    /// Ticks made so far.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    ticks: Option<u64>,
    /// Events committed and not yet told.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    backlog: Option<i64>,
    /// Webhook deliveries taken so far.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    deliveries: Option<u64>,
    /// And those that failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    delivery_failures: Option<u64>,
}

/// The node's figures, as they were told last.
pub(super) struct Figures {
    gateway: Arc<Gateway>,
    counters: Arc<Counters>,
    pub(super) monitor: Arc<Monitor>,
    known: NodeFigures,
}

impl Figures {
    /// With nothing told yet.
    pub(super) fn new(gateway: Arc<Gateway>, counters: Arc<Counters>, monitor: Arc<Monitor>) -> Self {
        Self { gateway, counters, monitor, known: NodeFigures::default() }
    }

    /// Those that are not what they were.
    pub(super) fn changed(&mut self) -> Option<Value> {
        let now = self.read();
        let before = std::mem::replace(&mut self.known, now.clone());
        let changed = now.without(&before);
        // What this message itself adds is no news.
        let own = NodeFigures { messages_sent: changed.messages_sent, ..NodeFigures::default() };
        (changed != own).then(|| json!(changed))
    }

    fn read(&self) -> NodeFigures {
        let (sockets, deliveries) = (&self.gateway.counters, self.monitor.figures());
        NodeFigures {
            connections: Some(sockets.listening()),
            messages_sent: Some(sockets.sent.get()),
            events: Some(self.counters.events.get()),
            ticks: Some(self.counters.ticks.get()),
            backlog: Some(self.counters.backlog.get()),
            deliveries: Some(deliveries.taken.get()),
            delivery_failures: Some(deliveries.failed.get()),
        }
    }
}

impl NodeFigures {
    /// Those that are not the same in `other`.
    fn without(self, other: &Self) -> Self {
        fn changed<T: PartialEq>(now: Option<T>, before: &Option<T>) -> Option<T> {
            now.filter(|now| before.as_ref() != Some(now))
        }
        Self {
            connections: changed(self.connections, &other.connections),
            messages_sent: changed(self.messages_sent, &other.messages_sent),
            events: changed(self.events, &other.events),
            ticks: changed(self.ticks, &other.ticks),
            backlog: changed(self.backlog, &other.backlog),
            deliveries: changed(self.deliveries, &other.deliveries),
            delivery_failures: changed(self.delivery_failures, &other.delivery_failures),
        }
    }
}
