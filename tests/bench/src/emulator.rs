//! Requests a second to the emulator, beside a bare axum handler that answers with the same bytes, within one run.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{SocketAddr, TcpStream, ToSocketAddrs},
    time::{Duration, Instant},
};

use axum::{Router, http::HeaderMap, routing::get};
use msgraph_emulator::{Emulator, Seed};

/// At least so many requests as the bare handler.
const LIMIT: f64 = 0.5;
const REQUESTS: u32 = 4_000;
const ROUNDS: usize = 9;

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .expect("a runtime");
    let emulator = Emulator::seeded(&Seed::demo()).expect("the seed is good");
    let server = runtime
        .block_on(emulator.listen("127.0.0.1:0"))
        .expect("a port of this machine");
    let mut ours = Connection::open(server.url().strip_prefix("http://").expect("a URL"));
    let plans = ours.get("/v1.0/me/planner/plans");
    let plan = first_id(&plans.body);
    let tasks = ours.get(&format!("/v1.0/planner/plans/{plan}/tasks"));
    let target = format!("/v1.0/planner/tasks/{}", first_id(&tasks.body));
    let answer = ours.get(&target);
    assert!(answer.head.starts_with("HTTP/1.1 200"), "{}", answer.head);
    let bare = runtime.block_on(serve_bare(target.clone(), &answer));
    let mut bare = Connection::open(bare);
    assert_eq!(bare.get(&target).body, answer.body);

    // Interleaved, so that both have the same machine.
    let (mut times, mut bare_times) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        times.push(ours.many(&target));
        bare_times.push(bare.many(&target));
    }
    let rate = |times: &mut Vec<Duration>| {
        times.sort();
        f64::from(REQUESTS) / times[ROUNDS / 2].as_secs_f64()
    };
    let (ours, bare) = (rate(&mut times), rate(&mut bare_times));
    let ratio = ours / bare;
    println!("bare axum handler  {bare:9.0} requests/s  ratio 1.00");
    println!("emulator           {ours:9.0} requests/s  ratio {ratio:.2}, at least {LIMIT}");
    assert!(ratio >= LIMIT, "the emulator is too slow");
}

/// A handler that answers with the same headers and the same bytes, whatever is asked.
async fn serve_bare(target: String, answer: &Answer) -> SocketAddr {
    let (mut headers, body) = (HeaderMap::new(), answer.body.clone());
    for (name, value) in answer.headers() {
        if !matches!(&*name, "content-length" | "date") {
            let name: axum::http::HeaderName = name.parse().expect("a name");
            headers.insert(name, value.parse().expect("a value"));
        }
    }
    let router = Router::new().route(&target, get(move || async move { (headers, body) }));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async { axum::serve(listener, router).await });
    address
}

fn first_id(body: &[u8]) -> String {
    let body: serde_json::Value = serde_json::from_slice(body).expect("JSON");
    body["value"][0]["id"].as_str().expect("an object").to_owned()
}

struct Connection(BufReader<TcpStream>);

struct Answer {
    head: String,
    body: Vec<u8>,
}

impl Answer {
    fn headers(&self) -> impl Iterator<Item = (String, String)> {
        let lines = self.head.lines().skip(1).filter_map(|line| line.split_once(": "));
        lines.map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
    }
}

impl Connection {
    fn open(address: impl ToSocketAddrs) -> Self {
        let stream = TcpStream::connect(address).expect("the service listens");
        stream.set_nodelay(true).expect("an option of TCP");
        Self(BufReader::new(stream))
    }

    fn get(&mut self, target: &str) -> Answer {
        let request =
            format!("GET {target} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer adele@contoso.example\r\n\r\n");
        self.0
            .get_mut()
            .write_all(request.as_bytes())
            .expect("the service reads");
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            assert!(self.0.read_line(&mut head).expect("the service answers") > 0, "{head}");
        }
        let mut answer = Answer { head, body: Vec::new() };
        let length = answer.headers().find(|(name, _)| name == "content-length");
        let length = length.and_then(|(_, length)| length.parse().ok()).expect("a length");
        answer.body = vec![0; length];
        self.0.read_exact(&mut answer.body).expect("the whole body");
        answer
    }

    fn many(&mut self, target: &str) -> Duration {
        let started = Instant::now();
        for _ in 0..REQUESTS {
            self.get(target);
        }
        started.elapsed()
    }
}
