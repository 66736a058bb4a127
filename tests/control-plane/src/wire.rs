//! A line to the API server that can be cut or stalled for one client, while all others keep theirs.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch::{Receiver, Sender, channel};
use tokio::task::JoinHandle;

use crate::users::token_credentials;
use crate::{ControlPlane, Error, Result, User, users};

/// What the line does with bytes and connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Open,
    /// Bytes stay where they are; connections are accepted and lead nowhere.
    Stalled,
    /// All connections are broken, and new ones as soon as they are made.
    Cut,
}

/// The state, and how often connections were broken: a receiver sees only the newest value, never those between.
#[derive(Debug, Clone, Copy)]
struct Line {
    state: State,
    breaks: u64,
}

impl Line {
    fn is_open(&self) -> bool {
        self.state == State::Open
    }
}

/// A line between clients and the API server; dropping it cuts it for good.
#[derive(Debug)]
pub struct Wire {
    address: SocketAddr,
    access: users::Access,
    tokens: users::Tokens,
    state: Arc<Sender<Line>>,
    task: JoinHandle<()>,
}

impl ControlPlane {
    /// A new line to the API server, open at first. It works in the tokio runtime that calls.
    ///
    /// # Errors
    /// `control-plane/ports`.
    pub async fn wire(&self) -> Result<Wire> {
        let failed =
            |cause: std::io::Error| Error::new("control-plane/ports", cause.to_string(), "No port is free.");
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .await
            .map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let state = Arc::new(
            channel(Line {
                state: State::Open,
                breaks: 0,
            })
            .0,
        );
        let task = tokio::spawn(accept(listener, self.addresses.api_server, state.clone()));
        let mut access = self.access();
        access.server = format!("https://{address}");
        Ok(Wire {
            address,
            access,
            tokens: self.tokens.clone(),
            state,
            task,
        })
    }
}

impl Wire {
    /// A kubeconfig that leads through this line.
    pub fn kubeconfig(&self, user: User) -> String {
        let credentials = token_credentials(self.tokens.of(user));
        users::kubeconfig([(&self.access, user.name().to_owned(), credentials)])
    }

    /// The line's own end, where clients connect.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Breaks all connections, and new ones as soon as they are made, until [`Wire::restore`].
    pub fn cut(&self) {
        self.set(State::Cut);
    }

    /// Breaks the connections of this moment; new ones work. A watch that was under way is dropped.
    pub fn drop_connections(&self) {
        self.set(State::Cut);
        self.set(State::Open);
    }

    /// Lets nothing through and breaks nothing, like a network that loses every packet, until [`Wire::restore`].
    pub fn stall(&self) {
        self.set(State::Stalled);
    }

    /// Lets everything through again.
    pub fn restore(&self) {
        self.set(State::Open);
    }

    fn set(&self, state: State) {
        self.state.send_modify(|line| {
            line.breaks += u64::from(state == State::Cut);
            line.state = state;
        });
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        self.cut();
        self.task.abort();
    }
}

async fn accept(listener: TcpListener, port: u16, state: Arc<Sender<Line>>) {
    while let Ok((client, _)) = listener.accept().await {
        let watch = state.subscribe();
        tokio::spawn(join(client, port, watch));
    }
}

async fn join(client: TcpStream, port: u16, state: Receiver<Line>) {
    let mut broken = state.clone();
    let breaks = broken.borrow().breaks;
    let both = async {
        let mut opened = state.clone();
        opened.wait_for(Line::is_open).await.ok()?;
        let server = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.ok()?;
        let _ = (client.set_nodelay(true), server.set_nodelay(true));
        let (from_client, to_client) = client.into_split();
        let (from_server, to_server) = server.into_split();
        tokio::select! {
            () = copy(from_client, to_server, state.clone()) => {}
            () = copy(from_server, to_client, state.clone()) => {}
        }
        Some(())
    };
    // Dropping the streams closes both ends.
    tokio::select! {
        _ = both => {}
        _ = broken.wait_for(|line| line.state == State::Cut || line.breaks > breaks) => {}
    }
}

async fn copy(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, mut state: Receiver<Line>) {
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let read = match from.read(&mut buffer).await {
            Ok(read) if read > 0 => read,
            _ => return,
        };
        if state.wait_for(Line::is_open).await.is_err() {
            return;
        }
        if to.write_all(&buffer[..read]).await.is_err() {
            return;
        }
    }
}
