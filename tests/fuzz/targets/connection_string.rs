//! What names a database of SQL Server, with a password in it. `hush` marks what must not be shown.

use deltalink::backend::mssql::Target;

use super::outcome;

pub(super) fn run(input: &[u8]) -> u64 {
    let text = String::from_utf8_lossy(input);
    let of = |text: &str| match Target::parse(text) {
        Err(error) => outcome::told(&error, input),
        Ok(target) => {
            let shown = target.to_string();
            if let Ok(again) = Target::parse(&shown) {
                assert_eq!(again.to_string(), shown);
            }
            outcome::of(&(target.needs_password(), outcome::skeleton(&format!("{target:?}"))))
        }
    };
    // A password that is not the input's own is nowhere to be seen, whatever stands behind it.
    let with_password = match text.strip_prefix("mssql://") {
        Some(rest) => format!("mssql://app:hush-hush@{rest}"),
        None => format!("Password=hush-hush;{text}"),
    };
    let shown = match Target::parse(&with_password) {
        Ok(target) => format!("{target} {target:?}"),
        Err(error) => error.to_string(),
    };
    assert!(text.contains("hush") || !shown.contains("hush"), "{shown}");
    of(&text)
}
