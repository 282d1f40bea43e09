//! The declarations of `sp_executesql`, `@P1 decimal(10,2),@P2 int`, into the type of each parameter.

/// The parts between commas that stand in no brackets.
pub(super) fn parts(declarations: &str) -> Vec<&str> {
    let mut depth = 0;
    let parts = declarations.split(|character| {
        depth += i32::from(character == '(') - i32::from(character == ')');
        character == ',' && depth == 0
    });
    parts.map(str::trim).filter(|part| !part.is_empty()).collect()
}

/// What is said about the parameter of that name, or else of that number.
pub(super) fn declared(declarations: &str, name: &str, index: usize) -> Option<String> {
    let parts: Vec<(&str, &str)> = parts(declarations).into_iter().filter_map(|part| part.split_once(' ')).collect();
    let of_name = parts.iter().find(|(declared, _)| declared.eq_ignore_ascii_case(name));
    of_name.or(parts.get(index)).map(|(_, kind)| kind.trim().to_owned())
}
