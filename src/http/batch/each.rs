//! The requests of a batch, each read by itself, one after the other.

use super::{Batch, End, stages};
use crate::error::{Error, Result};
use crate::odata::Request;
use crate::response::Reply;
use stages::{Planned, Reading};

/// Answers all that are due.
pub(super) async fn answer(batch: &Batch, requests: Vec<Result<Request, Reply>>) -> Result<End> {
    let mut course = batch.course();
    for (at, request) in requests.into_iter().enumerate() {
        let outcome = match (course.check(at), request) {
            (Err(error), _) => Err(error),
            (Ok(()), Err(refused)) => {
                batch.whole(at, &refused);
                Ok(())
            }
            (Ok(()), Ok(request)) => one(batch, at, &request).await?,
        };
        batch.settle(at, outcome)?;
        if batch.answers.is_open() {
            return Ok(End::Unwanted);
        }
        make_room(batch).await?;
        course.answered(at, batch.answers.status());
        if course.has_ended() {
            break;
        }
    }
    Ok(End::Reached)
}

/// Answers a request; why it is not answered; or, around that, why it can be neither answered nor refused any more.
async fn one(batch: &Batch, at: usize, request: &Request) -> Result<Result<()>> {
    let answer = async |planned| match planned {
        Planned::Document(reply) => {
            batch.whole(at, &reply);
            Ok(Ok(()))
        }
        Planned::Read(reading) => {
            let Reading { answering, replying } = *reading;
            let query = answering.query(&batch.app);
            let principal = answering.read().mark.map(|mark| mark.principal);
            let told = answering.told();
            let sink = answering.sink(batch.answers.part(batch.id(at), batch.opener(at, replying)));
            let _turn = batch.app.turns.next(principal).await?;
            match batch.app.backend.read(query, sink).await.map_err(told) {
                // Half an answer is not begun again.
                Err(error) if batch.answers.is_open() => Ok(Err(error)),
                outcome => outcome.map(Ok),
            }
        }
    };
    match stages::with_plan(&batch.app, &batch.principal, request, &batch.root, &batch.record, answer).await {
        Ok(Err(error)) => Err(error),
        Ok(Ok(())) => Ok(Ok(())),
        Err(error) => Ok(Err(error)),
    }
}

/// Sends what is there, if it is enough, away from the async threads: it may wait for the reader.
async fn make_room(batch: &Batch) -> Result<()> {
    if batch.answers.is_full() {
        let answers = batch.answers.clone();
        // Whoever has left is noticed with the next answer that is read.
        let _ = tokio::task::spawn_blocking(move || answers.flush()).await.map_err(Error::internal)?;
    }
    Ok(())
}
