//! Ids inside are numbers, each kind its own type; natural keys are what addresses and people use.
use crate::db::{Type, Value};
use crate::text::address_key;
use serde::{Deserialize, Serialize};

macro_rules! id {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Type, Serialize, Deserialize)]
        #[sqlx(transparent)]
        pub struct $name(pub(crate) i64);
        impl From<$name> for Value {
            fn from(id: $name) -> Value { Value::Int(Some(id.0)) }
        }
        impl From<Option<$name>> for Value {
            fn from(id: Option<$name>) -> Value { Value::Int(id.map(|id| id.0)) }
        }
    )*};
}
id! {
    /// A human; see the constants for actors that are none.
    PersonId;
    /// A company.
    AccountId;
    /// An agreement.
    ContractId;
    /// A registered licence on a contract.
    AssetId;
    /// One change to many things.
    ChangeSetId;
    /// A release or an extension.
    ReleaseId;
    /// A file of one.
    ArtifactId;
    /// Media on their way to a coordinator.
    ShipmentId;
}

impl PersonId {
    /// Whoever runs the command line.
    pub const OPERATOR: PersonId = PersonId(0);
    /// The product's own jobs.
    pub const SYSTEM: PersonId = PersonId(-1);
    /// Somebody who is not signed in.
    pub const ANONYMOUS: PersonId = PersonId(-2);
}

macro_rules! key {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub String);
        key!(@is $name);
    )*};
    (@is $name:ident) => {
        impl From<$name> for Value {
            fn from(key: $name) -> Value { Value::Text(Some(key.0)) }
        }
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.write_str(&self.0) }
        }
    };
}
key! {
    /// A company, as the vendor numbers it.
    AccountNumber;
    /// About 12 digits, unique per vendor.
    ContractNumber;
    /// Unique per vendor.
    SerialNumber;
    /// A change set as pages and API name one.
    ChangeSetKey;
    /// A release or an extension as pages and API name one.
    ReleaseKey;
    /// A file of one as pages and API name one.
    ArtifactKey;
    /// There is one of it, so that it needs no key: the actor, the installation. Its text stays empty.
    Single;
}

/// A person as pages and API name one: the opaque handle, or the e-mail address in any spelling, which is folded here.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct PersonKey(String);
key!(@is PersonKey);

impl PersonKey {
    /// As it stands in the database.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<String> for PersonKey {
    fn from(named: String) -> Self {
        Self(if named.contains('@') { address_key(&named) } else { named })
    }
}

impl From<&str> for PersonKey {
    fn from(named: &str) -> Self {
        Self::from(named.to_owned())
    }
}

impl From<PersonKey> for String {
    fn from(key: PersonKey) -> String {
        key.0
    }
}

/// An order, by the number that people read out: 30118. Whatever is no number names none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct OrderNumber(i64);

/// Numbers begin behind it, so that they are told from other figures.
const BEFORE_THE_FIRST: i64 = 30_000;

impl OrderNumber {
    /// Of the shipment with this id.
    pub fn of(id: i64) -> Self {
        Self(id.saturating_add(BEFORE_THE_FIRST))
    }

    /// The id inside.
    pub fn id(self) -> i64 {
        self.0.saturating_sub(BEFORE_THE_FIRST)
    }
}

impl From<String> for OrderNumber {
    fn from(text: String) -> Self {
        Self(text.trim().parse().unwrap_or(0))
    }
}

impl From<OrderNumber> for String {
    fn from(number: OrderNumber) -> String {
        number.0.to_string()
    }
}

impl From<OrderNumber> for Value {
    fn from(number: OrderNumber) -> Value {
        Value::Int(Some(number.id()))
    }
}

impl std::fmt::Display for OrderNumber {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_folded_and_a_handle_is_not() {
        let of = |named: &str| serde_json::from_value::<PersonKey>(named.into()).unwrap().to_string();
        assert_eq!(of("ANA@X.Example"), "ana@x.example");
        assert_eq!(of("hAnD_1e"), "hAnD_1e");
        assert_eq!(serde_json::to_value(PersonKey::from("ANA@X.Example")).unwrap(), "ana@x.example");
    }

    #[test]
    fn an_order_has_a_number_and_nonsense_has_none() {
        let of = |text: &str| OrderNumber::from(text.to_owned());
        assert_eq!((OrderNumber::of(118).to_string().as_str(), of("30118").id()), ("30118", 118));
        assert!(of("3o118").id() < 0 && of("99999999999999999999").id() < 0);
    }
}
