//! What stands between the parentheses behind an entity set, of one key and of two, and in `$id`.

use deltalink::odata::RawHeaders;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::{outcome, planning};

pub(super) fn run(input: &[u8]) -> u64 {
    let key = String::from_utf8_lossy(input);
    let encoded = utf8_percent_encode(&key, NON_ALPHANUMERIC).to_string();
    let sets = ["Orders", "Customer", "Line"];
    let urls = sets.map(|set| format!("/{set}({encoded})?@k='zq'&@n=77177"));
    let of = |url: &String| planning::run_url(url, &RawHeaders::default(), input);
    let id = format!("/$entity?$id=Customer({encoded})");
    outcome::of(&(urls.each_ref().map(of), of(&id), of(&format!("/Orders(77177)/Line({encoded})"))))
}
