//! The Products page made from what the database says.
use super::assets::AssetRow;
use super::listed::Reading;
use super::present;
use super::products::{DatedRow, Products, ShowProducts};
use super::products_page::ProductsView;
use super::table::{self, Dated};
use crate::coordinators::choices::{self, Standing};
use crate::coordinators::dialog::assign_dialog;
use crate::people::me::Myself;
use crate::web::words::link;
use maud::{Markup, html};
use std::collections::HashMap;

/// The view.
pub fn view(asked: &ShowProducts, found: &Products, me: &Myself) -> ProductsView {
    let filters = present::filters(&asked.filter);
    let list = asked.list();
    let next = found.page.next.as_ref().map(|cursor| link(&list, &[("cursor", cursor)]));
    let mut dated: HashMap<&str, Vec<Dated>> = HashMap::new();
    for row in &found.dated {
        dated.entry(&row.serial).or_default().push(pill(row));
    }
    let row = |row: &AssetRow| table::AssetRow {
        serial: row.serial_number.clone(),
        product: row.product.clone(),
        deployment: if row.deployment == "network" { "Network" } else { "Standalone" },
        release: row.release.clone(),
        ready: found.ready.get(&row.serial_number).cloned(),
        seats: row.seats,
        group: row.group_name.clone(),
        coordinator: present::coordinator(row, me),
        source: present::source(row),
        dated: dated.get(row.serial_number.as_str()).cloned().unwrap_or_default(),
        just: found.changed.contains(&row.serial_number),
    };
    let reading = Reading { me: me.person.id, today: found.now.today, opens: true };
    // A sentence about a part of the report would mislead.
    let coverage = reading.coverage(&found.contract, &found.shares);
    ProductsView {
        head: reading.head(&found.contract, found.activity),
        coverage: coverage.filter(|coverage| coverage.total() == found.contract.assets),
        rows: found.page.items.iter().map(row).collect(),
        matching: found.matching,
        total: found.contract.assets,
        groups: found.groups.clone(),
        first: asked.cursor.is_some().then_some(list),
        next,
        may_assign: found.choices.is_some(),
        filters,
    }
}

fn pill(row: &DatedRow) -> Dated {
    match (&row.until_on, row.state.as_str()) {
        (Some(until), "active") => Dated::Until(until.clone()),
        _ => {
            let person = row.person.as_deref().map(str::trim).filter(|name| !name.is_empty());
            Dated::From(row.from_on.clone(), person.unwrap_or("by default").to_owned())
        }
    }
}

/// The assign dialog, for whoever may use it.
pub fn dialog(asked: &ShowProducts, found: &Products, me: &Myself, csrf: &str) -> Markup {
    let Some(choices) = &found.choices else { return html! {} };
    let (filters, return_to) = (present::filters(&asked.filter), asked.address());
    let form = Standing {
        contract: &found.contract,
        me,
        csrf,
        today: found.now.today,
        filters: &filters,
        matching: found.matching,
        all_shown: asked.cursor.is_none() && found.page.next.is_none(),
        return_to: &return_to,
    };
    assign_dialog(&choices::form(&form, choices))
}
