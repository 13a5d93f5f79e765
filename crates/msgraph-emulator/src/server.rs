//! The emulator behind a socket.

use std::{io, net::SocketAddr};

use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto::Builder,
    service::TowerToHyperService,
};
use tokio::{
    net::{TcpListener, TcpStream, ToSocketAddrs},
    task::JoinHandle,
};

use crate::{emulator::Emulator, service::Dropped};

/// A listener that answers until this is dropped.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    task: JoinHandle<()>,
}

impl Server {
    /// Where it listens, as a URL without a slash at the end.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Emulator {
    /// Listens on an address, such as `127.0.0.1:0` for any port that is free.
    ///
    /// # Errors
    ///
    /// The address cannot be listened on.
    pub async fn listen(&self, address: impl ToSocketAddrs) -> io::Result<Server> {
        self.serve(TcpListener::bind(address).await?)
    }

    /// Answers on a listener. Needs a runtime of tokio's.
    ///
    /// # Errors
    ///
    /// The listener has no address.
    pub fn serve(&self, listener: TcpListener) -> io::Result<Server> {
        let address = listener.local_addr()?;
        let emulator = self.clone();
        let task = tokio::spawn(async move {
            // The connections end with the listener, since their tasks belong to the set.
            let mut connections = tokio::task::JoinSet::new();
            loop {
                // What is done is forgotten.
                while connections.try_join_next().is_some() {}
                if let Ok((stream, _)) = listener.accept().await {
                    connections.spawn(connection(emulator.clone(), stream));
                }
            }
        });
        Ok(Server { address, task })
    }
}

async fn connection(emulator: Emulator, stream: TcpStream) {
    // The second handle keeps the socket open after hyper let go of it, so that how it closes is decided here.
    let Ok(stream) = stream.into_std() else { return };
    let (Ok(twin), Ok(stream)) = (stream.try_clone(), TcpStream::from_std(stream)) else {
        return;
    };
    let service = TowerToHyperService::new(emulator);
    let builder = Builder::new(TokioExecutor::new());
    let result = builder.serve_connection(TokioIo::new(stream), service).await;
    if let Err(error) = result
        && is_reset(&*error)
        && let Ok(twin) = TcpStream::from_std(twin)
    {
        // Where this fails, the connection is closed, which is near enough.
        let _ = twin.set_zero_linger();
    }
}

fn is_reset(error: &(dyn std::error::Error + 'static)) -> bool {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if let Some(dropped) = error.downcast_ref::<Dropped>() {
            return dropped.reset;
        }
        cause = error.source();
    }
    false
}
