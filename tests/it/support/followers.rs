//! Copies that follow a table while others write and gateways come and go.

use std::sync::{Condvar, Mutex};
use std::time::Duration;

use super::client::Client;
use super::replica::{Replica, Step};

/// After so long without news a condition is taken to be one that never comes.
const PATIENCE: Duration = Duration::from_secs(120);

/// What the followers look at: where the gateway is, what they have got from it, and whether all has been written.
#[derive(Default)]
pub(crate) struct Stage {
    state: Mutex<State>,
    news: Condvar,
}

#[derive(Default)]
pub(crate) struct State {
    pub(crate) gateway: Option<Client>,
    pub(crate) answers: usize,
    pub(crate) written: bool,
}

impl Stage {
    pub(crate) fn change(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.state.lock().unwrap());
        self.news.notify_all();
    }

    /// Waits until `look` finds what it looks for.
    #[track_caller]
    pub(crate) fn wait_for<T>(&self, look: impl Fn(&State) -> Option<T>) -> T {
        let waiting = |state: &mut State| look(state).is_none();
        let (state, timeout) = self.news.wait_timeout_while(self.state.lock().unwrap(), PATIENCE, waiting).unwrap();
        assert!(!timeout.timed_out(), "nothing came for {PATIENCE:?}");
        look(&state).unwrap()
    }
}

/// Keeps a copy of `T`, whose key is `A` and `B`, until all has been written and it has seen it.
pub(crate) fn follow(stage: &Stage, size: Option<u32>) -> Replica {
    let mut copy = Replica::new("T", &["A", "B"], size);
    copy.waits = size.is_none();
    // A delta that was begun before the last write ends before it: only one that is begun after it shows all.
    let mut rounds_after = 0;
    while rounds_after < 2 {
        let (client, written) = stage.wait_for(|state| state.gateway.clone().map(|client| (client, state.written)));
        // Nothing comes from a gateway that is being killed: the same link is followed again.
        let Some(step) = copy.try_step(&client) else { continue };
        stage.change(|state| state.answers += 1);
        if written && step == Step::UpToDate {
            rounds_after += 1;
        }
    }
    copy
}
