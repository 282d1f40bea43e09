//! The requests of a batch, all read in one snapshot.
//!
//! A newcomer's trap: all are planned before the first is read, because the snapshot is opened with the tables of all of them. What
//! makes one plan outdated makes all of them anew, while nothing has been answered yet.

use std::sync::Arc;

use super::stages::{self, Answering, Planned};
use super::{Batch, End};
use crate::backend::Snapshot;
use crate::error::{Error, ErrorKind, Result};
use crate::http::reply::Replying;
use crate::odata::Request;
use crate::response::Reply;
use crate::sql::Query;
use crate::token::Mark;

/// What is done for one request once the snapshot is open.
enum Step {
    Write(Reply),
    Read(Box<Read>),
}

struct Read {
    /// The number of its query.
    query: usize,
    answering: Answering,
    replying: Replying,
}

/// What is done for all of them.
struct Steps {
    due: Vec<Step>,
    queries: Vec<Query>,
    /// Whether a newer model could make a difference.
    outdated: bool,
}

/// Answers all that are due.
pub(super) async fn answer(batch: Batch, requests: Vec<Result<Request, Reply>>) -> Result<End> {
    let batch = Arc::new(batch);
    for _ in 1..stages::ATTEMPTS {
        let edm = batch.app.edm();
        let steps = plan(&batch, &requests);
        if !steps.outdated {
            match run(&batch, steps).await {
                Err(error) if error.kind() == ErrorKind::CatalogChanged && batch.answers.begun() == 0 => {}
                outcome => return outcome,
            }
        }
        // Somebody else may have read the model meanwhile.
        if !batch.app.refresh().await? && Arc::ptr_eq(&edm, &batch.app.edm()) {
            break;
        }
    }
    run(&batch, plan(&batch, &requests)).await
}

fn plan(batch: &Batch, requests: &[Result<Request, Reply>]) -> Steps {
    let view = batch.app.view(&batch.principal);
    let mut plan = Steps { due: Vec::new(), queries: Vec::new(), outdated: false };
    for (at, request) in requests.iter().enumerate() {
        let planned = match request {
            Err(refused) => Ok(Planned::Document(refused.clone())),
            Ok(request) => stages::plan(&batch.app, request, &view, &batch.root, &batch.record),
        };
        let step = match planned {
            Ok(Planned::Document(reply)) => Step::Write(reply),
            Ok(Planned::Read(reading)) => {
                plan.queries.push(reading.answering.query(&batch.app));
                let query = plan.queries.len() - 1;
                Step::Read(Box::new(Read { query, answering: reading.answering, replying: reading.replying }))
            }
            Err(error) => {
                plan.outdated |= stages::planned_with_an_old_model(&error, &batch.app);
                Step::Write(batch.refusal(at, &error))
            }
        };
        plan.due.push(step);
    }
    plan
}

/// Opens the snapshot and answers all; without a snapshot where nothing is read.
async fn run(batch: &Arc<Batch>, plan: Steps) -> Result<End> {
    let Steps { due, queries, .. } = plan;
    let queries: Arc<[Query]> = queries.into();
    let (own, known) = (Arc::clone(batch), Arc::clone(&queries));
    let outcome = if queries.is_empty() {
        let work = move || write(&own, due, &[], None);
        tokio::task::spawn_blocking(work).await.map_err(Error::internal)?
    } else {
        let work = move |snapshot: &mut dyn Snapshot| write(&own, due, &known, Some(snapshot));
        let principal = batch.app.is_guarded().then(|| Mark::of_principal(&batch.principal.id));
        let _turn = batch.app.turns.next(principal).await?;
        batch.app.backend.snapshot(queries, Box::new(work)).await
    };
    outcome.map_err(Error::while_serving)?;
    Ok(if batch.answers.is_open() { End::Unwanted } else { End::Reached })
}

/// Does the steps that are due, in a thread that may wait.
fn write(batch: &Batch, steps: Vec<Step>, queries: &[Query], mut snapshot: Option<&mut dyn Snapshot>) -> Result<()> {
    let mut course = batch.course();
    for (at, step) in steps.into_iter().enumerate() {
        let outcome = match (course.check(at), step) {
            (Err(error), _) => Err(error),
            (Ok(()), Step::Write(reply)) => {
                batch.whole(at, &reply);
                Ok(())
            }
            (Ok(()), Step::Read(read)) => match (&mut snapshot, queries.get(read.query)) {
                (Some(snapshot), Some(query)) => read_one(batch, at, *read, query, &mut **snapshot),
                _ => Err(Error::internal("a read of a batch has no snapshot")),
            },
        };
        batch.settle(at, outcome)?;
        if batch.answers.is_open() || batch.answers.flush().is_break() {
            break;
        }
        course.answered(at, batch.answers.status());
        if course.has_ended() {
            break;
        }
    }
    Ok(())
}

fn read_one(batch: &Batch, at: usize, read: Read, query: &Query, snapshot: &mut dyn Snapshot) -> Result<()> {
    let Read { answering, replying, .. } = read;
    let told = answering.told();
    let mut sink = answering.sink(batch.answers.part(batch.id(at), batch.opener(at, replying)));
    // Nobody wants more where the answer is left open.
    snapshot.read(query, &mut *sink).map(drop).map_err(told)
}
