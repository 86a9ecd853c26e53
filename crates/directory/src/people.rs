//! People as the data path sees them.

use std::collections::HashMap;
use std::sync::Arc;

use domain::{Email, Role, UserId, UserStatus};
use policy::{Groups, Profile, SubjectRef};

/// A person who can call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Identity.
    pub id: UserId,
    /// Sign-in name.
    pub email: Email,
    /// Display name.
    pub name: String,
    /// Whether the person may act.
    pub status: UserStatus,
    /// Platform role.
    pub role: Role,
    /// The groups that the person is a member of.
    pub groups: Groups,
    /// What else rules can ask about the person.
    pub profile: Profile,
}

impl Person {
    /// The person as the policy sees them.
    pub const fn subject(&self) -> SubjectRef<'_> {
        SubjectRef { user: self.id, groups: &self.groups, profile: &self.profile }
    }
}

/// All people, by id.
#[derive(Debug, Clone, Default)]
pub struct People(HashMap<UserId, Arc<Person>>);

impl People {
    /// These people. Of two with one id the later stays.
    pub fn new(people: impl IntoIterator<Item = Person>) -> Self {
        Self(people.into_iter().map(|person| (person.id, Arc::new(person))).collect())
    }

    /// The person with this id.
    pub fn get(&self, id: UserId) -> Option<&Arc<Person>> {
        self.0.get(&id)
    }

    /// Everybody, in no order.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Person>> {
        self.0.values()
    }

    /// Their number.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// True when there is nobody.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The same with this person added or replaced. The others are shared.
    #[must_use]
    pub fn with(&self, person: Person) -> Self {
        let mut people = self.0.clone();
        people.insert(person.id, Arc::new(person));
        Self(people)
    }

    /// The same without this person. The others are shared.
    #[must_use]
    pub fn without(&self, id: UserId) -> Self {
        let mut people = self.0.clone();
        people.remove(&id);
        Self(people)
    }
}
