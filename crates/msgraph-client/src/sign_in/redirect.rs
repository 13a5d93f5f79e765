//! Where the browser comes back to: a listener on this machine, for one answer.

use std::{io, time::Duration};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    time::timeout,
};
use url::Url;

use crate::CredentialError;

/// How long somebody may take to sign in.
const PATIENCE: Duration = Duration::from_mins(10);

/// A request of a browser's has a shorter head.
const MOST_BYTES: usize = 64 << 10;

pub(super) struct Redirect {
    listener: TcpListener,
    port: u16,
}

impl Redirect {
    /// Listens on this machine only, on a port that is free.
    pub(super) async fn listen() -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let port = listener.local_addr()?.port();
        Ok(Self { listener, port })
    }

    /// The address for who issues tokens, which takes any port of `localhost`.
    pub(super) fn url(&self) -> String {
        format!("http://localhost:{}", self.port)
    }

    /// Waits for the code that belongs to this state. What comes without it is sent away.
    pub(super) async fn code(self, state: &str) -> Result<String, CredentialError> {
        let late = |_| CredentialError::new("nobody signed in within ten minutes");
        timeout(PATIENCE, self.wait(state)).await.map_err(late)?
    }

    async fn wait(&self, state: &str) -> Result<String, CredentialError> {
        loop {
            let accepted = self.listener.accept().await;
            let (mut stream, _) =
                accepted.map_err(|error| CredentialError::caused_by("the browser cannot come back", error))?;
            // A connection that breaks is not the one that is waited for.
            let Ok(Some(target)) = read_target(&mut stream).await else {
                continue;
            };
            match judge(&target, state) {
                Answer::Code(code) => {
                    let _ = respond(&mut stream, "200 OK", "You are signed in. This page can be closed.").await;
                    return Ok(code);
                }
                Answer::Refused(error) => {
                    let _ = respond(&mut stream, "200 OK", "You are not signed in. This page can be closed.").await;
                    return Err(CredentialError::new(format!("the sign-in was refused: {error}")));
                }
                Answer::Foreign => {
                    let _ = respond(&mut stream, "404 Not Found", "There is nothing here.").await;
                }
            }
        }
    }
}

enum Answer {
    Code(String),
    Refused(String),
    /// It does not belong to this sign-in.
    Foreign,
}

fn judge(target: &str, state: &str) -> Answer {
    let Ok(url) = Url::parse("http://localhost").and_then(|base| base.join(target)) else {
        return Answer::Foreign;
    };
    let value = |name: &str| {
        let mut pairs = url.query_pairs();
        pairs.find_map(|(known, value)| (known == name).then(|| value.into_owned()))
    };
    if value("state").as_deref() != Some(state) {
        return Answer::Foreign;
    }
    match (value("code"), value("error")) {
        (Some(code), _) => Answer::Code(code),
        // A code of the protocol, and no more: what else is said may name somebody.
        (None, Some(error)) => {
            let is_plain = |letter: &char| letter.is_ascii_alphanumeric() || *letter == '_';
            Answer::Refused(error.chars().filter(is_plain).take(64).collect())
        }
        (None, None) => Answer::Foreign,
    }
}

/// What a request asks for: the target in its first line.
async fn read_target(stream: &mut TcpStream) -> io::Result<Option<String>> {
    let mut bytes = Vec::new();
    while !bytes.windows(4).any(|window| window == b"\r\n\r\n") {
        if bytes.len() > MOST_BYTES || stream.read_buf(&mut bytes).await? == 0 {
            return Ok(None);
        }
    }
    let head = String::from_utf8_lossy(&bytes);
    let mut words = head.lines().next().unwrap_or_default().split(' ');
    let is_get = words.next() == Some("GET");
    Ok(words.next().filter(|_| is_get).map(str::to_owned))
}

async fn respond(stream: &mut TcpStream, status: &str, text: &str) -> io::Result<()> {
    let response = format!(
        "HTTP/1.1 {status}\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{text}",
        text.len()
    );
    stream.write_all(response.as_bytes()).await?;
    stream.shutdown().await
}
