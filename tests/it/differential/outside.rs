//! What of a statement is tried on rows that a row filter hides, because it stands outside of any `CASE`: comparisons of bare columns, and no
//! more than that.

use crate::support::tokens::{Token, tokens};

/// Asserts it of the statements that read a filtered table; how many these are.
pub(super) fn only_comparisons(statements: &[String]) -> usize {
    let conditions: Vec<_> = statements.iter().filter_map(|sql| Some((sql, asked_of_all(&tokens(sql))?))).collect();
    for (sql, asked) in &conditions {
        let wrong = asked.iter().find(|token| !is_comparison(token));
        assert_eq!(wrong, None, "outside of a CASE in {sql}");
        assert!(!has_call_of_column(asked), "a column is an argument outside of a CASE in {sql}");
    }
    conditions.len()
}

/// The conditions of `FROM (SELECT ...) AS t WHERE`, without what stands in a `CASE`.
fn asked_of_all(sql: &[Token]) -> Option<Vec<Token>> {
    let (mut depth, mut cases, mut asked, mut is_condition) = (0, 0, Vec::new(), false);
    for (at, token) in sql.iter().enumerate() {
        let word = |text: &str| *token == Token::Word(text.to_owned());
        depth += i32::from(*token == Token::Symbol('(')) - i32::from(*token == Token::Symbol(')'));
        cases += i32::from(word("case"));
        if depth == 0 && word("where") {
            is_condition = at.checked_sub(3).is_some_and(|at| sql[at] == Token::Symbol(')'));
        } else if depth == 0 && cases == 0 && word("order") {
            is_condition = false;
        } else if is_condition && cases == 0 {
            asked.push(token.clone());
        }
        cases -= i32::from(word("end"));
    }
    (!asked.is_empty()).then_some(asked)
}

fn is_comparison(token: &Token) -> bool {
    match token {
        Token::Symbol(symbol) => !"+-*/%|;".contains(*symbol),
        Token::Word(word) => !["select", "exists", "like", "escape"].contains(&word.as_str()),
        Token::Strange(_) => false,
        Token::Name(_) | Token::Number(_) | Token::Placeholder(_) | Token::String(_) => true,
    }
}

/// Of constants there may be calls, which are made once.
fn has_call_of_column(asked: &[Token]) -> bool {
    let mut calls = Vec::new();
    asked.iter().enumerate().any(|(at, token)| {
        match token {
            Token::Symbol('(') => calls.push(at.checked_sub(1).is_some_and(|before| is_function(&asked[before]))),
            Token::Symbol(')') => drop(calls.pop()),
            Token::Name(_) => return calls.contains(&true),
            _ => {}
        }
        false
    })
}

fn is_function(token: &Token) -> bool {
    matches!(token, Token::Word(word) if !["and", "or", "in"].contains(&word.as_str()))
}

#[test]
fn what_is_no_comparison_is_found_outside_of_a_case() {
    let of = |condition: &str| {
        asked_of_all(&tokens(&format!(
            "SELECT t.[a] FROM (SELECT t.[a] AS [a] FROM [T] AS t WHERE 1 = 0) AS t WHERE {condition} ORDER BY t.[a]"
        )))
    };
    let is_plain = |condition: &str| {
        of(condition).is_some_and(|asked| asked.iter().all(is_comparison) && !has_call_of_column(&asked))
    };
    for plain in [
        "t.[a] = CAST(@P1 AS int) AND (t.[b] IN (@P2) OR t.[a] > @P3)",
        "1 = 1 AND CASE WHEN f(t.[a]) LIKE @P1 THEN 1 ELSE 0 END = 1",
    ] {
        assert!(is_plain(plain), "{plain}");
    }
    for other in
        ["f(t.[a]) = 1", "t.[a] + 1 = 2", "t.[a] LIKE @P1", "(1 = 1 AND CAST((t.[a]) AS int) = 1)", "EXISTS (SELECT 1)"]
    {
        assert!(!is_plain(other), "{other}");
    }
    assert_eq!(asked_of_all(&tokens("SELECT t.[a] FROM [T] AS t WHERE f(t.[a]) = 1")), None);
}
