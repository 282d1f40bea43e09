//! What a peer has received and done, for a test to look at.

use std::sync::{Mutex, MutexGuard, PoisonError};

use super::login::Login;
use super::request::Request;

/// Kept over restarts of the peer.
#[derive(Default)]
pub(super) struct Record {
    entries: Mutex<Entries>,
}

#[derive(Default)]
struct Entries {
    requests: Vec<Request>,
    logins: Vec<Login>,
    counts: Counts,
    mistakes: Vec<String>,
}

/// What became of connections and answers.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Counts {
    pub(crate) opened: u64,
    pub(crate) closed: u64,
    /// Answers whose client left before their end.
    pub(crate) cut_short: u64,
}

/// Counts its connection as closed when it goes, however that comes.
pub(super) struct Open<'a>(&'a Record);

impl Record {
    /// Counts a connection; the count is its number.
    pub(super) fn opened(&self) -> u64 {
        let mut entries = self.lock();
        entries.counts.opened += 1;
        entries.counts.opened
    }

    pub(super) fn until_closed(&self) -> Open<'_> {
        Open(self)
    }

    pub(super) fn login(&self, login: &Login) {
        self.lock().logins.push(login.clone());
    }

    pub(super) fn request(&self, request: &Request) {
        self.lock().requests.push(request.clone());
    }

    pub(super) fn cut_short(&self) {
        self.lock().counts.cut_short += 1;
    }

    /// A connection that panicked: the test is wrong, or the peer.
    pub(super) fn mistake(&self, mistake: String) {
        self.lock().mistakes.push(mistake);
    }

    pub(super) fn requests(&self) -> Vec<Request> {
        self.lock().requests.clone()
    }

    pub(super) fn logins(&self) -> Vec<Login> {
        self.lock().logins.clone()
    }

    pub(super) fn counts(&self) -> Counts {
        self.lock().counts
    }

    pub(super) fn mistakes(&self) -> Vec<String> {
        self.lock().mistakes.clone()
    }

    fn lock(&self) -> MutexGuard<'_, Entries> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Open<'_> {
    fn drop(&mut self) {
        self.0.lock().counts.closed += 1;
    }
}
