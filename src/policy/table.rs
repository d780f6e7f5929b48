//! The policy: who may do what. Reviewed as `tests/policy-matrix.txt`.
use super::{ActionId, Standing};
use ActionId as A;
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
/// Which files, the two actions on assets say.
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
const SEES_SHIPMENT: Line = &[
    (ManagerOfShipment, "runs the contract"),
    (CoordinatorOfShipment, "receives it"),
    (ShippingStaff, "looks after shipments and customers"),
];
const ORDERS_MEDIA: Line = &[
    (Manager, "runs the contract"),
    (OwnCoordinator, "looks after the asset"),
    (ServiceStaff, "orders for customers"),
];
/// For which serial numbers, the action on assets says.
const PLACES_ORDERS: Line =
    &[(HoldsProduct, "has a serial number of the product line"), (ServiceStaff, "orders for customers")];
const CHANGES_SHIPMENT: Line = &[
    (ManagerOfShipment, "runs the contract"),
    (CoordinatorOfShipment, "receives it"),
    (ServiceStaff, "orders for customers"),
];
const SHIPS: Line = &[(FulfilmentStaff, "looks after shipments")];
const NAMES_COORDINATORS: Line = &[(Manager, "names coordinators")];
const HELPS_IN: Line = &[(Administrator, "lets somebody in who lost every second factor")];
const ADMINISTRATORS: Line = &[(Administrator, "sets up the installation")];
const OWN: Line = &[(SignedIn, "what is one's own")];

/// The table: action → the standings that may, each with its reason. No `_` arm: whoever adds an action decides here.
pub fn who_may(action: ActionId) -> Line {
    match action {
        A::SeeContract => SEES_CONTRACT,
        A::AdministerContract => ADMINISTERS_CONTRACT,
        A::SeeActivity => &[(Manager, "runs the contract"), (Staff, "supports it")],
        A::SeeCoverage => SEES_COVERAGE,
        A::SeeAsset | A::ExplainCoordinator => SEES_ASSET,
        A::SeePerson => SEES_PERSON,
        A::GrantNaming => &[(Manager, "a coordinator cannot pass the right on")],
        A::HandOver => &[(ManagerOfColleague, "names coordinators of the own contracts")],
        A::ListUsers => LISTS_USERS,
        A::OpenUsers | A::NameUsers | A::DecideAccess => NAMES_USERS,
        A::GiveAccess => GIVES_ACCESS,
        A::EndAccess => ENDS_ACCESS,
        A::RemoveUser => REMOVES_USERS,
        A::Invite | A::CorrectUser => GIVES_CREDENTIALS,
        A::SeeAdoption => &[(Manager, "decides it"), (Staff, "supports it")],
        A::DecideAdoption => &[(Manager, "is the one to whom the purchase went")],
        A::ListRenewals | A::SeeRenewal => SEES_RENEWALS,
        A::RequestQuote | A::ResetCalendar => &[(Manager, "decides on renewal")],
        A::AnswerQuote | A::MarkOrdered => SELLS,
        A::PreviewRenewal | A::RenewContract => &[(CustomerStaff, "supports customers")],
        A::FetchCalendar => &[(Anyone, "holds the key of a Contract Manager’s calendar")],
        A::SeeChangeSet => SEES_CHANGE_SET,
        A::UndoChangeSet => UNDOES,
        A::SeeItem => SEES_ITEM,
        A::RevertItem => REVERTS,
        A::OpenAdministration => ADMINISTRATION,
        A::SeeRelease | A::AcceptLicence | A::AskDownload => SEES_RELEASE,
        A::DownloadRelease => DOWNLOADS_RELEASES,
        A::DownloadExtension => DOWNLOADS_EXTENSIONS,
        A::SeeCompany | A::SeeCompanySignIn => SEES_COMPANY,
        A::TestCompanySignIn | A::ConfigureCompanySignIn => SETS_UP_COMPANY,
        A::SeeStaffSignIn | A::ConfigureStaffSignIn => SETS_UP,
        A::SeeErasure | A::ErasePerson => ERASES,
        A::SeeViewed | A::StartViewing | A::ListDuplicates | A::ResendNotice => VIEWS_AS,
        A::SeeFactors => HELPS_IN,
        A::SendTest | A::SetVacantAfter => ADMINISTRATORS,
        A::ResetFactors => RESETS,
        A::MergePeople | A::MergeCompanies => &[(Administrator, "puts together what was entered twice")],
        A::SeeNotice => SEES_NOTICE,
        A::SeeShipment => SEES_SHIPMENT,
        A::OrderMedia => ORDERS_MEDIA,
        A::PlaceOrder => PLACES_ORDERS,
        A::EditShipTo | A::CancelShipment => CHANGES_SHIPMENT,
        A::SeeShippingQueue => &[(ShippingStaff, "looks after shipments and customers")],
        A::ApproveShipments | A::ShipShipment | A::EndShipment => SHIPS,
        A::ConfirmEmail => &[(Anyone, "holds a link that went to one of the two addresses")],
        A::OpenDemoSession | A::SeeDemoMail => &[(Anyone, "demo mode has no secrets")],
        A::ChangeHands => &[(System, "changes hands on the day that a cover begins or ends")],
        A::ListContracts | A::ListOwnAssets | A::FindAnything | A::SeeSelf | A::SetTheme | A::SaveProfile => OWN,
        A::AcceptTerms | A::CloseSession | A::AskForAccess | A::StopViewing | A::SeeFreshness => OWN,
        A::RefreshSession | A::ListReleases | A::StartDownload | A::SetPassword | A::SeeSecurity => OWN,
        A::EndSession | A::AddPasskey | A::SetUpTotp | A::RemoveTotp | A::MakeRecoveryCodes => OWN,
        A::RemovePasskey | A::ListTokens | A::CreateOwnToken | A::RevokeToken | A::ChangeEmail => OWN,
        A::StopEmailChange | A::AskExport | A::FetchExport | A::ListNotices | A::SetPreferences => OWN,
        A::SetAbsence | A::AddNoticeAddress | A::RemoveNoticeAddress | A::ListShipments | A::PreferMedia => OWN,
        A::DraftRelease | A::EditRelease | A::UploadArtifact | A::RemoveArtifact | A::PublishRelease => CATALOGUE,
        A::WithdrawRelease | A::AnnounceRelease | A::RemindRelease => CATALOGUE,
        A::BeginSignIn | A::CountTry | A::ProvePassword | A::ResetPassword | A::SeeFrontDoor => FRONT_DOOR,
        A::RequestLink | A::OpenSession | A::SeeLink | A::RequestPasskey => FRONT_DOOR,
        A::CheckArtifact | A::NoteUse | A::MakeExport | A::RunJob | A::WriteMail | A::WriteUserMail => SYSTEM,
        A::SendMail | A::SealAudit | A::WriteRenewals | A::TakeReport | A::SettleShipments => SYSTEM,
        A::Import | A::Export | A::Check | A::GoLive | A::SetRenewals | A::Configure => OPERATOR,
        A::CreateAdministrator | A::CreateToken | A::SealSecrets => OPERATOR,
        A::FindPerson | A::AssignCoordinator | A::ManageCoordinators | A::NameBackupContact => NAMES_COORDINATORS,
        A::ConfirmNoticeAddress | A::StopCategory | A::ConfirmProvider | A::AnswerRoleCheck => HOLDS_LINK,
        A::SeeCatalogue | A::SeeDraft | A::RehearseRelease | A::SeeOutbox | A::ListUnattended => SEES_CATALOGUE,
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
