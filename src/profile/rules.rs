//! What may stand in a profile: the first fault of each field, in the order of the form.
use super::countries;
use crate::text::full_name;
use serde::{Deserialize, Serialize};

/// Longest text of a field.
pub const LONGEST: usize = 100;

/// Languages that a person may choose. Mails and pages use the chosen one where they are translated; today that is English.
pub const LANGUAGES: &[(&str, &str)] = &[
    ("en", "English"),
    ("cs", "Čeština"),
    ("da", "Dansk"),
    ("de", "Deutsch"),
    ("es", "Español"),
    ("fi", "Suomi"),
    ("fr", "Français"),
    ("hu", "Magyar"),
    ("it", "Italiano"),
    ("ja", "日本語"),
    ("ko", "한국어"),
    ("nb", "Norsk bokmål"),
    ("nl", "Nederlands"),
    ("pl", "Polski"),
    ("pt", "Português"),
    ("ro", "Română"),
    ("sv", "Svenska"),
    ("tr", "Türkçe"),
    ("uk", "Українська"),
    ("zh", "中文"),
];

/// Where shipments go.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(as = ShippingAddress)]
pub struct Address {
    /// Company; may be empty.
    pub company: String,
    /// Who takes it.
    pub recipient: String,
    /// Street and number.
    pub line1: String,
    /// What else is needed to find it; may be empty.
    pub line2: String,
    /// May be empty: some countries have none.
    pub postal_code: String,
    /// City.
    pub city: String,
    /// State, province or county; may be empty.
    pub region: String,
    /// ISO 3166 code.
    pub country: String,
    /// For the carrier; may be empty.
    pub phone: String,
}

impl Address {
    /// Each field with its name and label, in the order of the form.
    pub fn fields(&self) -> [(&'static str, &'static str, &str); 9] {
        [
            ("company", "Company", &self.company),
            ("recipient", "Recipient", &self.recipient),
            ("line1", "Street and number", &self.line1),
            ("line2", "Building, floor, department", &self.line2),
            ("postal_code", "Postal code", &self.postal_code),
            ("city", "City", &self.city),
            ("region", "State, province or county", &self.region),
            ("country", "Country", &self.country),
            ("phone", "Phone", &self.phone),
        ]
    }

    /// What is missing for something to be sent there.
    pub fn faults(&self) -> Vec<(&'static str, String)> {
        let needed = [
            ("recipient", &self.recipient, "Enter who takes the shipment"),
            ("line1", &self.line1, "Enter street and number"),
            ("city", &self.city, "Enter the city"),
        ];
        let missing = needed.into_iter().filter(|(_, value, _)| value.is_empty());
        let mut faults: Vec<_> = missing.map(|(field, _, text)| (field, text.to_owned())).collect();
        if countries::name(&self.country).is_none() {
            faults.push(("country", "Choose a country".to_owned()));
        }
        faults
    }

    /// As it stands on a parcel, a line each; none where nothing was entered.
    pub fn lines(&self) -> Vec<String> {
        let city = format!("{} {}", self.postal_code, self.city).trim().to_owned();
        let country = countries::name(&self.country).unwrap_or(&self.country).to_owned();
        let all = [&self.recipient, &self.company, &self.line1, &self.line2, &city, &self.region, &country];
        all.into_iter().filter(|line| !line.is_empty()).cloned().collect()
    }

    /// Whether nothing was entered: then there is no address.
    pub fn is_empty(&self) -> bool {
        self.fields().iter().all(|(_, _, value)| value.is_empty())
    }
}

/// What somebody says of himself or herself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Profile {
    /// First name.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
    /// Two letters.
    pub language: String,
    /// IANA name; empty: the vendor's zone.
    pub time_zone: String,
    /// `system`, `light` or `dark`.
    pub theme: String,
    /// Single keys act.
    pub shortcuts: bool,
    /// Where shipments go.
    pub address: Address,
}

impl Profile {
    /// Each field with its name, label and value, as the page that says what changed needs them.
    pub fn fields(&self) -> Vec<(&'static str, &'static str, &str)> {
        let mut all = vec![
            ("first_name", "First name", self.first_name.as_str()),
            ("last_name", "Last name", &self.last_name),
            ("language", "Language", &self.language),
            ("time_zone", "Time zone", &self.time_zone),
            ("theme", "Colours", &self.theme),
            ("shortcuts", "Single-key shortcuts", if self.shortcuts { "on" } else { "off" }),
        ];
        all.extend(self.address.fields());
        all
    }

    /// What is wrong, field by field. `known_zone` says whether a name is a time zone.
    pub fn faults(&self, known_zone: bool) -> Vec<(&'static str, String)> {
        let mut faults = Vec::new();
        if full_name(&self.first_name, &self.last_name).is_empty() {
            faults.push(("first_name", "Enter your first or last name".to_owned()));
        }
        for (name, _, value) in self.fields() {
            if value.chars().count() > LONGEST || value.chars().any(char::is_control) {
                faults.push((name, format!("Enter at most {LONGEST} characters in one line")));
            }
        }
        if self.language.is_empty() {
            faults.push(("language", "Choose a language".to_owned()));
        }
        if !known_zone {
            let text = "Choose a time zone from the list, for example Europe/Berlin, or leave it empty";
            faults.push(("time_zone", text.to_owned()));
        }
        if !self.address.is_empty() {
            faults.extend(self.address.faults());
        }
        faults
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn profile() -> Profile {
        let named = Profile { first_name: "Ana".to_owned(), last_name: "Ruiz".to_owned(), ..Profile::default() };
        Profile { language: "en".to_owned(), theme: "system".to_owned(), ..named }
    }

    fn fields(profile: &Profile, zone: bool) -> Vec<&'static str> {
        profile.faults(zone).into_iter().map(|(field, _)| field).collect()
    }

    #[test]
    fn each_fault_is_at_its_field_in_the_order_of_the_form() {
        assert!(profile().faults(true).is_empty());
        let nameless = Profile { first_name: String::new(), last_name: String::new(), ..profile() };
        assert_eq!(fields(&nameless, false), ["first_name", "time_zone"]);
        let long = Profile { last_name: "x".repeat(LONGEST + 1), ..profile() };
        assert_eq!(fields(&long, true), ["last_name"]);
        let full = Profile { last_name: "ä".repeat(LONGEST), ..profile() };
        assert!(full.faults(true).is_empty());
        let broken = Profile { last_name: "Ruiz\nBcc: x".to_owned(), ..profile() };
        assert_eq!(fields(&broken, true), ["last_name"]);
    }

    #[test]
    fn an_address_is_whole_or_not_there() {
        let address = Address { city: "Rotterdam".to_owned(), ..Address::default() };
        let part = Profile { address, ..profile() };
        assert_eq!(fields(&part, true), ["recipient", "line1", "country"]);
        let address = Address {
            recipient: "Ana Ruiz".to_owned(),
            line1: "Kade 1".to_owned(),
            country: "NL".to_owned(),
            ..part.address
        };
        assert!(Profile { address, ..profile() }.faults(true).is_empty());
    }
}
