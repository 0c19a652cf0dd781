//! What may be tuned while running: `tide.settings`, read again every few seconds.

use std::time::Duration;

use super::batch::{BatchSettings, Gather};

/// The settings that concern the service. A value that cannot be read leaves the default in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveSettings {
    /// `ai_window_ms`
    pub ai_window_ms: u64,
    /// `ai_batch_max`
    pub ai_batch_max: usize,
    /// `max_events_per_tick`
    pub max_events_per_tick: i32,
    /// `tick_interval_ms`; `None`: as configured.
    pub tick_interval: Option<Duration>,
    /// Whose events are gathered: the feature `ai_batch`.
    pub gather: Gather,
}

impl Default for LiveSettings {
    fn default() -> Self {
        Self {
            ai_window_ms: 500,
            ai_batch_max: 50,
            max_events_per_tick: 5000,
            tick_interval: None,
            gather: Gather::Everybody,
        }
    }
}

impl LiveSettings {
    /// From the rows of the table.
    pub fn read(rows: &[(String, String)]) -> Self {
        let value = |key: &str| rows.iter().find(|(name, _)| name == key).map(|(_, value)| value.trim());
        let number = |key: &str| value(key).and_then(|text| text.parse::<u64>().ok());
        let default = Self::default();
        let small = |key: &str| number(key).and_then(|n| i32::try_from(n).ok()).filter(|n| *n > 0);
        Self {
            ai_window_ms: number("ai_window_ms").unwrap_or(default.ai_window_ms),
            ai_batch_max: small("ai_batch_max").map_or(default.ai_batch_max, |n| n.unsigned_abs() as usize),
            max_events_per_tick: small("max_events_per_tick").unwrap_or(default.max_events_per_tick),
            tick_interval: number("tick_interval_ms").map(Duration::from_millis),
            gather: default.gather,
        }
    }

    /// Whether it matters which agents there are.
    pub fn gather_depends_on_agent(&self) -> bool {
        matches!(self.gather, Gather::Those(_))
    }

    /// The part that the batch needs.
    pub fn batch(&self) -> BatchSettings {
        let gather = self.gather.clone();
        BatchSettings { window_ms: self.ai_window_ms, max_events: self.ai_batch_max, gather }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_read_leaves_the_default_in_force() {
        let rows = [("ai_window_ms", "100"), ("ai_batch_max", "zero"), ("tick_interval_ms", " 5 ")];
        let rows: Vec<_> = rows.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        let settings = LiveSettings::read(&rows);
        assert_eq!((settings.ai_window_ms, settings.ai_batch_max), (100, 50));
        assert_eq!(settings.tick_interval, Some(Duration::from_millis(5)));
    }
}
