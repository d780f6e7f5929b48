//! What a hand-over would do, as the person page says it.
use super::assign::{Coordinator, Input};
use super::hand_over::{HandOver, PreviewHandOver};
use super::preview::INVITED;
use super::preview_view::{self, Shown};
use super::selection::To;
use crate::contracts::present;
use crate::db::Reader;
use crate::error::AppError;
use crate::ids::PersonKey;
use crate::operation::Query;
use crate::people::me::Myself;
use crate::policy::{self, Permit};
use crate::text::full_name;
use crate::web::changes::{Change, Preview};
use crate::web::person::{PersonRef, PersonState};

/// The preview of a hand-over, and whether mail leaves at all.
pub struct ShowHandOver(pub HandOver);

impl Query for ShowHandOver {
    type Action = policy::HandOver;
    type Output = Shown;

    fn target(&self) -> PersonKey {
        self.0.person.clone()
    }

    async fn run(&self, reader: &mut Reader, permit: &Permit<Self::Action>) -> Result<Shown, AppError> {
        let previewed = PreviewHandOver(self.0.clone()).run(reader, permit).await?;
        preview_view::shown(reader, permit, previewed).await
    }
}

/// Who takes over, and what that changes.
pub struct Foreseen {
    /// The person; of somebody new the address and the name given.
    pub person: PersonRef,
    /// Nobody here has this address.
    pub new: bool,
    /// What changes.
    pub preview: Preview,
}

/// As the page shows it.
pub fn foreseen(shown: &Shown, successor: &Coordinator, me: &Myself) -> Foreseen {
    let previewed = &shown.previewed;
    let new = previewed.to == Some(INVITED);
    let face = previewed.people.iter().find(|face| Some(face.id) == previewed.to);
    let person = match face {
        Some(face) => PersonRef {
            state: face.reach().state(),
            ..present::person(&face.handle, &face.email, &face.first_name, &face.last_name, me)
        },
        None => newcomer(successor),
    };
    // The words are those of an assignment of everything at once.
    let to = To::AllAssets { all_assets: true };
    let input = Input {
        coordinator: Some(successor.clone()),
        to,
        may_name_users: None,
        from: None,
        until: None,
        preview: true,
        if_state: None,
        confirm_notices: None,
    };
    let mut preview = preview_view::view(shown, &input, me);
    // What lies beneath a dated assignment goes, too, but not out of the hands that hold it now.
    preview.changes.retain(|change| !matches!(change, Change::Already { .. }));
    Foreseen { person, new, preview }
}

/// Somebody who is not here yet.
pub fn newcomer(successor: &Coordinator) -> PersonRef {
    let part = |name: &Option<String>| name.clone().unwrap_or_default();
    let name = full_name(&part(&successor.first_name), &part(&successor.last_name));
    let name = if name.is_empty() { successor.email.clone() } else { name };
    let person = PersonRef::new(name, successor.email.as_str(), "", &successor.email);
    PersonRef { state: PersonState::Invited, ..person }
}
