//! A link of changes that is followed -> its answer: not modified, one that somebody else had, or one of its own; at once, or when there is
//! news.
//!
//! A request that nobody has made before is read at once: there is nothing to share, and reading says all that there is to know. For any
//! other the lookout is asked first. What it says decides whether the client has the answer already, and which kept answer is the
//! one; a link that is not valid any more is read like any other, and refused there.

use std::sync::Arc;
use std::time::Duration;

use actix_web::{HttpRequest, HttpResponse};
use tokio::time::{Instant, timeout_at};

use super::body::{self, Answer};
use super::encoding::Accepted;
use super::now::Now;
use super::read::{begun, respond_with};
use super::reply::{self, Replying};
use super::stages::{Answering, Reading};
use crate::app::App;
use crate::edm::EntitySet;
use crate::error::Result;
use crate::plan::Followed;
use crate::response::{Content, Reply};
use crate::sharing::{Finished, Key, Making, Sharing, Sight, Turn, tag};
use crate::telemetry::Stage;
use crate::token::Anchor;
use crate::version::Window;

/// Answers the request that `reading` was planned for; nothing, if another gateway was put in force while the client waited: what `app`
/// knows of who asks, and of what they may read, does not hold any more.
pub(super) async fn answer(
    http: &HttpRequest,
    app: &App,
    root: &str,
    reading: Box<Reading>,
    followed: Followed,
) -> Result<Option<HttpResponse>> {
    let Reading { answering, replying } = *reading;
    let (wait, told) = (answering.read().wait, answering.told());
    let link = http.uri().path_and_query().map_or("", |link| link.as_str());
    let accepted = Accepted::by(http, app.compression);
    let following = Following { http, app, root, link, followed, accepted };
    let Some((mut reply, octets)) = following.answer(answering, &replying).await.map_err(told)? else {
        return Ok(None);
    };
    if let Some(seconds) = wait {
        reply::apply(&mut reply, &format!("wait={seconds}"));
    }
    Ok(Some(match octets {
        _ if reply.content == Content::Nothing => reply::response(reply),
        Octets::Kept(finished) => body::whole(&finished.octets, &mut reply::begin(&reply)),
        Octets::Read(answer) => respond_with(http, &reply, answer),
        Octets::None => reply::response(reply),
    }))
}

/// A link that is followed.
struct Following<'a> {
    http: &'a HttpRequest,
    app: &'a App,
    root: &'a str,
    /// Its path and query.
    link: &'a str,
    followed: Followed,
    accepted: Accepted,
}

/// What comes behind a reply.
enum Octets {
    None,
    Kept(Arc<Finished>),
    Read(Answer),
}

impl Following<'_> {
    async fn answer(&self, answering: Answering, replying: &Replying) -> Result<Option<(Reply, Octets)>> {
        let (set, wait) = (Arc::clone(&answering.read().set), answering.read().wait);
        let form = self.form(&answering, replying);
        let request = [&form, self.accepted.word()].concat();
        if self.app.sharing.kept.is_first(&request) && wait.is_none() && !replying.has_conditions() {
            let (reply, answer) = self.read(&form, answering, replying).await?;
            return Ok(Some((reply, Octets::Read(answer))));
        }
        let Some(sight) = self.sight(&set, wait).await? else { return Ok(None) };
        answering.record().reached(Stage::Look);
        if !self.is_valid(&sight.window) {
            let (reply, answer) = self.read(&form, answering, replying).await?;
            return Ok(Some((replying.on_condition(reply)?, Octets::Read(answer))));
        }
        // What is final has a tag that says nothing of the history: a kept answer was admitted to it, or a read will be.
        if !self.followed.is_final
            && replying.has_conditions()
            && let Some(reply) = replying.known(&self.tag(&form, &sight.window))
        {
            return Ok(Some((reply, Octets::None)));
        }
        let key = self.key(request, &set, &sight);
        let turn = self.app.turns.patiently(self.app.sharing.kept.turn(&key)).await?;
        answering.record().reached(Stage::Look);
        let (reply, octets) = match turn {
            Turn::Take(finished) => {
                tracing::debug!(shared = true, "link");
                answering.record().shared();
                (finished.reply.clone(), Octets::Kept(finished))
            }
            Turn::Read => {
                self.read(&form, answering, replying).await.map(|(reply, answer)| (reply, Octets::Read(answer)))?
            }
            Turn::Make(making) => self.make(&form, answering, replying, making).await?,
        };
        Ok(Some((replying.on_condition(reply)?, octets)))
    }

    /// What the answer depends on, coding apart.
    fn form(&self, answering: &Answering, replying: &Replying) -> String {
        // Links in the answer bear the mark of who asks, and what they may read.
        let mark = answering.read().rights().map(|mark| format!(" {mark:?}")).unwrap_or_default();
        // With another key, an answer has other links: who was told that it is the same would keep those of a key that goes.
        let key = u16::from_be_bytes(self.app.keyring.signing_id()).to_string();
        [self.root, " ", self.link, " ", &replying.variant(), " ", &key, &mark].concat()
    }

    /// Where the history of `set` stands: now, or as soon as there is news, if the client would wait for some. Nothing, if the gateway was
    /// replaced meanwhile.
    async fn sight(&self, set: &Arc<EntitySet>, wait: Option<u32>) -> Result<Option<Sight>> {
        let App { sharing: Sharing { lookout, watch, .. }, turns, .. } = self.app;
        let Some(seconds) = wait else { return turns.patiently(lookout.look(set)).await?.map(Some) };
        let sight = turns.patiently(lookout.look_anew(set)).await??;
        if self.has_news(&sight.window) {
            return Ok(Some(sight));
        }
        let deadline = Instant::now() + Duration::from_secs(seconds.into());
        let mut news = watch.news(set)?;
        loop {
            news.mark();
            let sight = turns.patiently(lookout.look_anew(set)).await??;
            if self.has_news(&sight.window) || news.is_interrupted() || Instant::now() >= deadline {
                return Ok(Now::is_in_force(self.http, self.app).then_some(sight));
            }
            // Whether there is news or no time left is seen above.
            let _ = timeout_at(deadline, news.moved()).await;
        }
    }

    /// Whether there is something to tell, if only that the link has expired.
    fn has_news(&self, window: &Window) -> bool {
        let Anchor { since, witness, .. } = self.followed.anchor;
        let is_behind = window.current.version < witness.version;
        let is_another = window.current.version == witness.version && window.current.mark != witness.mark;
        !self.is_valid(window) || window.bound != since || is_behind || is_another
    }

    /// Whether the link can be valid. Whether it is, who reads it finds out.
    fn is_valid(&self, window: &Window) -> bool {
        let anchor = &self.followed.anchor;
        window.incarnation == anchor.incarnation && window.min_valid_version <= anchor.since
    }

    fn tag(&self, form: &str, window: &Window) -> String {
        tag(form, (!self.followed.is_final).then_some(window))
    }

    fn key(&self, request: String, set: &EntitySet, sight: &Sight) -> Key {
        let Window { bound, current, .. } = sight.window;
        Key {
            request,
            table_version: set.table_version,
            history: sight.history,
            versions: (!self.followed.is_final).then_some((bound, current.version)),
        }
    }

    async fn read(&self, form: &str, answering: Answering, replying: &Replying) -> Result<(Reply, Answer)> {
        tracing::debug!(shared = false, "link");
        // Apart, so that who waits need not keep room for it.
        let (mut head, answer) = Box::pin(begun(self.app, answering, self.accepted)).await?;
        head.etag = head.window.map(|window| self.tag(form, &window));
        Ok((replying.unconditional(&head), answer))
    }

    /// Reads for all who ask the same, unless it is too long for that.
    async fn make(
        &self,
        form: &str,
        answering: Answering,
        replying: &Replying,
        making: Making<'_>,
    ) -> Result<(Reply, Octets)> {
        let longest = self.app.sharing.kept.longest();
        let (reply, answer) = self.read(form, answering, replying).await?;
        match answer.collected(longest).await {
            Answer::Whole(octets) => {
                let finished = Arc::new(Finished { reply: reply.clone(), octets });
                making.finish(Arc::clone(&finished));
                Ok((reply, Octets::Kept(finished)))
            }
            answer @ Answer::Begun(..) => {
                if answer.length() > longest {
                    making.give_up();
                }
                Ok((reply, Octets::Read(answer)))
            }
        }
    }
}
