//! Every action of the product, one line each. A new line does not compile until [`super::who_may`] says who may.
use super::{Asset, ChangeSet, Contract, Installation, Me, Person, Target};

/// A kind of thing that somebody does to a target.
pub trait Action: Send + Sync + 'static {
    /// What it is done to.
    type Target: Target;
    /// Its line in the table.
    const ID: ActionId;
}

/// An action that changes something. Only its permit opens a write statement.
pub trait WriteAction: Action {}

macro_rules! actions {
    ($($kind:ident $name:ident($target:ty) = $text:literal;)*) => {
        /// The actions as values: rows of the matrix, names in the audit trail.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum ActionId { $(#[doc = $text] $name),* }
        impl ActionId {
            /// All, in the order of the matrix.
            pub const ALL: &'static [ActionId] = &[$(ActionId::$name),*];
            /// The name in the API, the audit trail and the matrix.
            pub fn name(self) -> &'static str { match self { $(ActionId::$name => $text),* } }
        }
        $(
            #[doc = concat!("Marks permits for `", $text, "`.")]
            #[derive(Debug)]
            pub struct $name;
            impl Action for $name { type Target = $target; const ID: ActionId = ActionId::$name; }
            actions!(@$kind $name);
        )*
    };
    (@write $name:ident) => { impl WriteAction for $name {} };
    (@read $name:ident) => {};
}

actions! {
    read  SeeContract(Contract)            = "contract.see";
    read  AdministerContract(Contract)     = "contract.administer";
    read  SeeActivity(Contract)            = "contract.see_activity";
    read  SeeCoverage(Asset)               = "coverage.see";
    read  SeeAsset(Asset)                  = "asset.see";
    read  ExplainCoordinator(Asset)        = "coordinator.explain";
    read  FindPerson(Contract)             = "person.find";
    read  SeePerson(Person)                = "person.see";
    write AssignCoordinator(Contract)      = "coordinator.assign";
    write GrantNaming(Contract)            = "coordinator.grant_naming";
    write HandOver(Person)                 = "coordinator.hand_over";
    read  SeeChangeSet(ChangeSet)          = "change_set.see";
    write UndoChangeSet(ChangeSet)         = "change_set.undo";
    read  RevertItem(Contract)             = "change_set.revert_item";
    read  OpenAdministration(Me)           = "administration.open";
    read  ManageCoordinators(Me)           = "coordinator.manage";
    read  ListContracts(Me)                = "contract.list";
    read  ListOwnAssets(Me)                = "asset.list_own";
    read  FindAnything(Me)                 = "search.find";
    read  SeeSelf(Me)                      = "person.see_self";
    write SetTheme(Me)                     = "person.set_theme";
    write CloseSession(Me)                 = "session.close";
    read  SeeFrontDoor(Installation)       = "installation.see_front_door";
    write RequestLink(Installation)        = "session.request_link";
    write OpenSession(Installation)        = "session.open";
    read  SeeLink(Installation)            = "session.see_link";
    write OpenDemoSession(Installation)    = "demo.open_session";
    read  SeeDemoMail(Installation)        = "demo.see_mail";
    write Import(Installation)             = "installation.import";
    read  Export(Installation)             = "installation.export";
    read  Check(Installation)              = "installation.check";
    write GoLive(Installation)             = "installation.go_live";
    write Configure(Installation)          = "installation.configure";
    write CreateAdministrator(Installation) = "administrator.create";
    write CreateToken(Installation)        = "token.create";
    write ChangeHands(Installation)        = "coordinator.change_hands";
    write RunJob(Installation)             = "job.run";
    write WriteMail(Installation)          = "mail.write";
    write SendMail(Installation)           = "mail.send";
    write SealAudit(Installation)          = "audit.seal";
}
