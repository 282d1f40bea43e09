//! An identity, and what surrounds the gateway, -> the client library's credentials that stand for it.

use std::sync::Arc;

use azure_core::cloud::CloudConfiguration;
use azure_core::credentials::{Secret as AzureSecret, TokenCredential};
use azure_core::http::ClientOptions;
use azure_identity as azure;

use super::super::target::{Identity, Server};
use crate::error::{Error, Result};

type Credential = Arc<dyn TokenCredential>;

/// Reads a variable of the environment.
type Variable<'e> = dyn Fn(&str) -> Option<String> + 'e;

/// What the environment and the server's name say.
pub(super) struct Surroundings<'e> {
    variable: Box<Variable<'e>>,
    /// The scope of a token for the database, in the cloud that the server's name belongs to.
    pub(super) scope: &'static str,
    cloud: Option<CloudConfiguration>,
}

impl<'e> Surroundings<'e> {
    pub(super) fn of(server: &Server, variable: impl Fn(&str) -> Option<String> + 'e) -> Self {
        let host = server.host.trim_end_matches('.').to_ascii_lowercase();
        let (scope, cloud) = if host.ends_with(".usgovcloudapi.net") {
            ("https://database.usgovcloudapi.net/.default", Some(CloudConfiguration::AzureGovernment))
        } else if host.ends_with(".chinacloudapi.cn") {
            ("https://database.chinacloudapi.cn/.default", Some(CloudConfiguration::AzureChina))
        } else {
            // The client library then looks at AZURE_AUTHORITY_HOST.
            ("https://database.windows.net/.default", None)
        };
        Self { variable: Box::new(variable), scope, cloud }
    }

    fn get(&self, name: &str) -> Option<String> {
        (self.variable)(name).filter(|value| !value.is_empty())
    }

    fn client(&self) -> ClientOptions {
        ClientOptions { cloud: self.cloud.clone().map(Arc::new), ..ClientOptions::default() }
    }

    fn with_secret(&self, tenant_id: &str, client_id: String, secret: String) -> azure_core::Result<Credential> {
        let options = azure::ClientSecretCredentialOptions { client_options: self.client() };
        let secret = AzureSecret::new(secret);
        Ok(azure::ClientSecretCredential::new(tenant_id, client_id, secret, Some(options))?)
    }

    fn managed(&self, client_id: Option<&String>) -> azure_core::Result<Credential> {
        let options = azure::ManagedIdentityCredentialOptions {
            user_assigned_id: client_id.cloned().map(azure::UserAssignedId::ClientId),
            client_options: self.client(),
        };
        Ok(azure::ManagedIdentityCredential::new(Some(options))?)
    }

    fn workload(&self, client_id: Option<&String>, tenant_id: Option<&String>) -> azure_core::Result<Credential> {
        let options = azure::WorkloadIdentityCredentialOptions {
            credential_options: azure::ClientAssertionCredentialOptions { client_options: self.client() },
            client_id: client_id.cloned(),
            tenant_id: tenant_id.cloned(),
            token_file_path: None,
        };
        Ok(azure::WorkloadIdentityCredential::new(Some(options))?)
    }

    /// An application with a secret, when the three variables say so.
    fn environment(&self) -> Option<azure_core::Result<Credential>> {
        let secret = self.get("AZURE_CLIENT_SECRET")?;
        Some(self.with_secret(&self.get("AZURE_TENANT_ID")?, self.get("AZURE_CLIENT_ID")?, secret))
    }
}

/// The credentials that stand for `identity`, in the order in which they are to be asked.
pub(super) fn credentials(identity: &Identity, surroundings: &Surroundings<'_>) -> Result<Vec<Credential>> {
    let credential = match identity {
        Identity::Default { client_id } => return Ok(default_chain(client_id.as_ref(), surroundings)),
        Identity::Managed { client_id } => surroundings.managed(client_id.as_ref()),
        Identity::Workload { client_id, tenant_id } => surroundings.workload(client_id.as_ref(), tenant_id.as_ref()),
        Identity::ServicePrincipal { client_id, tenant_id, secret } => {
            let tenant_id = tenant_id.clone().or_else(|| surroundings.get("AZURE_TENANT_ID")).ok_or_else(no_tenant)?;
            let secret = secret.as_ref().ok_or_else(no_secret)?;
            surroundings.with_secret(&tenant_id, client_id.clone(), secret.expose().to_owned())
        }
    };
    credential.map(|credential| vec![credential]).map_err(unusable)
}

/// As `DefaultAzureCredential` of the other languages: what is set up on purpose first, a developer's own login last.
/// What is not set up is left out.
fn default_chain(client_id: Option<&String>, surroundings: &Surroundings<'_>) -> Vec<Credential> {
    let developer = azure::DeveloperToolsCredential::new(None);
    let chain = [
        surroundings.environment(),
        Some(surroundings.workload(client_id, None)),
        Some(surroundings.managed(client_id)),
        Some(developer.map(|credential| credential as Credential)),
    ];
    chain.into_iter().flatten().filter_map(azure_core::Result::ok).collect()
}

fn no_tenant() -> Error {
    Error::configuration(
        "The tenant of the application that logs in to the database is missing. Set AZURE_TENANT_ID, or add Tenant \
         Id=... (in a URL tenant-id) to the connection string.",
    )
}

fn no_secret() -> Error {
    Error::configuration(
        "The secret of the application that logs in to the database is missing. Set DELTALINK_DATABASE_PASSWORD, or \
         DELTALINK_DATABASE_PASSWORD_FILE to the path of a file that holds it.",
    )
}

fn unusable(error: azure_core::Error) -> Error {
    Error::configuration("The Authentication in the database's connection string is not set up on this machine")
        .caused_by(error)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backend::mssql::target::Secret;

    fn names(identity: &Identity, host: &str, variables: &[(&str, &str)]) -> Result<Vec<String>> {
        let server = Server { host: host.to_owned(), port: 1433 };
        let variable = |name: &str| variables.iter().find(|(n, _)| *n == name).map(|(_, value)| (*value).to_owned());
        let credentials = credentials(identity, &Surroundings::of(&server, variable))?;
        Ok(credentials.iter().map(|credential| format!("{credential:?}")).collect())
    }

    fn principal(tenant_id: Option<&str>) -> Identity {
        let tenant_id = tenant_id.map(str::to_owned);
        Identity::ServicePrincipal { client_id: "id".to_owned(), tenant_id, secret: Some(Secret::new("hunter2")) }
    }

    #[test]
    fn the_default_chain_begins_with_what_is_set_up_on_purpose() {
        let identity = Identity::Default { client_id: None };
        let variables = [("AZURE_TENANT_ID", "t"), ("AZURE_CLIENT_ID", "c"), ("AZURE_CLIENT_SECRET", "hunter2")];
        let chain = names(&identity, "h", &variables).unwrap();
        assert!(chain[0].contains("ClientSecretCredential") && !chain.concat().contains("hunter2"), "{chain:?}");
        let chain = names(&identity, "h", &variables[..2]).unwrap();
        assert!(
            !chain.concat().contains("ClientSecret") && chain.last().unwrap().contains("DeveloperTools"),
            "{chain:?}"
        );
    }

    #[test]
    fn an_application_needs_a_tenant() {
        assert!(names(&principal(None), "h", &[]).unwrap_err().message().contains("AZURE_TENANT_ID"));
        assert!(names(&principal(Some("t")), "h", &[]).unwrap()[0].contains("/t/oauth2"));
        assert!(names(&principal(None), "h", &[("AZURE_TENANT_ID", "u")]).unwrap()[0].contains("/u/oauth2"));
        assert!(names(&principal(Some("/")), "h", &[]).unwrap_err().message().contains("not set up"));
    }

    #[test]
    fn sovereign_clouds_are_known_by_the_name_of_the_server() {
        let of = |host: &str| Surroundings::of(&Server { host: host.to_owned(), port: 1 }, |_| None).scope;
        assert_eq!(of("x.database.windows.net"), "https://database.windows.net/.default");
        assert_eq!(of("X.database.usgovcloudapi.net."), "https://database.usgovcloudapi.net/.default");
        assert_eq!(of("x.database.chinacloudapi.cn"), "https://database.chinacloudapi.cn/.default");
        let government = names(&principal(Some("t")), "x.database.usgovcloudapi.net", &[]).unwrap();
        assert!(government[0].contains("login.microsoftonline.us"), "{government:?}");
    }
}
