//! A TDS server for one test: in a thread of its own, at a free port.

use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, mpsc as blocking};
use std::thread::{self, JoinHandle};

use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};
use tokio::task::{JoinError, JoinSet};

use super::connection;
use super::login::Login;
use super::record::{Counts, Record};
use super::request::Request;
use super::settings::Settings;
use crate::support::patience::eventually;

/// Serves until it is stopped or dropped. A connection that panics fails the test when the peer is dropped.
pub(crate) struct Peer {
    address: SocketAddr,
    service: Arc<Service>,
    running: Option<Running>,
}

/// What all connections share.
pub(super) struct Service {
    pub(super) settings: Settings,
    pub(super) record: Record,
}

struct Running {
    commands: UnboundedSender<DisconnectAll>,
    thread: JoinHandle<()>,
}

/// Ends every connection, and says so when it is done.
struct DisconnectAll(blocking::Sender<()>);

impl Peer {
    pub(super) fn start(settings: Settings) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let service = Arc::new(Service { settings, record: Record::default() });
        let running = Some(run(listener, &service));
        Self { address, service, running }
    }

    pub(crate) fn port(&self) -> u16 {
        self.address.port()
    }

    /// Everything that clients have asked so far, in order.
    pub(crate) fn requests(&self) -> Vec<Request> {
        self.service.record.requests()
    }

    /// Everyone who has tried to log in, in order.
    pub(crate) fn logins(&self) -> Vec<Login> {
        self.service.record.logins()
    }

    pub(crate) fn counts(&self) -> Counts {
        self.service.record.counts()
    }

    /// Ends every connection, wherever it is. The peer goes on listening.
    pub(crate) fn disconnect_all(&self) {
        let (sender, receiver) = blocking::channel();
        let running = self.running.as_ref().expect("a running peer");
        running.commands.send(DisconnectAll(sender)).unwrap();
        receiver.recv().unwrap();
    }

    /// Ends every connection and stops listening: the port refuses connections.
    pub(crate) fn stop(&mut self) {
        if let Some(Running { commands, thread }) = self.running.take() {
            drop(commands);
            thread.join().unwrap();
        }
    }

    /// Stops, and listens again at the same port.
    pub(crate) fn restart(&mut self) {
        self.stop();
        let listener = eventually(|| TcpListener::bind(self.address).ok());
        self.running = Some(run(listener, &self.service));
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        self.stop();
        if !thread::panicking() {
            let mistakes = self.service.record.mistakes();
            assert!(mistakes.is_empty(), "{mistakes:?}");
        }
    }
}

fn run(listener: TcpListener, service: &Arc<Service>) -> Running {
    let (commands, receiver) = mpsc::unbounded_channel();
    let service = Arc::clone(service);
    let thread = thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build().unwrap();
        runtime.block_on(serve(listener, &service, receiver));
    });
    Running { commands, thread }
}

async fn serve(listener: TcpListener, service: &Arc<Service>, mut commands: UnboundedReceiver<DisconnectAll>) {
    listener.set_nonblocking(true).unwrap();
    let listener = tokio::net::TcpListener::from_std(listener).unwrap();
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                let (stream, _) = accepted.unwrap();
                let service = Arc::clone(service);
                let number = service.record.opened();
                connections.spawn(async move {
                    let _open = service.record.until_closed();
                    // What a broken connection says is for the client to judge.
                    let _ = connection::serve(stream, number, Arc::clone(&service)).await;
                });
            }
            Some(ended) = connections.join_next() => note(service, ended),
            command = commands.recv() => {
                connections.abort_all();
                while let Some(ended) = connections.join_next().await {
                    note(service, ended);
                }
                match command {
                    Some(DisconnectAll(done)) => done.send(()).unwrap_or_default(),
                    None => return,
                }
            }
        }
    }
}

/// Remembers a connection that ended by panicking.
fn note(service: &Service, ended: Result<(), JoinError>) {
    if let Some(panic) = ended.err().and_then(|error| error.try_into_panic().ok()) {
        let text = panic.downcast_ref::<String>().cloned();
        let text = text.or_else(|| panic.downcast_ref::<&str>().map(ToString::to_string));
        service.record.mistake(text.unwrap_or_default());
    }
}
