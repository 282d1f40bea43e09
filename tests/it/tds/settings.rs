//! What a peer is to be, before it starts.

use std::sync::Arc;

use tokio_rustls::rustls::ServerConfig;

use super::authority::Authority;
use super::corpus::Corpus;
use super::login::{Login, Verdict};
use super::peer::Peer;
use super::reply::Reply;
use super::request::Request;

/// What a peer answers; none is error 102, but transactions are then obeyed.
pub(super) type Handler = Box<dyn Fn(&Request) -> Option<Reply> + Send + Sync>;

/// Who may log in.
pub(super) type Admission = Box<dyn Fn(&Login) -> Verdict + Send + Sync>;

/// A peer in the making: without encryption, open to everyone, adding to no corpus.
pub(crate) struct Settings {
    pub(super) handler: Handler,
    pub(super) admission: Admission,
    pub(super) wrapped: Option<Arc<ServerConfig>>,
    pub(super) strict: Option<Arc<ServerConfig>>,
    corpus: Option<Corpus>,
}

impl Settings {
    /// A peer that answers so. The handler runs in the peer's only thread: it must not wait for anything.
    pub(crate) fn new(handler: impl Fn(&Request) -> Option<Reply> + Send + Sync + 'static) -> Self {
        let admission = Box::new(|_: &Login| Verdict::Admit);
        Self { handler: Box::new(handler), admission, wrapped: None, strict: None, corpus: None }
    }

    pub(crate) fn admitting(self, admission: impl Fn(&Login) -> Verdict + Send + Sync + 'static) -> Self {
        Self { admission: Box::new(admission), ..self }
    }

    /// Encrypts as the client asks for: not at all, the login, all from the prelogin on, or TDS 8.
    pub(crate) fn encrypting(self, authority: &Authority) -> Self {
        Self { wrapped: Some(authority.wrapped()), strict: Some(authority.strict()), ..self }
    }

    /// Adds the statements that the peer receives to a corpus.
    pub(crate) fn adding_to(self, corpus: Option<Corpus>) -> Self {
        Self { corpus, ..self }
    }

    pub(crate) fn start(self) -> Peer {
        Peer::start(self)
    }

    pub(super) fn remember(&self, request: &Request) {
        if let Some(corpus) = &self.corpus {
            corpus.add(request);
        }
    }
}
