//! Where the audit trail names somebody who is erased. What is found by the letters alone may be about somebody else, whose address
//! has these letters in it: a mention is a value of the JSON that is the address, as addresses compare.
use crate::db::{Sql, WriteTx, sql};
use crate::error::AppError;
use crate::policy::WriteProof;
use crate::text::address_key;
use serde_json::Value;
use std::collections::BTreeSet;

/// Those with the letters in them, to be looked at. LIKE differs between the databases; this does not.
const CANDIDATES: &str = "SELECT DISTINCT d.event_id, d.detail FROM audit_details d JOIN (";
const WITH_LETTERS: &str = ") v ON v.column1 <> '' AND REPLACE(d.detail, v.column1, '') <> d.detail";
const FORGET: &str = "DELETE FROM audit_details WHERE event_id IN (SELECT CAST(v.column1 AS BIGINT) FROM (";
const IN_LIST: &str = ") v)";

/// Takes the words away that name one of the addresses; the events and their digests stay in the chain.
pub(super) async fn forget(tx: &mut WriteTx, proof: &impl WriteProof, addresses: &[String]) -> Result<(), AppError> {
    let keys: BTreeSet<String> = addresses.iter().map(|address| address_key(address)).collect();
    let letters: Vec<String> = addresses.iter().cloned().chain(keys.iter().cloned()).collect();
    let mut named = BTreeSet::new();
    for part in Sql::batches(&letters) {
        let found = sql(CANDIDATES).push_values(part).push(WITH_LETTERS);
        let found: Vec<(i64, String)> = tx.fetch(proof, found).await?;
        named.extend(found.into_iter().filter(|(_, detail)| names(detail, &keys)).map(|(id, _)| id.to_string()));
    }
    let named: Vec<String> = named.into_iter().collect();
    for part in Sql::batches(&named) {
        tx.execute(proof, sql(FORGET).push_values(part).push(IN_LIST)).await?;
    }
    Ok(())
}

/// Whether a value, or the name of a field, is one of the addresses.
fn names(detail: &str, keys: &BTreeSet<String>) -> bool {
    fn within(value: &Value, keys: &BTreeSet<String>) -> bool {
        match value {
            Value::String(text) => keys.contains(&address_key(text)),
            Value::Array(all) => all.iter().any(|value| within(value, keys)),
            Value::Object(all) => {
                all.iter().any(|(name, value)| keys.contains(&address_key(name)) || within(value, keys))
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => false,
        }
    }
    match serde_json::from_str(detail) {
        Ok(value) => within(&value, keys),
        Err(_) => keys.contains(&address_key(detail)),
    }
}

pub(super) fn statements() -> Vec<Sql> {
    let listed = |head, end| sql(head).push_values(&[String::new()]).push(end);
    vec![listed(CANDIDATES, WITH_LETTERS), listed(FORGET, IN_LIST)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mention_is_the_whole_value() {
        let keys: BTreeSet<String> = ["ana@firm.example".to_owned()].into();
        for (detail, named) in [
            (r#"{"forgot": "Ana@firm.example"}"#, true),
            (r#"{"users": [{"email": " ana@firm.example "}]}"#, true),
            (r#"{"ana@firm.example": 1}"#, true),
            (r#""ana@firm.example""#, true),
            ("ana@firm.example", true),
            (r#"{"forgot": "joana@firm.example"}"#, false),
            (r#"{"forgot": "ana@firm.example.org"}"#, false),
            (r#"{"why": "wrote to ana@firm.example"}"#, false),
            ("7", false),
        ] {
            assert_eq!(names(detail, &keys), named, "{detail}");
        }
    }
}
