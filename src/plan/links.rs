//! A read -> the URL, relative to the service root, of the request that it continues or begins.

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

use super::{Expanded, Expansion, Read};
use crate::odata::expression::Written;
use crate::odata::{Options, SystemOption};

/// What a query option's value and a path segment cannot hold as it is (RFC 3986; `qchar-no-AMP` of the ABNF).
const RESERVED: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'&')
    .add(b'+')
    .add(b'/')
    .add(b'<')
    .add(b'=')
    .add(b'>')
    .add(b'?')
    .add(b'[')
    .add(b'\\')
    .add(b']')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

impl Read {
    /// The request that starts a sync over.
    pub fn defining_query(&self) -> String {
        defining_query(&self.path, self.select.as_deref(), self.query.text.as_deref(), self.format_option.as_deref())
    }

    /// The link that carries `token` in `option`.
    pub fn link(&self, option: &str, token: &str) -> String {
        link(&self.path, self.format_option.as_deref(), option, token)
    }
}

impl Expansion {
    /// The path of what is expanded of the entity at `parent`, as in a URL.
    pub fn path(&self, parent: &str) -> String {
        let shape = if self.what == Expanded::References { "/$ref" } else { "" };
        format!("{parent}/{}{shape}", encode(&self.name))
    }

    /// The link that carries `token`, to more of what stands at `path`.
    pub fn link(&self, path: &str, token: &str) -> String {
        link(path, self.format_option.as_deref(), "$skiptoken", token)
    }
}

fn link(path: &str, format: Option<&str>, option: &str, token: &str) -> String {
    let format = format.map(|format| format!("$format={}&", encode(format))).unwrap_or_default();
    format!("{path}?{format}{option}={token}")
}

/// `path` and `query` are as in a URL already.
pub(super) fn defining_query(
    path: &str,
    select: Option<&[String]>,
    query: Option<&str>,
    format: Option<&str>,
) -> String {
    let mut options = Vec::new();
    if let Some(select) = select.filter(|select| !select.is_empty()) {
        let names: Vec<String> = select.iter().map(|name| encode(name)).collect();
        options.push(format!("$select={}", names.join(",")));
    }
    options.extend(query.map(str::to_owned));
    if let Some(format) = format {
        options.push(format!("$format={}", encode(format)));
    }
    let question = if options.is_empty() { "" } else { "?" };
    format!("{path}{question}{}", options.join("&"))
}

/// The text of those of `options` that `kept` names, and of the parameter aliases that they may use.
pub(super) fn query_string(options: &Options, kept: &[SystemOption]) -> Option<String> {
    let given = kept.iter().filter_map(|option| Some((option.name(), options.value(*option)?)));
    joined(given.collect(), options)
}

/// The same of options inside of `$expand`, whose aliases have their values in `outer`.
pub(super) fn nested_query_string(written: &Written, kept: &[SystemOption], outer: &Options) -> Option<String> {
    let given = written.0.iter().filter(|(option, _)| kept.contains(option));
    joined(given.map(|(option, value)| (option.name(), value.as_str())).collect(), outer)
}

fn joined(given: Vec<(&str, &str)>, aliases: &Options) -> Option<String> {
    if given.is_empty() {
        return None;
    }
    let pairs = given.into_iter().chain(aliases.aliases());
    // An alias may have been called anything.
    let pairs: Vec<String> = pairs.map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect();
    Some(pairs.join("&"))
}

pub(super) fn encode(text: &str) -> String {
    utf8_percent_encode(text, RESERVED).to_string()
}
