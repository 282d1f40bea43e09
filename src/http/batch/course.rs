//! The requests of a batch, and how those before ended -> which of them is due, and which is refused for the others' sake.
//!
//! Source: Protocol 4.01 section 11.7.7.5, JSON Format 4.01 section 19.4: requests go in their order; one whose dependencies were
//! not all answered with 2xx gets 424; behind an error nothing more is done where the client wishes so.

use std::collections::HashMap;

use crate::error::{Error, ErrorKind, Result};
use crate::odata::batch::Individual;

/// How far a batch has come.
pub(super) struct Course<'a> {
    individuals: &'a [Individual],
    stops: bool,
    stopped: bool,
    /// Of ids and groups: whether all that goes by the name was answered with 2xx.
    succeeded: HashMap<&'a str, bool>,
}

impl<'a> Course<'a> {
    pub(super) fn new(individuals: &'a [Individual], stops: bool) -> Self {
        Self { individuals, stops, stopped: false, succeeded: HashMap::new() }
    }

    /// Whether nothing more is to be answered.
    pub(super) fn has_ended(&self) -> bool {
        self.stopped
    }

    /// Refuses the request `at` if others stand in its way.
    pub(super) fn check(&self, at: usize) -> Result<()> {
        let Some(individual) = self.individuals.get(at) else { return Ok(()) };
        for name in &individual.depends_on {
            match self.succeeded.get(name.as_str()) {
                Some(true) => {}
                Some(false) => {
                    let message = format!("The request depends on \"{name}\", which was not answered with success.");
                    return Err(Error::new(ErrorKind::FailedDependency, message).about("dependsOn"));
                }
                None => {
                    let message = format!("No request before this one has the id or group \"{name}\".");
                    return Err(Error::new(ErrorKind::InvalidValue, message).about("dependsOn"));
                }
            }
        }
        Ok(())
    }

    /// The request `at` was answered with `status`.
    pub(super) fn answered(&mut self, at: usize, status: u16) {
        self.stopped = self.stops && status >= 400;
        let Some(individual) = self.individuals.get(at) else { return };
        let success = (200..300).contains(&status);
        for name in individual.id.iter().chain(&individual.group) {
            *self.succeeded.entry(name).or_insert(true) &= success;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::odata::batch::{BatchBody, parse};

    /// Requests out of the members of each.
    fn requests(members: &[&str]) -> Vec<Individual> {
        let all: Vec<String> =
            members.iter().map(|members| format!("{{\"method\":\"get\",\"url\":\"A\",{members}}}")).collect();
        parse(format!("{{\"requests\":[{}]}}", all.join(",")).as_bytes(), &BatchBody::Json, 100).unwrap()
    }

    fn status(course: &Course<'_>, at: usize) -> Option<u16> {
        course.check(at).err().map(|error| error.kind().status())
    }

    #[test]
    fn who_depends_on_a_failure_fails_and_so_on() {
        let requests = requests(&[
            r#""id":"1""#,
            r#""id":"2""#,
            r#""id":"3","dependsOn":["1"]"#,
            r#""id":"4","dependsOn":["1","2"]"#,
            r#""id":"5","dependsOn":["4"]"#,
        ]);
        let mut course = Course::new(&requests, false);
        for (at, outcome) in [(0, 200), (1, 404)] {
            assert_eq!(status(&course, at), None);
            course.answered(at, outcome);
        }
        assert_eq!(status(&course, 2), None);
        course.answered(2, 204);
        assert_eq!(status(&course, 3), Some(424));
        course.answered(3, 424);
        assert_eq!(status(&course, 4), Some(424));
        assert!(!course.has_ended());
    }

    #[test]
    fn what_comes_later_or_never_cannot_be_depended_on() {
        let requests = requests(&[
            r#""id":"1","dependsOn":["2"]"#,
            r#""id":"2","dependsOn":["none"]"#,
            r#""id":"3","dependsOn":["3"]"#,
        ]);
        let course = Course::new(&requests, false);
        for at in 0..3 {
            assert_eq!(status(&course, at), Some(400));
        }
    }

    #[test]
    fn a_group_fails_with_one_of_its_requests() {
        let requests = requests(&[
            r#""id":"1","atomicityGroup":"g""#,
            r#""id":"2","atomicityGroup":"g""#,
            r#""id":"3","dependsOn":["g"]"#,
        ]);
        let mut course = Course::new(&requests, false);
        course.answered(0, 400);
        course.answered(1, 200);
        assert_eq!(status(&course, 2), Some(424));
    }

    #[test]
    fn an_error_is_the_last_answer_where_that_is_wished() {
        let requests = requests(&[r#""id":"1""#, r#""id":"2""#]);
        let mut course = Course::new(&requests, true);
        course.answered(0, 304);
        assert!(!course.has_ended());
        course.answered(1, 410);
        assert!(course.has_ended());
    }
}
