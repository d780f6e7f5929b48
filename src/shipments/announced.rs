//! What an announcement orders: media for those coordinators who want them by post. Three statements, however many.
use super::address::{columns_or_none, fresh_since};
use crate::db::{Sql, WriteTx, sql};
use crate::error::AppError;
use crate::policy::{AnnounceRelease, Permit};

/// Announced serial numbers of coordinators who want media, which are on no order of this release yet. `$1` the release, `$2` the
/// announcement. Whoever is told in place of a coordinator, or gets a copy, receives nothing. What is on an order is asked for once and not
/// for each row: PostgreSQL, which has no statistics of rows that this very transaction wrote, looked through all of them each time.
macro_rules! wanted {
    ($columns:literal) => {
        concat!(
            "SELECT ",
            $columns,
            " FROM announced_assets s JOIN people p ON p.id = s.person_id AND p.prefers_media = TRUE
            JOIN assets a ON a.id = s.asset_id WHERE s.announcement_id = $2
            AND s.level IN ('asset', 'group', 'contract', 'contract_manager')
            AND s.asset_id NOT IN (SELECT x.asset_id FROM shipment_assets x JOIN shipments o ON o.id = x.shipment_id
                WHERE o.release_id = $1 AND o.state IN ('requested', 'approved', 'shipped'))"
        )
    };
}
/// `$3` now, `$4` who, `$5`: an address that was checked before then is asked for again.
const OPEN: &str = concat!(
    "INSERT INTO shipments (account_id, person_id, release_id, state, company, recipient, line1, line2, postal_code, city,
        region, country, phone, confirmed_at, asked_at, origin, requested_by, requested_at, state_at, version)
     SELECT w.account_id, w.person_id, CAST($1 AS BIGINT), 'requested', ",
    columns_or_none!("d"),
    ", CASE WHEN d.checked_at >= $5 THEN d.checked_at END,
        CASE WHEN COALESCE(d.checked_at, 0) < $5 THEN CAST($3 AS BIGINT) END, 'announcement', CAST($4 AS BIGINT),
        CAST($3 AS BIGINT), CAST($3 AS BIGINT), 1
     FROM (",
    wanted!("DISTINCT s.person_id, a.account_id"),
    ") w LEFT JOIN shipping_addresses d ON d.person_id = w.person_id WHERE TRUE ON CONFLICT DO NOTHING"
);
/// An order that was there already takes them in. The terms leave it but one index to use, that of release and person: without statistics
/// the one of states looks as good, and took 45 seconds for 1,000 coordinators.
const PUT: &str = concat!(
    "INSERT INTO shipment_assets (shipment_id, asset_id) ",
    wanted!(
        "(SELECT MAX(h.id + 0) FROM shipments h WHERE h.release_id = $1 AND h.person_id = s.person_id
            AND h.account_id + 0 = a.account_id AND h.state || '' = 'requested'), s.asset_id"
    )
);
const NOTE: &str = "INSERT INTO shipment_events (shipment_id, at, by_id, event, words)
    SELECT h.id, h.requested_at, h.requested_by, 'announced', '' FROM shipments h
    WHERE h.release_id = $1 AND h.origin = 'announcement' AND h.requested_at = $2";

/// Orders for those on the frozen list of this announcement.
pub async fn order(tx: &mut WriteTx, permit: &Permit<AnnounceRelease>, announcement: i64) -> Result<(), AppError> {
    let (release, now) = (permit.target().0, tx.now());
    let since = fresh_since(tx.today(), tx.zone());
    let open = sql(OPEN).bind(release).bind(announcement).bind(now).bind(permit.actor()).bind(since);
    tx.execute(permit, open).await?;
    tx.execute(permit, sql(PUT).bind(release).bind(announcement)).await?;
    tx.execute(permit, sql(NOTE).bind(release).bind(now)).await?;
    Ok(())
}

pub(super) fn statements() -> Vec<Sql> {
    [OPEN, PUT, NOTE].map(sql).into()
}
