//! Where conditions look: the paths that product and form know.

use domain::PersonAttribute;

use crate::query::Level;

/// What a path leads to.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Source {
    /// An argument of the call, by the names of members and the numbers of list elements on the way.
    Payload(Vec<String>),
    Ip,
    Time,
    ClientName,
    ClientVersion,
    UserVerified,
    OauthScopes,
    AuthMethod,
    AuthMfa,
    Labels,
    Subject(Property),
}

/// What conditions can ask about a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Property {
    Attribute(PersonAttribute),
    Email,
    Role,
    Groups,
    JobRoles,
}

/// The fixed paths.
pub const PATHS: &[&str] = &[
    "meta.request.ip",
    "meta.request.time",
    "meta.client.name",
    "meta.client.version",
    "meta.auth.method",
    "meta.auth.mfa",
    "meta.oauth.user_verified",
    "meta.oauth.scopes",
    "session.labels",
    "subject.department",
    "subject.title",
    "subject.team",
    "subject.email",
    "subject.role",
    "subject.groups",
    "subject.job_roles",
];

/// Paths that nothing leads to yet: API keys, the only credential of AI clients, say nothing of how a person signed in or
/// what a session is about.
pub const UNTOLD: [&str; 4] = ["meta.auth.mfa", "meta.oauth.user_verified", "meta.oauth.scopes", "session.labels"];

/// Most parts of a path into arguments.
const MAX_STEPS: usize = 16;

impl Source {
    /// Reads a path. The error says which there are.
    pub(crate) fn parse(path: &str) -> Result<Self, String> {
        if let Some(rest) = path.strip_prefix("payload.") {
            return steps(rest).map(Self::Payload);
        }
        Ok(match path {
            "meta.request.ip" => Self::Ip,
            "meta.request.time" => Self::Time,
            "meta.client.name" => Self::ClientName,
            "meta.client.version" => Self::ClientVersion,
            "meta.auth.method" => Self::AuthMethod,
            "meta.auth.mfa" => Self::AuthMfa,
            "meta.oauth.user_verified" => Self::UserVerified,
            "meta.oauth.scopes" => Self::OauthScopes,
            "session.labels" => Self::Labels,
            "subject.department" => Self::Subject(Property::Attribute(PersonAttribute::Department)),
            "subject.title" => Self::Subject(Property::Attribute(PersonAttribute::Title)),
            "subject.team" => Self::Subject(Property::Attribute(PersonAttribute::Team)),
            "subject.email" => Self::Subject(Property::Email),
            "subject.role" => Self::Subject(Property::Role),
            "subject.groups" => Self::Subject(Property::Groups),
            "subject.job_roles" => Self::Subject(Property::JobRoles),
            _ => {
                return Err(format!(
                    "`{}` is not a path; use `payload.<argument>` or one of {}",
                    path.escape_debug(),
                    PATHS.join(", ")
                ));
            }
        })
    }

    /// What has to be known to look there.
    pub(crate) const fn level(&self) -> Level {
        match self {
            Self::Payload(_) => Level::Call,
            Self::Subject(_) => Level::Person,
            _ => Level::Request,
        }
    }
}

/// The parts between points; `\.` is a point and `\\` a backslash within a part.
fn steps(path: &str) -> Result<Vec<String>, String> {
    let (mut steps, mut step) = (Vec::new(), String::new());
    let mut chars = path.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some(escaped @ ('.' | '\\')) => step.push(escaped),
                _ => return Err("`\\` in a path stands before `.` or another `\\`".into()),
            },
            '.' => steps.push(std::mem::take(&mut step)),
            c if c.is_control() => return Err("a path holds a control character".into()),
            c => step.push(c),
        }
    }
    steps.push(step);
    if steps.iter().any(String::is_empty) {
        return Err("a part of the path is empty; write `payload.<argument>`, `payload.options.force`, …".into());
    }
    if steps.len() > MAX_STEPS {
        return Err(format!("a path has at most {MAX_STEPS} parts"));
    }
    Ok(steps)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fixed_path_is_read_and_others_are_refused() {
        for path in PATHS {
            assert!(Source::parse(path).is_ok(), "{path}");
        }
        assert_eq!(Source::parse(r"payload.a\.b.0").unwrap(), Source::Payload(vec!["a.b".into(), "0".into()]));
        for wrong in ["", "payload", "payload.", "payload..a", "payload.a.", r"payload.\x", "meta.ip", "table"] {
            assert!(Source::parse(wrong).is_err(), "{wrong}");
        }
    }
}
