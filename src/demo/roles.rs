//! The roles that one can take in a demo: one person each, with one click.
use crate::app::App;
use crate::web::person::PersonRef;
use crate::web::roles::RoleCard;

/// One role.
pub struct Role {
    /// In the address.
    pub role: &'static str,
    /// What people call it.
    pub title: &'static str,
    /// First and last name.
    pub name: &'static str,
    /// Whose sign-in it is.
    pub email: &'static str,
    /// The company.
    pub company: &'static str,
    /// What waits there.
    pub waits: &'static str,
}

const FIRM: &str = "Ostrava & Finch Architects";
const VENDOR: &str = "Formwork Software, the vendor";

macro_rules! roles {
    ($($role:literal $title:literal $name:literal $email:literal $company:ident $waits:literal;)*) => {
        /// All, in the order of the cards.
        pub const ROLES: &[Role] = &[$(Role {
            role: $role, title: $title, name: $name, email: $email, company: $company, waits: $waits,
        }),*];
    };
}
const RESELLER: &str = "Brightwell Design Partners";
roles! {
    "manager" "Contract Manager" "Elena Ostrava" "elena@ostrava.example" FIRM
        "3 serial numbers on 110448270013 are hers by default: give them to somebody.";
    "coordinator" "Software Coordinator" "Maya Lindqvist" "m.lindqvist@ostrava.example" FIRM
        "New releases wait for her, and an order asks whether her address is right.";
    "naming-coordinator" "Software Coordinator who may name users" "Tomás Brandt" "t.brandt@ostrava.example" FIRM
        "Coordinates serial numbers and has the right to let others in.";
    "user" "User" "Mairead Kelly" "m.kelly@ostrava.example" FIRM
        "Has access to some serial numbers, and sees who looks after them.";
    "reseller" "Reseller" "Ruth Bright" "r.bright@brightwell.example" RESELLER
        "Sees the contracts of the own customers.";
    "administrator" "Vendor, administrator" "Ada Stone" "ada@formwork.example" VENDOR
        "Sees every customer's contracts and who coordinates what.";
    "support" "Vendor, support" "Samir Haddad" "samir@formwork.example" VENDOR
        "Looks up who is told about a serial number, and why.";
    "releases" "Vendor, releases" "Rosa Blum" "rosa@formwork.example" VENDOR
        "Sees who was told of each release and who fetched it, and has a draft to announce.";
    "fulfilment" "Vendor, fulfilment" "Finn Larsen" "finn@formwork.example" VENDOR
        "Has an order to approve, one to ship, and one on its way.";
    "auditor" "Vendor, auditor" "Odile Martin" "odile@formwork.example" VENDOR
        "Reads what was changed, by whom.";
}

/// The role by its name in the address.
pub fn find(role: &str) -> Option<&'static Role> {
    ROLES.iter().find(|r| r.role == role)
}

/// The cards of the sign-in page and the demo's home.
pub fn cards() -> Vec<RoleCard> {
    let card = |r: &Role| RoleCard {
        role: r.role.to_owned(),
        title: r.title.to_owned(),
        person: PersonRef::new(r.name, r.email, "", r.email),
        company: r.company.to_owned(),
        waits: r.waits.to_owned(),
        present: false,
    };
    ROLES.iter().map(card).collect()
}

/// Prints where to go: the address, and one sign-in link for each role.
pub fn announce(app: &App) {
    let base = &app.profile().base_url;
    println!("Subscription Center, demo: {base}/");
    for role in ROLES {
        println!("{}: {base}/demo/sign-in/{}", role.title, role.role);
    }
}
