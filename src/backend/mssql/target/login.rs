//! What is given of a user, a password and an authentication method -> how to log in.

use super::given::Given;
use super::keyword::Setting;
use super::secret::Secret;
use crate::error::{Error, Result};

/// How the gateway proves who it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::backend::mssql) enum Login {
    /// A SQL Server login. The password may come from elsewhere than the text.
    Sql { user: String, password: Option<Secret> },
    /// Microsoft Entra ID.
    Entra { identity: Identity, scope: Option<String> },
}

/// Whom Microsoft Entra ID is to vouch for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::backend::mssql) enum Identity {
    /// Whatever the surroundings offer; with several managed identities, the one with this client id.
    Default { client_id: Option<String> },
    /// The identity of the machine or service; with several, the one with this client id.
    Managed { client_id: Option<String> },
    /// An application with a secret.
    ServicePrincipal { client_id: String, tenant_id: Option<String>, secret: Option<Secret> },
    /// A Kubernetes service account.
    Workload { client_id: Option<String>, tenant_id: Option<String> },
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Method {
    Sql,
    Default,
    Managed,
    ServicePrincipal,
    Workload,
    Interactive,
}

/// As Microsoft.Data.SqlClient spells them, folded.
const METHODS: [(&str, Method); 12] = [
    ("sqlpassword", Method::Sql),
    ("notspecified", Method::Sql),
    ("activedirectorydefault", Method::Default),
    ("activedirectorymanagedidentity", Method::Managed),
    ("activedirectorymsi", Method::Managed),
    ("activedirectoryserviceprincipal", Method::ServicePrincipal),
    ("activedirectoryworkloadidentity", Method::Workload),
    ("activedirectorypassword", Method::Interactive),
    ("activedirectoryintegrated", Method::Interactive),
    ("activedirectoryinteractive", Method::Interactive),
    ("activedirectorydevicecodeflow", Method::Interactive),
    ("activedirectorydevicecodeprovider", Method::Interactive),
];
const EXPECTED: &str = "SqlPassword, ActiveDirectoryDefault, ActiveDirectoryManagedIdentity, \
                        ActiveDirectoryServicePrincipal or ActiveDirectoryWorkloadIdentity";

impl Login {
    pub(super) fn from(given: &mut Given) -> Result<Self> {
        let method = given.word(Setting::Authentication, &METHODS, EXPECTED)?.unwrap_or(Method::Sql);
        let user = given.text(Setting::User);
        let password = given.take(Setting::Password);
        let tenant_id = given.text(Setting::TenantId);
        let scope = given.text(Setting::TokenScope);
        let identity = match method {
            Method::Sql => return sql_login(user, password),
            Method::Interactive => return Err(person_needed()),
            Method::ServicePrincipal => {
                let client_id = user.ok_or_else(|| missing("the client id of the application as the user"))?;
                return Ok(Self::Entra {
                    identity: Identity::ServicePrincipal { client_id, tenant_id, secret: password },
                    scope,
                });
            }
            Method::Default => Identity::Default { client_id: user },
            Method::Managed => Identity::Managed { client_id: user },
            Method::Workload => Identity::Workload { client_id: user, tenant_id },
        };
        if password.is_some() {
            return Err(Error::configuration(
                "The database's connection string has a password that its Authentication does not use. Remove the \
                 password, or choose SqlPassword or ActiveDirectoryServicePrincipal.",
            ));
        }
        Ok(Self::Entra { identity, scope })
    }

    /// Whoever is named, for logs.
    pub(super) fn user(&self) -> Option<&str> {
        match self {
            Self::Sql { user, .. } => Some(user),
            Self::Entra { identity, .. } => match identity {
                Identity::ServicePrincipal { client_id, .. } => Some(client_id),
                Identity::Default { client_id }
                | Identity::Managed { client_id }
                | Identity::Workload { client_id, .. } => client_id.as_deref(),
            },
        }
    }

    /// Where the password belongs, when this way of logging in has one.
    pub(super) fn password(&mut self) -> Option<&mut Option<Secret>> {
        match self {
            Self::Sql { password, .. }
            | Self::Entra { identity: Identity::ServicePrincipal { secret: password, .. }, .. } => Some(password),
            Self::Entra { .. } => None,
        }
    }

    pub(super) fn needs_password(&self) -> bool {
        matches!(
            self,
            Self::Sql { password: None, .. }
                | Self::Entra { identity: Identity::ServicePrincipal { secret: None, .. }, .. }
        )
    }
}

fn sql_login(user: Option<String>, password: Option<Secret>) -> Result<Login> {
    let user =
        user.ok_or_else(|| missing("a user (User ID=..., or mssql://user@host/database), or an Authentication"))?;
    Ok(Login::Sql { user, password })
}

fn missing(what: &str) -> Error {
    Error::configuration(format!("The database's connection string does not say who logs in. Add {what}."))
}

fn person_needed() -> Error {
    Error::configuration(format!(
        "The Authentication in the database's connection string needs a person at the keyboard or a person's password, \
         which a service should not have. Use {EXPECTED}."
    ))
}

#[cfg(test)]
mod tests {
    use super::super::pair::Pair;
    use super::*;

    fn login(method: &str, user: &str, password: &str) -> Result<Login> {
        let given = [("Authentication", method), ("User ID", user), ("Password", password), ("Tenant Id", "t")];
        let pair =
            |(keyword, value): (&str, &str)| Pair { keyword: keyword.into(), value: Secret::new(value), bare: true };
        Login::from(&mut Given::resolve(given.map(pair).into()).unwrap())
    }

    fn identity(method: &str, user: &str, password: &str) -> Identity {
        match login(method, user, password).unwrap() {
            Login::Entra { identity, .. } => identity,
            Login::Sql { .. } => panic!("a SQL login"),
        }
    }

    #[test]
    fn methods_are_known_with_and_without_blanks() {
        let client_id = || Some("id".to_owned());
        assert_eq!(identity("Active Directory Default", "", ""), Identity::Default { client_id: None });
        assert_eq!(identity("ActiveDirectoryMSI", "id", ""), Identity::Managed { client_id: client_id() });
        assert_eq!(identity("Active Directory Managed Identity", "", ""), Identity::Managed { client_id: None });
        let workload = Identity::Workload { client_id: client_id(), tenant_id: Some("t".into()) };
        assert_eq!(identity("active-directory-workload-identity", "id", ""), workload);
        let principal = identity("ActiveDirectoryServicePrincipal", "id", "s");
        let expected = Some(Secret::new("s"));
        assert!(matches!(principal, Identity::ServicePrincipal { secret, .. } if secret == expected));
        assert!(matches!(login("SqlPassword", "sa", "x").unwrap(), Login::Sql { user, .. } if user == "sa"));
    }

    #[test]
    fn a_password_is_wanted_where_one_is_used() {
        assert!(login("", "sa", "").unwrap().needs_password());
        assert!(!login("", "sa", "x").unwrap().needs_password());
        assert!(login("ActiveDirectoryServicePrincipal", "id", "").unwrap().needs_password());
        assert!(!login("ActiveDirectoryDefault", "", "").unwrap().needs_password());
    }

    #[test]
    fn what_is_missing_or_impossible_is_told() {
        let told = |method, user, password| login(method, user, password).unwrap_err().message().to_owned();
        assert!(told("", "", "x").contains("Add a user"));
        assert!(told("ActiveDirectoryServicePrincipal", "", "s").contains("Add the client id"));
        assert!(told("ActiveDirectoryManagedIdentity", "", "x").contains("Remove the password"));
        assert!(told("ActiveDirectoryInteractive", "u", "").contains("a person"));
        assert!(told("Kerberos", "u", "").contains("must be SqlPassword"));
    }
}
