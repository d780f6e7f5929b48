//! What narrows the Products table; the address is the state, so each link carries what is set.
use super::ui::hidden;
use super::words::link;
use maud::{Markup, html};

/// The filters of a contract's Products page; empty means not set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filters {
    /// Beginning of a serial number or product.
    pub q: String,
    /// An address, or `default` for those with the Contract Manager by default.
    pub coordinator: String,
    /// Name of a group.
    pub group: String,
    /// Product code.
    pub product: String,
}

impl Filters {
    /// Whether anything narrows the list.
    pub fn any(&self) -> bool {
        *self != Filters::default()
    }

    /// The same list at another path.
    pub fn link(&self, path: &str) -> String {
        let Filters { q, coordinator, group, product } = self;
        link(path, &[("q", q), ("coordinator", coordinator), ("group", group), ("product", product)])
    }

    /// As the form that assigns sends them, where `coordinator` names the new one.
    pub fn hidden(&self) -> Markup {
        html! {
            (hidden("q", &self.q)) (hidden("filter_coordinator", &self.coordinator))
            (hidden("filter_group", &self.group)) (hidden("filter_product", &self.product))
        }
    }
}
