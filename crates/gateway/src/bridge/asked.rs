//! Questions of a server that a client of the older revisions answers by POST: who waits for which answer.
//!
//! A question goes out on the stream of the call it belongs to, as a JSON-RPC request with an id of ours. The answer comes
//! on a connection of its own and finds its way back by that id, if it comes from the same person for the same server.

use std::collections::HashMap;
use std::sync::Arc;

use domain::{ServerId, UserId};
use parking_lot::Mutex;
use tokio::sync::mpsc;

/// Questions that may wait for answers at one time.
const MOST: usize = 10_000;

/// Where the answers to one round of questions go.
struct Waiting {
    person: UserId,
    server: ServerId,
    answers: mpsc::Sender<(usize, Answer)>,
}

/// What the client answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Answer {
    /// Its result, as JSON.
    Result(String),
    /// It will not or cannot: the message of its error.
    Refused(String),
}

/// All rounds that wait.
#[derive(Clone, Default)]
pub(crate) struct Questions(Arc<Mutex<HashMap<String, Waiting>>>);

/// One round of questions.
pub(crate) struct Round {
    questions: Questions,
    token: String,
    answers: mpsc::Receiver<(usize, Answer)>,
    open: usize,
    given: Vec<Option<Answer>>,
}

impl Questions {
    /// Opens a round of `count` questions; `None` when too many wait already.
    pub(crate) fn open(&self, env: &dyn domain::Env, person: UserId, server: ServerId, count: usize) -> Option<Round> {
        let token = super::unguessable(env);
        let (sender, answers) = mpsc::channel(count.max(1));
        let mut waiting = self.0.lock();
        if waiting.len() >= MOST {
            return None;
        }
        waiting.insert(token.clone(), Waiting { person, server, answers: sender });
        drop(waiting);
        Some(Round { questions: self.clone(), token, answers, open: count, given: vec![None; count] })
    }

    /// Takes an answer to the question with this id. False if nobody waits for it here.
    pub(crate) fn answer(&self, person: UserId, server: ServerId, id: &str, answer: Answer) -> bool {
        let Some((token, index)) = id.rsplit_once('-').and_then(|(token, index)| Some((token, index.parse().ok()?)))
        else {
            return false;
        };
        let waiting = self.0.lock();
        let Some(round) = waiting.get(token).filter(|round| round.person == person && round.server == server) else {
            return false;
        };
        round.answers.try_send((index, answer)).is_ok()
    }
}

impl Round {
    /// The JSON text of the id of a question.
    pub(crate) fn id(&self, index: usize) -> String {
        format!("\"{}-{index}\"", self.token)
    }

    /// Waits for all answers, in the order of the questions. May be awaited again after its future was dropped.
    pub(crate) async fn answers(&mut self) -> Vec<Answer> {
        while self.open > 0 {
            let Some((index, answer)) = self.answers.recv().await else { break };
            if let Some(slot) = self.given.get_mut(index).filter(|slot| slot.is_none()) {
                *slot = Some(answer);
                self.open -= 1;
            }
        }
        self.given.iter_mut().filter_map(Option::take).collect()
    }
}

impl Drop for Round {
    fn drop(&mut self) {
        self.questions.0.lock().remove(&self.token);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Always the same byte.
    struct Fixed(u8);

    impl domain::Clock for Fixed {
        fn now(&self) -> chrono::DateTime<chrono::Utc> {
            chrono::DateTime::UNIX_EPOCH
        }
    }

    impl domain::Random for Fixed {
        fn fill(&self, buffer: &mut [u8]) {
            buffer.fill(self.0);
        }
    }

    #[tokio::test]
    async fn answers_come_back_in_order_and_only_from_whom_was_asked() {
        let questions = Questions::default();
        let (ada, eve) = (UserId::generate(&Fixed(1)), UserId::generate(&Fixed(2)));
        let server = ServerId::generate(&Fixed(3));
        let mut round = questions.open(&Fixed(4), ada, server, 2).expect("room");
        let id = |index: usize| round.id(index).trim_matches('"').to_owned();
        let (first, second) = (id(0), id(1));
        let told = |person, id: &str, text: &str| questions.answer(person, server, id, Answer::Result(text.into()));
        assert!(!told(eve, &first, "evil"));
        assert!(!told(ada, "nonsense", "lost"));
        assert!(told(ada, &second, "two"));
        assert!(told(ada, &first, "one"));
        assert!(!told(ada, &first, "again"));
        assert_eq!(round.answers().await, [Answer::Result("one".into()), Answer::Result("two".into())]);
        drop(round);
        assert!(!told(ada, &first, "late"));
    }
}
