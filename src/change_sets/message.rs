//! The message above a page that its address asks for: `?done={change_set}` after a change, `?undone={change_set}` after
//! its undo. What it says comes from the database; the address only names the set.
use super::{done, undone};
use crate::db::Reader;
use crate::error::AppError;
use crate::ids::Single;
use crate::operation::Query;
use crate::policy::{self, Action, Permit};
use crate::web::ui::Flash;
use serde::Deserialize;

/// What was just done, as the address says it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Just {
    /// A change set that was made.
    pub done: String,
    /// A change set that was undone.
    pub undone: String,
}

impl Just {
    /// The message; none where nothing was done, or by somebody else. `close` is the same page without it.
    pub async fn message<A: Action>(
        &self,
        reader: &mut Reader,
        permit: &Permit<A>,
        close: &str,
    ) -> Result<Option<Flash>, AppError> {
        if !self.undone.is_empty() {
            let undone = undone::find(reader, permit, &self.undone).await?;
            return Ok(undone.map(|undone| undone.flash(close.to_owned())));
        }
        if !self.done.is_empty() {
            let done = done::find(reader, permit, &self.done).await?;
            return Ok(done.map(|done| done.flash(reader.now(), close.to_owned())));
        }
        Ok(None)
    }
}

/// Asks for the message.
pub struct ShowMessage {
    /// What was just done.
    pub just: Just,
    /// The same page without the message.
    pub close: String,
}

impl Query for ShowMessage {
    type Action = policy::SeeSelf;
    type Output = Option<Flash>;

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, reader: &mut Reader, permit: &Permit<Self::Action>) -> Result<Option<Flash>, AppError> {
        self.just.message(reader, permit, &self.close).await
    }
}

/// The page that a form came from, with what was done to it: each message replaces the one before.
pub fn with_undone(path: &str, handle: &str) -> String {
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let kept = |part: &&str| !part.is_empty() && !part.starts_with("done=") && !part.starts_with("undone=");
    let mut parts: Vec<&str> = query.split('&').filter(kept).collect();
    let undone = format!("undone={}", crate::web::words::encoded(handle));
    parts.push(&undone);
    format!("{path}?{}", parts.join("&"))
}

#[cfg(test)]
mod tests {
    use super::with_undone;

    #[test]
    fn one_message_at_a_time() {
        let back = |path| with_undone(path, "k1");
        assert_eq!(back("/contracts/1/products"), "/contracts/1/products?undone=k1");
        assert_eq!(back("/contracts/1/products?done=k1&q=draft"), "/contracts/1/products?q=draft&undone=k1");
        assert_eq!(back("/people/h?undone=k0"), "/people/h?undone=k1");
    }
}
