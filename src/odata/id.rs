//! The value of `$id` -> the path that it is, where the request asks for the entity that it stands for.
//!
//! Ids are the addresses of entities, absolute or relative to the service root, so they are read as paths are. A newcomer's trap: a
//! slash in a key is encoded in the id, and the id is encoded once more in the query.

use super::path::{self, Path};
use super::url::below_root;
use super::{Request, SystemOption};
use crate::error::{Error, ErrorKind, Result};

impl Request {
    /// The request with its id read; `root` is the service root.
    pub fn identified(mut self, root: &str) -> Result<Self> {
        if let Path::Entity { id, .. } = &mut self.path {
            let given = self.options.value(SystemOption::Id);
            *id = given.map(|text| read(text, root).map(Box::new)).transpose()?;
        }
        Ok(self)
    }
}

fn read(text: &str, root: &str) -> Result<Path> {
    let elsewhere = || {
        let message = "The value of \"$id\" is an address outside of this service.";
        Error::new(ErrorKind::InvalidValue, message).about("$id")
    };
    path::parse(below_root(text, root).ok_or_else(elsewhere)?).map_err(|error| error.about("$id"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::odata::{RawHeaders, parse};

    const ROOT: &str = "https://example.com/shop/odata/";

    fn id(query: &str) -> Result<Option<Path>> {
        let request = parse("/$entity", query, &RawHeaders::default())?.identified(ROOT)?;
        let Path::Entity { id, .. } = request.path else { panic!("{:?}", request.path) };
        Ok(id.map(|id| *id))
    }

    #[test]
    fn ids_are_absolute_and_relative() {
        let expected = path::parse("/Files('a%2Fb')").unwrap();
        for form in ["", "/odata/", "/shop/odata/", "https://example.com/shop/odata/"] {
            assert_eq!(id(&format!("$id={form}Files('a%252Fb')")).unwrap(), Some(expected.clone()), "{form}");
        }
        assert_eq!(id("").unwrap(), None);
        let key = id("$id=Files('x://y')").unwrap_err();
        assert_eq!(key.kind().status(), 400, "a slash in a key is encoded");
        for elsewhere in ["https://example.org/shop/odata/Files(1)", "/healthz", "urn://x"] {
            let error = id(&format!("$id={elsewhere}")).unwrap_err();
            assert!(error.message().contains("outside"), "{elsewhere}: {error}");
        }
    }
}
