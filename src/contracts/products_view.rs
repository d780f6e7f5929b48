//! The Products page made from what the database says.
use super::assets::AssetRow;
use super::filter::Filter;
use super::listed::Reading;
use super::present;
use super::products::{DatedRow, Products, ShowProducts};
use super::products_page::ProductsView;
use super::table::{self, Dated};
use crate::coordinators::choices::{self, Standing};
use crate::coordinators::dialog::assign_dialog;
use crate::people::me::Myself;
use crate::web::filters::Filters;
use crate::web::ui::Flash;
use crate::web::words::link;
use maud::{Markup, html};
use std::collections::HashMap;

/// The filters as the address has them.
pub fn filters(filter: &Filter) -> Filters {
    let text = |part: &Option<String>| part.as_deref().map(str::trim).unwrap_or_default().to_owned();
    Filters {
        q: text(&filter.q),
        coordinator: text(&filter.coordinator),
        group: text(&filter.group),
        product: text(&filter.product),
    }
}

/// The filters as queries take them.
pub fn filter(filters: &Filters) -> Filter {
    let part = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    Filter {
        q: part(&filters.q),
        coordinator: part(&filters.coordinator),
        group: part(&filters.group),
        product: part(&filters.product),
    }
}

/// The address of the page, without the message of what was just done.
pub fn address(asked: &ShowProducts) -> String {
    let path = filters(&asked.filter).link(&format!("/contracts/{}/products", asked.contract));
    link(&path, &[("cursor", asked.cursor.as_deref().unwrap_or_default())])
}

/// The view.
pub fn view(asked: &ShowProducts, found: &Products, me: &Myself) -> ProductsView {
    let filters = filters(&asked.filter);
    let list = filters.link(&format!("/contracts/{}/products", asked.contract));
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
        seats: row.seats,
        group: row.group_name.clone(),
        coordinator: present::coordinator(row, me),
        source: present::source(row),
        dated: dated.get(row.serial_number.as_str()).cloned().unwrap_or_default(),
        just: found.just.contains(&row.serial_number),
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

/// What was just done, or undone.
pub fn flash(asked: &ShowProducts, found: &Products) -> Option<Flash> {
    let done = found.done.as_ref().map(|done| done.flash(&found.now, address(asked)));
    done.or_else(|| found.undone.as_ref().map(|undone| undone.flash(address(asked))))
}

/// The assign dialog, for whoever may use it.
pub fn dialog(asked: &ShowProducts, found: &Products, me: &Myself, csrf: &str) -> Markup {
    let Some(choices) = &found.choices else { return html! {} };
    let (filters, return_to) = (filters(&asked.filter), address(asked));
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
