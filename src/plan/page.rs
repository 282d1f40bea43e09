//! Collections: ordinary or in change mode, from the start or from a token -> one page.
//!
//! Change mode is entered by the preference (on a tracked set) or by a token; there, options that would change what
//! the link means are refused. A newcomer's trap: on the pages behind the first, the preference means nothing; the
//! token says whether changes are tracked (Protocol 4.01 section 8.2.8.9).

use super::cast;
use super::change_mode::changes_withheld;
use super::expand::{Expansion, columns};
use super::{Format, JsonFormat, Read, Scope, Shape, Target, supported};
use crate::edm::Value;
use crate::error::{Error, ErrorKind, Expiry, Result};
use crate::odata::SystemOption;
use crate::token::{Anchor, ChangePosition, State, Token, fingerprint};

/// A page of entities.
#[derive(Clone, Debug, PartialEq)]
pub struct RowsPage {
    /// The position of the row before the page: what it is ordered by, then its key.
    pub after: Option<Vec<Value>>,
    /// Rows to pass over: on a first page, by `$skip`.
    pub skip: u64,
    /// Rows of the page at most.
    pub limit: u64,
    /// Rows still to return because of `$top`, this page's included.
    pub remaining: Option<u64>,
    /// Whether the answer says how many there are in all.
    pub count: bool,
    /// Present where the last page gives a delta link.
    pub tracked: Option<Tracked>,
}

/// Where the delta link behind a page of entities will start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tracked {
    /// Where an earlier page began.
    Since(Anchor),
    /// At the version that this first page sees.
    Start,
}

/// A page of changes.
#[derive(Clone, Debug, PartialEq)]
pub struct ChangesPage {
    /// What the client has seen.
    pub anchor: Anchor,
    /// The last item of the page before, and the upper bound that it keeps.
    pub after: Option<ChangePosition>,
    /// Items of the page at most.
    pub limit: u64,
    /// Whether the answer says how many there are in all.
    pub count: bool,
}

impl RowsPage {
    /// Whether rows behind this page may have to be linked to.
    pub fn may_continue(&self) -> bool {
        self.remaining.is_none_or(|remaining| remaining > self.limit)
    }
}

const LATEST: &str = "latest";
/// Entities of a page that expands others, at most.
const EXPANDED: u64 = 1_000;

impl Scope<'_> {
    pub(super) fn collection(&self) -> Result<Read> {
        let json = self.json()?;
        let options = self.options();
        if !self.is_whole_set() && options.value(SystemOption::DeltaToken).is_some() {
            let message =
                "Changes are tracked of entity sets, not of related entities, of references or of all sets at once.";
            return Err(Error::new(ErrorKind::InvalidValue, message).about("$deltatoken"));
        }
        self.fits_the_shape()?;
        match (options.value(SystemOption::DeltaToken), options.value(SystemOption::SkipToken)) {
            (Some(_), Some(_)) => {
                let message =
                    "\"$deltatoken\" and \"$skiptoken\" exclude each other. Use links exactly as they were returned.";
                Err(Error::new(ErrorKind::InvalidValue, message).about("$skiptoken"))
            }
            (Some(LATEST), None) => self.latest(json),
            (Some(text), None) => {
                let token = self.open(text)?;
                match token.state {
                    State::Changes { anchor, after: None } => self.changes(&token, anchor, None, json),
                    _ => Err(Error::token_invalid()),
                }
            }
            (None, Some(text)) => self.next_page(text, json),
            (None, None) => self.first_page(json),
        }
    }

    pub(super) fn count(&self) -> Result<Read> {
        let options = self.options();
        if let Some(text) = options.value(SystemOption::DeltaToken) {
            self.exclude()?;
            if text == LATEST {
                let message = "\"$deltatoken=latest\" starts at the moment of the request: there is nothing to count.";
                return Err(Error::new(ErrorKind::InvalidValue, message).about("$deltatoken"));
            }
            let token = self.open(text)?;
            let State::Changes { anchor, after: None } = token.state else { return Err(Error::token_invalid()) };
            options.given().try_for_each(supported)?;
            self.tracked_still(&token)?;
            let (select, returned) = self.returned(&token)?;
            return Ok(Read { returned, select, ..self.read_of(Target::ChangeCount(anchor), Format::Text) });
        }
        options.given().try_for_each(supported)?;
        Ok(Read { query: self.query()?, ..self.read_of(Target::Count, Format::Text) })
    }

    fn first_page(&self, json: JsonFormat) -> Result<Read> {
        let options = self.options();
        let preference = self.request.headers.preferences.track_changes.filter(|_| self.is_tracked());
        if preference.is_some() {
            self.change_mode(json)?;
        }
        options.given().try_for_each(supported)?;
        let (select, returned) = self.selection(self.selected()?)?;
        let (query, expand) = self.query_and_expansions()?;
        let remaining = options.number(SystemOption::Top)?;
        let (size, mut applied) = self.page_size(json, &expand);
        if let Some(preference) = preference {
            applied.insert(0, preference.name.to_owned());
        }
        let page = RowsPage {
            after: None,
            skip: options.number(SystemOption::Skip)?.unwrap_or(0),
            limit: remaining.unwrap_or(u64::MAX).min(size),
            remaining,
            count: options.boolean(SystemOption::Count)?,
            tracked: preference.map(|_| Tracked::Start),
        };
        let (columns, mark) = (columns(&returned, &expand), self.mark(query.text.as_deref()));
        let read = self.read_of(Target::Rows(page), Format::Json(json));
        Ok(Read { mark, returned, columns, expand, query, select, applied, ..read })
    }

    /// Follows a next link: of entities, or of changes.
    fn next_page(&self, text: &str, json: JsonFormat) -> Result<Read> {
        let token = self.open(text)?;
        match token.state.clone() {
            State::Changes { anchor, after: Some(after) } => self.changes(&token, anchor, Some(after), json),
            State::Changes { after: None, .. } => Err(Error::token_invalid()),
            State::Rows { after, remaining, anchor } => {
                if anchor.is_some() {
                    self.change_mode(json)?;
                    self.tracked_still(&token)?;
                }
                self.options().given().try_for_each(supported)?;
                let (select, returned) = self.returned(&token)?;
                let (query, expand) = self.query_behind(&token)?;
                // Where one set has ended, the next one is read from its beginning.
                let from_the_beginning = after.is_empty() && matches!(self.place.shape, Shape::OfAnySet { .. });
                if !from_the_beginning && after.len() != query.order.len() + self.set.key.len() {
                    return Err(Error::token_invalid());
                }
                let (size, applied) = self.page_size(json, &expand);
                let page = RowsPage {
                    after: (!from_the_beginning).then_some(after),
                    skip: 0,
                    limit: remaining.unwrap_or(u64::MAX).min(size),
                    remaining,
                    count: self.options().boolean(SystemOption::Count)?,
                    tracked: anchor.map(Tracked::Since),
                };
                let (columns, mark) = (columns(&returned, &expand), self.mark(query.text.as_deref()));
                let read = self.read_of(Target::Rows(page), Format::Json(json));
                Ok(Read { mark, returned, columns, expand, query, select, applied, ..read })
            }
        }
    }

    fn changes(&self, token: &Token, anchor: Anchor, after: Option<ChangePosition>, json: JsonFormat) -> Result<Read> {
        self.change_mode(json)?;
        self.options().given().try_for_each(supported)?;
        self.tracked_still(token)?;
        // What has become null has changed, and must be told.
        let json = JsonFormat { omit_nulls: false, ..json };
        let (select, returned) = self.returned(token)?;
        let (limit, mut applied) = self.page_size(json, &[]);
        let preference = self.request.headers.preferences.track_changes.filter(|_| after.is_none());
        if let Some(preference) = preference {
            applied.insert(0, preference.name.to_owned());
        }
        let preference = self.request.headers.preferences.wait.filter(|_| after.is_none());
        let wait = preference.map(|preference| preference.value.min(self.settings.longest_wait));
        let page = ChangesPage { anchor, after, limit, count: self.options().boolean(SystemOption::Count)? };
        Ok(Read { returned, select, wait, applied, ..self.read_of(Target::Changes(page), Format::Json(json)) })
    }

    /// `$deltatoken=latest`: no rows, a delta link that starts now.
    fn latest(&self, json: JsonFormat) -> Result<Read> {
        self.change_mode(json)?;
        self.options().given().try_for_each(supported)?;
        if self.set.changes_withheld {
            return Err(changes_withheld());
        }
        if self.set.changes.is_none() {
            let message = format!("The changes of \"{}\" are not tracked.", self.set.name);
            return Err(Error::new(ErrorKind::InvalidValue, message).about("$deltatoken"));
        }
        let (select, returned) = self.selection(self.options().select()?)?;
        let applied =
            self.request.headers.preferences.track_changes.iter().map(|preference| preference.name.to_owned());
        let applied = applied.collect();
        Ok(Read { returned, select, applied, ..self.read_of(Target::Latest, Format::Json(json)) })
    }

    /// The page size in force, and what `Preference-Applied` says of it and of how entities are written.
    /// Entities that bring others with them are held until these are read.
    fn page_size(&self, json: JsonFormat, expand: &[Expansion]) -> (u64, Vec<String>) {
        let written = self.written(json);
        let most = if expand.is_empty() { u64::MAX } else { EXPANDED };
        match self.request.headers.preferences.max_page_size {
            Some(wish) => {
                let size = u64::from(wish.value.min(self.settings.max_page_size)).min(most);
                (size, std::iter::once(format!("{}={size}", wish.name)).chain(written).collect())
            }
            None => (u64::from(self.settings.page_size).min(most), written),
        }
    }

    /// The token in `text`, which must be of this entity set, and of who may read the same of it.
    fn open(&self, text: &str) -> Result<Token> {
        let token = Token::open(text, self.keyring)?;
        if token.set != self.place.token_path() {
            return Err(Error::token_invalid());
        }
        self.same_rights(&token)?;
        Ok(token)
    }

    /// What the token selected, if it still stands for the same columns. A `$select` on the link may repeat it.
    fn returned(&self, token: &Token) -> Result<(Option<Vec<String>>, Vec<usize>)> {
        let names = token.select.as_ref().map(|names| names.iter().map(String::as_str).collect::<Vec<_>>());
        let repeated =
            self.options().select()?.map(|repeated| cast::left_out(self.edm, self.set, repeated)).transpose()?;
        if let Some(repeated) = repeated
            && names.as_ref().is_none_or(|names| !same_names(names, &repeated))
        {
            let message =
                "A link keeps the \"$select\" of the request that it came from; start over to select otherwise.";
            return Err(Error::new(ErrorKind::InvalidValue, message).about("$select"));
        }
        let changed = || self.expired(token, Expiry::ColumnsChanged);
        let (select, returned) = self.selection(names).map_err(|_| changed())?;
        let same = fingerprint(self.set, &returned) == token.fingerprint;
        if same { Ok((select, returned)) } else { Err(changed()) }
    }

    pub(super) fn expired(&self, token: &Token, expiry: Expiry) -> Error {
        Error::expired(expiry).starting_over_at(self.defining_query_of(token))
    }
}

fn same_names(a: &[&str], b: &[&str]) -> bool {
    a.len() == b.len() && a.iter().all(|name| b.contains(name))
}
