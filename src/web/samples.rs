//! The company of all samples: the one of the prototype, so that a page's sample can be laid beside it.
use super::layout::{Company, Crumb, Frame, Nav, Place, Reader, Theme, Vendor};
use super::person::{PersonRef, PersonState};

/// The sample contract's number.
pub const CONTRACT: &str = "110448270013";

fn somebody(name: &str, email: &str, handle: &str, colour: u8) -> PersonRef {
    PersonRef { colour, ..PersonRef::new(name, email, handle, handle) }
}

/// The Contract Manager, who reads the samples.
pub fn elena() -> PersonRef {
    PersonRef { you: true, ..somebody("Elena Ostrava", "elena@ostrava.example", "p-elena", 6) }
}

/// Maya, Tomás, Priya, Hana (not yet accepted) and Owen (whose mail comes back).
pub fn coordinators() -> [PersonRef; 5] {
    let hana = somebody("Hana Sato", "h.sato@ostrava.example", "p-hana", 4);
    let owen = somebody("Owen Reyes", "o.reyes@ostrava.example", "p-owen", 5);
    [
        somebody("Maya Lindqvist", "m.lindqvist@ostrava.example", "p-maya", 1),
        somebody("Tomás Brandt", "t.brandt@ostrava.example", "p-tomas", 2),
        somebody("Priya Raman", "p.raman@ostrava.example", "p-priya", 3),
        PersonRef { state: PersonState::Invited, ..hana },
        PersonRef { state: PersonState::Bounces, ..owen },
    ]
}

/// Two Users who coordinate nothing.
pub fn users() -> [PersonRef; 2] {
    [
        somebody("Mairead Kelly", "m.kelly@ostrava.example", "p-mairead", 4),
        somebody("Chidi Okafor", "c.okafor@ostrava.example", "p-chidi", 2),
    ]
}

/// The frame around a page that Elena reads.
pub fn frame(title: &str, place: Place, crumbs: Vec<Crumb>) -> Frame {
    Frame {
        title: title.to_owned(),
        error: false,
        crumbs,
        nav: Nav {
            contracts: Some(4),
            coordinators: true,
            users: true,
            renewals: true,
            products: true,
            notices: true,
            ..Nav::default()
        },
        place,
        reader: Some(Reader { person: elena(), role: "Contract Manager".to_owned() }),
        companies: vec![
            Company {
                number: "5102-3384".to_owned(),
                name: "Ostrava & Finch".to_owned(),
                kind: "Customer",
                present: true,
            },
            Company { number: "5102-9911".to_owned(), name: "Finch Land".to_owned(), kind: "Customer", present: false },
        ],
        flash: None,
        theme: Theme::System,
        viewing: None,
        keys_off: false,
        csrf: "sample-token".to_owned(),
        vendor: vendor(),
        demo: false,
        path: "/".to_owned(),
    }
}

/// A frame of somebody who is not signed in.
pub fn outside(title: &str) -> Frame {
    Frame { title: title.to_owned(), csrf: "sample-token".to_owned(), vendor: vendor(), ..Frame::default() }
}

fn vendor() -> Vendor {
    Vendor {
        name: "Formwork Software".to_owned(),
        phone: "+1 617 555 0142".to_owned(),
        email: "contracts@vendor.example".to_owned(),
    }
}

/// The path to a page of the sample contract.
pub fn contract_crumbs() -> Vec<Crumb> {
    vec![
        Crumb::to("Contract Administration", "/contracts"),
        Crumb::to("Contracts", "/contracts"),
        Crumb::here(CONTRACT),
    ]
}
