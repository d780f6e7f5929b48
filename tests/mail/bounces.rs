//! What comes back after a mail server took it: reports in a Maildir.
use super::office::{Office, heads};
use subscription_center::notices::intake;
use testkit::product::Engine;

const POSTFIX: &str = include_str!("../../src/notices/samples/postfix.eml");
const DELAYED: &str = include_str!("../../src/notices/samples/postfix_delayed.eml");
const POLICY: &str = include_str!("../../src/notices/samples/gmail_policy.eml");

/// A report about the one mail that was sent, or about one that never was.
fn report(sample: &str, message_id: &str) -> String {
    sample
        .replace("<abcdefghijklmnop@subscriptions.example.com>", message_id)
        .replace("o.reyes@ostrava.example", "tomas@of.example")
}

/// Marks the address once, tells those who stand in once, and does nothing for a report that is forged, repeated or too late.
pub async fn came_back(engine: Engine) {
    let mut office = Office::open(engine, false).await;
    office.go_live().await;
    office.begin_work(office.to_sink());
    office
        .exec(
            "INSERT INTO accounts (id, number, name, name_key, kind, country, phone, contact_email, renewals_email, version) VALUES
                (9, 'R-9', 'Brightwell', 'brightwell', 'reseller', 'GB', '', '', '', 1);
            INSERT INTO people (id, handle, email, email_key, first_name, last_name, first_key, last_key, sort_key, language, theme, version) VALUES
                (9, 'h9', 'agent@brightwell.example', 'agent@brightwell.example', 'Ada', 'Agent', 'ada', 'agent', '09', 'en', 'auto', 1);
            INSERT INTO memberships (account_id, person_id, partner_role, confirmed_at) VALUES (9, 9, 'partner_admin', 1);
            UPDATE contracts SET reseller_id = 9 WHERE id = 1;
            INSERT INTO backup_contacts (contract_id, person_id, named_by, named_at) VALUES (1, 2, 1, 1)",
        )
        .await;
    office.ask_to_sign_in("tomas@of.example").await;
    office.idle().await;
    let id = office.texts("SELECT message_id FROM notices").await.remove(0);
    let maildir = office.product.path("bounces");
    intake::prepare(&maildir).unwrap();
    let put = |name: &str, text: String| std::fs::write(maildir.join("new").join(name), text).unwrap();

    put("1", report(POSTFIX, "<forged@subscriptions.example.com>"));
    put("2", "Subject: Out of office\n\nBack on Monday\n".to_owned());
    assert_eq!(intake::look(&office.app, &maildir).await.unwrap(), 0);
    let lost = "SELECT COUNT(*) FROM people WHERE bounced_at IS NOT NULL";
    assert_eq!(office.number(lost).await, 0, "forged");
    put("3", report(DELAYED, &id));
    assert_eq!(intake::look(&office.app, &maildir).await.unwrap(), 1);
    assert_eq!(
        office.number("SELECT COUNT(*) FROM notices WHERE delayed_at IS NOT NULL AND came_back_at IS NULL").await,
        1
    );
    assert_eq!(office.number(lost).await, 0, "it may still arrive");
    put("4", report(POSTFIX, &id));
    put("5", report(POSTFIX, &id));
    assert_eq!(intake::look(&office.app, &maildir).await.unwrap(), 1, "twice is once");
    assert_eq!(office.number("SELECT id FROM people WHERE bounced_at IS NOT NULL").await, 3);
    assert_eq!(std::fs::read_dir(maildir.join("new")).unwrap().count(), 0);
    assert_eq!(std::fs::read_dir(maildir.join("cur")).unwrap().count(), 5);
    let words = office.texts("SELECT error FROM notices WHERE came_back_at IS NOT NULL").await.concat();
    assert!(words.starts_with("5.1.1 550 5.1.1 <tomas@of.example>: Recipient address rejected"), "{words}");

    office.app.wake();
    office.idle().await;
    let mails = office.since(1);
    let subject = "Mail to tomas@of.example came back";
    assert_eq!(heads(&mails), [("agent", subject), ("elena", subject), ("maya", subject)]);
    let text = |n: usize| mails[n].text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(text(1).contains("Tomás Brandt coordinates 1 serial number on contract 110448270013."), "{}", text(1));
    assert!(text(1).contains("Hand over") && text(2).contains("you are the backup contact"), "{}", text(2));
    assert!(text(0).contains("agent of the reseller"), "{}", text(0));

    // A policy says nothing about the mailbox; one who was here since is reached; another address is not this one.
    for (n, sample, prepare) in [
        ("6", POLICY, "UPDATE people SET bounced_at = NULL"),
        ("7", POSTFIX, "UPDATE people SET bounced_at = NULL, seen_at = 9000000000000 WHERE id = 3"),
        ("8", POSTFIX, "UPDATE people SET seen_at = NULL, email = 'tomas.brandt@of.example' WHERE id = 3"),
    ] {
        office.exec(&format!("{prepare}; UPDATE notices SET came_back_at = NULL WHERE kind = 'sign_in_link'")).await;
        put(n, report(sample, &id));
        assert_eq!(intake::look(&office.app, &maildir).await.unwrap(), 1, "{n}");
        assert_eq!(office.number(lost).await, 0, "{n}");
    }
    office.end_work().await;
}
