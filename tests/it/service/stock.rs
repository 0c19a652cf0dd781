//! A client in another language, with a stock library and none of our code.

use std::process::Stdio;

use tokio::process::Command;

use super::node::{Node, sign};
use super::world::{TASKS, World};

#[tokio::test]
async fn a_python_client_writes_hears_its_own_write_and_resumes_after_a_cut() {
    let world = World::new().await;
    let node = Node::start(&world.database, &[]).await;
    let house = env!("CARGO_MANIFEST_DIR");
    let conversation = Command::new(format!("{house}/.tidegate/python/bin/python"))
        .arg(format!("{house}/tests/clients/conversation.py"))
        .args([node.address.to_string(), sign("ann", 600), TASKS[0].to_owned()])
        .stdin(Stdio::null())
        .output()
        .await
        .expect("`scripts/setup.sh python` was run (make test does it)");
    assert!(conversation.status.success(), "{}", String::from_utf8_lossy(&conversation.stderr));
}
