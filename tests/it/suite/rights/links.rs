//! Whose links are whose, and what of an answer is whose.

use deltalink::access::Principal;

use super::super::path_of;
use super::{Served, northern, served, text, who};
use crate::support::client::Answer;
use crate::support::passport;

/// The links that there are: to changes, to their next page, to the next page of a set, of `$all`, of what is expanded, and of a
/// collection behind an entity.
fn links(shop: &Served) -> Vec<(&'static str, String)> {
    let page = |path: &str| shop.get_with(path, "Prefer", "maxpagesize=1").expect(200).link("nextLink").unwrap();
    let tracked = "odata.track-changes, maxpagesize=1";
    vec![
        ("changes", shop.delta_link("/odata/Sale")),
        ("tracked", shop.get_with("/odata/Sale", "Prefer", tracked).expect(200).link("nextLink").unwrap()),
        ("next", page("/odata/Sale")),
        ("filtered", page("/odata/Sale?$filter=Id%20gt%200")),
        ("all", page("/odata/$all")),
        ("behind", page("/odata/Good(1)/Sale")),
        ("references", page("/odata/Sale/$ref")),
    ]
}

/// What became of a link: the status, and the code or the reason.
fn outcome(answer: &Answer) -> (u16, String) {
    match answer.status {
        200 => (200, String::new()),
        status => {
            let reason = answer.json()["error"]["details"][0]["code"].as_str().map(str::to_owned);
            let location = answer.header("Location").unwrap_or_default();
            assert!(location.contains("/odata/"), "{location}");
            assert_eq!(answer.header("Cache-Control"), Some("no-store"));
            (status, reason.unwrap_or_else(|| answer.code()))
        }
    }
}

#[test]
fn a_link_is_for_who_may_read_the_same() {
    let shop = served();
    let everything = |id: &str| who(id, &["everything"], &[("region", text("anything"))]);
    shop.of(everything("key:one"));
    let links = links(&shop);
    let same = (200, String::new());
    let another = (403, "DeltaLinkOfAnother".to_owned());
    let changed = (410, "RightsChanged".to_owned());
    for (kind, link) in &links {
        for (principal, expected) in [
            (everything("key:one"), &same),
            (everything("key:two"), &same),
            (who("key:two", &["northern"], &[("region", text("north"))]), &another),
            (who("key:two", &["sales", "everything"], &[]), if is_of_one_set(kind) { &same } else { &another }),
            (who("key:one", &["northern"], &[("region", text("north"))]), &changed),
        ] {
            let about = format!("{kind} for {principal:?}");
            assert_eq!(&outcome(&shop.of(principal).get(link)), expected, "{about}");
        }
    }
}

/// What depends on the rights to one set only.
fn is_of_one_set(kind: &str) -> bool {
    ["changes", "tracked", "next"].contains(&kind)
}

#[test]
fn a_claim_that_changes_ends_the_links_that_depend_on_it() {
    let shop = served();
    let link = shop.of(northern()).delta_link("/odata/Sale");
    let goods = shop.delta_link("/odata/Good");
    let south = || who("key:north", &["northern"], &[("region", text("south"))]);
    assert_eq!(outcome(&shop.of(south()).get(&link)), (410, "RightsChanged".to_owned()));
    shop.get(&goods).expect(200);
    let other = who("key:north", &["northern"], &[("region", text("north")), ("mood", text("good"))]);
    shop.of(other).get(&link).expect(200);
}

#[test]
fn a_link_from_before_there_were_rights_ends_and_so_does_one_from_when_there_were() {
    let shop = served();
    let guarded = shop.of(who("key:one", &["everything"], &[])).delta_link("/odata/Sale");
    let open = shop.database.serve();
    let unguarded = open.client().track("/odata/Sale").expect(200).delta_link();
    let changed = (410, "RightsChanged".to_owned());
    assert_eq!(outcome(&shop.get(&path_of(&unguarded))), changed);
    assert_eq!(outcome(&open.client().get(&path_of(&guarded))), changed);
}

#[test]
fn a_hidden_column_that_a_filter_looks_at_ends_links_when_it_becomes_another() {
    let shop = served();
    let region = || who("key:r", &["regional"], &[("regions", text("north"))]);
    let roles = "[access.roles.regional]\nSale = { filter = \"Region eq 'north'\", columns = [\"Total\"] }";
    let gateway = shop.database.serve_with(&format!("{roles}{}", passport::believed()));
    gateway.asked_by(region());
    let client = gateway.client();
    let link = client.track("/odata/Sale").expect(200).delta_link();
    client.get(&link).expect(200);
    shop.database.rename_column("Sale", "Region", "Area");
    // The role names what is not there any more: it grants nothing.
    client.get(&link).expect(404);
}

#[test]
fn answers_are_kept_for_who_may_read_the_same_only() {
    let shop = served();
    let link = shop.of(who("key:one", &["everything"], &[])).delta_link("/odata/Sale");
    shop.execute("UPDATE Sale SET Note = 'x'");
    let answer = |principal: Principal| {
        let answers = (0..3).map(|_| shop.of(principal.clone()).get(&link)).collect::<Vec<_>>();
        let texts: Vec<String> = answers.iter().map(Answer::text).collect();
        assert!(texts.windows(2).all(|pair| pair[0] == pair[1]), "{texts:?}");
        (answers[0].status, texts[0].clone(), answers[0].header("ETag").map(str::to_owned))
    };
    let one = answer(who("key:one", &["everything"], &[]));
    let refused = answer(who("key:one", &["cheap"], &[]));
    assert_eq!((one.0, refused.0), (200, 410));
    let other = answer(who("key:two", &["everything"], &[]));
    assert_eq!(other.0, 200);
    // Each goes on with a link of their own.
    assert_ne!((one.1, one.2), (other.1, other.2));
}

#[test]
fn answers_that_hold_links_of_other_sets_are_kept_for_who_may_read_those_too() {
    let shop = served();
    let link = shop.of(who("key:one", &["everything"], &[])).delta_link("/odata/Sale");
    shop.execute("UPDATE Sale SET Note = 'x'");
    let answers = |role: &str| {
        shop.of(who("key:one", &[role], &[]));
        let all = (0..3).map(|_| shop.get_with(&link, "Accept", "application/json;metadata=full").expect(200));
        all.collect::<Vec<_>>()
    };
    let (all, fewer) = (answers("everything"), answers("shopless"));
    assert!(all.iter().all(|answer| answer.text().contains("/Shop")), "{}", all[0].text());
    assert!(!fewer.iter().any(|answer| answer.text().contains("/Shop")), "{}", fewer[0].text());
    let tags = [&all[0], &fewer[0]].map(|answer| answer.header("ETag").unwrap().to_owned());
    assert_ne!(tags[0], tags[1]);
    // What holds no such link is one answer for both.
    let plain = |role: &str| shop.of(who("key:one", &[role], &[])).get(&link).expect(200);
    assert_eq!(plain("everything").header("ETag"), plain("shopless").header("ETag"));
}

#[test]
fn answers_that_depend_on_who_asks_say_so() {
    let shop = served();
    shop.of(who("key:one", &["everything"], &[]));
    let tracked = "odata.track-changes, maxpagesize=2";
    let next = shop.get_with("/odata/Sale", "Prefer", tracked).expect(200).link("nextLink").unwrap();
    let page = shop.get(&next).expect(200);
    assert_eq!(page.header("Cache-Control"), Some("private, max-age=3600, immutable"));
    for path in [&*next, "/odata/Sale(1)", "/odata/Nothing", "/odata/$metadata", "/odata/"] {
        let answer = shop.get(path);
        assert_eq!(
            answer.header("Vary"),
            Some("Accept, Accept-Encoding, OData-MaxVersion, Prefer, Authorization, x-api-key")
        );
    }
    let tag = |principal: Principal| shop.of(principal).get("/odata/Sale(3)").header("ETag").unwrap().to_owned();
    let everything = || tag(who("key:one", &["everything"], &[]));
    assert_eq!(everything(), tag(who("key:two", &["everything", "cheap"], &[])), "the same of this set");
    assert_ne!(everything(), tag(northern()));
}
