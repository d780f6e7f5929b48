//! Every action of the product, one line each. A new line does not compile until [`super::who_may`] says who may.
use super::{Account, Asset, ChangeSet, Contract, Installation, Leaver, Me, Offer, Person, Release, Shipment, Target};

/// A kind of thing that somebody does to a target.
pub trait Action: Send + Sync + 'static {
    /// What it is done to.
    type Target: Target;
    /// Its line in the table.
    const ID: ActionId;
}

/// How long a proven factor counts as fresh (quality.md, security 5); the statement of the facts says so in milliseconds.
pub const FRESH_FOR: crate::time::Instant = 5 * crate::time::MINUTE;

/// An action that changes something. Only its permit opens a write statement.
pub trait WriteAction: Action {}

macro_rules! actions {
    ($($kind:ident $name:ident($target:ty) = $text:literal $($also:ident)*;)*) => {
        /// The actions as values: rows of the matrix, names in the audit trail.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum ActionId { $(#[doc = $text] $name),* }
        impl ActionId {
            /// All, in the order of the matrix.
            pub const ALL: &'static [ActionId] = &[$(ActionId::$name),*];
            /// The name in the API, the audit trail and the matrix.
            pub fn name(self) -> &'static str { match self { $(ActionId::$name => $text),* } }
            /// Whether it changes something.
            pub fn writes(self) -> bool { match self { $(ActionId::$name => actions!(=$kind write)),* } }
            /// Whether a factor has to be proven anew, at most five minutes before.
            pub fn needs_fresh(self) -> bool { match self { $(ActionId::$name => false $(|| actions!(=$also fresh))*),* } }
            /// Whether whoever has a second factor has to prove that one anew: the first alone must not take it away.
            pub fn needs_second(self) -> bool { match self { $(ActionId::$name => false $(|| actions!(=$also second))*),* } }
            /// Whether it shows what nobody but the person may see, the vendor's staff who look at the pages least of all.
            pub fn secret(self) -> bool { match self { $(ActionId::$name => false $(|| actions!(=$also secret))*),* } }
            /// Whether somebody who still has to set up a second factor may.
            pub fn while_enrolling(self) -> bool { match self { $(ActionId::$name => false $(|| actions!(=$also enrolling))*),* } }
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
    (=write write) => { true };
    (=read write) => { false };
    (=secret secret) => { true };
    (=fresh secret) => { true };
    (=fresh fresh) => { true };
    (=second second) => { true };
    (=enrolling enrolling) => { true };
    (=$also:ident $asked:ident) => { false };
}

// `fresh`: a factor has to be proven anew; `second`: the second one, by whoever has one. `enrolling`: open to whoever still has to set up a second factor.
// `secret`: shown to nobody who views as somebody else; so is whatever is `fresh`.
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
    read  ListUsers(Contract)              = "user.list";
    read  OpenUsers(Me)                    = "user.open";
    write NameUsers(Contract)              = "user.name";
    read  GiveAccess(Asset)                = "user.give_access";
    write EndAccess(Contract)              = "user.end_access";
    write RemoveUser(Person)               = "user.remove";
    write Invite(Person)                   = "user.invite";
    write CorrectUser(Person)              = "user.correct";
    read  SeeAdoption(Contract)            = "adoption.see";
    write DecideAdoption(Contract)         = "adoption.decide";
    read  ListRenewals(Me)                 = "renewal.list";
    read  SeeRenewal(Contract)             = "renewal.see";
    write RequestQuote(Contract)           = "renewal.request_quote";
    write AnswerQuote(Contract)            = "renewal.answer_quote";
    write MarkOrdered(Contract)            = "renewal.mark_ordered";
    read  PreviewRenewal(Contract)         = "contract.preview_renewal";
    write RenewContract(Contract)          = "contract.renew";
    write ResetCalendar(Me)                = "calendar.reset";
    read  FetchCalendar(Installation)      = "calendar.fetch" enrolling;
    write AskForAccess(Me)                 = "access.ask";
    write DecideAccess(Contract)           = "access.decide";
    write WriteUserMail(Installation)      = "mail.write_to_users";
    read  SeeChangeSet(ChangeSet)          = "change_set.see";
    write UndoChangeSet(ChangeSet)         = "change_set.undo";
    read  SeeItem(Contract)                = "change_set.see_item";
    read  RevertItem(Contract)             = "change_set.revert_item";
    read  OpenAdministration(Me)           = "administration.open";
    read  ManageCoordinators(Me)           = "coordinator.manage";
    read  ListContracts(Me)                = "contract.list";
    read  ListOwnAssets(Me)                = "asset.list_own";
    read  FindAnything(Me)                 = "search.find";
    read  SeeSelf(Me)                      = "person.see_self" enrolling;
    write SetTheme(Me)                     = "person.set_theme" enrolling;
    write SaveProfile(Me)                  = "person.save_profile";
    write ChangeEmail(Me)                  = "person.change_email" fresh;
    write StopEmailChange(Me)              = "person.stop_email_change";
    write AskExport(Me)                    = "person.ask_export" fresh;
    read  FetchExport(Me)                  = "person.fetch_export" fresh;
    write MakeExport(Installation)         = "person.make_export";
    read  SeeErasure(Leaver)               = "person.see_erasure";
    write ErasePerson(Leaver)              = "person.erase" fresh;
    read  SeeViewed(Person)                = "person.see_viewed";
    read  SeeFactors(Person)               = "person.see_factors";
    write ResetFactors(Person)             = "person.reset_factors" fresh;
    write StartViewing(Person)             = "person.view_as" fresh;
    write StopViewing(Me)                  = "person.stop_viewing";
    read  ListDuplicates(Me)               = "person.list_duplicates";
    write MergePeople(Leaver)              = "person.merge" fresh;
    write MergeCompanies(Account)          = "company.merge" fresh;
    write ConfirmEmail(Installation)       = "person.confirm_email" enrolling;
    write CloseSession(Me)                 = "session.close" enrolling;
    read  SeeFreshness(Me)                 = "session.see_freshness" enrolling secret;
    write RefreshSession(Me)               = "session.refresh" enrolling;
    read  SeeFrontDoor(Installation)       = "installation.see_front_door" enrolling;
    write CountTry(Installation)           = "session.count_try" enrolling;
    read  ProvePassword(Installation)      = "password.prove" enrolling;
    write ResetPassword(Installation)      = "password.reset" enrolling;
    write SetPassword(Me)                  = "password.set" enrolling fresh;
    read  SeeSecurity(Me)                  = "security.see" enrolling secret;
    write EndSession(Me)                   = "session.end" enrolling;
    write SetUpTotp(Me)                    = "totp.set_up" enrolling fresh second;
    write RemoveTotp(Me)                   = "totp.remove" fresh second;
    write MakeRecoveryCodes(Me)            = "recovery_codes.make" fresh second;
    write AddPasskey(Me)                   = "passkey.add" enrolling fresh second;
    write RemovePasskey(Me)                = "passkey.remove" fresh second;
    write RequestPasskey(Installation)     = "passkey.request" enrolling;
    read  ListTokens(Me)                   = "token.list_own" secret;
    write CreateOwnToken(Me)               = "token.create_own" fresh;
    write RevokeToken(Me)                  = "token.revoke";
    write NoteUse(Installation)            = "session.note_use";
    write RequestLink(Installation)        = "session.request_link" enrolling;
    write OpenSession(Installation)        = "session.open" enrolling;
    read  SeeLink(Installation)            = "session.see_link" enrolling;
    write OpenDemoSession(Installation)    = "demo.open_session" enrolling;
    read  SeeDemoMail(Installation)        = "demo.see_mail" enrolling;
    read  SeeCompany(Account)              = "company.see";
    read  SeeCompanySignIn(Account)        = "company_sign_in.see";
    read  TestCompanySignIn(Account)       = "company_sign_in.test";
    write ConfigureCompanySignIn(Account)  = "company_sign_in.configure" fresh;
    write ConfirmProvider(Installation)    = "company_sign_in.confirm" enrolling;
    read  SeeStaffSignIn(Installation)     = "staff_sign_in.see";
    write ConfigureStaffSignIn(Installation) = "staff_sign_in.configure" fresh;
    read  ListReleases(Me)                 = "release.list";
    read  SeeRelease(Release)              = "release.see";
    read  DownloadRelease(Asset)           = "release.download";
    read  DownloadExtension(Asset)         = "extension.download";
    write AcceptLicence(Offer)             = "licence.accept";
    write AskDownload(Offer)               = "download.ask";
    write StartDownload(Me)                = "download.start";
    read  SeeCatalogue(Installation)       = "catalogue.see";
    write DraftRelease(Installation)       = "release.draft";
    read  SeeDraft(Release)                = "release.see_draft";
    write EditRelease(Release)             = "release.edit";
    write UploadArtifact(Release)          = "artifact.upload";
    write RemoveArtifact(Release)          = "artifact.remove";
    write PublishRelease(Release)          = "release.publish";
    write WithdrawRelease(Release)         = "release.withdraw";
    read  RehearseRelease(Release)         = "release.rehearse";
    write AnnounceRelease(Release)         = "release.announce";
    write RemindRelease(Release)           = "release.remind";
    write CheckArtifact(Installation)      = "artifact.check";
    read  ListShipments(Me)                = "shipment.list";
    read  SeeShipment(Shipment)            = "shipment.see";
    read  OrderMedia(Asset)                = "media.order";
    write PlaceOrder(Offer)                = "shipment.order";
    write EditShipTo(Shipment)             = "shipment.edit_ship_to";
    write CancelShipment(Shipment)         = "shipment.cancel";
    read  SeeShippingQueue(Installation)   = "shipment.see_queue";
    write ApproveShipments(Installation)   = "shipment.approve";
    write ShipShipment(Shipment)           = "shipment.ship";
    write EndShipment(Shipment)            = "shipment.end";
    write SettleShipments(Installation)    = "shipment.settle";
    write PreferMedia(Me)                  = "media.prefer";
    read  ListNotices(Me)                  = "notice.list";
    read  SeeNotice(Me)                    = "notice.see";
    write SetPreferences(Me)               = "notice.set_preferences";
    write SetAbsence(Me)                   = "absence.set";
    write NameBackupContact(Contract)      = "backup_contact.name";
    read  ListUnattended(Installation)     = "contract.list_unattended";
    write SetVacantAfter(Installation)     = "installation.set_vacant_after";
    write AnswerRoleCheck(Installation)    = "role_check.answer" enrolling;
    write TakeReport(Installation)         = "notice.take_report";
    write AddNoticeAddress(Me)             = "notice_address.add" fresh;
    write RemoveNoticeAddress(Me)          = "notice_address.remove";
    write ConfirmNoticeAddress(Installation) = "notice_address.confirm" enrolling;
    write StopCategory(Installation)       = "notice.stop" enrolling;
    read  SeeOutbox(Installation)          = "outbox.see";
    write ResendNotice(Installation)       = "notice.resend";
    write SendTest(Installation)           = "mail.send_test";
    write AcceptTerms(Me)                  = "terms.accept";
    write BeginSignIn(Installation)        = "session.begin_at_provider" enrolling;
    write Import(Installation)             = "installation.import";
    read  Export(Installation)             = "installation.export";
    read  Check(Installation)              = "installation.check";
    write GoLive(Installation)             = "installation.go_live";
    write Configure(Installation)          = "installation.configure";
    write CreateAdministrator(Installation) = "administrator.create";
    write CreateToken(Installation)        = "token.create";
    write SealSecrets(Installation)        = "installation.seal_secrets";
    write ChangeHands(Installation)        = "coordinator.change_hands";
    write RunJob(Installation)             = "job.run";
    write WriteMail(Installation)          = "mail.write";
    write WriteRenewals(Installation)      = "mail.write_renewals";
    write SetRenewals(Installation)        = "installation.set_renewals";
    write SendMail(Installation)           = "mail.send";
    write SealAudit(Installation)          = "audit.seal";
}
