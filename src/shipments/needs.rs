//! What orders need of the reader, for Home.
use crate::db::{FromRow, Reader, Sql, sql};
use crate::error::AppError;
use crate::home::pages::Need;
use crate::ids::{OrderNumber, Single};
use crate::operation::Query;
use crate::policy::{self, EditShipTo, Permit, Scope, Scoped};
use crate::time::{DAY, Instant};
use crate::web::words::count;

/// So many of each are shown.
const MOST: i64 = 3;
/// What came back longer ago is on the page of orders only.
const RECENT: Instant = 60 * DAY;

/// Asks what orders need: of customers' people, or of the vendor's who ship.
pub struct ShowOrderNeeds {
    /// The reader ships.
    pub ships: bool,
}

#[derive(FromRow)]
struct Row {
    id: i64,
    line: String,
    version_name: String,
    state: String,
}

/// The address is asked of whoever coordinates now; that it came back concerns everybody who may order again.
const ASKS: &str = "SELECT h.id, r.line, r.version_name, h.state FROM memberships m JOIN shipments h ON h.account_id = m.account_id
    JOIN releases r ON r.id = h.release_id WHERE m.person_id = $1 AND m.confirmed_at IS NOT NULL AND ((h.state = 'requested'
        AND EXISTS (SELECT 1 FROM shipment_assets x JOIN assets a ON a.id = x.asset_id JOIN contracts c ON c.id = a.contract_id
            LEFT JOIN asset_groups g ON g.id = a.group_id WHERE x.shipment_id = h.id
            AND COALESCE(a.coordinator_id, g.coordinator_id, c.coordinator_id, c.manager_id) = $1
            AND (h.confirmed_at IS NULL OR h.person_id <> $1)))
    OR (h.state = 'returned' AND h.state_at > $2 AND NOT EXISTS (SELECT 1 FROM shipment_assets x
        JOIN shipment_assets y ON y.asset_id = x.asset_id JOIN shipments o ON o.id = y.shipment_id
        WHERE x.shipment_id = h.id AND o.id > h.id AND o.release_id = h.release_id AND o.state <> 'cancelled'))) AND";
const FIRST: &str = " ORDER BY h.id LIMIT ";
const WAIT: &str = "SELECT COUNT(*) FROM shipments h WHERE h.state = 'requested' AND h.confirmed_at IS NOT NULL";

fn asks(scope: &Scope<EditShipTo>, since: Instant) -> Scoped {
    scope.select(ASKS, since, |s| s.push(FIRST).push_bind(MOST))
}

impl Query for ShowOrderNeeds {
    type Action = policy::SeeSelf;
    type Output = Vec<Need>;

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, reader: &mut Reader, permit: &Permit<Self::Action>) -> Result<Vec<Need>, AppError> {
        if self.ships {
            let waiting: Option<(i64,)> = reader.find(permit, sql(WAIT)).await?;
            return Ok(waiting.filter(|(n,)| *n > 0).map(|(n,)| wait(n)).into_iter().collect());
        }
        let since = reader.now().at - RECENT;
        let rows: Vec<Row> = reader.list(asks(&permit.scope(), since)).await?;
        Ok(rows.iter().map(Row::need).collect())
    }
}

fn wait(n: i64) -> Need {
    let verb = if n == 1 { "waits" } else { "wait" };
    Need {
        text: format!("{} {verb} for approval.", count(n, "order", "orders")),
        action: "Approve orders".to_owned(),
        href: "/vendor/shipments?state=requested".to_owned(),
        icon: "box",
    }
}

impl Row {
    fn need(&self) -> Need {
        let (number, release) = (OrderNumber::of(self.id), format!("{} {}", self.line, self.version_name));
        let href = format!("/orders/{number}");
        match self.state.as_str() {
            "returned" => Need {
                text: format!("Order {number} ({release}) came back."),
                action: "See why".to_owned(),
                href,
                icon: "alert",
            },
            _ => Need {
                text: format!("Order {number} ({release}) waits until you say that its address is right."),
                action: "Confirm address".to_owned(),
                href,
                icon: "box",
            },
        }
    }
}

pub(super) fn statements() -> Vec<Sql> {
    vec![asks(&Scope::sample(), 0).into_sql(), sql(WAIT)]
}
