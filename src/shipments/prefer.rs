//! How somebody wants what has a media kit: as a download, or by post, too.
use crate::db::{Reader, Sql, WriteTx, sql};
use crate::error::AppError;
use crate::ids::Single;
use crate::operation::{Operation, Query};
use crate::policy::{self, Permit};
use crate::web::ui::csrf;
use maud::{Markup, html};
use serde::Serialize;

/// Chooses.
#[derive(Clone, Debug, Serialize)]
pub struct PreferMedia {
    /// By post, too.
    pub media: bool,
}

/// Asks what was chosen.
pub struct ShowPreference;

const SET: &str = "UPDATE people SET prefers_media = $2 WHERE id = $1 AND prefers_media <> $2";
const CHOSEN: &str = "SELECT prefers_media FROM people WHERE id = $1";

impl Operation for PreferMedia {
    type Action = policy::PreferMedia;
    type Output = ();

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, tx: &mut WriteTx, permit: &Permit<Self::Action>) -> Result<(), AppError> {
        tx.execute(permit, sql(SET).bind(permit.target().0).bind(self.media)).await?;
        tx.note(self, None);
        Ok(())
    }
}

impl Query for ShowPreference {
    type Action = policy::SeeSelf;
    type Output = bool;

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, reader: &mut Reader, permit: &Permit<Self::Action>) -> Result<bool, AppError> {
        let chosen: Option<(bool,)> = reader.find(permit, sql(CHOSEN).bind(permit.target().0)).await?;
        Ok(chosen.is_some_and(|(media,)| media))
    }
}

/// The section of `/account`, below the shipping address.
pub fn account_section(media: bool, token: &str) -> Markup {
    let choices = [("0", "Download", !media), ("1", "Download, and media by post", media)];
    html! {
        section.block #media aria-labelledby="media-h" {
            h2 #media-h { "New releases" }
            p.hint { "For the serial numbers that you coordinate. Media go to your shipping address, as soon as a release that has them is announced." }
            form.stack-form method="post" action="/account/media" {
                (csrf(token))
                fieldset.seg {
                    legend { "I want them as" }
                    @for (value, words, chosen) in choices {
                        label { input type="radio" name="media" value=(value) checked[chosen]; (words) }
                    }
                }
                button.btn type="submit" { "Save choice" }
            }
        }
    }
}

pub(super) fn statements() -> Vec<Sql> {
    [SET, CHOSEN].map(sql).into()
}
