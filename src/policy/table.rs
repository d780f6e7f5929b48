//! The policy: who may do what. Reviewed as `tests/policy-matrix.txt`.
use super::{ActionId, Standing};
use Standing::*;

/// Standings that may, each with its reason.
pub type Line = &'static [(Standing, &'static str)];

const SEES_CONTRACT: Line = &[
    (Manager, "runs the contract"),
    (Coordinator, "sees all assets beside the own ones"),
    (User, "sees the assets of the own entries"),
    (Reseller, "sold it"),
    (Staff, "supports it"),
    (Operator, "owns the installation"),
];
const ADMINISTERS_CONTRACT: Line = &[
    (Manager, "runs the contract"),
    (Coordinator, "looks after assets of it"),
    (Staff, "supports it"),
    (Operator, "owns the installation"),
];
const SEES_ASSET: Line = &[
    (Manager, "runs the contract"),
    (Coordinator, "sees all assets beside the own ones"),
    (UserOfAsset, "sees the assets of the own entries"),
    (Reseller, "sold it"),
    (Staff, "supports it"),
    (Operator, "owns the installation"),
];
const SEES_RENEWALS: Line =
    &[(Manager, "decides on renewal"), (Reseller, "sold it, and is copied on the notices"), (Staff, "supports it")];
const SELLS: Line = &[(Reseller, "sold it"), (CustomerStaff, "supports customers")];
const NAMES_USERS: Line =
    &[(Manager, "names users"), (NamingCoordinator, "was given the right to name users, for own assets")];
const LISTS_USERS: Line = &[
    (Manager, "runs the contract"),
    (Coordinator, "looks after assets of it"),
    (Reseller, "sold it"),
    (Staff, "supports it"),
    (Operator, "owns the installation"),
];
const GIVES_ACCESS: Line =
    &[(Manager, "names users"), (OwnNamingCoordinator, "was given the right to name users, for own assets")];
const ENDS_ACCESS: Line = &[
    (Manager, "names users"),
    (NamingCoordinator, "was given the right to name users"),
    (CustomerStaff, "supports customers"),
];
const REMOVES_USERS: Line = &[
    (ManagerOfColleague, "names users"),
    (NamingColleague, "was given the right to name users, for those whose access is all on own assets"),
    (CustomerStaff, "supports customers"),
];
const GIVES_CREDENTIALS: Line = &[
    (ManagerOfColleague, "gives credentials to users"),
    (NamingColleague, "was given the right to name users, for own users"),
];
const SEES_PERSON: Line = &[
    (Myself, "is that person"),
    (ManagerOfColleague, "runs a contract of their company"),
    (CoordinatorOfColleague, "looks after assets of their company"),
    (ResellerOfColleague, "sold their company a contract"),
    (Staff, "supports them"),
];
const UNDOES: Line = &[
    (ManagerInSet, "may make the change now, on the own contracts"),
    (NamerInSet, "named these users"),
    (AdministratorOfImport, "looks after imports"),
    (Operator, "imports and repairs"),
];
const SEES_ITEM: Line = &[
    (Manager, "runs the contract"),
    (NamerOfItem, "may name users now"),
    (AdministratorOfImport, "looks after imports"),
    (Operator, "imports and repairs"),
];
const REVERTS: Line = &[
    (Manager, "may make the change now"),
    (NamerOfOwnItem, "may name users now, for own assets"),
    (AdministratorOfImport, "looks after imports"),
    (Operator, "imports and repairs"),
];
const ADMINISTRATION: Line =
    &[(Manager, "runs contracts"), (Coordinator, "looks after assets"), (Staff, "supports customers")];
const FRONT_DOOR: Line = &[(Anyone, "nobody is signed in yet")];
const SEES_COVERAGE: Line = &[
    (Manager, "runs the contract"),
    (OwnCoordinator, "sees the own part"),
    (Reseller, "sold it"),
    (Staff, "supports it"),
];
const SEES_CHANGE_SET: Line = &[
    (ManagerInSet, "runs a contract that it changed"),
    (NamerInSet, "named these users"),
    (Staff, "supports it"),
    (Operator, "owns the installation"),
];
const VIEWS_AS: Line = &[(CustomerStaff, "supports customers")];
const ERASES: Line =
    &[(Myself, "has a right to be forgotten"), (Administrator, "carries out what the person asked for")];
const RESETS: Line = &[
    (Administrator, "lets somebody in who lost every second factor"),
    (Operator, "runs the command line of the installation"),
];
const OPERATOR: Line = &[(Operator, "runs the command line of the installation")];
const SYSTEM: Line = &[(System, "the product's own work")];
const SEES_COMPANY: Line = &[(ManagerOfCompany, "runs a contract of it"), (Staff, "supports customers")];
const SETS_UP_COMPANY: Line =
    &[(ManagerOfCompany, "runs a contract of it"), (Administrator, "sets up the installation")];
const SETS_UP: Line =
    &[(Administrator, "sets up the installation"), (Operator, "runs the command line of the installation")];
const CATALOGUE: Line = &[(CatalogueStaff, "looks after the catalogue")];
const SEES_RELEASE: Line = &[(HoldsProduct, "has a serial number of the product line"), (Staff, "supports customers")];
const DOWNLOADS_RELEASES: Line = &[
    (Manager, "runs the contract"),
    (OwnCoordinator, "looks after the asset"),
    (UserOfReleases, "was granted releases"),
    (Staff, "supports customers"),
];
const DOWNLOADS_EXTENSIONS: Line = &[
    (Manager, "runs the contract"),
    (OwnCoordinator, "looks after the asset"),
    (UserOfExtensions, "was granted extensions"),
    (Staff, "supports customers"),
];
const SEES_CATALOGUE: Line = &[(Staff, "supports customers"), (Operator, "runs the command line of the installation")];
const SEES_NOTICE: Line = &[(Recipient, "was written to"), (ManagerOfNotice, "runs a contract that it is about")];
const HOLDS_LINK: Line = &[(Anyone, "holds a link that went to the person's address")];
const NAMES_COORDINATORS: Line = &[(Manager, "names coordinators")];
const HELPS_IN: Line = &[(Administrator, "lets somebody in who lost every second factor")];
const ADMINISTRATORS: Line = &[(Administrator, "sets up the installation")];
const OWN: Line = &[(SignedIn, "what is one's own")];

/// The table: action → the standings that may, each with its reason. No `_` arm: whoever adds an action decides here.
pub fn who_may(action: ActionId) -> Line {
    match action {
        ActionId::SeeContract => SEES_CONTRACT,
        ActionId::AdministerContract => ADMINISTERS_CONTRACT,
        ActionId::SeeActivity => &[(Manager, "runs the contract"), (Staff, "supports it")],
        ActionId::SeeCoverage => SEES_COVERAGE,
        ActionId::SeeAsset | ActionId::ExplainCoordinator => SEES_ASSET,
        ActionId::SeePerson => SEES_PERSON,
        ActionId::FindPerson | ActionId::AssignCoordinator | ActionId::ManageCoordinators => NAMES_COORDINATORS,
        ActionId::NameBackupContact => NAMES_COORDINATORS,
        ActionId::GrantNaming => &[(Manager, "a coordinator cannot pass the right on")],
        ActionId::HandOver => &[(ManagerOfColleague, "names coordinators of the own contracts")],
        ActionId::ListUsers => LISTS_USERS,
        ActionId::OpenUsers | ActionId::NameUsers | ActionId::DecideAccess => NAMES_USERS,
        ActionId::GiveAccess => GIVES_ACCESS,
        ActionId::EndAccess => ENDS_ACCESS,
        ActionId::RemoveUser => REMOVES_USERS,
        ActionId::Invite | ActionId::CorrectUser => GIVES_CREDENTIALS,
        ActionId::SeeAdoption => &[(Manager, "decides it"), (Staff, "supports it")],
        ActionId::DecideAdoption => &[(Manager, "is the one to whom the purchase went")],
        ActionId::ListRenewals | ActionId::SeeRenewal => SEES_RENEWALS,
        ActionId::RequestQuote | ActionId::ResetCalendar => &[(Manager, "decides on renewal")],
        ActionId::AnswerQuote | ActionId::MarkOrdered => SELLS,
        ActionId::PreviewRenewal | ActionId::RenewContract => &[(CustomerStaff, "supports customers")],
        ActionId::FetchCalendar => &[(Anyone, "holds the key of a Contract Manager’s calendar")],
        ActionId::SeeChangeSet => SEES_CHANGE_SET,
        ActionId::UndoChangeSet => UNDOES,
        ActionId::SeeItem => SEES_ITEM,
        ActionId::RevertItem => REVERTS,
        ActionId::OpenAdministration => ADMINISTRATION,
        // Which files, the two actions on assets say.
        ActionId::SeeRelease | ActionId::AcceptLicence | ActionId::AskDownload => SEES_RELEASE,
        ActionId::DownloadRelease => DOWNLOADS_RELEASES,
        ActionId::DownloadExtension => DOWNLOADS_EXTENSIONS,
        ActionId::SeeCatalogue | ActionId::SeeDraft | ActionId::RehearseRelease | ActionId::SeeOutbox => SEES_CATALOGUE,
        ActionId::SeeCompany | ActionId::SeeCompanySignIn => SEES_COMPANY,
        ActionId::TestCompanySignIn | ActionId::ConfigureCompanySignIn => SETS_UP_COMPANY,
        ActionId::SeeStaffSignIn | ActionId::ConfigureStaffSignIn => SETS_UP,
        ActionId::SeeErasure | ActionId::ErasePerson => ERASES,
        ActionId::SeeViewed | ActionId::StartViewing | ActionId::ListDuplicates | ActionId::ResendNotice => VIEWS_AS,
        ActionId::SeeFactors => HELPS_IN,
        ActionId::SendTest | ActionId::SetVacantAfter => ADMINISTRATORS,
        ActionId::ListUnattended => SEES_CATALOGUE,
        ActionId::ResetFactors => RESETS,
        ActionId::MergePeople | ActionId::MergeCompanies => &[(Administrator, "puts together what was entered twice")],
        ActionId::ConfirmNoticeAddress | ActionId::StopCategory | ActionId::ConfirmProvider => HOLDS_LINK,
        ActionId::AnswerRoleCheck => HOLDS_LINK,
        ActionId::SeeNotice => SEES_NOTICE,
        ActionId::ConfirmEmail => &[(Anyone, "holds a link that went to one of the two addresses")],
        ActionId::OpenDemoSession | ActionId::SeeDemoMail => &[(Anyone, "demo mode has no secrets")],
        ActionId::ChangeHands => &[(System, "changes hands on the day that a cover begins or ends")],
        ActionId::ListContracts | ActionId::ListOwnAssets | ActionId::FindAnything | ActionId::SeeSelf => OWN,
        ActionId::SetTheme | ActionId::SaveProfile | ActionId::AcceptTerms | ActionId::CloseSession => OWN,
        ActionId::AskForAccess | ActionId::StopViewing | ActionId::SeeFreshness | ActionId::RefreshSession => OWN,
        ActionId::ListReleases | ActionId::StartDownload | ActionId::SetPassword | ActionId::SeeSecurity => OWN,
        ActionId::EndSession | ActionId::AddPasskey | ActionId::SetUpTotp | ActionId::RemoveTotp => OWN,
        ActionId::MakeRecoveryCodes | ActionId::RemovePasskey | ActionId::ListTokens => OWN,
        ActionId::CreateOwnToken | ActionId::RevokeToken | ActionId::ChangeEmail | ActionId::StopEmailChange => OWN,
        ActionId::AskExport | ActionId::FetchExport | ActionId::ListNotices | ActionId::SetPreferences => OWN,
        ActionId::SetAbsence | ActionId::AddNoticeAddress | ActionId::RemoveNoticeAddress => OWN,
        ActionId::DraftRelease | ActionId::EditRelease | ActionId::UploadArtifact => CATALOGUE,
        ActionId::RemoveArtifact | ActionId::PublishRelease | ActionId::WithdrawRelease => CATALOGUE,
        ActionId::AnnounceRelease | ActionId::RemindRelease => CATALOGUE,
        ActionId::BeginSignIn | ActionId::CountTry | ActionId::ProvePassword => FRONT_DOOR,
        ActionId::ResetPassword | ActionId::SeeFrontDoor | ActionId::RequestLink => FRONT_DOOR,
        ActionId::OpenSession | ActionId::SeeLink | ActionId::RequestPasskey => FRONT_DOOR,
        ActionId::CheckArtifact | ActionId::NoteUse | ActionId::MakeExport | ActionId::RunJob => SYSTEM,
        ActionId::WriteMail | ActionId::WriteUserMail | ActionId::SendMail | ActionId::SealAudit => SYSTEM,
        ActionId::WriteRenewals | ActionId::TakeReport => SYSTEM,
        ActionId::Import | ActionId::Export | ActionId::Check | ActionId::GoLive => OPERATOR,
        ActionId::SetRenewals | ActionId::Configure | ActionId::CreateAdministrator => OPERATOR,
        ActionId::CreateToken | ActionId::SealSecrets => OPERATOR,
    }
}

/// The table for readers: one line per action, one column per standing, and the reasons.
pub fn matrix() -> String {
    let mut out = String::from("Columns:\n");
    for (i, standing) in Standing::ALL.iter().enumerate() {
        out += &format!("{:>3} {}\n", i + 1, standing.rule().name);
    }
    out += &format!("\n{:<28}", "action");
    for i in 1..=Standing::ALL.len() {
        out += &format!("{i:>4}");
    }
    for &action in ActionId::ALL {
        out += &format!("\n{:<28}", action.name());
        for standing in Standing::ALL {
            let may = who_may(action).iter().any(|(s, _)| s == standing);
            out += if may { " yes" } else { "   -" };
        }
    }
    out += "\n";
    for &action in ActionId::ALL {
        for (standing, reason) in who_may(action) {
            out += &format!("\n{}: {} ({reason})", action.name(), standing.rule().name);
        }
    }
    out + "\n"
}
