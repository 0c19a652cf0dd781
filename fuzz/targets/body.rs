//! Bodies of requests, for every type that is read from one: a problem of 400 or 422, or a value.
#![no_main]

use axum::http::{HeaderMap, HeaderValue, header};
use libfuzzer_sys::fuzz_target;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tidegate::admin::model::{FeaturePatch, NewRollout, Override, RolloutPatch};
use tidegate::http::body;
use tidegate::monitor::model::{NewComment, NewWebhook, Silence};
use tidegate::work::model::{
    BranchMove, BranchPatch, BulkRequest, ContextPatch, NewBranch, NewContext, NewMember, NewProject,
    NewSubtask, NewTask, ProjectPatch, SubtaskPatch, TaskMove, TaskOperations, TaskPatch,
};

fn read<T: DeserializeOwned>(value: &Value) {
    if let Err(problem) = body::read::<T>(value) {
        assert!(matches!(problem.status, 400 | 422), "{problem:?}");
        assert!(!problem.code.is_empty());
    }
}

macro_rules! read_all {
    ($value:expr, $($kind:ty),+ $(,)?) => { $(read::<$kind>($value);)+ };
}

fuzz_target!(|bytes: &[u8]| {
    let headers =
        HeaderMap::from_iter([(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))]);
    let Ok(value) = body::json(&headers, bytes) else { return };
    read_all!(
        &value,
        NewProject,
        ProjectPatch,
        NewMember,
        NewBranch,
        BranchPatch,
        BranchMove,
        NewTask,
        TaskPatch,
        TaskMove,
        NewSubtask,
        SubtaskPatch,
        NewContext,
        ContextPatch,
        TaskOperations,
        BulkRequest,
        FeaturePatch,
        Override,
        NewRollout,
        RolloutPatch,
        NewWebhook,
        Silence,
        NewComment,
    );
});
