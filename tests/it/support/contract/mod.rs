//! The HTTP contract, `openapi.yaml` and `schemas/`, as a judge of answers: an answer that they do not describe
//! fails the test that received it.
//!
//! A status with `x-defect` is documented for clients, but no test may meet it: `check` refuses it and `pairs`
//! leaves it out.

mod content;
mod document;
mod headers;
mod payload;
mod schemas;
mod template;

use std::path::Path;
use std::sync::OnceLock;

use content::excerpt;
use document::{Document, Operation};
use headers::Headers;
use schemas::Schemas;

/// `openapi.yaml`, with every schema compiled.
pub(crate) struct Contract {
    document: Document,
}

/// What an answer turned out to be.
#[derive(Debug, PartialEq)]
pub(crate) struct Checked {
    /// The `operationId`; `MethodNotAllowed` for a refused method that no operation lists.
    pub(crate) operation: String,
    pub(crate) status: u16,
}

/// One answer, as it came.
#[derive(Clone, Copy)]
struct Answer<'a> {
    status: u16,
    headers: &'a [(String, String)],
    body: &'a [u8],
}

impl Contract {
    /// The contract of this package, loaded once.
    pub(crate) fn shared() -> &'static Self {
        static SHARED: OnceLock<Contract> = OnceLock::new();
        SHARED.get_or_init(|| Self { document: Document::load(&Schemas::load(Path::new(env!("CARGO_MANIFEST_DIR")))) })
    }

    /// Names the operation that was answered. Panics when the contract does not describe the answer.
    #[track_caller]
    pub(crate) fn check(
        &self,
        method: &str,
        path_and_query: &str,
        status: u16,
        headers: &[(String, String)],
        body: &[u8],
    ) -> Checked {
        let answer = Answer { status, headers, body };
        match self.examine(method, path_and_query, answer) {
            Ok(checked) => checked,
            Err(problem) => panic!("{method} {path_and_query} answered {status}: {problem}"),
        }
    }

    /// Every (operation, status) that a test can and should provoke.
    pub(crate) fn pairs(&self) -> Vec<(String, u16)> {
        let operations = self.document.operations();
        operations.flat_map(Operation::pairs).collect()
    }

    fn examine(&self, method: &str, path_and_query: &str, answer: Answer) -> Result<Checked, String> {
        let (path, query) = path_and_query.split_once('?').unwrap_or((path_and_query, ""));
        let (operation, response) = self.document.find(method, path, answer.status)?;
        if response.defect {
            return Err(format!("a defect, says the contract: {}", excerpt(answer.body)));
        }
        let headers = Headers::collect(answer.headers)?;
        headers.check(response)?;
        content::check(response, &headers, method, answer.body)?;
        payload::check_against_query(&headers, query, answer.body)?;
        Ok(Checked { operation: operation.to_owned(), status: answer.status })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ORDERS: &str = "/odata/Orders";
    const PAGE: &str = r#"{"@odata.context":"http://localhost/odata/$metadata#Orders","value":[{"Id":1}]}"#;

    fn page_headers() -> Vec<(String, String)> {
        owned(&[
            ("Content-Type", "application/json;odata.metadata=minimal"),
            ("OData-Version", "4.0"),
            ("Vary", "Accept, Accept-Encoding, OData-MaxVersion, Prefer"),
            ("Cache-Control", "no-cache"),
            ("Content-Length", "83"),
        ])
    }

    fn owned(headers: &[(&str, &str)]) -> Vec<(String, String)> {
        let pairs = headers.iter();
        pairs.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    fn without(name: &str) -> Vec<(String, String)> {
        let mut headers = page_headers();
        headers.retain(|(other, _)| other != name);
        headers
    }

    fn with(name: &str, value: &str) -> Vec<(String, String)> {
        let mut headers = without(name);
        headers.push((name.to_owned(), value.to_owned()));
        headers
    }

    fn examine(method: &str, status: u16, headers: &[(String, String)], body: &str) -> Result<Checked, String> {
        let body = body.as_bytes();
        let answer = Answer { status, headers, body };
        Contract::shared().examine(method, ORDERS, answer)
    }

    #[track_caller]
    fn assert_refused(answer: Result<Checked, String>, expected: &str) {
        let problem = answer.expect_err("the answer was let through");
        assert!(problem.contains(expected), "{problem}");
    }

    #[test]
    fn a_described_answer_names_its_operation() {
        let checked = Contract::shared().check("GET", "/odata/Orders?$top=1", 200, &page_headers(), PAGE.as_bytes());
        assert_eq!(checked, Checked { operation: "readEntities".to_owned(), status: 200 });
    }

    #[test]
    #[should_panic(expected = "GET /odata/Orders answered 418: the status is not declared for readEntities")]
    fn a_refusal_says_what_was_asked_and_answered() {
        Contract::shared().check("GET", ORDERS, 418, &page_headers(), b"");
    }

    #[test]
    fn an_undeclared_header_is_refused() {
        assert_refused(examine("GET", 200, &with("Refresh", "1"), PAGE), "refresh is not declared");
    }

    #[test]
    fn a_missing_header_is_refused() {
        assert_refused(examine("GET", 200, &without("OData-Version"), PAGE), "odata-version is missing");
        assert_refused(examine("GET", 200, &without("Content-Type"), PAGE), "Content-Type is missing");
    }

    #[test]
    fn a_header_with_a_wrong_value_is_refused() {
        assert_refused(examine("GET", 200, &with("OData-Version", "4.0;"), PAGE), "odata-version");
        assert_refused(examine("GET", 200, &with("Preference-Applied", "respond-async"), PAGE), "preference-applied");
    }

    #[test]
    fn a_header_that_comes_twice_is_refused() {
        let mut headers = page_headers();
        headers.push(("odata-version".to_owned(), "4.0".to_owned()));
        assert_refused(examine("GET", 200, &headers, PAGE), "odata-version comes twice");
    }

    #[test]
    fn an_undeclared_content_type_is_refused() {
        assert_refused(examine("GET", 200, &with("Content-Type", "text/html"), PAGE), "text/html");
        assert_refused(examine("GET", 200, &with("Content-Type", "application/json"), PAGE), "content type");
    }

    #[test]
    fn a_wrong_body_is_refused() {
        assert_refused(examine("GET", 200, &page_headers(), "{\"value\":["), "not JSON");
        let empty = PAGE.replace("{\"Id\":1}", "{\"Id\":{}}");
        assert_refused(examine("GET", 200, &page_headers(), &empty), "/value/0");
        let nested = PAGE.replace("{\"Id\":1}", "{\"Id\":{\"Id\":1}}");
        assert_refused(examine("GET", 200, &page_headers(), &nested), "nothing was expanded");
        let annotated = PAGE.replace("{\"Id\":1}", "{\"Id\":1,\"@odata.mediaEtag\":\"1\"}");
        assert_refused(examine("GET", 200, &page_headers(), &annotated), "@odata.mediaEtag");
    }

    #[test]
    fn both_links_at_once_are_refused() {
        let next = r#""@odata.nextLink":"http://localhost/odata/Orders?$skiptoken=a""#;
        let delta = r#""@odata.deltaLink":"http://localhost/odata/Orders?$deltatoken=a""#;
        for link in [next, delta] {
            let one = PAGE.replace("}]}", &format!("}}],{link}}}"));
            examine("GET", 200, &page_headers(), &one).expect("a page with one link");
        }
        let both = PAGE.replace("}]}", &format!("}}],{next},{delta}}}"));
        assert_refused(examine("GET", 200, &page_headers(), &both), "must not match");
    }

    #[test]
    fn a_delta_has_one_link_and_whole_deletions() {
        const DELETED: &str = r#"{"@odata.context":"http://localhost/odata/$metadata#Orders/$deletedEntity","id":"1","reason":"deleted"}"#;
        const LINK: &str = r#""@odata.deltaLink":"http://localhost/odata/Orders?$deltatoken=a""#;
        const NEXT: &str = r#""@odata.nextLink":"http://localhost/odata/Orders?$skiptoken=a""#;
        let unlinked = PAGE.replace("#Orders", "#Orders/$delta").replace('[', &format!("[{DELETED},"));
        let delta = unlinked.replace("}]}", &format!("}}],{LINK}}}"));
        examine("GET", 200, &page_headers(), &delta).expect("a delta");
        let refused = |body: &str, expected| {
            assert_refused(examine("GET", 200, &page_headers(), body), expected);
        };
        refused(&unlinked, "nextLink\" is a required property");
        refused(&delta.replace(LINK, &format!("{LINK},{NEXT}")), "several alternatives");
        refused(&delta.replace(",\"reason\":\"deleted\"", ""), "/value/0: \"reason\" is a required property");
        refused(&delta.replace("{\"Id\":1}", "{\"@removed\":{},\"Id\":1}"), "/value/1");
    }

    #[test]
    fn head_has_the_headers_of_get_and_no_body() {
        examine("HEAD", 200, &page_headers(), "").expect("a head");
        assert_refused(examine("HEAD", 200, &page_headers(), PAGE), "no body");
    }

    #[test]
    fn an_answer_without_content_has_no_body() {
        let headers = owned(&[("Location", "odata/")]);
        let answer = |body| Answer { status: 307, headers: &headers, body };
        Contract::shared().examine("GET", "/", answer(b"")).expect("a redirection");
        assert_refused(Contract::shared().examine("GET", "/", answer(b"gone")), "no body");
    }

    #[test]
    fn a_defect_is_refused_and_not_to_be_provoked() {
        assert_refused(examine("GET", 500, &page_headers(), PAGE), "a defect");
        let pairs = Contract::shared().pairs();
        assert!(pairs.contains(&("readEntities".to_owned(), 410)));
        assert!(pairs.iter().all(|(_, status)| *status != 500));
    }

    #[test]
    fn a_method_that_no_operation_lists_may_be_refused() {
        let body = br#"{"error":{"code":"MethodNotAllowed","message":"This service only reads."}}"#;
        let mut headers = with("Content-Type", "application/json");
        headers.extend(owned(&[("Allow", "GET, HEAD"), ("Content-Language", "en")]));
        let answer = Answer { status: 405, headers: &headers, body };
        let operation =
            |method, path| Contract::shared().examine(method, path, answer).map(|checked| checked.operation);
        assert_eq!(operation("OPTIONS", "/odata/$metadata").as_deref(), Ok("MethodNotAllowed"));
        assert_eq!(operation("POST", ORDERS).as_deref(), Ok("refusePostToEntitySet"));
        operation("GET", ORDERS).expect_err("GET is offered");
        assert_eq!(operation("POST", "/healthz").as_deref(), Ok("MethodNotAllowed"));
    }
}
