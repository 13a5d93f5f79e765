//! Other processes: what they say, and their end.

use std::{
    env,
    io::{BufRead as _, BufReader, Write as _},
    process::{Child, ChildStdin, Command, Stdio},
    thread,
};

use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

/// This program as another process, which is killed at the end.
pub(crate) struct Program {
    child: Child,
    input: ChildStdin,
    lines: UnboundedReceiver<String>,
}

impl Program {
    pub(crate) fn start(arguments: &[&str]) -> Self {
        let mut command = Command::new(env::current_exe().expect("this program"));
        command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().expect("it starts");
        let input = child.stdin.take().expect("its input");
        let output = BufReader::new(child.stdout.take().expect("its output"));
        let (told, lines) = unbounded_channel();
        thread::spawn(move || {
            // A line that broke off was not said.
            for line in output.lines().map_while(Result::ok) {
                if told.send(line).is_err() {
                    return;
                }
            }
        });
        Self { child, input, lines }
    }

    pub(crate) fn tell(&mut self, line: &str) {
        writeln!(self.input, "{line}").expect("it listens");
    }

    /// The next line; `None` where there will be no more.
    pub(crate) async fn line(&mut self) -> Option<String> {
        self.lines.recv().await
    }

    /// Ends it without warning; returns what it had said before.
    pub(crate) async fn kill(mut self) -> Vec<String> {
        self.child.kill().expect("it can be killed");
        self.child.wait().expect("it ends");
        let mut said = Vec::new();
        while let Some(line) = self.line().await {
            said.push(line);
        }
        said
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
