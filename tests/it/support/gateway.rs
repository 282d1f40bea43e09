//! A gateway in this process, in a thread of its own, at a free port.

use std::net::SocketAddr;
use std::sync::mpsc;
use std::thread::JoinHandle;

use actix_web::dev::ServerHandle;
use deltalink::access::Principal;
use deltalink::app::{App, InForce};
use deltalink::backend::Backend;
use deltalink::config::Config;
use deltalink::error::Error;
use deltalink::http;
use deltalink::token::Keyring;
use std::sync::Arc;

use super::client::{Client, Proof};
use super::log;
use super::overheard::{Heard, Overheard};
use super::passport;

/// Serves until it is dropped.
pub(crate) struct Gateway {
    pub(crate) address: SocketAddr,
    /// What it says to its database.
    pub(crate) heard: Arc<Heard>,
    pub(crate) app: Arc<App>,
    proof: Proof,
    handle: ServerHandle,
    thread: Option<JoinHandle<()>>,
}

impl Gateway {
    /// Serves `backend`; `config` is the text of a configuration file.
    pub(crate) fn start(backend: Arc<dyn Backend>, keys: &str, config: &str) -> Result<Self, Error> {
        log::listen();
        let heard = Arc::<Heard>::default();
        let backend = Arc::new(Overheard { inner: backend, heard: Arc::clone(&heard) });
        let config = Config::parse(config)?;
        let keyring = Keyring::parse(keys)?;
        let (listener, address) = http::listen("127.0.0.1:0")?;
        let (sender, receiver) = mpsc::channel();
        let thread = std::thread::spawn(move || {
            actix_web::rt::System::new().block_on(async {
                let started = App::new(backend, keyring, &config).await.map(Arc::new);
                let started = started.and_then(|app| {
                    let served = http::server(InForce::new(Arc::clone(&app)), listener, None);
                    served.map(|server| (app, server))
                });
                match started {
                    Ok((app, server)) => {
                        sender.send(Ok((app, server.handle()))).unwrap();
                        server.await.unwrap();
                    }
                    Err(error) => sender.send(Err(error)).unwrap(),
                }
            });
        });
        let (app, handle) = receiver.recv().unwrap()?;
        Ok(Self { address, heard, app, proof: Proof::default(), handle, thread: Some(thread) })
    }

    /// What its clients ask from now on is asked by `principal`: [`passport::believed`] is part of its configuration.
    pub(crate) fn asked_by(&self, principal: Principal) {
        *self.proof.lock().unwrap() = Some(format!("Bearer {}", passport::token(principal)));
    }

    /// What it tells the operator.
    pub(crate) fn metrics(&self) -> String {
        super::wait_for(self.app.metrics_text())
    }

    pub(crate) fn client(&self) -> Client {
        Client::new(&format!("http://{}", self.address)).proving(&self.proof)
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        drop(self.handle.stop(false));
        let outcome = self.thread.take().map(JoinHandle::join);
        if !std::thread::panicking() {
            outcome.map(Result::unwrap);
            self.heard.assert_right();
            log::assert_discreet();
        }
    }
}
