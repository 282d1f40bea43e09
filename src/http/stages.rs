//! A parsed request -> its plan, its query and what writes its answer: the stages between parsing and reading, for a request of
//! its own and for one in a batch.

use std::sync::Arc;
use std::time::Duration;

use super::reply::{self, Replying};
use crate::access::Principal;
use crate::app::App;
use crate::backend::RowSink;
use crate::error::{Error, ErrorKind, Result};
use crate::odata::Request;
use crate::plan::{self, MetadataFormat, Plan, Read, View};
use crate::response::{self, Body, Reply, Style};
use crate::sql::{self, Query};
use crate::token::Keyring;

/// How often one request is planned anew because the schema changed under it.
pub(super) const ATTEMPTS: usize = 4;
/// Names that are not found lead to a new look at the schema no more often than this.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// What is to be done for a request.
pub(super) enum Planned {
    /// Nothing more: this is the answer.
    Document(Reply),
    /// Read the database.
    Read(Box<Reading>),
}

/// A read, and how it is answered.
pub(super) struct Reading {
    pub(super) answering: Answering,
    pub(super) replying: Replying,
}

/// What writes the rows of a read.
pub(super) struct Answering {
    read: Box<Read>,
    style: Style,
    keyring: Arc<Keyring>,
}

impl Answering {
    /// What is asked of the database.
    pub(super) fn query(&self, app: &App) -> Query {
        sql::query(&self.read, app.backend.dialect())
    }

    /// What is read.
    pub(super) fn read(&self) -> &Read {
        &self.read
    }

    /// The sink that writes into `body`.
    pub(super) fn sink(self, body: Box<dyn Body>) -> Box<dyn RowSink> {
        response::sink(self.read, &self.style, self.keyring, body)
    }

    /// A failure of the read as the client is told of it.
    pub(super) fn told(&self) -> impl FnOnce(Error) -> Error + Send + 'static {
        let defining_query = self.read.defining_query();
        move |error| {
            let error = if error.expiry().is_some() { error.starting_over_at(defining_query) } else { error };
            error.while_serving()
        }
    }
}

/// Plans `request` with what whoever asks may see of the model as it is now.
pub(super) fn plan(app: &App, request: &Request, view: &View, root: &str) -> Result<Planned> {
    let edm = view.edm();
    Ok(match plan::plan(request, view, &app.keyring, app.settings)? {
        Plan::ServiceDocument(format) => {
            let body = response::service_document(edm, format, root);
            Planned::Document(reply::document(format.version, &format.content_type(), body))
        }
        Plan::Metadata(format) => {
            let (version, content_type) = reply::of_metadata(format);
            let body = match format {
                MetadataFormat::Xml(version) => response::csdl_xml(edm, version),
                MetadataFormat::Json(version) => response::csdl_json(edm, version),
            };
            Planned::Document(reply::document(version, content_type, body))
        }
        Plan::Read(read) => {
            let style = Style { root: root.to_owned(), namespace: edm.namespace.clone(), deleted_id: app.deleted_id };
            Planned::Read(Box::new(Reading {
                replying: Replying::new(&read, request, app.sharing.limits.page_max_age),
                answering: Answering { read, style, keyring: Arc::clone(&app.keyring) },
            }))
        }
    })
}

/// Plans `request` of `principal` and does `act` with what is planned; again with a newer model, where that could make a difference.
pub(super) async fn with_plan<T>(
    app: &App,
    principal: &Principal,
    request: &Request,
    root: &str,
    act: impl AsyncFn(Planned) -> Result<T>,
) -> Result<T> {
    let mut left = ATTEMPTS;
    // One place that waits for an attempt: each such place makes the future of every request longer.
    loop {
        left -= 1;
        let edm = app.edm();
        let (outcome, outdated) = attempt(app, request, &app.view(principal), root, &act).await;
        // Somebody else may have read the model meanwhile.
        if left == 0 || !outdated || (!app.refresh().await? && Arc::ptr_eq(&edm, &app.edm())) {
            return outcome;
        }
    }
}

/// What came of one attempt, and whether a newer model could make a difference.
async fn attempt<T>(
    app: &App,
    request: &Request,
    view: &View,
    root: &str,
    act: &impl AsyncFn(Planned) -> Result<T>,
) -> (Result<T>, bool) {
    match plan(app, request, view, root) {
        Err(error) => {
            let outdated = planned_with_an_old_model(&error, app);
            (Err(error), outdated)
        }
        Ok(planned) => {
            let outcome = act(planned).await;
            let outdated = outcome.as_ref().is_err_and(read_with_an_old_model);
            (outcome, outdated)
        }
    }
}

/// Whether planning may have failed because the model is old. What a plan does not find may be new.
pub(super) fn planned_with_an_old_model(error: &Error, app: &App) -> bool {
    use ErrorKind as K;
    let names = matches!(error.kind(), K::ResourceNotFound | K::PropertyNotFound | K::DeltaTokenInvalid);
    read_with_an_old_model(error) || (names && app.is_older_than(LOOK_AGAIN))
}

/// Whether a read may have failed because the model is old. What a read does not find is not there.
pub(super) fn read_with_an_old_model(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::CatalogChanged | ErrorKind::DeltaLinkExpired)
}
