//! Mail and background work, inside one process: real databases, a real mail server, a clock that the test moves.
mod bounces;
mod continuity;
mod dates;
mod office;
mod renewals;
mod wanted;
mod years;

use office::{BASE, Office, heads, hex, secret};
use serde_json::json;
use std::time::Duration;
use subscription_center::installation::go_live;
use subscription_center::mail::Transport;
use testkit::product::Engine;

macro_rules! on_both {
    ($($name:ident)*) => {$(
        mod $name {
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_sqlite() {
                super::story::$name(testkit::product::Engine::Sqlite).await;
            }
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_postgres() {
                super::story::$name(testkit::product::Engine::Postgres).await;
            }
        }
    )*};
}
on_both! { told undone_in_time dated invited sign_in refused_by_the_server server_away demo lease_lost ids_are_used_once
renewal_notices renewal_stops renewal_quotes renewal_weekly renewal_cost renewal_feed renewal_years
optional_mail copies came_back monthly }

mod story {
    pub use super::bounces::*;
    pub use super::continuity::*;
    pub use super::dates::*;
    pub use super::renewals::*;
    pub use super::wanted::*;
    pub use super::years::*;
    use super::*;

    /// A new installation writes nothing down but the fact, also of what was still held when it went live.
    async fn silent_until_live(office: &Office) {
        let early = office
            .assign(json!({"coordinator": {"email": "jonas@of.example"}, "to": {"serial_numbers": ["S2"]}}))
            .await;
        office.later().await;
        assert_eq!(office.number("SELECT COUNT(*) FROM notices WHERE state = 'not_sent'").await, 2);
        assert_eq!(office.number("SELECT COUNT(*) FROM jobs WHERE kind = 'mail.send'").await, 0);
        let held = office.assign(json!({"coordinator": null, "to": {"serial_numbers": ["S2"]}})).await;
        let preview = go_live::preview(&office.app).await.unwrap();
        assert_eq!(
            (preview.live_at, preview.untold_change_sets, preview.unsent_mails, preview.held_change_sets),
            (None, 1, 2, 1)
        );
        assert!(office.go_live().await && !office.go_live().await, "twice is once");
        assert!(go_live::preview(&office.app).await.unwrap().live_at.is_some());
        office.later().await;
        assert_eq!(
            office.number("SELECT COUNT(*) FROM notices WHERE state <> 'not_sent'").await,
            0,
            "what was made before"
        );
        assert!(early.change_set.is_some() && held.change_set.is_some());
    }

    /// All that a mail must have.
    fn complete(maya: &testkit::mail::Mail) {
        assert!(maya.text.starts_with("Elena Ostrava named you Software Coordinator of 3 serial numbers at"));
        for line in [
            "Draftline 2027   S1",
            "You may also name users",
            "Answer this mail; it reaches Elena Ostrava",
            "+1 555 0100",
        ] {
            let text = maya.text.split('\n').map(str::trim_end).collect::<Vec<_>>().join(" ");
            assert!(text.contains(line), "{line}: {}", maya.text);
        }
        let header = |name: &str| maya.headers[name].as_str();
        assert_eq!(header("from"), "\"Ridgeline Software, Subscription Center\" <noreply@subscriptions.example.com>");
        assert_eq!((header("reply-to"), header("auto-submitted")), ("elena@of.example", "auto-generated"));
        let id = header("message-id").trim_matches(['<', '>']);
        assert!(id.ends_with("@subscriptions.example.com") && header("x-entity-ref-id") == id);
    }

    /// Silent until live; then one mail for each person.
    pub async fn told(engine: Engine) {
        let mut office = Office::open(engine, false).await;
        office.begin_work(office.to_sink());
        silent_until_live(&office).await;
        office.product.clock.advance_ms(1);
        let outcome = office
            .assign(json!({"coordinator": {"email": "maya@of.example"}, "to": {"serial_numbers": ["S1", "S2", "S3"]}, "may_name_users": true}))
            .await;
        office.app.wake();
        tokio::time::sleep(Duration::from_millis(700)).await;
        assert_eq!(office.sink.mails().len(), 0, "held");
        office.later().await;
        let mails = office.since(0);
        assert_eq!(
            heads(&mails),
            [
                ("elena", "3 serial numbers have a new Software Coordinator"),
                ("maya", "You now coordinate 3 serial numbers (contract 110448270013)"),
                ("tomas", "Maya Lindqvist took over 1 serial number from you"),
            ]
        );
        assert_eq!(outcome.notices, 3);
        complete(&mails[1]);
        assert_eq!(mails[0].headers["reply-to"], "help@ridgeline.example", "not to oneself");
        let ledger = "SELECT COUNT(*) FROM notices WHERE state = 'sent' AND sent_at IS NOT NULL AND error = ''";
        assert_eq!(office.number(ledger).await, 3);
        assert_eq!(office.number("SELECT COUNT(*) FROM change_sets WHERE mail <> 'out'").await, 0);
        assert_eq!(office.number("SELECT COUNT(*) FROM jobs").await, 0);

        // Undone when it is out: correcting mails, by the one who did it.
        assert_eq!(office.undo(&outcome).await.reverted, 4);
        office.later().await;
        let mails = office.since(3);
        assert_eq!(
            heads(&mails),
            [
                ("elena", "3 serial numbers have a new Software Coordinator"),
                ("maya", "3 serial numbers went from you to 2 people"),
                ("tomas", "You now coordinate 1 serial number (contract 110448270013)"),
            ]
        );
        assert!(
            mails[2].text.starts_with("Elena Ostrava undid a change: you coordinate 1 serial number"),
            "{}",
            mails[2].text
        );
        office.end_work().await;
        assert_eq!(office.number("SELECT COUNT(*) FROM audit_events WHERE seq IS NULL").await, 0, "sealed");
    }

    /// Undone within the hold: nobody hears of it. Undone in part: of the rest.
    pub async fn undone_in_time(engine: Engine) {
        let mut office = Office::open(engine, false).await;
        office.go_live().await;
        office.begin_work(office.to_sink());
        let whole = office.assign(json!({"coordinator": {"email": "maya@of.example"}, "to": {"whole_contract": true, "overrides": "keep"}})).await;
        office.undo(&whole).await;
        office.later().await;
        assert_eq!(office.number("SELECT COUNT(*) FROM notices").await, 0);
        // S1 goes on to Jonas before the first set is undone: only that is left of it.
        let first = office
            .assign(json!({"coordinator": {"email": "maya@of.example"}, "to": {"serial_numbers": ["S1", "S2"]}}))
            .await;
        office.assign(json!({"coordinator": {"email": "jonas@of.example"}, "to": {"serial_numbers": ["S1"]}})).await;
        assert_eq!(office.undo(&first).await.kept, 1);
        office.later().await;
        let mails = office.since(0);
        let subjects: Vec<_> = heads(&mails).into_iter().filter(|(who, _)| *who != "elena").collect();
        assert_eq!(
            subjects,
            [
                ("jonas", "You now coordinate 1 serial number (contract 110448270013)"),
                ("maya", "Jonas Weidmann took over 1 serial number from you"),
                ("maya", "You now coordinate 1 serial number (contract 110448270013)"),
                ("tomas", "Maya Lindqvist took over 1 serial number from you"),
            ]
        );
        // A whole contract and a group are told as such, also what comes later.
        let before = office.sink.mails().len();
        office.assign(json!({"coordinator": {"email": "maya@of.example"}, "to": {"group": "Boston office", "overrides": "keep"}})).await;
        office.later().await;
        let mails = office.since(before);
        assert_eq!(heads(&mails)[1].1, "You now coordinate 2 serial numbers (contract 110448270013)");
        assert!(mails[1].text.contains("the group Boston office"), "{}", mails[1].text);
        office.end_work().await;
    }

    /// Somebody new is invited instead, with a link that is stored as a hash only.
    pub async fn invited(engine: Engine) {
        let mut office = Office::open(engine, false).await;
        office.go_live().await;
        office.begin_work(office.to_sink());
        let hana = json!({"email": "hana@of.example", "first_name": "Hana", "last_name": "Sato"});
        office.assign(json!({"coordinator": hana, "to": {"serial_numbers": ["S2", "S3"]}})).await;
        office.later().await;
        let mails = office.since(0);
        assert_eq!(
            heads(&mails),
            [
                ("elena", "2 serial numbers have a new Software Coordinator"),
                ("hana", "You're invited to Ostrava & Finch's Subscription Center"),
            ]
        );
        assert!(mails[0].text.contains("Hana Sato has not accepted the invitation yet."), "{}", mails[0].text);
        assert!(mails[1].text.contains("of 2 serial numbers") && mails[1].text.contains("S3"), "{}", mails[1].text);
        let secret = secret(&mails[1].text, "/invite/");
        assert_eq!(secret.len(), 43);
        assert!(mails[1].html.contains(&format!("{BASE}/invite/{secret}")));
        let links = if engine == Engine::Sqlite {
            "SELECT lower(hex(hash)) FROM links WHERE purpose = 'invitation' AND account_id = 1"
        } else {
            "SELECT encode(hash, 'hex') FROM links WHERE purpose = 'invitation' AND account_id = 1"
        };
        assert_eq!(office.texts(links).await, [hex(secret)]);
        let stored =
            office.texts("SELECT subject || body_text || body_html || why || message_id || error FROM notices").await;
        assert!(!stored.concat().contains(secret) && stored.concat().contains("{link}"));
        assert_eq!(office.number("SELECT COUNT(*) FROM invitations WHERE mailed_at IS NOT NULL").await, 1);
        let lasts = office.number("SELECT l.expires_at - l.created_at FROM links l").await;
        assert_eq!(lasts, 30 * 24 * 3_600_000);
        office.end_work().await;
    }

    /// Before go-live, at once, five in a quarter of an hour, and nothing for who is unknown or deactivated.
    pub async fn sign_in(engine: Engine) {
        let mut office = Office::open(engine, false).await;
        office.begin_work(office.to_sink());
        for _ in 0..7 {
            office.ask_to_sign_in("Maya@OF.example ").await;
        }
        office.ask_to_sign_in("nobody@of.example").await;
        office.exec("UPDATE people SET deactivated_at = 1 WHERE id = 4").await;
        office.ask_to_sign_in("jonas@of.example").await;
        office.idle().await;
        let mails = office.since(0);
        assert_eq!(heads(&mails), [("maya", "Your sign-in link"); 5]);
        let text = &mails[0].text;
        assert!(text.contains("Ridgeline Software") && text.contains("Call +1 555 0100"), "{text}");
        for mail in &mails {
            let all = format!("{}{}{:?}", mail.text, mail.html, mail.headers);
            assert!(!["{link}", "{center}", "{questions}", "{base_url}"].iter().any(|p| all.contains(p)), "{all}");
            assert!(mail.headers["message-id"].ends_with("@subscriptions.example.com>"));
        }
        let secret = secret(text, "/sign-in/link/");
        let stored = office.texts("SELECT body_text || body_html FROM notices").await;
        assert!(!stored.concat().contains(secret));
        assert_eq!(office.number("SELECT MAX(expires_at - created_at) FROM links").await, 15 * 60_000);
        office.product.clock.advance_ms(15 * 60_000);
        office.ask_to_sign_in("maya@of.example").await;
        office.idle().await;
        assert_eq!(office.sink.mails().len(), 6);
        office.end_work().await;
    }

    /// 451 is tried again, 550 marks the address, a refusal of the message does not; the wrong person is never marked.
    pub async fn refused_by_the_server(engine: Engine) {
        let mut office = Office::open(engine, false).await;
        office.begin_work(office.to_sink());
        office.sink.answer(&[
            ("maya@of.example", "451 4.3.0 try again later"),
            ("tomas@of.example", "550 5.1.1 no such mailbox"),
            ("jonas@of.example", "554 5.7.1 refused by policy"),
        ]);
        for who in ["maya", "tomas", "jonas"] {
            office.ask_to_sign_in(&format!("{who}@of.example")).await;
        }
        office.idle().await;
        assert_eq!(office.sink.mails().len(), 0);
        let state = "SELECT p.first_name || ' ' || n.state || ' ' || CASE WHEN p.bounced_at IS NULL THEN 'good' ELSE 'bounced' END
            FROM notices n JOIN people p ON p.id = n.person_id ORDER BY p.id";
        assert_eq!(office.texts(state).await, ["Maya queued good", "Tomás failed bounced", "Jonas failed good"]);
        assert_eq!(
            office
                .number(
                    "SELECT COUNT(*) FROM notices WHERE error LIKE '%451%' OR error LIKE '%550%' OR error LIKE '%554%'"
                )
                .await,
            3
        );
        assert_eq!(office.texts("SELECT state FROM jobs").await, ["waiting"]);
        // Every try has a link of its own and the same Message-ID.
        office.sink.answer(&[]);
        office.product.clock.advance_ms(31_000);
        office.app.wake();
        office.until("SELECT COUNT(*) FROM notices WHERE state = 'sent'", 1).await;
        assert_eq!(office.number("SELECT COUNT(*) FROM links WHERE person_id = 2").await, 2);
        assert_eq!(heads(&office.since(0)), [("maya", "Your sign-in link")]);
        // Five days of 451 are enough.
        office.sink.answer(&[("*", "451 4.3.0 try again later")]);
        office.ask_to_sign_in("maya@of.example").await;
        office.idle().await;
        office.product.clock.advance_days(5);
        office.app.wake();
        office.until("SELECT COUNT(*) FROM notices WHERE state = 'queued'", 0).await;
        office.until("SELECT COUNT(*) FROM jobs", 0).await;
        assert_eq!(office.number("SELECT COUNT(*) FROM people WHERE bounced_at IS NOT NULL").await, 1);
        office.end_work().await;
    }

    /// Nobody is marked while no server is there; when there is one, all leaves within seconds.
    pub async fn server_away(engine: Engine) {
        let mut office = Office::open(engine, false).await;
        let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = nobody.local_addr().unwrap().port();
        drop(nobody);
        office.begin_work(Transport::from_address(&format!("smtp://127.0.0.1:{port}")).unwrap());
        for who in ["maya", "tomas", "jonas"] {
            office.ask_to_sign_in(&format!("{who}@of.example")).await;
        }
        office.until("SELECT COUNT(*) FROM notices WHERE error <> '' AND state = 'queued'", 3).await;
        assert_eq!(office.number("SELECT COUNT(*) FROM people WHERE bounced_at IS NOT NULL").await, 0);
        let tried = "SELECT CAST(SUM(attempts) AS BIGINT) FROM jobs";
        let before = office.number(tried).await;
        tokio::time::sleep(Duration::from_secs(5)).await;
        let after = office.number(tried).await;
        assert!(after > before && after <= before + 2, "one at a time, every 3 seconds: {before}, then {after}");
        office.end_work().await;
        office.begin_work(office.to_sink());
        office.until("SELECT COUNT(*) FROM notices WHERE state = 'sent'", 3).await;
        assert_eq!(office.sink.mails().len(), 3);
        office.end_work().await;
    }

    /// A demo is live at once, and keeps its mail with the links.
    pub async fn demo(engine: Engine) {
        let mut office = Office::open(engine, true).await;
        office.begin_work(Transport::Demo);
        office.assign(json!({"coordinator": {"email": "maya@of.example"}, "to": {"all_assets": true}})).await;
        office.ask_to_sign_in("tomas@of.example").await;
        office.later().await;
        assert_eq!(office.number("SELECT COUNT(*) FROM notices WHERE state = 'sent'").await, 4);
        assert_eq!(office.sink.mails().len(), 0, "nothing leaves");
        let kept = office.texts("SELECT body_text FROM demo_mails ORDER BY sent_to").await;
        assert_eq!(kept.len(), 4);
        let linked = kept.iter().filter(|text| text.contains(&format!("{BASE}/sign-in/link/"))).count();
        assert_eq!(linked, 1, "{kept:#?}");
        office.end_work().await;
    }

    /// A lease is told from another by the id of its job: that of one that ended must not return while somebody holds it.
    pub async fn ids_are_used_once(engine: Engine) {
        let office = Office::open(engine, false).await;
        let mut ids = Vec::new();
        for _ in 0..2 {
            office.ask_to_sign_in("maya@of.example").await;
            ids.push(office.number("SELECT MAX(id) FROM jobs").await);
            office.exec("DELETE FROM jobs").await;
        }
        assert!(ids[0] < ids[1], "{ids:?}");
    }

    /// A job whose worker died is taken over; one that is still held is not run twice.
    pub async fn lease_lost(engine: Engine) {
        let mut office = Office::open(engine, false).await;
        office.ask_to_sign_in("maya@of.example").await;
        let now = office.app.clock().now();
        office.exec(&format!("UPDATE jobs SET state = 'running', lease = 7, leased_until = {}", now + 120_000)).await;
        office.begin_work(office.to_sink());
        tokio::time::sleep(Duration::from_millis(1_200)).await;
        assert_eq!(office.sink.mails().len(), 0, "somebody holds it");
        office.product.clock.advance_ms(121_000);
        office.app.wake();
        office.until("SELECT COUNT(*) FROM notices WHERE state = 'sent'", 1).await;
        office.until("SELECT COUNT(*) FROM jobs", 0).await;
        // A kind that nobody knows, a payload that is not there: neither ends the worker.
        office
            .exec("INSERT INTO jobs (kind, payload, dedup_key, run_at, urgent, state, attempts, lease, leased_until, error) VALUES
                ('x.y', 1, 'a', 0, TRUE, 'waiting', 0, 0, 0, ''), ('mail.send', 999999, 'b', 0, TRUE, 'waiting', 0, 0, 0, ''),
                ('mail.change_set', 999999, 'c', 0, TRUE, 'waiting', 0, 0, 0, '')")
            .await;
        office.ask_to_sign_in("tomas@of.example").await;
        office.until("SELECT COUNT(*) FROM notices WHERE state = 'sent'", 2).await;
        office.idle().await;
        assert_eq!(office.texts("SELECT kind || ' ' || state FROM jobs").await, ["x.y failed"]);
        assert_eq!(office.sink.mails().len(), 2);
        office.end_work().await;
    }
}
