//! Every dependency of the workspace has a comment beside it that says why it is here.

use super::Problem;
use super::sources::Source;

pub(crate) fn check(source: &Source) -> Vec<Problem> {
    if source.path != "Cargo.toml" {
        return Vec::new();
    }
    let mut problems = Vec::new();
    let (mut inside, mut explained) = (false, false);
    for (number, line) in source.text.lines().enumerate() {
        let line = line.trim();
        if line.starts_with('[') {
            inside = line == "[workspace.dependencies]";
        } else if line.starts_with('#') {
            explained = true;
            continue;
        } else if inside && let Some((name, requirement)) = line.split_once(" = ") {
            let ours = requirement.contains("path = ");
            if !explained && !ours && !requirement.contains(" # ") {
                problems
                    .push(source.problem(number + 1, format!("`{name}` does not say why; write it in the line above")));
            }
        }
        explained = false;
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dependency_without_a_reason_is_found() {
        let text = "[workspace.dependencies]\nours = { path = \"x\" }\n# for this\na = \"1\"\nb = \"1\"\nc = \"1\" # for that\n[profile]\nd = \"1\"\n";
        let found = check(&Source { path: "Cargo.toml".to_owned(), text: text.to_owned() });
        assert_eq!(found.iter().map(|problem| problem.line).collect::<Vec<_>>(), [5]);
    }
}
