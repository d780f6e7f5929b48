//! The filters of a contract's assets, the same in lists, exports and assignments.
use crate::db::Sql;
use crate::text::{address_key, prefix_end, search_key};
use serde::{Deserialize, Serialize};

/// Which assets of a contract. All parts that are given must match.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Filter {
    /// Address of the effective coordinator, or `default`: those that are the Contract Manager's because nobody is named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub coordinator: Option<String>,
    /// Name of the group.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// Product code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub product: Option<String>,
    /// Beginning of the serial number or of the product's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub q: Option<String>,
}

const BY_DEFAULT: &str = " AND COALESCE(a.coordinator_id, g.coordinator_id, c.coordinator_id) IS NULL";
const BY_COORDINATOR: &str = " AND COALESCE(a.coordinator_id, g.coordinator_id, c.coordinator_id) IS NOT NULL
    AND COALESCE(a.coordinator_id, g.coordinator_id, c.coordinator_id, c.manager_id)
        = (SELECT p.id FROM people p WHERE p.email_key = ";
const BY_GROUP: &str =
    " AND a.group_id IN (SELECT x.id FROM asset_groups x WHERE x.contract_id = a.contract_id AND x.name_key = ";
const BY_PRODUCT: &str = " AND a.product_id IN (SELECT x.id FROM products x WHERE x.code = ";

impl Filter {
    /// Whether it would let everything through; blank parts count as absent.
    pub fn is_empty(&self) -> bool {
        [&self.coordinator, &self.group, &self.product, &self.q].into_iter().all(|part| given(part).is_none())
    }

    /// Appends the conditions to a statement that knows `a`, `g` and `c`.
    pub fn push_onto(&self, mut list: Sql) -> Sql {
        match given(&self.coordinator) {
            Some("default") => list = list.push(BY_DEFAULT),
            Some(address) => list = list.push(BY_COORDINATOR).push_bind(address_key(address)).push(")"),
            None => {}
        }
        if let Some(group) = given(&self.group) {
            list = list.push(BY_GROUP).push_bind(search_key(group)).push(")");
        }
        if let Some(product) = given(&self.product) {
            list = list.push(BY_PRODUCT).push_bind(product).push(")");
        }
        if let Some(q) = given(&self.q) {
            // LIKE differs between the databases: a prefix is a range.
            let (serial, name) = (q.to_owned(), search_key(q));
            list = list.push(" AND ((a.serial >= ").push_bind(serial.as_str()).push(" AND a.serial < ");
            list = list.push_bind(prefix_end(&serial));
            list = list.push(") OR a.product_id IN (SELECT x.id FROM products x WHERE x.name_key >= ");
            list = list.push_bind(name.as_str()).push(" AND x.name_key < ").push_bind(prefix_end(&name)).push("))");
        }
        list
    }
}

fn given(part: &Option<String>) -> Option<&str> {
    part.as_deref().map(str::trim).filter(|text| !text.is_empty())
}
