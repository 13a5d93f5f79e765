//! Edits the service, makes it fail, kills the replica, and counts.

use std::time::Instant;

use fastrand::Rng;
use msgraph_client::{Client, RetryPolicy, StaticToken};
use serde_json::{Value, json};

use crate::{
    program::Program,
    support::{crew::Crew, own::Done, promises::Promises, weather},
};

/// How often the two people at work do something between two kills.
const EDITS: usize = 40;

/// Each of so many kills is one between the first row of a commit and its end.
const HELD: usize = 4;

struct Driver {
    random: Rng,
    http: reqwest::Client,
    url: String,
    crew: Crew,
    promises: Promises,
    edits: usize,
    expired: usize,
    resyncs: usize,
}

pub(crate) async fn run(kills: usize, seed: u64) {
    let started = Instant::now();
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("replica").display().to_string();
    let mut service = Program::start(&["service"]);
    let url = service.line().await.expect("a URL");
    let mut driver = Driver::new(url.clone(), seed).await;
    let mut held = 0;
    for kill in 0..kills {
        let own = format!("{}", driver.random.u32(..));
        let mut replica = Program::start(&["replica", &url, &file, &own]);
        driver.settle(&mut replica, kill).await;
        let is_held = kill % HELD == 0;
        if is_held {
            replica.tell(&format!("hold {}", driver.random.usize(..6)));
        }
        driver.make_trouble().await;
        replica.tell("work 4");
        driver.edit().await;
        held += usize::from(driver.wait(&mut replica, is_held).await);
        for line in replica.kill().await {
            driver.hear(&line);
        }
    }
    let mut replica = Program::start(&["replica", &url, &file, "0"]);
    driver.settle(&mut replica, kills).await;
    let changes = driver.control(reqwest::Method::GET, "changes", &Value::Null).await;
    let (lost, doubled) = driver.promises.broken(changes.as_array().expect("changes"));
    println!(
        "edits there {}, edits here {}, given up {}, links expired {}, resyncs {}, kills between first row and commit {held}, {} s",
        driver.edits,
        driver.promises.edits(),
        driver.promises.given_up(),
        driver.expired,
        driver.resyncs,
        started.elapsed().as_secs(),
    );
    println!(
        "kills {kills}, lost {}, doubled {}, equal yes",
        lost.len(),
        doubled.len()
    );
    assert!(
        lost.is_empty() && doubled.is_empty(),
        "lost {lost:?}, doubled {doubled:?}"
    );
}

impl Driver {
    async fn new(url: String, seed: u64) -> Self {
        let http = reqwest::Client::new();
        let state = state(&http, &url).await;
        let client = |user: &str| {
            Client::builder(StaticToken::new(format!("{user}@contoso.example")))
                .base_url(&url)
                .retry(RetryPolicy::NEVER)
                .build()
                .expect("a client")
        };
        Self {
            random: Rng::with_seed(seed),
            crew: Crew::new(client("adele"), client("bruno"), &state),
            http,
            url,
            promises: Promises::default(),
            edits: 0,
            expired: 0,
            resyncs: 0,
        }
    }

    /// Takes a line of the replica's.
    fn hear(&mut self, line: &str) {
        match line.split_once(' ') {
            Some((word @ ("made" | "renamed"), rest)) => {
                let (title, id) = rest.split_once(' ').expect("a title and an id");
                let (title, id) = (title.to_owned(), id.to_owned());
                let is_new = word == "made";
                let done = if is_new {
                    Done::Made(title, id)
                } else {
                    Done::Renamed(title, id)
                };
                self.promises.promise(done);
            }
            Some(("gave-up", title)) => self.promises.give_up(title),
            None if line == "resync" => self.resyncs += 1,
            _ => {}
        }
    }

    /// Lets the replica come to rest under a clear sky: it has to be equal then.
    async fn settle(&mut self, replica: &mut Program, kill: usize) {
        let faults = self.control(reqwest::Method::GET, "faults", &Value::Null).await;
        for fault in faults.as_array().expect("faults") {
            let name = fault["name"].as_str().expect("a name");
            self.control(reqwest::Method::DELETE, &format!("faults/{name}"), &Value::Null)
                .await;
        }
        self.control(reqwest::Method::PATCH, "config", &json!({ "chaos": {} }))
            .await;
        replica.tell("settle");
        loop {
            let line = replica.line().await.expect("it goes on");
            self.hear(&line);
            match line.split_once(' ').map_or(&*line, |(word, _)| word) {
                "equal" => return,
                "different" => panic!("after kill {kill}: {line}"),
                _ => {}
            }
        }
    }

    /// Faults, chaos, and links that expire.
    async fn make_trouble(&mut self) {
        for number in 0..self.random.usize(..4) {
            let name = format!("fault-{number}");
            let mut fault = json!(weather::rule(&mut self.random, &name));
            fault.as_object_mut().expect("a rule").remove("name");
            self.control(reqwest::Method::PUT, &format!("faults/{name}"), &fault)
                .await;
        }
        if self.random.bool() {
            let chaos = weather::chaos(&mut self.random);
            self.control(reqwest::Method::PATCH, "config", &json!({ "chaos": chaos }))
                .await;
        }
        if self.random.u8(..4) == 0 {
            self.expired += 1;
            let spelling = weather::spelling(&mut self.random);
            self.control(reqwest::Method::POST, "expire", &json!({ "spelling": spelling }))
                .await;
        }
    }

    /// Two people are at work, while the replica is.
    async fn edit(&mut self) {
        let state = state(&self.http, &self.url).await;
        for _ in 0..EDITS {
            // What fails was done by nobody, or by somebody who does not know it.
            let edited = self.crew.edit(&mut self.random, &state).await;
            self.edits += usize::from(edited.unwrap_or(false));
        }
    }

    /// Waits for the moment at which the replica is to be killed; tells whether it is in the middle of a commit.
    async fn wait(&mut self, replica: &mut Program, is_held: bool) -> bool {
        let mut left = self.random.usize(..60);
        while let Some(line) = replica.line().await {
            self.hear(&line);
            match &*line {
                "held" => return true,
                // Nothing was left to be written, or not enough.
                "missed" | "done" => return false,
                _ if is_held => {}
                _ if left == 0 => return false,
                _ => left -= 1,
            }
        }
        panic!("the replica ended by itself")
    }

    async fn control(&self, method: reqwest::Method, path: &str, body: &Value) -> Value {
        let url = format!("{}/_emulator/{path}", self.url);
        let mut request = self.http.request(method, url);
        if !body.is_null() {
            request = request.body(body.to_string());
        }
        let answer = request.send().await.expect("an answer");
        assert!(answer.status().is_success(), "{path}: {answer:?}");
        let text = answer.text().await.expect("a text");
        serde_json::from_str(&text).unwrap_or_default()
    }
}

async fn state(http: &reqwest::Client, url: &str) -> Value {
    let answer = http.get(format!("{url}/_emulator/state")).send().await;
    let text = answer.expect("an answer").text().await.expect("a text");
    serde_json::from_str(&text).expect("JSON")
}
