//! What a client needs of a message, read without parsing its payload: with thousands of clients in one process, most
//! of the load generator's time would be spent there.
//!
//! Invariant: `type` and `sequence` stand before the payload and `metadata` is the envelope's last member. A text that
//! is written otherwise is parsed as a whole. Quotes within JSON texts are escaped, so no payload can look like either.

use serde::Deserialize;

/// The envelope's members.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Envelope<'t> {
    pub(super) kind: &'t str,
    pub(super) sequence: i64,
    pub(super) metadata: Metadata<'t>,
}

#[derive(Debug, PartialEq, Eq, Deserialize)]
pub(super) struct Metadata<'t> {
    pub(super) epoch: &'t str,
    #[serde(default)]
    pub(super) txid: Option<&'t str>,
    #[serde(default)]
    pub(super) previous: Option<i64>,
    #[serde(default)]
    pub(super) position: Option<i64>,
}

#[derive(Deserialize)]
struct Whole<'t> {
    #[serde(rename = "type")]
    kind: &'t str,
    sequence: i64,
    #[serde(borrow)]
    metadata: Metadata<'t>,
}

/// Reads a message; `None` when it is none of ours.
pub(super) fn read(text: &str) -> Option<Envelope<'_>> {
    quickly(text).or_else(|| {
        let Whole { kind, sequence, metadata } = serde_json::from_str(text).ok()?;
        Some(Envelope { kind, sequence, metadata })
    })
}

fn quickly(text: &str) -> Option<Envelope<'_>> {
    let head = &text[..text.find("\"payload\":")?];
    let kind = after(head, "\"type\":\"")?;
    let sequence = after(head, "\"sequence\":")?;
    let metadata = text.rfind("\"metadata\":")? + "\"metadata\":".len();
    Some(Envelope {
        kind: &kind[..kind.find('"')?],
        sequence: sequence[..sequence.find(',')?].parse().ok()?,
        metadata: serde_json::from_str(text[metadata..].strip_suffix('}')?).ok()?,
    })
}

fn after<'t>(text: &'t str, words: &str) -> Option<&'t str> {
    text.find(words).map(|at| &text[at + words.len()..])
}

/// The transactions of a message that has more than one.
pub(super) fn transactions(text: &str) -> Vec<u64> {
    #[derive(Deserialize)]
    struct Bulk<'t> {
        #[serde(borrow)]
        payload: Payload<'t>,
    }
    #[derive(Deserialize)]
    struct Payload<'t> {
        #[serde(borrow, default)]
        updates: Vec<Update<'t>>,
    }
    #[derive(Deserialize)]
    struct Update<'t> {
        txid: &'t str,
    }
    let Ok(bulk) = serde_json::from_str::<Bulk<'_>>(text) else { return vec![] };
    let mut found: Vec<u64> = bulk.payload.updates.iter().filter_map(|u| u.txid.parse().ok()).collect();
    found.dedup();
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const METADATA: &str =
        r#"{"source":"user","epoch":"e","txid":"7","topic":"p:1","previous":4,"position":5}"#;

    #[test]
    fn the_short_way_and_the_long_way_agree() {
        let payload = r#"{"data":{"title":"\"metadata\":{}","sequence":9}}"#;
        let quick = format!(
            r#"{{"id":"i","version":"2.0","type":"update","timestamp":1,"sequence":5,"payload":{payload},"metadata":{METADATA}}}"#
        );
        let slow = format!(r#"{{"metadata":{METADATA},"payload":{payload},"sequence":5,"type":"update"}}"#);
        assert!(quickly(&quick).is_some() && quickly(&slow).is_none());
        assert_eq!(read(&quick), read(&slow));
        assert_eq!(
            read(&quick).map(|e| (e.kind, e.sequence, e.metadata.txid)),
            Some(("update", 5, Some("7")))
        );
    }

    #[test]
    fn a_bulk_names_every_transaction_once() {
        let bulk = r#"{"payload":{"updates":[{"txid":"1"},{"txid":"1"},{"txid":"3"}]}}"#;
        assert_eq!(transactions(bulk), [1, 3]);
    }
}
