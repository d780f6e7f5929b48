//! What the vendor released in the demo's past, who fetched it, and what was ordered: done as the product's people do it.
use super::archive::tar;
use super::past::{SECOND, Session, work_all};
use super::world::before;
use crate::app::App;
use crate::error::AppError;
use crate::ids::{ArtifactKey, OrderNumber, ReleaseKey};
use crate::operation::Terms;
use crate::profile::rules::Address;
use crate::releases::announce::{AnnounceRelease, HELD};
use crate::releases::api::{Part, take};
use crate::releases::download::{AskDownload, FinishDownload, StartDownload};
use crate::releases::draft::{self, DraftRelease};
use crate::releases::publish::PublishRelease;
use crate::releases::rehearse::Rehearse;
use crate::releases::rules::Kind;
use crate::releases::upload::{self, BeginUpload};
use crate::shipments::approve::ApproveShipments;
use crate::shipments::end::EndShipment;
use crate::shipments::order::{Input, PlaceOrder};
use crate::shipments::ship::ShipShipment;
use crate::time::{DAY, Day};
use bytes::Bytes;
use std::collections::BTreeMap;

const ELENA: &str = "elena@ostrava.example";
const TOMAS: &str = "t.brandt@ostrava.example";
/// Of the vendor: releases, and fulfilment.
const ROSA: &str = "rosa@formwork.example";
const FINN: &str = "finn@formwork.example";

/// What one release is.
struct Title {
    line: &'static str,
    version: &'static str,
    /// Of an extension: what it adds to.
    base: &'static str,
    media: bool,
    file: &'static str,
    notes: &'static str,
}

/// What happened.
enum Event {
    /// Entered, with its file; nobody sees it but the vendor.
    Drafted(&'static str, Title),
    /// The same, published and announced.
    Released(&'static str, Title),
    /// Somebody fetched its file.
    Fetched(&'static str, &'static [&'static str]),
    /// Somebody ordered media: for these serial numbers, to this street or else to the coordinator's own address.
    Ordered(&'static str, &'static str, &'static [&'static str], Option<Address>),
    /// The vendor approved the order for this serial number.
    Approved(&'static str),
    /// The carrier has it, under this number.
    Shipped(&'static str, &'static str),
    /// It came back, and why.
    Returned(&'static str, &'static str),
}

fn address(recipient: &str, line1: &str, (postal_code, city): (&str, &str), country: &str) -> Address {
    let text = str::to_owned;
    let (recipient, line1, postal_code, city) = (text(recipient), text(line1), text(postal_code), text(city));
    Address { recipient, line1, postal_code, city, country: text(country), ..Address::default() }
}

fn title(line: &'static str, version: &'static str, file: &'static str, notes: &'static str) -> Title {
    Title { line, version, base: "", media: false, file, notes }
}

/// The oldest first, each so many days ago.
fn events() -> Vec<(i64, Event)> {
    use Event::{Approved, Drafted, Fetched, Ordered, Released, Returned, Shipped};
    let draftline = title(
        "Draftline",
        "2027.2",
        "draftline-2027.2.tar",
        "Drawings of a hundred sheets open in a second.\n\nHatches follow when their boundary moves.",
    );
    let sitemesh = title(
        "SiteMesh Civil",
        "2027.2",
        "sitemesh-civil-2027.2.tar",
        "Corridors follow the terrain.\n\nVolumes are reported by phase.",
    );
    let tables = Title {
        base: "2027.1",
        ..title(
            "Formwork Architecture",
            "Daylight tables",
            "formwork-daylight-tables.tar",
            "Daylight factors for 40 cities.",
        )
    };
    let boston = address("Priya Raman", "210 Harbor Street", ("02110", "Boston"), "US");
    let head_office = address("Elena Ostrava", "18 Quarry Lane", ("02139", "Cambridge"), "US");
    let bath = address("Gareth Finch", "7 Walcot Yard", ("BA1 5BG", "Bath"), "GB");
    vec![
        (
            62,
            Released(
                "renderwell",
                title("Renderwell", "2027.2", "renderwell-2027.2.tar", "Glass casts coloured shadows."),
            ),
        ),
        (60, Fetched("renderwell", &["n.berg@ostrava.example"])),
        (55, Fetched("renderwell", &[ELENA, "c.okafor@ostrava.example"])),
        (20, Released("draftline", Title { media: true, ..draftline })),
        (19, Fetched("draftline", &["a.fontaine@ostrava.example"])),
        (18, Ordered("draftline", "gareth@ostravaland.example", &["361-88590039"], Some(bath))),
        (17, Approved("361-88590039")),
        (16, Fetched("draftline", &["gareth@ostravaland.example"])),
        (16, Shipped("361-88590039", "UK-7702-5518")),
        (12, Ordered("draftline", TOMAS, &["361-70518824", "361-70518831"], Some(head_office.clone()))),
        (11, Approved("361-70518824")),
        (10, Released("tables", tables)),
        (9, Fetched("tables", &["m.lindqvist@ostrava.example"])),
        (8, Returned("361-88590039", "nobody was there to take it")),
        (8, Shipped("361-70518824", "1Z-40-118-2027")),
        (7, Fetched("tables", &["a.fontaine@ostrava.example"])),
        (6, Released("sitemesh", Title { media: true, ..sitemesh })),
        (5, Fetched("sitemesh", &["p.raman@ostrava.example"])),
        (4, Ordered("sitemesh", ELENA, &["378-52264190", "378-52264187"], Some(boston))),
        (4, Approved("378-52264190")),
        (3, Ordered("sitemesh", ELENA, &["378-97366946", "378-16480894"], None)),
        (2, Ordered("draftline", ELENA, &["361-70429960"], Some(head_office))),
        (
            1,
            Drafted(
                "loadpath",
                title(
                    "Loadpath Structural",
                    "2027.2",
                    "loadpath-structural-2027.2.tar",
                    "Timber joints to Eurocode 5.",
                ),
            ),
        ),
    ]
}

/// What happened, and what came of it so far.
pub(super) struct Software {
    events: std::vec::IntoIter<(i64, Event)>,
    next: Option<(i64, Event)>,
    files: BTreeMap<&'static str, (ReleaseKey, ArtifactKey)>,
    orders: BTreeMap<&'static str, OrderNumber>,
}

impl Software {
    pub(super) fn new() -> Self {
        let mut events = events().into_iter();
        let next = events.next();
        Self { events, next, files: BTreeMap::new(), orders: BTreeMap::new() }
    }

    /// Plays what happened no later than so many days ago; whoever plays something else meanwhile is not overtaken.
    pub(super) async fn play(&mut self, app: &App, until: i64) -> Result<(), AppError> {
        while self.next.as_ref().is_some_and(|(days_ago, _)| *days_ago >= until) {
            let next = self.events.next();
            if let Some((days_ago, event)) = std::mem::replace(&mut self.next, next) {
                self.happen(app, days_ago, event).await?;
            }
        }
        Ok(())
    }

    async fn happen(&mut self, app: &App, days_ago: i64, event: Event) -> Result<(), AppError> {
        let then = before(app, days_ago * DAY);
        match event {
            Event::Drafted(name, title) => self.enter(&then, name, &title).await,
            Event::Released(name, title) => {
                self.enter(&then, name, &title).await?;
                self.announce(&then, name).await?;
                // A moment later its mails are no longer held.
                work_all(&before(app, days_ago * DAY - HELD - 5 * SECOND)).await
            }
            Event::Fetched(name, who) => {
                for email in who {
                    self.fetch(&then, name, email).await?;
                }
                Ok(())
            }
            Event::Ordered(name, email, serials, to) => self.order(&then, name, (email, serials, to)).await,
            event => self.ship(&then, event).await,
        }
    }

    async fn enter(&mut self, app: &App, name: &'static str, title: &Title) -> Result<(), AppError> {
        let rosa = Session::of(app, ROSA).await?;
        let kind = if title.base.is_empty() { Kind::Release } else { Kind::Extension };
        let today: Day = app.clock().moment().today;
        let input = draft::Input {
            product_line: title.line.to_owned(),
            kind,
            version: title.version.to_owned(),
            extends: title.base.to_owned(),
            released_on: today.to_string(),
            notes: title.notes.to_owned(),
            licence_agreement: String::new(),
            media: title.media,
        };
        let release = ReleaseKey(app.run(rosa.actor(), DraftRelease(input), Terms::default()).await?.release);
        let text = format!("{} {}, of the demo.\n\n{}\n", title.line, title.version, title.notes);
        let bytes = Bytes::from(tar("What is new.txt", &text));
        let input = upload::Input {
            file_name: title.file.to_owned(),
            platform: "Windows 11".to_owned(),
            language: "English".to_owned(),
            size: bytes.len() as u64,
            sha256: String::new(),
        };
        let begin = BeginUpload { release: release.clone(), input, open_ended: false };
        let artifact = ArtifactKey(app.run(rosa.actor(), begin, Terms::default()).await?.artifact);
        let part = Part { release: release.clone(), artifact: artifact.clone(), at: 0, bytes, last: false };
        take(app, &rosa.actor(), part).await?;
        // The job that puts it together and signs it.
        work_all(app).await?;
        self.files.insert(name, (release, artifact));
        rosa.close(app).await
    }

    fn file(&self, name: &str) -> Result<(ReleaseKey, ArtifactKey), AppError> {
        self.files.get(name).cloned().ok_or(AppError::Lost)
    }

    async fn announce(&self, app: &App, name: &str) -> Result<(), AppError> {
        let (release, _) = self.file(name)?;
        let rosa = Session::of(app, ROSA).await?;
        app.run(rosa.actor(), PublishRelease(release.clone()), Terms::default()).await?;
        let rehearsal = app.read(&rosa.actor(), &Rehearse { release: release.clone(), cursor: None }).await?;
        let announce = AnnounceRelease::new(release, Some(rehearsal.people.unsigned_abs()), app.profile());
        app.run(rosa.actor(), announce, Terms::default()).await?;
        rosa.close(app).await
    }

    async fn fetch(&self, app: &App, name: &str, email: &str) -> Result<(), AppError> {
        let (release, artifact) = self.file(name)?;
        let session = Session::of(app, email).await?;
        let bearer = session.bearer();
        let (ask, secret) = AskDownload::new(release, artifact, bearer.clone());
        app.run(session.actor(), ask, Terms::default()).await?;
        let hash = secret.hash();
        app.run(session.actor(), StartDownload { hash: hash.clone(), bearer }, Terms::default()).await?;
        app.run(session.actor(), FinishDownload { hash }, Terms::default()).await?;
        session.close(app).await
    }

    async fn order(
        &mut self,
        app: &App,
        name: &str,
        (email, serials, ship_to): (&str, &'static [&'static str], Option<Address>),
    ) -> Result<(), AppError> {
        let (release, _) = self.file(name)?;
        let session = Session::of(app, email).await?;
        let serial_numbers = Some(serials.iter().map(|serial| (*serial).to_owned()).collect());
        let input = Input { release: release.0, serial_numbers, ship_to, ..Input::default() };
        let placed = app.run(session.actor(), PlaceOrder::new(input, app.profile()), Terms::default()).await?;
        let number = placed.shipments.first().map(|one| OrderNumber::from(one.number.clone()));
        if let (Some(first), Some(number)) = (serials.first(), number) {
            self.orders.insert(first, number);
        }
        session.close(app).await
    }

    async fn ship(&self, app: &App, event: Event) -> Result<(), AppError> {
        let of = |serial: &str| self.orders.get(serial).copied().ok_or(AppError::Lost);
        let finn = Session::of(app, FINN).await?;
        match event {
            Event::Approved(serial) => {
                let approve = ApproveShipments { numbers: vec![of(serial)?] };
                app.run(finn.actor(), approve, Terms::default()).await.map(drop)?;
            }
            Event::Shipped(serial, tracking) => {
                let with = ("Northline Parcels".to_owned(), tracking.to_owned());
                app.run(finn.actor(), ShipShipment::new(of(serial)?, with, app.profile()), Terms::default()).await?;
            }
            Event::Returned(serial, why) => {
                let end = EndShipment::new(of(serial)?, Some(why.to_owned()), app.profile());
                app.run(finn.actor(), end, Terms::default()).await?;
            }
            _ => {}
        }
        finn.close(app).await
    }
}
