//! Renewal: notices on their days, their copies and calendar files, quotes, what stops them, the weekly mail, the cost of a day.
use super::office::{BASE, CONTRACT, Office, heads};
use super::wanted::post;
use subscription_center::auth::secret::hash;
use subscription_center::db::statements_run;
use subscription_center::ids::ContractNumber;
use subscription_center::installation::go_live;
use subscription_center::operation::Terms;
use subscription_center::policy::Actor;
use subscription_center::renewals::answer_quote::AnswerQuote;
use subscription_center::renewals::feed::{FetchCalendar, ResetCalendar};
use subscription_center::renewals::order::MarkOrdered;
use subscription_center::renewals::renew::RenewContract;
use subscription_center::renewals::request_quote::{Input, RequestQuote, Seats};
use subscription_center::renewals::{day, settings::SetRenewals};
use testkit::product::Engine;

/// A reseller with an address for renewals, an administrator of its agents (token "nils"), and somebody of support (token "sue").
pub const RESELLER: &str = "INSERT INTO accounts (id, number, name, name_key, kind, country, phone, contact_email, renewals_email, version) VALUES
    (7, 'R-1', 'Brightwell', 'brightwell', 'reseller', 'US', '', '', 'renewals@brightwell.example', 1);
  INSERT INTO people (id, handle, email, email_key, first_name, last_name, first_key, last_key, sort_key, language, theme, staff_role, version) VALUES
    (7, 'h7', 'nils@brightwell.example', 'nils@brightwell.example', 'Nils', 'Well', 'nils', 'well', '07', 'en', 'auto', NULL, 1),
    (8, 'h8', 'sue@vendor.example', 'sue@vendor.example', 'Sue', 'Port', 'sue', 'port', '08', 'en', 'auto', 'support', 1);
  INSERT INTO memberships (account_id, person_id, partner_role, confirmed_at) VALUES (7, 7, 'partner_admin', 1);
  UPDATE contracts SET reseller_id = 7 WHERE id = 1;";

pub fn number() -> ContractNumber {
    ContractNumber(CONTRACT.to_owned())
}

/// The contract ends on that day; the clock stands at ten o'clock of 24 Nov 2026.
async fn ending(office: &Office, end: &str) {
    office.exec(RESELLER).await;
    for name in ["nils", "sue"] {
        office.token(name, if name == "nils" { 7 } else { 8 }).await;
    }
    office.exec(&format!("UPDATE contracts SET end_on = '{end}' WHERE id = 1")).await;
}

async fn days_later(office: &Office, days: i64) {
    office.product.clock.advance_days(days);
    office.app.wake();
    tokio::time::sleep(std::time::Duration::from_millis(700)).await;
    office.idle().await;
}

const STEPS: &str = "SELECT days || ' ' || state FROM renewal_steps WHERE contract_id = 1 ORDER BY end_on, days DESC";

/// Going live tells what is due today and counts what was due before as done; then each step once, copied to the reseller.
pub async fn renewal_notices(engine: Engine) {
    let mut office = Office::open(engine, false).await;
    ending(&office, "2027-02-22").await;
    assert_eq!(day::write(&office.app).await.unwrap(), 0, "not live");
    // The other contract's first notice lies in the past.
    office.exec("UPDATE contracts SET end_on = '2027-02-21' WHERE id = 2").await;
    assert_eq!(go_live::preview(&office.app).await.unwrap().renewal_notices, 1);
    office.go_live().await;
    office.begin_work(office.to_sink());
    office.until("SELECT COUNT(*) FROM notices WHERE state = 'sent'", 2).await;
    let mails = office.since(0);
    let subject = "Contract 110448270013 ends in 90 days, on 22 Feb 2027";
    assert_eq!(heads(&mails), [("elena", subject), ("renewals", subject)]);
    assert!(mails[0].text.contains("Request a renewal quote") && mails[0].text.contains("S1"), "{}", mails[0].text);
    assert!(mails[1].text.contains("your customer Ostrava & Finch"), "{}", mails[1].text);
    assert_eq!(mails[0].headers["reply-to"], "renewals@brightwell.example");
    for mail in &mails {
        let calendar = mail.calendar.replace("\r\n", "\n");
        for line in ["METHOD:PUBLISH", "SEQUENCE:0", "DTSTART;VALUE=DATE:20270222", "TRIGGER:-P30D", "TRIGGER:-P7D"] {
            assert!(calendar.contains(&format!("\n{line}\n")), "{line}: {calendar}");
        }
        assert!(calendar.contains("UID:renewal-110448270013@subscriptions.example.com"));
        assert!(mail.text.contains("Why you get this") && mail.html.contains("<html"));
    }
    assert_eq!(office.texts(STEPS).await, ["90 told"]);
    assert_eq!(office.texts("SELECT days || ' ' || state FROM renewal_steps WHERE contract_id = 2").await, ["90 past"]);
    // An outage over two steps: only the later one is told.
    days_later(&office, 76).await;
    assert_eq!(office.texts(STEPS).await, ["90 told", "60 passed_over", "30 passed_over", "15 told"]);
    // Without an address for renewals its agent administrators get the copies; what was marked as gone is no obstacle.
    office.exec("UPDATE accounts SET renewals_email = '' WHERE id = 7").await;
    days_later(&office, 29).await;
    let mails = office.since(6);
    let has_ended = "Contract 110448270013 has ended: what stops and what stays";
    assert_eq!(
        heads(&mails).iter().filter(|(_, subject)| *subject == has_ended).collect::<Vec<_>>(),
        [&("elena", has_ended), &("nils", has_ended)]
    );
    office.end_work().await;
    assert_eq!(office.number("SELECT COUNT(*) FROM notices WHERE state <> 'sent'").await, 0);
}

/// Ordered: they pause. Taken back: they go on. Renewed: they stop, and the new term is armed.
pub async fn renewal_stops(engine: Engine) {
    let mut office = Office::open(engine, false).await;
    ending(&office, "2026-12-24").await;
    office.go_live().await;
    office.begin_work(office.to_sink());
    office.until("SELECT COUNT(*) FROM notices WHERE kind = 'renewal.ending' AND state = 'sent'", 2).await;
    let mark =
        |ordered| office.app.run(Actor::bearer("nils"), MarkOrdered { contract: number(), ordered }, Terms::default());
    mark(true).await.unwrap();
    days_later(&office, 16).await;
    assert_eq!(office.texts(STEPS).await, ["90 past", "60 past", "30 told"], "paused");
    mark(false).await.unwrap();
    office.app.wake();
    office.until("SELECT COUNT(*) FROM notices WHERE kind = 'renewal.ending' AND state = 'sent'", 4).await;
    assert_eq!(office.texts(STEPS).await, ["90 past", "60 past", "30 told", "15 told"]);
    let before = office.sink.mails().len();
    let end = "2027-12-24".parse().unwrap();
    let renew = RenewContract::new(number(), end, None, office.app.profile());
    let renewed = office.app.run(Actor::bearer("sue"), renew.clone(), Terms::default()).await.unwrap();
    assert_eq!((renewed.before.as_str(), renewed.notices), ("2026-12-24", 2));
    assert!(office.app.run(Actor::bearer("sue"), renew, Terms::default()).await.is_err(), "not again to the same day");
    office.app.wake();
    office.until("SELECT COUNT(*) FROM notices WHERE kind = 'renewal.renewed' AND state = 'sent'", 2).await;
    let told = "Contract 110448270013 is renewed to 24 Dec 2027";
    assert_eq!(heads(&office.since(before)), [("elena", told), ("tomas", told)]);
    days_later(&office, 60).await;
    let all = office.texts(STEPS).await;
    assert_eq!(all.len(), 4, "nothing more of the old term, nothing yet of the new one: {all:?}");
    days_later(&office, 229).await;
    let mails = office.since(before + 2);
    assert!(
        mails.iter().any(|m| m.calendar.contains("SEQUENCE:1") && m.calendar.contains("20271224")),
        "{:?}",
        heads(&mails)
    );
    office.end_work().await;
}

/// A request goes to the reseller, its answer to the Contract Manager; the vendor is asked where it was sold direct.
pub async fn renewal_quotes(engine: Engine) {
    let mut office = Office::open(engine, false).await;
    ending(&office, "2027-02-28").await;
    office.go_live().await;
    office.begin_work(office.to_sink());
    let input =
        Input { products: vec![Seats { product_code: "P1".to_owned(), seats: 12 }], message: "Two years?".to_owned() };
    let ask = |contract: &str, input: Input| {
        let ask = RequestQuote::new(ContractNumber(contract.to_owned()), input, office.app.profile());
        office.app.run(Actor::bearer("elena"), ask, Terms::default())
    };
    let asked = ask(CONTRACT, input.clone()).await.unwrap();
    assert_eq!((asked.sent_to.as_str(), asked.state.as_str()), ("Brightwell", "asked"));
    ask("110448270021", Input::default()).await.unwrap();
    office.app.wake();
    office
        .until("SELECT COUNT(*) FROM notices WHERE kind IN ('quote.sent', 'quote.asked') AND state = 'sent'", 4)
        .await;
    let mails = office.since(0);
    let subjects: Vec<_> = heads(&mails);
    assert_eq!(
        subjects,
        [
            ("elena", "Renewal request for 110448270013 sent to Brightwell"),
            ("elena", "Renewal request for 110448270021 sent to Ridgeline Software"),
            ("help", "Ostrava & Finch asks for a renewal quote (110448270021, 31 Dec 2099)"),
            ("renewals", "Ostrava & Finch asks for a renewal quote (110448270013, 28 Feb 2027)"),
        ]
    );
    assert!(
        mails[3].text.contains("12 seats instead of 9: 3 more") && mails[3].text.contains("Two years?"),
        "{}",
        mails[3].text
    );
    assert_eq!(mails[3].headers["reply-to"], "elena@of.example");
    let answer = AnswerQuote::new(number(), asked.id.clone(), "12,400 USD".to_owned(), office.app.profile());
    office.app.run(Actor::bearer("nils"), answer, Terms::default()).await.unwrap();
    office.app.wake();
    office.until("SELECT COUNT(*) FROM notices WHERE kind = 'quote.ready' AND state = 'sent'", 1).await;
    let mails = office.since(4);
    assert_eq!(heads(&mails), [("elena", "Your renewal quote for 110448270013 is ready")]);
    assert!(mails[0].text.contains("12,400 USD") && mails[0].headers["reply-to"] == "nils@brightwell.example");
    let wrong = Input { products: vec![Seats { product_code: "nosuch".to_owned(), seats: 1 }], ..Input::default() };
    assert!(ask(CONTRACT, wrong).await.is_err());
    for _ in 0..5 {
        ask(CONTRACT, input.clone()).await.unwrap();
    }
    assert!(ask(CONTRACT, input).await.is_err(), "five wait already");
    office.idle().await;
    office.end_work().await;
}

/// Mondays, one mail to who administers the agents, unless switched off.
pub async fn renewal_weekly(engine: Engine) {
    let mut office = Office::open(engine, false).await;
    ending(&office, "2027-03-20").await;
    office.exec("UPDATE contracts SET reseller_id = 7, end_on = '2026-12-31' WHERE id = 2").await;
    office.go_live().await;
    office.begin_work(office.to_sink());
    let weekly = "SELECT COUNT(*) FROM notices WHERE kind = 'renewal.weekly'";
    days_later(&office, 5).await;
    assert_eq!(office.number(weekly).await, 0, "not in the week of going live");
    days_later(&office, 1).await;
    assert_eq!(office.number(weekly).await, 1, "Monday");
    days_later(&office, 3).await;
    assert_eq!(office.number(weekly).await, 1);
    let mails = office.since(0);
    let mail = mails.iter().find(|mail| mail.subject.starts_with("Weekly")).unwrap();
    assert_eq!(
        (mail.to[0].as_str(), mail.subject.as_str()),
        ("nils@brightwell.example", "Weekly renewals: 1 customer in the next 90 days")
    );
    assert!(mail.text.contains("110448270021") && !mail.text.contains(CONTRACT), "{}", mail.text);
    let stop = mail.headers["list-unsubscribe"].trim_matches(['<', '>']).replace(BASE, "");
    assert_eq!(post(&office, &stop).await, 200);
    assert_eq!(office.texts("SELECT category || ' ' || how FROM notice_preferences").await, ["renewals_weekly off"]);
    days_later(&office, 7).await;
    assert_eq!(office.number(weekly).await, 1, "switched off");
    office.exec("UPDATE notice_preferences SET how = 'at_once'").await;
    // Nothing ran on Monday: it is written when the product runs again.
    days_later(&office, 9).await;
    assert_eq!(office.number(weekly).await, 2);
    office.end_work().await;
}

/// A day costs as many statements for a thousand contracts as for ten.
pub async fn renewal_cost(engine: Engine) {
    let mut counted = Vec::new();
    for contracts in [10, 1_000] {
        let office = Office::open(engine, false).await;
        office.exec(RESELLER).await;
        office.go_live().await;
        let rows: Vec<String> = (100..100 + contracts)
            .map(|n| format!("({n}, 'C{n}', 1, 7, 1, 'term', 'gold', '2026-01-01', '2027-02-22', 1, 1)"))
            .collect();
        office.exec(&format!("INSERT INTO contracts (id, number, account_id, reseller_id, manager_id, program, support_tier, start_on, end_on, version, changed_at) VALUES {}", rows.join(", "))).await;
        let rows: Vec<String> =
            (100..100 + contracts).map(|n| format!("({n}, 'X{n}', {n}, 1, 1, '2027', 'network', 5)")).collect();
        office.exec(&format!("INSERT INTO assets (id, serial, contract_id, account_id, product_id, release, deployment, seats) VALUES {}", rows.join(", "))).await;
        let before = statements_run();
        let began = std::time::Instant::now();
        assert_eq!(day::write(&office.app).await.unwrap(), contracts as u64);
        counted.push((statements_run() - before, began.elapsed()));
        assert_eq!(office.number("SELECT COUNT(*) FROM notices WHERE kind = 'renewal.ending'").await, 2 * contracts);
        // Two at once, and once more: nothing is told twice.
        let other = office.another().await;
        let (a, b) = tokio::join!(day::write(&office.app), day::write(&other));
        assert_eq!((a.unwrap(), b.unwrap()), (0, 0));
    }
    println!("{counted:?} statements and time for 10 and 1,000 contracts on {engine:?}");
    assert_eq!(counted[0].0, counted[1].0);
    let office = Office::open(engine, false).await;
    office.exec(RESELLER).await;
    office.go_live().await;
    office.exec("UPDATE contracts SET end_on = '2027-02-22'").await;
    let other = office.another().await;
    let (a, b) = tokio::join!(day::write(&office.app), day::write(&other));
    assert_eq!(a.unwrap() + b.unwrap(), 2, "two processes tell each contract once");
    // Steps that are set anew and lie in the past are nobody's notice.
    let set = SetRenewals {
        days: Some("100 95 45 0".to_owned()),
        hour: Some(9),
        online: Some("https://shop.example/{contract}".to_owned()),
    };
    office.app.run(Actor::bearer("elena"), set, Terms::default()).await.unwrap_err();
    assert_eq!(day::write(&office.app).await.unwrap(), 0);
}

/// The feed shows what its owner manages at that moment, to whoever has the key that holds.
pub async fn renewal_feed(engine: Engine) {
    let office = Office::open(engine, false).await;
    office.token("maya", 2).await;
    let reset = |who: &'static str, key: &str| {
        office.app.run(Actor::bearer(who), ResetCalendar { hash: hash(key) }, Terms::default())
    };
    let feed = async |key: &str| {
        let ends = office.app.read(&Actor::anonymous(), &FetchCalendar { hash: hash(key) }).await.ok()?;
        Some(ends.into_iter().map(|end| end.number).collect::<Vec<_>>())
    };
    assert!(reset("maya", "m").await.is_err(), "a coordinator has none");
    reset("elena", "one").await.unwrap();
    assert_eq!(feed("one").await.unwrap(), [CONTRACT, "110448270021"]);
    assert_eq!((feed("m").await, feed("").await), (None, None));
    reset("elena", "two").await.unwrap();
    assert_eq!(feed("one").await, None, "a new key ends the old one");
    office.exec("UPDATE contracts SET manager_id = 2 WHERE id = 1").await;
    assert_eq!(feed("two").await.unwrap(), ["110448270021"], "another's by now");
    office.exec("UPDATE memberships SET confirmed_at = NULL WHERE person_id = 1").await;
    assert_eq!(feed("two").await.unwrap(), Vec::<String>::new());
    office.exec("UPDATE people SET deactivated_at = 1 WHERE id = 1").await;
    assert_eq!(feed("two").await, None);
}
