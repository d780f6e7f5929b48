//! Writes what the files hold, file by file, set-wise: first each staged row is matched with what is known, then known rows
//! are updated in what the vendor owns, and new ones added. `$1` is the instant of the import. This is everything down to
//! the contracts; `on_contracts` has what is on them.
use super::adopt;
use super::files::Kind;
use super::report::Report;
use super::stage::Staging;
use crate::db::sql;
use crate::error::AppError;

/// One import at a time; on PostgreSQL a second one waits here.
const ALONE: &str = "INSERT INTO settings (name, value) VALUES ('imported_at', CAST($1 AS TEXT))
    ON CONFLICT (name) DO UPDATE SET value = excluded.value";
/// Locks the contracts that the files speak of, before anything is compared with them.
const LOCK: &str = "UPDATE contracts SET version = version WHERE number IN (
    SELECT s.number FROM in_contracts s UNION SELECT s.contract FROM in_groups s UNION SELECT s.contract FROM in_assets s
    UNION SELECT s.contract FROM in_users s)";
const LAST: &str = "SELECT COALESCE(MAX(at), 0) FROM audit_events WHERE id = (SELECT MAX(e.id) FROM audit_events e)";
const KNOWN: &str = "SELECT COUNT(*) FROM (SELECT 1 AS one FROM contracts c LIMIT 1) k";

/// Waits for another import, locks, and sets the clock behind what was written last.
pub async fn lock(staging: &mut Staging<'_>) -> Result<(), AppError> {
    let alone = sql(ALONE).bind(staging.tx.now().to_string());
    staging.run(alone).await?;
    if staging.number(KNOWN).await? > 0 {
        staging.run(sql(LOCK)).await?;
    }
    let (last, zone) = (staging.number(LAST).await?, staging.tx.zone().clone());
    let at = last.max(staging.tx.now());
    let today = crate::time::day_of(at, &zone);
    staging.tx.locked(crate::time::Moment { at, today, zone });
    Ok(())
}

/// The statements of a file.
struct Step {
    kind: Kind,
    /// Finds what is known.
    matching: &'static [&'static str],
    /// Updates what is known and has changed; the first one counts.
    updating: &'static [&'static str],
    /// Adds what is new; the first one counts.
    adding: &'static [&'static str],
}

const ACCOUNTS: Step = Step {
    kind: Kind::Accounts,
    matching: &["UPDATE in_accounts SET id = a.id, changed = CASE WHEN a.name <> in_accounts.name
            OR a.kind <> in_accounts.kind OR a.country <> in_accounts.country
            OR a.phone <> COALESCE(in_accounts.phone, a.phone)
            OR a.contact_email <> COALESCE(in_accounts.contact_email, a.contact_email)
            OR a.renewals_email <> COALESCE(in_accounts.renewals_email, a.renewals_email)
            OR EXISTS (SELECT 1 FROM in_domains d WHERE d.line = in_accounts.line AND d.domain NOT IN (
                SELECT k.domain FROM account_domains k WHERE k.account_id = a.id))
            OR EXISTS (SELECT 1 FROM account_domains k WHERE k.account_id = a.id AND k.domain NOT IN (
                SELECT d.domain FROM in_domains d WHERE d.line = in_accounts.line))
        THEN 1 ELSE 0 END FROM accounts a WHERE a.number = in_accounts.number"],
    updating: &[
        "UPDATE accounts SET name = s.name, name_key = s.name_key, kind = s.kind, country = s.country,
            phone = COALESCE(s.phone, accounts.phone), contact_email = COALESCE(s.contact_email, accounts.contact_email),
            renewals_email = COALESCE(s.renewals_email, accounts.renewals_email), version = accounts.version + 1
         FROM in_accounts s WHERE accounts.id = s.id AND s.changed = 1",
        "UPDATE memberships SET partner_role = NULL WHERE partner_role IS NOT NULL AND account_id IN (
            SELECT s.id FROM in_accounts s WHERE s.changed = 1 AND s.kind = 'customer')",
        "DELETE FROM account_domains WHERE account_id IN (SELECT s.id FROM in_accounts s WHERE s.changed = 1)",
    ],
    adding: &[
        "INSERT INTO accounts (number, name, name_key, kind, country, phone, contact_email, renewals_email, version)
         SELECT s.number, s.name, s.name_key, s.kind, s.country, COALESCE(s.phone, ''), COALESCE(s.contact_email, ''),
            COALESCE(s.renewals_email, ''), 1 FROM in_accounts s WHERE s.id IS NULL ORDER BY s.line",
        "INSERT INTO account_domains (account_id, domain) SELECT a.id, d.domain FROM in_domains d
         JOIN in_accounts s ON s.line = d.line JOIN accounts a ON a.number = s.number
         WHERE s.id IS NULL OR s.changed = 1 ON CONFLICT (account_id, domain) DO NOTHING",
    ],
};

/// Whoever has signed in minds the own name and language; the role is the vendor's to give.
const PEOPLE: Step = Step {
    kind: Kind::People,
    matching: &["UPDATE in_people SET id = p.id, changed = CASE WHEN (p.signed_in_at IS NULL
                AND (p.first_name <> in_people.first_name OR p.last_name <> in_people.last_name
                    OR p.language <> in_people.language))
            OR COALESCE(p.staff_role, '') <> CASE WHEN in_people.role IN ('', 'partner', 'partner_admin') THEN ''
                ELSE in_people.role END
            OR EXISTS (SELECT 1 FROM in_members i JOIN accounts a ON a.number = i.account
                LEFT JOIN memberships m ON m.account_id = a.id AND m.person_id = p.id
                WHERE i.line = in_people.line AND (m.person_id IS NULL OR (a.kind = 'reseller'
                    AND COALESCE(m.partner_role, '') <> in_people.role)))
        THEN 1 ELSE 0 END FROM people p WHERE p.email_key = in_people.email_key"],
    updating: &["UPDATE people SET
            first_name = CASE WHEN signed_in_at IS NULL THEN s.first_name ELSE people.first_name END,
            last_name = CASE WHEN signed_in_at IS NULL THEN s.last_name ELSE people.last_name END,
            first_key = CASE WHEN signed_in_at IS NULL THEN s.first_key ELSE people.first_key END,
            last_key = CASE WHEN signed_in_at IS NULL THEN s.last_key ELSE people.last_key END,
            sort_key = CASE WHEN signed_in_at IS NULL THEN s.sort_key ELSE people.sort_key END,
            language = CASE WHEN signed_in_at IS NULL THEN s.language ELSE people.language END,
            staff_role = CASE WHEN s.role IN ('', 'partner', 'partner_admin') THEN NULL ELSE s.role END,
            version = people.version + 1
         FROM in_people s WHERE people.id = s.id AND s.changed = 1"],
    adding: &[
        "INSERT INTO people (handle, email, email_key, first_name, last_name, first_key, last_key, sort_key, language, theme,
            staff_role, version)
         SELECT s.handle, s.email, s.email_key, s.first_name, s.last_name, s.first_key, s.last_key, s.sort_key, s.language,
            'auto', CASE WHEN s.role IN ('', 'partner', 'partner_admin') THEN NULL ELSE s.role END, 1
         FROM in_people s WHERE s.id IS NULL ORDER BY s.line",
        "INSERT INTO memberships (account_id, person_id, partner_role, confirmed_at)
         SELECT DISTINCT a.id, p.id, CASE WHEN a.kind = 'reseller' AND s.role <> '' THEN s.role END, CAST($1 AS BIGINT)
         FROM in_members i JOIN in_people s ON s.line = i.line JOIN people p ON p.email_key = s.email_key
         JOIN accounts a ON a.number = i.account WHERE s.id IS NULL OR s.changed = 1
         ON CONFLICT (account_id, person_id) DO UPDATE SET partner_role = excluded.partner_role",
    ],
};

const PRODUCTS: Step = Step {
    kind: Kind::Products,
    matching: &["UPDATE in_products SET id = p.id,
            changed = CASE WHEN p.name <> in_products.name OR p.line <> in_products.product_line THEN 1 ELSE 0 END
         FROM products p WHERE p.code = in_products.code"],
    updating: &["UPDATE products SET name = s.name, name_key = s.name_key, line = s.product_line
         FROM in_products s WHERE products.id = s.id AND s.changed = 1"],
    adding: &["INSERT INTO products (code, name, name_key, line)
         SELECT s.code, s.name, s.name_key, s.product_line FROM in_products s WHERE s.id IS NULL ORDER BY s.line"],
};

const CONTRACTS: Step = Step {
    kind: Kind::Contracts,
    matching: &[
        "UPDATE in_contracts SET id = c.id, changed = CASE WHEN c.start_on <> in_contracts.start_on
            OR c.end_on <> in_contracts.end_on OR c.program <> in_contracts.program
            OR c.support_tier <> in_contracts.support_tier
            OR COALESCE((SELECT r.number FROM accounts r WHERE r.id = c.reseller_id), '') <> in_contracts.reseller
            THEN 1 ELSE 0 END FROM contracts c WHERE c.number = in_contracts.number",
        "INSERT INTO in_touched (id) SELECT s.id FROM in_contracts s WHERE s.changed = 1",
        adopt::TO_WHOM,
    ],
    updating: &["UPDATE contracts SET start_on = s.start_on, end_on = s.end_on, program = s.program,
            support_tier = s.support_tier, reseller_id = (SELECT r.id FROM accounts r WHERE r.number = s.reseller)
         FROM in_contracts s WHERE contracts.id = s.id AND s.changed = 1"],
    adding: &[
        "INSERT INTO contracts (number, account_id, reseller_id, manager_id, coordinator_id, program, support_tier, start_on,
            end_on, version, changed_at)
         SELECT s.number, a.id, r.id, m.id, q.id, s.program, s.support_tier, s.start_on, s.end_on, 1, $1
         FROM in_contracts s JOIN accounts a ON a.number = s.account JOIN people n ON n.email_key = s.manager_key
         JOIN people m ON m.id = COALESCE(s.adopter, n.id) LEFT JOIN accounts r ON r.number = s.reseller LEFT JOIN people q ON q.email_key = s.coordinator_key
         WHERE s.id IS NULL ORDER BY s.line",
        "INSERT INTO spans (level, target_id, person_id, from_at, set_by)
         SELECT 'manager', c.id, c.manager_id, $1, 0 FROM in_contracts s JOIN contracts c ON c.number = s.number
         WHERE s.id IS NULL",
        "INSERT INTO spans (level, target_id, person_id, from_at, set_by)
         SELECT 'contract', c.id, c.coordinator_id, $1, 0 FROM in_contracts s JOIN contracts c ON c.number = s.number
         WHERE s.id IS NULL AND c.coordinator_id IS NOT NULL",
        adopt::UNCONFIRM,
        adopt::NOTE,
    ],
};

/// Companies, people, products, contracts: each refers to the ones before.
const STEPS: [&Step; 4] = [&ACCOUNTS, &PEOPLE, &PRODUCTS, &CONTRACTS];

/// Writes what is not on a contract, and the contracts.
pub async fn write(staging: &mut Staging<'_>, report: &mut Report) -> Result<(), AppError> {
    for step in STEPS {
        staging.all(step.matching).await?;
        let updated = staging.counted(step.updating).await?;
        let added = staging.counted(step.adding).await?;
        report.count(step.kind, added, updated);
    }
    report.adopted = adopt::list(staging).await?;
    Ok(())
}

const BUMP: &str = "UPDATE contracts SET version = version + 1, changed_at = $1
    WHERE id IN (SELECT t.id FROM in_touched t)";

/// Moves the version of each known contract on which something changed, once.
pub async fn bump(staging: &mut Staging<'_>) -> Result<(), AppError> {
    staging.all(&[BUMP]).await?;
    Ok(())
}
