//! How to log in -> what is sent to prove it: a password, or a token that is current.

use std::time::SystemTime;

use tiberius::AuthMethod;

use super::super::failure::Failure;
use super::super::target::{Login, Secret, Target};
use super::entra::Tokens;
use crate::error::{Error, Result};

/// What a login is proved with.
pub(super) enum Proof {
    Password { user: String, password: Secret },
    Token(Tokens),
}

impl Proof {
    pub(super) fn of(target: &Target) -> Result<Self> {
        match &target.login {
            Login::Sql { password: None, .. } => Err(password_missing()),
            Login::Sql { user, password: Some(password) } => {
                Ok(Self::Password { user: user.clone(), password: password.clone() })
            }
            Login::Entra { identity, scope } => {
                Ok(Self::Token(Tokens::new(identity, scope.as_deref(), &target.server)?))
            }
        }
    }

    /// What is to be sent now, and until when it is good, if not for ever.
    pub(super) async fn current(&self) -> Result<(AuthMethod, Option<SystemTime>), Failure> {
        match self {
            Self::Password { user, password } => Ok((AuthMethod::sql_server(user, password.expose()), None)),
            Self::Token(tokens) => {
                let token = tokens.current().await?;
                Ok((AuthMethod::aad_token(token.secret.expose()), Some(token.expires)))
            }
        }
    }
}

fn password_missing() -> Error {
    Error::configuration(
        "The database's password is missing. Set DELTALINK_DATABASE_PASSWORD, or DELTALINK_DATABASE_PASSWORD_FILE to the \
         path of a file that holds it, or add it to the connection string.",
    )
}
