//! A pooled session -> the same, closed rather than given back when something on it is unfinished.

use std::ops::{Deref, DerefMut};

use deadpool::managed::Object;

use super::pool::Sessions;
use super::session::Session;

/// A session that is lent. It goes back when it is dropped, unless something is unfinished on it: then it is closed at
/// once, because on the server an open snapshot holds back the cleaning up of everybody's old rows.
pub(in crate::backend::mssql) struct Lent(Option<Object<Sessions>>);

impl From<Object<Sessions>> for Lent {
    fn from(session: Object<Sessions>) -> Self {
        Self(Some(session))
    }
}

impl Deref for Lent {
    type Target = Session;

    fn deref(&self) -> &Session {
        self.0.as_ref().expect("it is there until it is dropped")
    }
}

impl DerefMut for Lent {
    fn deref_mut(&mut self) -> &mut Session {
        self.0.as_mut().expect("it is there until it is dropped")
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        if let Some(session) = self.0.take_if(|session| session.is_unfinished()) {
            drop(Object::take(session));
        }
    }
}
