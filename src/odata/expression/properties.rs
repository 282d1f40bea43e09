//! What holds of every text and of every tree: nothing panics, and what is written is read back.

use proptest::collection::vec;
use proptest::prelude::*;

use super::cursor::MAX_LENGTH;
use super::rendered::rendered;
use super::*;
use crate::odata::{KeyValue, Literal};

/// What texts are made of, beside white space. Some are halves of something.
const TOKENS: &str = r#"
    ( ) [ ] { } , ; : / ' " \ = * @ $ - + . # A B1 Größe Shop.Thing any all x not NOT AND OR and or eq in has add mul
    asc desc as null true INF -INF 1 12:30 1.5e3 2024-01-31 T08:30:00Z 01234567-89ab-cdef-0123-456789abcdef 'a''b'
    duration'PT1H' binary'AA' geo.length( contains( case( cast( now() Edm.String $it $root/ $count $count( $filter=
    $select= $expand( $expand= $levels=max $search= $compute= $top=5 @p=
"#;

fn soup() -> impl Strategy<Value = String> {
    let token = proptest::sample::select(TOKENS.split_ascii_whitespace().collect::<Vec<_>>()).prop_map(str::to_owned);
    let piece = prop_oneof![9 => token, 3 => Just(" ".to_owned()), 1 => Just("\t".to_owned()), 1 => "\\PC"];
    vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

/// Reads `text` as everything that it could be.
fn read_as_all(text: &str) {
    let _ = (filter(text), expression(text), order_by(text), expand(text), search(text), select(text));
}

fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        "[A-Z_][a-z0-9_é]{1,5}_",
        proptest::sample::select(vec!["eq", "in", "asc", "length", "date"]).prop_map(str::to_owned)
    ]
}

fn constant() -> impl Strategy<Value = Constant> {
    prop_oneof![
        Just(Constant::Null),
        any::<bool>().prop_map(Constant::Boolean),
        vec(any::<u8>(), 0..9).prop_map(Constant::Binary),
        "-?[0-9]{1,4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])".prop_filter_map("a year", |text| {
            let year = text.trim_start_matches('-').find('-')? == 4;
            year.then_some(Constant::Date(text))
        }),
        "[12][0-9]{3}-01-31T[01][0-9]:[0-5][0-9](:[0-5][0-9](\\.[0-9]{1,12})?)?(Z|[-+]01:30)"
            .prop_map(Constant::DateTimeOffset),
        "[-+]?[0-9]{1,30}\\.[0-9]{1,9}".prop_map(Constant::Decimal),
        "INF|-INF|NaN|[-+]?[0-9]{1,5}(\\.[0-9]{1,5})?[eE][-+]?[0-9]{1,3}".prop_map(Constant::Double),
        "-?P([0-9]D|[0-9]{1,3}DT[0-9]H[0-9]M|T[0-9]+(\\.[0-9]+)?S)".prop_map(Constant::Duration),
        "[0-9a-fA-F]{8}-[0-9a-f]{4}-[0-9]{4}-[0-9A-F]{4}-[0-9a-f]{12}".prop_map(Constant::Guid),
        "[-+]?[0-9]{1,30}".prop_map(Constant::Integer),
        "(\\PC|'){0,8}".prop_map(Constant::String),
        "[01][0-9]:[0-5][0-9](:[0-5][0-9](\\.[0-9]{1,12})?)?".prop_map(Constant::TimeOfDay),
    ]
}

fn key() -> impl Strategy<Value = Step> {
    let value = prop_oneof![
        "(\\PC|'){0,5}".prop_map(|text| KeyValue::Literal(Literal::String(text))),
        "[0-9]{1,5}|true|2024-01-31".prop_map(|text| KeyValue::Literal(Literal::Bare(text))),
        "@[a-z]{1,3}".prop_map(KeyValue::Alias),
    ];
    prop_oneof![
        value.clone().prop_map(|value| Step::Key(Key::Single(value))),
        vec(("[A-Z][a-z]{0,4}", value), 1..4).prop_map(|pairs| Step::Key(Key::Named(pairs))),
    ]
}

/// Where a path begins and what may follow, but for what ends it.
fn steps() -> impl Strategy<Value = Vec<Step>> {
    let named = || name().prop_map(|name| vec![Step::Name(name)]);
    let keyed = || key().prop_map(|key| vec![Step::Name("Items".to_owned()), key]);
    let qualified = || Just(vec![Step::Qualified("Shop.Thing".to_owned())]);
    let annotation = || Just(vec![Step::Annotation("@Shop.Note".to_owned())]);
    let rooted = keyed().prop_map(|steps| [vec![Step::Root], steps].concat());
    let variable = prop_oneof![Just(vec![Step::It]), Just(vec![Step::This])];
    let first =
        prop_oneof![6 => named(), 1 => keyed(), 1 => qualified(), 1 => annotation(), 1 => rooted, 1 => variable];
    let next = prop_oneof![4 => named(), 1 => keyed(), 1 => qualified(), 1 => annotation()];
    (first, vec(next, 0..3)).prop_map(|(first, next)| [first, next.concat()].concat())
}

fn of(term: Term) -> Expression {
    Expression { at: 0, term }
}

fn tree() -> impl Strategy<Value = Expression> {
    let leaf = prop_oneof![
        constant().prop_map(Term::Constant),
        steps().prop_map(Term::Path),
        steps().prop_map(|steps| Term::Path([steps, vec![Step::Count(None)]].concat())),
        "@[a-z]{1,3}".prop_map(Term::Alias),
        Just(Term::Unknown("Shop.Color'Red,4'".to_owned())),
    ];
    leaf.prop_map(of).prop_recursive(5, 40, 3, |inner| {
        let boxed = || inner.clone().prop_map(Box::new);
        let lambda = (name(), boxed()).prop_map(|(variable, predicate)| Lambda { variable, predicate: *predicate });
        let list = || vec(inner.clone(), 2..4).prop_map(Term::List);
        let compared =
            (operator(), boxed(), boxed()).prop_map(|(operator, left, right)| Term::Binary(operator, left, right));
        prop_oneof![
            5 => compared.clone(),
            1 => (negation(), boxed()).prop_map(|(operator, operand)| Term::Unary(operator, operand)),
            1 => (boxed(), boxed()).prop_map(|(left, right)| Term::In(left, right)),
            1 => (boxed(), list().prop_map(of)).prop_map(|(left, right)| Term::In(left, Box::new(right))),
            1 => list(),
            2 => call(inner.clone()),
            1 => vec((compared.prop_map(of), inner.clone()), 1..3).prop_map(Term::Case),
            1 => (steps(), lambda, any::<bool>()).prop_map(|(mut steps, lambda, all)| {
                let lambda = Box::new(lambda);
                steps.push(if all { Step::All(lambda) } else { Step::Any(Some(lambda)) });
                Term::Path(steps)
            }),
        ]
        .prop_map(of)
    })
}

fn operator() -> impl Strategy<Value = BinaryOperator> + Clone {
    use BinaryOperator as B;
    let all = [
        B::Add,
        B::And,
        B::Div,
        B::DivBy,
        B::Eq,
        B::Ge,
        B::Gt,
        B::Has,
        B::Le,
        B::Lt,
        B::Mod,
        B::Mul,
        B::Ne,
        B::Or,
        B::Sub,
    ];
    proptest::sample::select(all.to_vec())
}

fn negation() -> impl Strategy<Value = UnaryOperator> {
    prop_oneof![Just(UnaryOperator::Negate), Just(UnaryOperator::Not)]
}

fn call(inner: impl Strategy<Value = Expression> + Clone) -> impl Strategy<Value = Term> {
    use Function as F;
    let of_one = proptest::sample::select(vec![F::GeoLength, F::Length, F::ToLower, F::TotalSeconds, F::Year]);
    let of_two =
        proptest::sample::select(vec![F::Concat, F::GeoDistance, F::HasSubset, F::MatchesPattern, F::Substring]);
    let of_type = proptest::sample::select(vec![F::Cast, F::IsOf]);
    let a_type = proptest::sample::select(vec![
        Step::Qualified("Collection(Edm.Int32)".to_owned()),
        Step::Name("Thing".to_owned()),
    ]);
    prop_oneof![
        Just(Term::Call(F::Now, Vec::new())),
        (of_one, inner.clone()).prop_map(|(function, only)| Term::Call(function, vec![only])),
        (of_two, vec(inner.clone(), 2)).prop_map(|(function, arguments)| Term::Call(function, arguments)),
        (of_type, inner, a_type)
            .prop_map(|(function, first, last)| { Term::Call(function, vec![first, of(Term::Path(vec![last]))]) }),
    ]
}

/// What is looked for, with parentheses around every operator.
fn written(search: &Search) -> String {
    match search {
        Search::And(left, right) => format!("({} AND {})", written(left), written(right)),
        Search::Not(inner) => format!("(NOT {})", written(inner)),
        Search::Or(left, right) => format!("({} OR {})", written(left), written(right)),
        Search::Term(text) => format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")),
    }
}

fn sought() -> impl Strategy<Value = Search> {
    let leaf = "(\\PC|\"|\\\\){1,8}".prop_map(Search::Term);
    leaf.prop_recursive(5, 30, 2, |inner| {
        let boxed = || inner.clone().prop_map(Box::new);
        prop_oneof![
            (boxed(), boxed()).prop_map(|(left, right)| Search::And(left, right)),
            (boxed(), boxed()).prop_map(|(left, right)| Search::Or(left, right)),
            boxed().prop_map(Search::Not),
        ]
    })
}

/// How a value prints, without the places in it.
fn placeless(value: &impl std::fmt::Debug) -> String {
    let text = format!("{value:?}");
    let mut parts = text.split("at: ");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |before, part| before + part.trim_start_matches(|character: char| character.is_ascii_digit()))
}

proptest! {
    #[test]
    fn no_text_panics(text in soup(), other in "\\PC{0,80}") {
        read_as_all(&text);
        read_as_all(&other);
    }

    #[test]
    fn what_is_written_is_read_back(tree in tree()) {
        let text = rendered(&tree);
        let read = filter(&text);
        prop_assert!(read.is_ok(), "{text}: {read:?}");
        prop_assert_eq!(placeless(&read.unwrap()), placeless(&tree), "{}", text);
    }

    #[test]
    fn options_of_an_expansion_are_read_back(tree in tree(), sought in sought(), top in any::<u64>(), descending in any::<bool>()) {
        let direction = if descending { "desc" } else { "asc" };
        let (text, search) = (rendered(&tree), written(&sought));
        let items = expand(&format!("A($orderby={text} {direction};$search={search};top={top};FILTER={text}),B"));
        prop_assert!(items.is_ok(), "{text}: {items:?}");
        let items = items.unwrap();
        let options = &items[0].options;
        prop_assert_eq!(placeless(&options.filter), placeless(&Some(&tree)));
        prop_assert_eq!(placeless(&options.order), placeless(&vec![OrderItem { expression: tree, descending }]));
        prop_assert_eq!((&options.search, options.top, items.len()), (&Some(sought), Some(top), 2));
    }
}

/// Were any of these read in more than linear time, this test would not end.
#[test]
fn long_texts_are_read_as_fast_as_short_ones() {
    let more = ["((", "A eq ", "(A or ", "{\"a\":\"b\",", "Shop.F(a=1,b=", "not (", "A/any(x:", "(a b ", "@p=1;", " "];
    for token in TOKENS.split_ascii_whitespace().chain(more) {
        for start in ["", "(", "[\"", "A($filter=", "A($apply=", "A eq '"] {
            read_as_all(&(start.to_owned() + &token.repeat((MAX_LENGTH - start.len()) / token.len())));
        }
    }
}
