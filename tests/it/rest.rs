//! `/api/v2` and `/api/v1` from outside. The files are named after the addresses that they are about; `writes` is what
//! all writes share, `edges` what all requests share, `cache`, `cache_levels` and `cache_truth` what is kept of
//! answers, `document` holds the OpenAPI document against the routes, `strangers` goes through all of it as somebody who
//! may nothing, `canary` looks for what nobody else may see, and `injection` says statements where values belong.

mod admin;
mod alerts;
mod branches;
mod bulk;
mod cache;
mod cache_levels;
mod cache_truth;
mod canary;
mod connections;
mod contexts;
mod dashboard;
mod document;
mod edges;
mod engine;
pub(crate) mod house;
mod injection;
mod members;
mod projects;
mod strangers;
mod subtasks;
mod summaries;
mod tasks;
mod webhooks;
mod writes;
