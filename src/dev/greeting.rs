//! What is printed when everything runs: what there is, and three lines to type next.

use std::net::SocketAddr;
use std::path::Path;

use super::demo::Guests;
use crate::error::Failure;
use crate::terminal::say;

/// Prints to standard output; the log goes to standard error.
pub(super) fn print(
    listen: SocketAddr,
    database_url: &str,
    guests: &Guests,
    environment: &Path,
) -> Result<(), Failure> {
    say(text(listen, database_url, guests, environment))
}

fn text(listen: SocketAddr, database_url: &str, guests: &Guests, environment: &Path) -> String {
    let task = guests.task_id.as_deref().unwrap_or("00000000-0000-0000-0000-000000000000");
    let handle = &guests.handle;
    let token = &guests.admin_token;
    let env = environment.display();
    format!(
        r#"
Tidegate is running. Ctrl-C stops everything.

  live page  http://{listen}/#token={token}
             (open it: it shows what is going on, as {handle} and administrator; the token is good for a day)
  service    http://{listen}   socket ws://{listen}/ws
  database   {database_url}

Watch the stream, in a second terminal in this directory:

  . {env} && tidegate tail

Change a task in a third one, as any program that speaks SQL would, and see it appear in the second:

  . {env} && psql -c "update work.tasks set status = 'blocked', title = 'Written by psql' where id = '{task}'"

Ask how the projects stand, exact at the moment you ask:

  . {env} && psql -c "select name, completed_tasks, total_tasks, avg_progress from work.project_summaries"
"#
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_greeting_names_the_address_the_token_and_a_task_to_change() {
        let guests = Guests {
            handle: "ada".to_owned(),
            token: "a-member".to_owned(),
            admin_token: "token-of-ada".to_owned(),
            writer_url: "postgresql://secret".to_owned(),
            task_id: Some("0190".to_owned()),
        };
        let listen = SocketAddr::from(([127, 0, 0, 1], 8000));
        let said = text(listen, "postgresql://db", &guests, Path::new(".tidegate/env"));
        for expected in [
            "http://127.0.0.1:8000/#token=token-of-ada",
            "where id = '0190'",
            ". .tidegate/env && tidegate tail",
        ] {
            assert!(said.contains(expected), "{expected} is missing from {said}");
        }
        assert!(!said.contains("secret") && !said.contains("a-member"));
    }
}
