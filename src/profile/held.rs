//! What is held about one person, section by section. No secrets: of a password it says when it was set.
use crate::db::{FromRow, Sql, WriteTx, sql};
use crate::error::AppError;
use crate::policy::WriteProof;
use crate::time::{Instant, rfc3339};
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

/// An instant as programs read it.
fn instant<S: Serializer>(at: &Option<Instant>, to: S) -> Result<S::Ok, S::Error> {
    at.map(rfc3339).serialize(to)
}

/// Each section: a row type with its columns, and the statement that fills it. `$1` is the person.
macro_rules! sections {
    ($($name:ident $row:ident { $($(@$at:literal)? $column:ident: $type:ty),* } $text:literal;)*) => {
        $(
            #[derive(FromRow, Serialize)]
            struct $row { $($(#[serde(serialize_with = $at)])? $column: $type),* }
        )*
        /// Everything, by section. A fixed number of statements.
        pub(super) async fn everything(tx: &mut WriteTx, proof: &impl WriteProof, person: i64) -> Result<Value, AppError> {
            let mut all = Map::new();
            $(
                let rows: Vec<$row> = tx.fetch(proof, sql($text).bind(person)).await?;
                all.insert(stringify!($name).to_owned(), serde_json::to_value(rows).map_err(|_| AppError::Lost)?);
            )*
            Ok(Value::Object(all))
        }
        pub(super) fn statements() -> Vec<Sql> {
            vec![$(sql($text)),*]
        }
    };
}

sections! {
    profile Profile {
        email: String, first_name: String, last_name: String, language: String, time_zone: String, theme: String,
        shortcuts: bool, staff_role: Option<String>, @"instant" signed_in_at: Option<Instant>,
        @"instant" deactivated_at: Option<Instant>, @"instant" bounced_at: Option<Instant>
    } "SELECT email, first_name, last_name, language, time_zone, theme, shortcuts, staff_role, signed_in_at, deactivated_at,
        bounced_at FROM people WHERE id = $1 OR merged_into = $1 ORDER BY id";
    shipping_addresses Shipping {
        company: String, recipient: String, line1: String, line2: String, postal_code: String, city: String, region: String,
        country: String, phone: String, @"instant" checked_at: Option<Instant>
    } "SELECT company, recipient, line1, line2, postal_code, city, region, country, phone, checked_at
        FROM shipping_addresses WHERE person_id = $1";
    address_changes AddressChange {
        old_email: String, new_email: String, @"instant" asked_at: Option<Instant>, @"instant" done_at: Option<Instant>,
        ended: String
    } "SELECT old_email, new_email, asked_at, done_at, ended FROM email_changes WHERE person_id = $1 ORDER BY id";
    companies Membership {
        account_number: String, name: String, partner_role: Option<String>, @"instant" confirmed_at: Option<Instant>,
        @"instant" invited_at: Option<Instant>, @"instant" accepted_at: Option<Instant>
    } "SELECT o.number AS account_number, o.name, m.partner_role, m.confirmed_at, i.invited_at, i.accepted_at
        FROM memberships m JOIN accounts o ON o.id = m.account_id
        LEFT JOIN invitations i ON i.account_id = m.account_id AND i.person_id = m.person_id
        WHERE m.person_id = $1 ORDER BY o.number";
    roles Role {
        level: String, of: Option<String>, @"instant" from_at: Option<Instant>, @"instant" until_at: Option<Instant>
    } "SELECT s.level, COALESCE(a.serial, g.name, c.number) AS of, s.from_at, s.until_at FROM spans s
        LEFT JOIN assets a ON s.level = 'asset' AND a.id = s.target_id
        LEFT JOIN asset_groups g ON s.level = 'group' AND g.id = s.target_id
        LEFT JOIN contracts c ON s.level IN ('contract', 'manager') AND c.id = s.target_id
        WHERE s.person_id = $1 ORDER BY s.id";
    rights_to_name_users Naming {
        contract_number: String, @"instant" given_at: Option<Instant>
    } "SELECT c.number AS contract_number, n.given_at FROM naming_rights n JOIN contracts c ON c.id = n.contract_id
        WHERE n.person_id = $1 ORDER BY c.number";
    access Access {
        contract_number: String, all_assets: bool, releases: bool, extensions: bool, support: bool, learning: bool,
        @"instant" from_at: Option<Instant>, @"instant" ended_at: Option<Instant>
    } "SELECT c.number AS contract_number, e.all_assets, e.releases, e.extensions, e.support, e.learning, e.from_at, e.ended_at
        FROM entries e JOIN contracts c ON c.id = e.contract_id WHERE e.person_id = $1 ORDER BY e.id";
    access_to_serial_numbers AccessTo {
        contract_number: String, serial_number: String, @"instant" ended_at: Option<Instant>
    } "SELECT c.number AS contract_number, a.serial AS serial_number, e.ended_at FROM entries e
        JOIN entry_assets x ON x.entry_id = e.id JOIN assets a ON a.id = x.asset_id JOIN contracts c ON c.id = e.contract_id
        WHERE e.person_id = $1 ORDER BY e.id, a.serial";
    access_requests Asked {
        account_number: String, wants: String, words: String, @"instant" asked_at: Option<Instant>, decision: Option<String>,
        @"instant" decided_at: Option<Instant>
    } "SELECT o.number AS account_number, r.wants, r.words, r.asked_at, r.decision, r.decided_at FROM access_requests r
        JOIN accounts o ON o.id = r.account_id WHERE r.person_id = $1 ORDER BY r.id";
    notices Notice {
        kind: String, address: String, subject: String, body_text: String, why: String, state: String,
        @"instant" created_at: Option<Instant>, @"instant" sent_at: Option<Instant>
    } "SELECT kind, address, subject, body_text, why, state, created_at, sent_at FROM notices WHERE person_id = $1 AND mailbox = ''
        ORDER BY id";
    renewal_requests Quote {
        contract_number: String, sent_to: String, words: String, @"instant" asked_at: Option<Instant>, state: String
    } "SELECT c.number AS contract_number, q.sent_to, q.words, q.asked_at, q.state FROM quote_requests q
        JOIN contracts c ON c.id = q.contract_id WHERE q.asked_by = $1 ORDER BY q.id";
    shipments Shipment {
        release: String, state: String, recipient: String, line1: String, line2: String, postal_code: String, city: String,
        region: String, country: String, @"instant" requested_at: Option<Instant>, carrier: String, tracking: String
    } "SELECT r.line || ' ' || r.version_name AS release, h.state, h.recipient, h.line1, h.line2, h.postal_code, h.city, h.region,
        h.country, h.requested_at, h.carrier, h.tracking FROM shipments h JOIN releases r ON r.id = h.release_id
        WHERE h.person_id = $1 ORDER BY h.id";
    how_to_be_told Preference { category: String, how: String }
        "SELECT category, how FROM notice_preferences WHERE person_id = $1 ORDER BY category";
    further_addresses Further { email: String, @"instant" added_at: Option<Instant>, @"instant" confirmed_at: Option<Instant> }
        "SELECT email, added_at, confirmed_at FROM notice_addresses WHERE person_id = $1 ORDER BY id";
    absences Away { from_on: String, until_on: String, copies_to: String }
        "SELECT x.from_on, x.until_on, q.email AS copies_to FROM absences x JOIN people q ON q.id = x.colleague_id
        WHERE x.person_id = $1";
    yearly_questions Check { assets: i64, @"instant" asked_at: Option<Instant>, answer: String, @"instant" answered_at: Option<Instant> }
        "SELECT assets, asked_at, answer, answered_at FROM role_checks WHERE person_id = $1 ORDER BY id";
    backup_contact_of Backup { contract_number: String, @"instant" named_at: Option<Instant> }
        "SELECT c.number AS contract_number, b.named_at FROM backup_contacts b JOIN contracts c ON c.id = b.contract_id
        WHERE b.person_id = $1 ORDER BY c.number";
    views_by_the_vendor View {
        why: String, @"instant" began_at: Option<Instant>
    } "SELECT why, began_at FROM views WHERE person_id = $1 ORDER BY id";
    sessions Session {
        opened_by: String, device: String, @"instant" created_at: Option<Instant>, @"instant" seen_at: Option<Instant>,
        @"instant" expires_at: Option<Instant>
    } "SELECT opened_by, device, created_at, seen_at, expires_at FROM sessions WHERE person_id = $1 ORDER BY created_at";
    browsers Browser {
        label: String, @"instant" created_at: Option<Instant>, @"instant" seen_at: Option<Instant>
    } "SELECT label, created_at, seen_at FROM devices WHERE person_id = $1 ORDER BY created_at";
    ways_to_sign_in Factor {
        kind: String, name: String, @"instant" set_at: Option<Instant>
    } "SELECT 'password' AS kind, '' AS name, set_at FROM passwords WHERE person_id = $1
        UNION ALL SELECT 'passkey', name, created_at FROM passkeys WHERE person_id = $1
        UNION ALL SELECT 'code generator', '', confirmed_at FROM totps WHERE person_id = $1
        UNION ALL SELECT 'calendar link', '', created_at FROM calendar_keys WHERE person_id = $1
        UNION ALL SELECT 'API token', name, created_at FROM tokens WHERE person_id = $1";
    events Event {
        @"instant" at: Option<Instant>, action: String, by_you: bool, about_you: bool, detail: Option<String>
    } "SELECT e.at, e.action, e.actor_id = $1 AS by_you, e.kind = 'person' AND e.target_id = $1 AS about_you, d.detail
        FROM audit_events e LEFT JOIN audit_details d ON d.event_id = e.id
        WHERE e.actor_id = $1 OR (e.kind = 'person' AND e.target_id = $1) ORDER BY e.id";
}
