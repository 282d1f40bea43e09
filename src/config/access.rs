//! `[access]`: who may read what. Without it everybody may read all that is exposed.
//!
//! A newcomer's trap: whether the names in roles exist can be told only with the model at hand; `access::Policy` does that when the
//! server starts. What is wrong by itself is found here.

use serde::Deserialize;

use crate::access::{Grant, Roles};
use crate::error::{Error, Result};

/// Who may read what.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Access {
    /// What each role may read.
    pub roles: Roles,
    /// The roles of whoever brings no credentials; with none, they are refused.
    pub anonymous: Vec<String>,
}

impl Access {
    pub(super) fn check(&self) -> Result<()> {
        for (name, role) in &self.roles {
            for (set, grant) in role {
                let Grant::Part(restriction) = grant else { continue };
                restriction.check().map_err(|error| {
                    Error::configuration(format!("access.roles.{name}.{set} is wrong")).caused_by(error)
                })?;
            }
        }
        match self.anonymous.iter().find(|role| !self.roles.contains_key(*role)) {
            Some(role) => {
                let message = format!("access.anonymous names the role \"{role}\", which access.roles does not have.");
                Err(Error::configuration(message))
            }
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Config;
    use super::*;
    use crate::access::Restriction;

    #[test]
    fn roles_grant_all_or_nothing_or_a_part() {
        let text = r#"
            [access]
            anonymous = ["visitor"]
            [access.roles.visitor]
            Orders = { columns = ["Status"], filter = "Region eq @region" }
            Invoices = false
            "*" = true
            [access.roles.nobody]
        "#;
        let access = Config::parse(text).unwrap().access.unwrap();
        let part =
            Restriction { columns: Some(vec!["Status".to_owned()]), filter: Some("Region eq @region".to_owned()) };
        assert_eq!(access.roles["visitor"]["Orders"], Grant::Part(part));
        assert_eq!(access.roles["visitor"]["Invoices"], Grant::Whole(false));
        assert_eq!(access.roles["visitor"]["*"], Grant::Whole(true));
        assert_eq!(access.anonymous, ["visitor"]);
        assert!(access.roles["nobody"].is_empty());
        assert!(Config::parse("").unwrap().access.is_none());
    }

    #[test]
    fn mistakes_are_told_with_their_place() {
        let message = |text: &str| Config::parse(text).unwrap_err().to_string();
        let unknown = message("[access.roles.reader]\nOrders = { colums = [] }");
        assert!(unknown.contains("line 2") && unknown.contains("colums"), "{unknown}");
        let kind = message("[access.roles.reader]\nOrders = \"yes\"");
        assert!(kind.contains("line 2") && kind.contains("true, false, or a table"), "{kind}");
        let syntax = message("[access.roles.reader]\nOrders = { filter = \"Region eq\" }");
        assert!(syntax.contains("access.roles.reader.Orders") && syntax.contains("position"), "{syntax}");
        assert!(message("[access]\nanonymous = [\"x\"]").contains("the role \"x\""));
    }
}
