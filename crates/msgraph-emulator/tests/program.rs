//! The program: where it listens, what it begins with, and a state that outlives it.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on panics"
)]

use std::{
    collections::BTreeMap,
    env, fs,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    path::Path,
    process::{Child, Command, Stdio},
    sync::mpsc,
    thread,
};

use serde_json::{Value, json};

struct Program {
    child: Child,
    url: String,
}

impl Program {
    fn start(arguments: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_msgraph-emulator"));
        command.args(["--listen", "127.0.0.1:0"]).args(arguments);
        let mut child = command.stdout(Stdio::piped()).spawn().expect("the program starts");
        let mut line = String::new();
        let output = child.stdout.take().expect("its output");
        BufReader::new(output).read_line(&mut line).expect("its first line");
        let url = line.trim_end().to_owned();
        assert!(url.starts_with("http://127.0.0.1:"), "{url}");
        Self { child, url }
    }

    fn connect(&self) -> Connection {
        let address = self.url.strip_prefix("http://").expect("a URL");
        Connection(BufReader::new(TcpStream::connect(address).expect("it listens")))
    }

    /// Without warning.
    fn kill(mut self) {
        self.child.kill().expect("it runs");
        self.child.wait().expect("it ends");
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

struct Connection(BufReader<TcpStream>);

impl Connection {
    /// Sends a request; `None` where no whole answer came.
    fn send(&mut self, method: &str, target: &str, body: &Value) -> Option<(u16, Value)> {
        let body = if body.is_null() {
            String::new()
        } else {
            body.to_string()
        };
        let length = body.len();
        let request = format!(
            "{method} {target} HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer adele\r\ncontent-length: {length}\r\n\r\n{body}"
        );
        self.0.get_mut().write_all(request.as_bytes()).ok()?;
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if self.0.read_line(&mut head).ok()? == 0 {
                return None;
            }
        }
        let status = head.split(' ').nth(1)?.parse().ok()?;
        let header = |line: &str| {
            Some(line.split_once(':')?).map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        };
        let headers: BTreeMap<_, _> = head.lines().filter_map(header).collect();
        let length = headers
            .get("content-length")
            .and_then(|length| length.parse().ok())
            .unwrap_or(0);
        let mut body = vec![0; length];
        self.0.read_exact(&mut body).ok()?;
        Some((status, serde_json::from_slice(&body).unwrap_or_default()))
    }
}

fn refusal(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_msgraph-emulator"))
        .args(arguments)
        .output()
        .expect("the program starts");
    assert_eq!(output.status.code(), Some(2));
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// C1: a program for clients in any language, whose first line of output is its URL.
#[test]
fn c1_the_program_says_where_it_is() {
    let program = Program::start(&[]);
    let (status, plans) = program
        .connect()
        .send("GET", "/v1.0/me/planner/plans", &Value::Null)
        .expect("an answer");
    assert_eq!((status, &plans["value"][0]["title"]), (200, &json!("Launch 2.0")));
    let refused = refusal(&["--listen", "10.1.2.3:80"]);
    assert!(refused.contains("--anywhere"), "{refused}");
}

#[test]
fn bad_files_are_refused_with_their_place() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name).display().to_string();
    fs::write(path("seed"), "{\n \"plan\": []\n}").expect("written");
    let refused = refusal(&["--listen", "127.0.0.1:0", "--seed", &path("seed")]);
    assert!(
        refused.contains("line 2 column 7") && refused.contains("unknown field `plan`"),
        "{refused}"
    );
    assert!(refusal(&["--listen", "127.0.0.1:0", "--seed", &path("none")]).contains("none"));
    fs::write(path("state"), "no state".repeat(1000)).expect("written");
    let refused = refusal(&["--listen", "127.0.0.1:0", "--state", &path("state")]);
    assert!(refused.contains("no state file"), "{refused}");
    let _program = Program::start(&["--state", &path("good")]);
    let refused = refusal(&["--listen", "127.0.0.1:0", "--state", &path("good")]);
    assert!(refused.contains("another process"), "{refused}");
}

/// How often the program is killed; `MSGRAPH_KILLS=50` kills it so often.
fn kills() -> u32 {
    env::var("MSGRAPH_KILLS")
        .ok()
        .and_then(|kills| kills.parse().ok())
        .unwrap_or(4)
}

/// Killed under load, again and again, it opens whole, and has all that it said was done.
#[test]
fn a_state_is_whole_whenever_the_program_is_killed() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("state");
    let (mut told, mut doubtful): (BTreeMap<String, String>, Vec<String>) = Default::default();
    for round in 0..kills() {
        let program = start(&path);
        check(&mut program.connect(), &told, &doubtful);
        let (done, dones) = mpsc::channel();
        let writers = [0, 1].map(|writer| {
            let (mut connection, done) = (program.connect(), done.clone());
            thread::spawn(move || write(&mut connection, &format!("{round}-{writer}"), &done))
        });
        drop(done);
        // Both write, so that one is in the middle of it when the other was answered for the last time.
        for (id, name) in dones.iter().take(usize::try_from(5 + round % 17).expect("a number")) {
            told.insert(id, name);
        }
        program.kill();
        told.extend(dones);
        doubtful.extend(writers.map(|writer| writer.join().expect("it ended")));
    }
    let program = start(&path);
    check(&mut program.connect(), &told, &doubtful);
    println!("kills {}, writes {}, lost 0", kills(), told.len());
}

/// Writes until no answer comes. Returns the name of what was under way then.
fn write(connection: &mut Connection, prefix: &str, done: &mpsc::Sender<(String, String)>) -> String {
    let mut number = 0;
    loop {
        let name = format!("{prefix}-{number}");
        let Some((status, list)) = connection.send("POST", "/v1.0/me/todo/lists", &json!({ "displayName": name }))
        else {
            return name;
        };
        assert_eq!(status, 201, "{list}");
        // Whoever counts may have enough.
        let _ = done.send((list["id"].as_str().expect("an id").to_owned(), name));
        number += 1;
    }
}

fn start(path: &Path) -> Program {
    Program::start(&["--state", &path.display().to_string()])
}

/// Everything that was told is there, and nothing else but what was under way when the program was killed.
fn check(connection: &mut Connection, told: &BTreeMap<String, String>, doubtful: &[String]) {
    let mut there = BTreeMap::new();
    let mut target = "/v1.0/me/todo/lists/delta".to_owned();
    loop {
        let (status, page) = connection.send("GET", &target, &Value::Null).expect("an answer");
        assert_eq!(status, 200, "{page}");
        for list in page["value"].as_array().expect("a page") {
            let text = |name: &str| list[name].as_str().expect("a text").to_owned();
            there.insert(text("id"), text("displayName"));
        }
        match page["@odata.nextLink"].as_str() {
            Some(next) => next
                .strip_prefix("http://127.0.0.1")
                .expect("a link")
                .clone_into(&mut target),
            None => break,
        }
    }
    for (id, name) in told {
        assert_eq!(there.remove(id).as_ref(), Some(name), "lost");
    }
    let known = ["Tasks", "Flagged email", "Errands"];
    for name in there.into_values().filter(|name| !known.contains(&name.as_str())) {
        assert!(doubtful.contains(&name), "{name} was never asked for");
    }
}
