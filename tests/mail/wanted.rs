//! What readers want: nothing of a kind, once a day, copies for others; asked while a mail leaves.
use super::office::{BASE, Office, heads, hex, secret};
use axum::body::Body;
use axum::http::Request;
use subscription_center::web;
use testkit::product::Engine;
use tower::ServiceExt;

/// Mail 12 to Maya, as the slice of users writes it.
async fn told(office: &Office, key: &str) {
    let now = office.app.clock().now();
    office
        .exec(&format!(
            "INSERT INTO notices (person_id, account_id, contract_id, kind, address, subject, body_text, body_html, why, reply_to,
                message_id, dedup_key, state, error, created_at)
            VALUES (2, 1, 1, 'access.changed', 'maya@of.example', 'You may now download {key}', 'Words\n\n{BASE}/products\n\n{{unsubscribe}}\n',
                '<main><p>Words</p><a href=\"{{unsubscribe}}\">Stop</a></main>', 'you have access', '', '<{key}@subscriptions.example.com>',
                '{key}', 'queued', '', {now});
            INSERT INTO jobs (kind, payload, dedup_key, run_at, urgent, state, attempts, lease, leased_until, error)
            SELECT 'mail.send', n.id, 'mail.send/' || n.id, {now}, FALSE, 'waiting', 0, 0, 0, '' FROM notices n WHERE n.dedup_key = '{key}'"
        ))
        .await;
    office.app.wake();
    office.idle().await;
}

pub(super) async fn post(office: &Office, path: &str) -> u16 {
    let request =
        Request::builder().method("POST").uri(path).header("content-type", "application/x-www-form-urlencoded");
    let request = request.body(Body::from("List-Unsubscribe=One-Click")).unwrap();
    web::router(office.app.clone()).oneshot(request).await.unwrap().status().as_u16()
}

async fn get(office: &Office, path: &str) -> u16 {
    let request = Request::builder().uri(path).body(Body::empty()).unwrap();
    web::router(office.app.clone()).oneshot(request).await.unwrap().status().as_u16()
}

/// Stopped with one click, collected for eight in the morning, and told as such in the ledger.
pub async fn optional_mail(engine: Engine) {
    let mut office = Office::open(engine, false).await;
    office.go_live().await;
    office.begin_work(office.to_sink());
    told(&office, "one").await;
    let mails = office.since(0);
    let url = mails[0].headers["list-unsubscribe"].trim_matches(['<', '>']).to_owned();
    assert_eq!(mails[0].headers["list-unsubscribe-post"], "List-Unsubscribe=One-Click");
    let secret = secret(&mails[0].text, "/unsubscribe/").to_owned();
    assert_eq!(url, format!("{BASE}/unsubscribe/{secret}"));
    assert!(mails[0].html.contains(&url) && !mails[0].html.contains("{unsubscribe}"));
    let hash = if engine == Engine::Sqlite { "lower(hex(hash))" } else { "encode(hash, 'hex')" };
    assert_eq!(office.texts(&format!("SELECT {hash} FROM unsubscribe_links")).await, [hex(&secret)]);

    let path = format!("/unsubscribe/{secret}");
    assert_eq!(get(&office, &path).await, 200);
    assert_eq!(office.number("SELECT COUNT(*) FROM notice_preferences").await, 0, "a scanner follows links");
    assert_eq!((post(&office, &path).await, post(&office, &path).await), (200, 200), "as often as one likes");
    assert_eq!(post(&office, "/unsubscribe/nosuch").await, 404);
    assert_eq!(office.texts("SELECT category || ' ' || how FROM notice_preferences").await, ["access off"]);
    told(&office, "two").await;
    assert_eq!(office.since(1).len(), 0);
    assert_eq!(office.texts("SELECT state FROM notices WHERE dedup_key = 'two'").await, ["off"]);

    office.exec("UPDATE notice_preferences SET how = 'daily'; UPDATE people SET time_zone = 'America/New_York' WHERE id = 2").await;
    told(&office, "three").await;
    told(&office, "four").await;
    assert_eq!(office.since(1).len(), 0);
    assert_eq!(office.number("SELECT COUNT(*) FROM notices WHERE state = 'collected'").await, 2);
    let hour = "SELECT (run_at / 3600000) % 24 FROM jobs WHERE kind = 'notices.digest'";
    assert!([12, 13].contains(&office.number(hour).await), "eight in New York");
    office.product.clock.advance_days(1);
    office.app.wake();
    office.until("SELECT COUNT(*) FROM notices WHERE kind = 'digest' AND state = 'sent'", 1).await;
    let mails = office.since(1);
    assert_eq!(heads(&mails), [("maya", "Your software today: 2 messages")]);
    assert!(
        mails[0].text.contains("You may now download three") && mails[0].text.contains(&format!("{BASE}/products"))
    );
    assert_eq!(
        office.number("SELECT COUNT(*) FROM notices WHERE state = 'digested' AND digest_id IS NOT NULL").await,
        2
    );
    let path = mails[0].headers["list-unsubscribe"].trim_matches(['<', '>']).replace(BASE, "");
    assert_eq!(post(&office, &path).await, 200);
    assert_eq!(office.texts("SELECT category || ' ' || how FROM notice_preferences").await, ["access off"]);
    office.end_work().await;
}

/// To a further address once it is confirmed, to a colleague of the company while one is away, and to those who stand in for a role
/// that nobody reads for; never to somebody of another company.
pub async fn copies(engine: Engine) {
    let mut office = Office::open(engine, false).await;
    office.go_live().await;
    office.begin_work(office.to_sink());
    office
        .exec(
            "INSERT INTO notice_addresses (handle, person_id, email, email_key, added_at, confirmed_at) VALUES
                ('x', 2, 'maya.phone@of.example', 'maya.phone@of.example', 1, 1), ('y', 2, 'not.yet@of.example', 'not.yet@of.example', 1, NULL);
            INSERT INTO absences (person_id, colleague_id, from_on, until_on) VALUES (2, 4, '2000-01-01', '2099-01-01')",
        )
        .await;
    told(&office, "one").await;
    let to = |mails: &[testkit::mail::Mail]| mails.iter().map(|m| m.to[0].clone()).collect::<Vec<_>>();
    let mails = office.since(0);
    assert_eq!(to(&mails), ["jonas@of.example", "maya.phone@of.example", "maya@of.example"]);
    assert!(mails[0].text.starts_with("This is a copy: Maya Lindqvist is away"), "{}", mails[0].text);
    assert!(
        mails[0].html.contains("<main><p") && mails[0].text.contains("/account/notifications"),
        "{}",
        mails[0].text
    );
    assert!(!mails[0].headers.contains_key("list-unsubscribe") && mails[1].headers.contains_key("list-unsubscribe"));
    assert_eq!(office.number("SELECT COUNT(*) FROM notices WHERE copy_of IS NOT NULL").await, 2);

    // Back, and of another company: no copies.
    office.exec("UPDATE absences SET until_on = '2001-01-01'; DELETE FROM notice_addresses").await;
    told(&office, "two").await;
    office.exec("UPDATE absences SET until_on = '2099-01-01'; UPDATE memberships SET confirmed_at = NULL WHERE person_id = 4").await;
    told(&office, "three").await;
    assert_eq!(to(&office.since(3)), ["maya@of.example", "maya@of.example"]);

    // Maya coordinates, and cannot be reached: the manager and the backup contact get it, too.
    office
        .exec(
            "UPDATE memberships SET confirmed_at = 1 WHERE person_id = 4; DELETE FROM absences;
            UPDATE contracts SET coordinator_id = 2 WHERE id = 1; UPDATE people SET bounced_at = 1 WHERE id = 2;
            INSERT INTO backup_contacts (contract_id, person_id, named_by, named_at) VALUES (1, 4, 1, 1)",
        )
        .await;
    told(&office, "four").await;
    let mails = office.since(5);
    assert_eq!(to(&mails), ["elena@of.example", "jonas@of.example", "maya@of.example"]);
    let text = mails[1].text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(text.contains("as backup contact: Maya Lindqvist, to whom it went, cannot be reached"), "{text}");
    // Without a sign-in for a year after something was sent.
    office
        .exec("UPDATE people SET bounced_at = NULL WHERE id = 2; UPDATE notices SET sent_at = sent_at - 31622400000")
        .await;
    told(&office, "five").await;
    assert_eq!(to(&office.since(8)), ["elena@of.example", "jonas@of.example", "maya@of.example"]);
    office.exec("UPDATE people SET seen_at = 9000000000000 WHERE id = 2").await;
    told(&office, "six").await;
    assert_eq!(to(&office.since(11)), ["maya@of.example"]);
    office.end_work().await;
}
