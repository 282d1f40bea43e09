//! A wire that can be cut, and on which packets can get lost: what both sides say, up to a moment that a test decides on.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

/// What happens on the wire.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Wire {
    Passes,
    /// So many octets more come from the server, then both sides hear that it is over.
    CutsAfter(usize),
    /// So many octets more come from the server, then nothing arrives any more, in neither direction, and nobody hears of it.
    LosesAfter(usize),
}

/// Between a client and a server; ends its connections when it goes.
pub(super) struct Proxy {
    pub(super) address: SocketAddr,
    state: Arc<State>,
}

struct State {
    wire: Mutex<Now>,
    changed: Condvar,
}

struct Now {
    wire: Wire,
    ended: bool,
    connections: Vec<TcpStream>,
}

impl Proxy {
    pub(super) fn before(server: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let wire = Mutex::new(Now { wire: Wire::Passes, ended: false, connections: Vec::new() });
        let state = Arc::new(State { wire, changed: Condvar::new() });
        let shared = Arc::clone(&state);
        thread::spawn(move || {
            while let Ok((client, _)) = listener.accept() {
                if shared.lock().ended {
                    return;
                }
                let Ok(server) = TcpStream::connect(server) else { continue };
                connect(&shared, &client, &server);
            }
        });
        Self { address, state }
    }

    pub(super) fn set(&self, wire: Wire) {
        self.state.lock().wire = wire;
        self.state.changed.notify_all();
    }

    /// Whether what was to happen has happened.
    pub(super) fn has_happened(&self) -> bool {
        matches!(self.state.lock().wire, Wire::CutsAfter(0) | Wire::LosesAfter(0))
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.state.lock().ended = true;
        self.state.changed.notify_all();
        self.state.cut();
        drop(TcpStream::connect(self.address));
    }
}

fn connect(state: &Arc<State>, client: &TcpStream, server: &TcpStream) {
    let copies = || [client.try_clone().unwrap(), server.try_clone().unwrap()];
    state.lock().connections.extend(copies());
    for (down, [client, server]) in [(true, copies()), (false, copies())] {
        let state = Arc::clone(state);
        thread::spawn(move || {
            let (from, to) = if down { (server, client) } else { (client, server) };
            forward(&state, from, to, down);
        });
    }
}

fn forward(state: &State, mut from: TcpStream, mut to: TcpStream, down: bool) {
    let mut piece = [0; 4096];
    while let Ok(length @ 1..) = from.read(&mut piece) {
        if !state.lets_pass(length, down) || to.write_all(&piece[..length]).is_err() {
            break;
        }
    }
    let _ = from.shutdown(Shutdown::Both);
    let _ = to.shutdown(Shutdown::Both);
}

impl State {
    fn lock(&self) -> MutexGuard<'_, Now> {
        self.wire.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits where packets get lost; whether the wire holds.
    fn lets_pass(&self, length: usize, down: bool) -> bool {
        let mut now = self.lock();
        let left = |left: usize| if down { left.saturating_sub(length) } else { left };
        now.wire = match now.wire {
            Wire::Passes => return true,
            Wire::CutsAfter(octets) => Wire::CutsAfter(left(octets)),
            Wire::LosesAfter(octets) => Wire::LosesAfter(left(octets)),
        };
        match now.wire {
            Wire::CutsAfter(0) => {
                drop(now);
                self.cut();
                false
            }
            Wire::LosesAfter(0) => {
                let lost = |now: &mut Now| now.wire == Wire::LosesAfter(0) && !now.ended;
                // What was under way when packets got lost never arrives, but for connections that are made later.
                drop(self.changed.wait_while(now, lost));
                false
            }
            _ => true,
        }
    }

    fn cut(&self) {
        for connection in self.lock().connections.drain(..) {
            let _ = connection.shutdown(Shutdown::Both);
        }
    }
}
