//! A service on this machine that plays a script.

use std::fmt::Write as _;

use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

/// One exchange of the script: what the service answers.
#[derive(Debug, Clone)]
pub struct Response {
    /// The HTTP status.
    pub status: u16,
    /// Headers beside those that every response has.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: String,
}

impl Response {
    /// A response with a JSON body.
    pub fn json(status: u16, body: &Value) -> Self {
        Self {
            status,
            headers: vec![("content-type", "application/json".to_owned())],
            body: body.to_string(),
        }
    }
}

/// A request, as it came over the wire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// Method and target: `GET /v1.0/planner/tasks/1`.
    pub line: String,
    /// The headers, with names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: String,
}

impl Received {
    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find_map(|(known, value)| (known == name).then_some(&**value))
    }
}

/// Serves the script, one response a request; the handle ends with the requests.
///
/// # Panics
///
/// When this machine has no loopback address.
pub async fn serve(script: Vec<Response>) -> (String, JoinHandle<Vec<Received>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port on this machine");
    let address = listener.local_addr().expect("the address of the port");
    let handle = tokio::spawn(async move {
        let mut received = Vec::new();
        for response in script {
            let (mut stream, _) = listener.accept().await.expect("a connection");
            received.push(read_request(&mut stream).await);
            write_response(&mut stream, &response).await;
        }
        received
    });
    (format!("http://{address}"), handle)
}

async fn read_request(stream: &mut TcpStream) -> Received {
    let mut bytes = Vec::new();
    let head = loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break end;
        }
        assert!(
            stream.read_buf(&mut bytes).await.expect("a request") > 0,
            "the request ends within its head"
        );
    };
    let text = String::from_utf8(bytes[..head].to_vec()).expect("a head in UTF-8");
    let mut lines = text.lines();
    let line = lines
        .next()
        .unwrap_or_default()
        .trim_end_matches(" HTTP/1.1")
        .to_owned();
    let headers: Vec<_> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
        .collect();
    let length = headers.iter().find(|(name, _)| name == "content-length");
    let length: usize = length.map_or(0, |(_, value)| value.parse().expect("a length"));
    while bytes.len() < head + 4 + length {
        assert!(
            stream.read_buf(&mut bytes).await.expect("a body") > 0,
            "the request ends within its body"
        );
    }
    Received {
        line,
        headers,
        body: String::from_utf8(bytes[head + 4..].to_vec()).expect("a body in UTF-8"),
    }
}

async fn write_response(stream: &mut TcpStream, response: &Response) {
    let mut text = format!("HTTP/1.1 {} x\r\nconnection: close\r\n", response.status);
    for (name, value) in &response.headers {
        let _ = write!(text, "{name}: {value}\r\n");
    }
    let _ = write!(text, "content-length: {}\r\n\r\n{}", response.body.len(), response.body);
    stream.write_all(text.as_bytes()).await.expect("the response is taken");
}
