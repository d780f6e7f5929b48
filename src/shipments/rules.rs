//! What may become of an order, and for which serial numbers media may be ordered. No clock, no database.
use serde::{Deserialize, Serialize};

/// Where an order stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Ordered; waits for its address, or for the vendor.
    #[default]
    Requested,
    /// The vendor packs it.
    Approved,
    /// With the carrier.
    Shipped,
    /// Arrived.
    Delivered,
    /// Came back.
    Returned,
    /// Not wanted any more.
    Cancelled,
}

impl State {
    /// All, in the order in which they are gone through.
    pub const ALL: [State; 6] =
        [State::Requested, State::Approved, State::Shipped, State::Delivered, State::Returned, State::Cancelled];

    /// As it is stored and as the API says it.
    pub fn name(self) -> &'static str {
        match self {
            State::Requested => "requested",
            State::Approved => "approved",
            State::Shipped => "shipped",
            State::Delivered => "delivered",
            State::Returned => "returned",
            State::Cancelled => "cancelled",
        }
    }

    /// The stored name, read back.
    pub fn of(name: &str) -> Self {
        Self::ALL.into_iter().find(|state| state.name() == name).unwrap_or(State::Cancelled)
    }
}

/// What happens to an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// "Yes, this address is right."
    Confirm,
    /// It goes somewhere else.
    ChangeShipTo,
    /// It may be packed.
    Approve,
    /// The carrier has it.
    Ship,
    /// It arrived.
    Deliver,
    /// It came back.
    Return,
    /// It is not wanted.
    Cancel,
    /// It is wanted after all.
    Restore,
    /// Its serial numbers have another coordinator.
    ChangeHands,
}

impl Event {
    /// All of them.
    pub const ALL: [Event; 9] = [
        Event::Confirm,
        Event::ChangeShipTo,
        Event::Approve,
        Event::Ship,
        Event::Deliver,
        Event::Return,
        Event::Cancel,
        Event::Restore,
        Event::ChangeHands,
    ];

    /// In the history.
    pub fn name(self) -> &'static str {
        match self {
            Event::Confirm => "confirmed",
            Event::ChangeShipTo => "ship_to",
            Event::Approve => "approved",
            Event::Ship => "shipped",
            Event::Deliver => "delivered",
            Event::Return => "returned",
            Event::Cancel => "cancelled",
            Event::Restore => "restored",
            Event::ChangeHands => "hands",
        }
    }
}

/// Who does it. Whether somebody may at all the policy has said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// Whom it is for.
    Coordinator,
    /// The Contract Manager, who is not.
    Manager,
    /// The vendor's staff.
    Staff,
    /// The product.
    System,
}

impl By {
    /// All of them.
    pub const ALL: [By; 4] = [By::Coordinator, By::Manager, By::Staff, By::System];
}

/// Why not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum No {
    /// Only whom it is for can say so.
    NotYours,
    /// Only the vendor's staff do this.
    OnlyVendor,
    /// The product does this by itself, and nothing else.
    OnlyProduct,
    /// Its address is not confirmed.
    AddressOpen,
    /// Its serial numbers have another coordinator meanwhile.
    HandsChanged,
    /// It is not approved yet.
    NotApproved,
    /// It is approved already.
    ApprovedAlready,
    /// It has left already.
    Left,
    /// It has not left yet.
    NotShipped,
    /// It arrived, came back or was cancelled.
    Over,
    /// It was not cancelled.
    NotCancelled,
    /// Its release was withdrawn.
    Withdrawn,
}

impl No {
    /// The end of the problem's type.
    pub fn kind(self) -> &'static str {
        match self {
            No::NotYours => "only-the-coordinator",
            No::OnlyVendor => "only-the-vendor",
            No::OnlyProduct => "only-the-product",
            No::AddressOpen => "address-open",
            No::HandsChanged => "hands-changed",
            No::NotApproved => "not-approved",
            No::ApprovedAlready => "approved-already",
            No::Left => "shipped-already",
            No::NotShipped => "not-shipped",
            No::Over => "order-over",
            No::NotCancelled => "not-cancelled",
            No::Withdrawn => "release-withdrawn",
        }
    }

    /// What to do.
    pub fn words(self) -> &'static str {
        match self {
            No::NotYours => {
                "only the Software Coordinator can say that the address is right; or enter where it should go instead"
            }
            No::OnlyVendor => "the vendor does this; ask there",
            No::OnlyProduct => "this happens by itself, when a Software Coordinator changes",
            No::AddressOpen => "its address is not confirmed yet; the Software Coordinator was asked to",
            No::HandsChanged => {
                "its serial numbers have another Software Coordinator now; the order asks that one for the address first"
            }
            No::NotApproved => "approve it first, then it can be shipped",
            No::ApprovedAlready => "it is approved already; ask the vendor to stop it",
            No::Left => "it has left already; order again to have it sent somewhere else",
            No::NotShipped => "it has not left yet; note first with whom it was shipped",
            No::Over => "this order is over; order again",
            No::NotCancelled => "it was not cancelled; there is nothing to take back",
            No::Withdrawn => {
                "its release was withdrawn; cancel the order, or wait until the release is published again"
            }
        }
    }
}

/// What decides beside state, event and actor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Present {
    /// Where it stands.
    pub state: State,
    /// Its address is confirmed.
    pub confirmed: bool,
    /// Its coordinator still coordinates each of its serial numbers.
    pub same_hands: bool,
    /// Its release is published.
    pub offered: bool,
}

/// The table: where an order stands after an event, or why not. The order of refusals is part of it.
pub fn after(present: Present, event: Event, by: By) -> Result<State, No> {
    use State::{Approved, Cancelled, Delivered, Requested, Returned, Shipped};
    let Present { state, confirmed, same_hands, offered } = present;
    let vendor = if by == By::Staff { Ok(()) } else { Err(No::OnlyVendor) };
    match (event, state) {
        (Event::ChangeHands, _) if by != By::System => Err(No::OnlyProduct),
        (Event::ChangeHands, Requested | Approved) => Ok(Requested),
        (Event::ChangeHands, Shipped) => Err(No::Left),
        (_, _) if by == By::System => Err(No::OnlyProduct),
        // It was for somebody who does not coordinate them any more.
        (Event::Restore, Cancelled) if !same_hands => Err(No::Over),
        (Event::Restore, Cancelled) if !offered => Err(No::Withdrawn),
        (Event::Restore, Cancelled) => Ok(Requested),
        (Event::Restore, _) => Err(No::NotCancelled),
        (_, Delivered | Returned | Cancelled) => Err(No::Over),
        (Event::Deliver | Event::Return, Requested | Approved) => vendor.and(Err(No::NotShipped)),
        (Event::Deliver, Shipped) => vendor.and(Ok(Delivered)),
        (Event::Return, Shipped) => vendor.and(Ok(Returned)),
        (_, Shipped) => Err(No::Left),
        (Event::Confirm, Requested | Approved) if by != By::Coordinator => Err(No::NotYours),
        // What is shown is where the former coordinator wanted it.
        (Event::Confirm, Requested | Approved) if !same_hands => Err(No::HandsChanged),
        (Event::Confirm, Requested | Approved) => Ok(state),
        // Whoever approved it has not seen where it goes now.
        (Event::ChangeShipTo, Requested | Approved) => Ok(Requested),
        (Event::Cancel, Requested) => Ok(Cancelled),
        (Event::Cancel, Approved) => vendor.map_err(|_| No::ApprovedAlready).and(Ok(Cancelled)),
        (Event::Approve | Event::Ship, _) if by != By::Staff => Err(No::OnlyVendor),
        (Event::Approve | Event::Ship, _) if !offered => Err(No::Withdrawn),
        (Event::Approve | Event::Ship, _) if !same_hands => Err(No::HandsChanged),
        (Event::Approve | Event::Ship, _) if !confirmed => Err(No::AddressOpen),
        (Event::Approve, Requested) => Ok(Approved),
        (Event::Approve, Approved) => Err(No::ApprovedAlready),
        (Event::Ship, Requested) => Err(No::NotApproved),
        (Event::Ship, Approved) => Ok(Shipped),
    }
}

/// What is known of a serial number that media are to be ordered for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asset {
    /// Of the release's product line.
    pub of_line: bool,
    /// What an extension adds to is what is registered; of a release always.
    pub fits: bool,
    /// The contract runs today, or ran on the day of the release.
    pub in_term: bool,
    /// The actor may order for it.
    pub may: bool,
    /// It is on an order of this release that has not arrived yet.
    pub on_order: bool,
}

/// Why a serial number is not on the order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Why {
    /// There is none, or not for the actor.
    NotFound,
    /// Of another product line.
    OtherProduct,
    /// Registered as another release than the one that the extension adds to.
    OtherRelease,
    /// The release is dated outside the contract's term.
    OutOfTerm,
    /// Another coordinates it.
    NotAllowed,
    /// On an order already.
    Ordered,
}

impl Why {
    /// As the API says it.
    pub fn name(self) -> &'static str {
        match self {
            Why::NotFound => "not_found",
            Why::OtherProduct => "other_product",
            Why::OtherRelease => "other_release",
            Why::OutOfTerm => "out_of_term",
            Why::NotAllowed => "not_allowed",
            Why::Ordered => "ordered",
        }
    }
}

/// Whether media may be ordered for it; what cannot be changed comes first.
pub fn judge(asset: Asset) -> Result<(), Why> {
    match () {
        () if !asset.of_line => Err(Why::OtherProduct),
        () if !asset.fits => Err(Why::OtherRelease),
        () if !asset.in_term => Err(Why::OutOfTerm),
        () if !asset.may => Err(Why::NotAllowed),
        () if asset.on_order => Err(Why::Ordered),
        () => Ok(()),
    }
}

/// Carriers whose pages say where a parcel is; `{}` stands for its number.
const CARRIERS: &[(&str, &str)] = &[
    ("dhl", "https://www.dhl.com/global-en/home/tracking.html?tracking-id={}"),
    ("ups", "https://www.ups.com/track?tracknum={}"),
    ("fedex", "https://www.fedex.com/fedextrack/?trknbr={}"),
    ("usps", "https://tools.usps.com/go/TrackConfirmAction?tLabels={}"),
    ("dpd", "https://tracking.dpd.de/status/en_US/parcel/{}"),
    ("gls", "https://gls-group.com/track/{}"),
    ("royal mail", "https://www.royalmail.com/track-your-item#/tracking-results/{}"),
];

/// Where one sees how far a parcel is. None: of this carrier that is not known.
pub fn tracking_url(carrier: &str, tracking: &str) -> Option<String> {
    let carrier = carrier.trim().to_lowercase();
    let (_, page) = CARRIERS.iter().find(|(name, _)| carrier == *name || carrier.starts_with(&format!("{name} ")))?;
    (!tracking.is_empty()).then(|| page.replace("{}", &crate::web::words::encoded(tracking)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every state with every event by everybody, to be read as a whole.
    #[test]
    fn what_may_become_of_an_order() {
        let mut table = String::new();
        for state in State::ALL {
            for event in Event::ALL {
                let mut line = format!("{:<10} {:<10}", state.name(), event.name());
                for by in By::ALL {
                    let present = Present { state, confirmed: true, same_hands: true, offered: true };
                    let words = match after(present, event, by) {
                        Ok(next) => format!("→ {}", next.name()),
                        Err(no) => no.kind().to_owned(),
                    };
                    line += &format!(" | {by:?}: {words}");
                }
                table += &format!("{line}\n");
            }
        }
        insta::assert_snapshot!(table);
    }

    #[test]
    fn what_is_not_confirmed_or_changed_hands_does_not_leave() {
        for state in [State::Requested, State::Approved] {
            for event in [Event::Approve, Event::Ship] {
                let present = Present { state, confirmed: false, same_hands: false, offered: false };
                assert_eq!(after(present, event, By::Staff), Err(No::Withdrawn), "what nobody is to get comes first");
                let present = Present { offered: true, ..present };
                assert_eq!(after(present, event, By::Staff), Err(No::HandsChanged), "then hands");
                let present = Present { same_hands: true, ..present };
                assert_eq!(after(present, event, By::Staff), Err(No::AddressOpen));
            }
        }
    }

    #[test]
    fn what_was_cancelled_comes_back_only_to_the_same_hands() {
        let present = Present { state: State::Cancelled, confirmed: true, same_hands: false, offered: false };
        let restored = |present| after(present, Event::Restore, By::Coordinator);
        assert_eq!(restored(present), Err(No::Over));
        let present = Present { same_hands: true, ..present };
        assert_eq!(restored(present), Err(No::Withdrawn));
        assert_eq!(restored(Present { offered: true, ..present }), Ok(State::Requested));
        let present = Present { state: State::Requested, same_hands: false, ..present };
        assert_eq!(after(present, Event::Confirm, By::Coordinator), Err(No::HandsChanged));
    }

    #[test]
    fn a_no_for_a_serial_number_comes_in_order() {
        let mut asset = Asset { of_line: false, fits: false, in_term: false, may: false, on_order: true };
        assert_eq!(judge(asset), Err(Why::OtherProduct));
        asset.of_line = true;
        assert_eq!(judge(asset), Err(Why::OtherRelease));
        asset.fits = true;
        assert_eq!(judge(asset), Err(Why::OutOfTerm));
        asset.in_term = true;
        assert_eq!(judge(asset), Err(Why::NotAllowed));
        asset.may = true;
        assert_eq!(judge(asset), Err(Why::Ordered));
        assert_eq!(judge(Asset { on_order: false, ..asset }), Ok(()));
    }

    #[test]
    fn a_parcel_is_found_where_its_carrier_says() {
        let url = tracking_url("DHL Express", "JD 01").unwrap_or_default();
        assert!(url.ends_with("tracking-id=JD%2001"), "{url}");
        assert_eq!(tracking_url("Bicycle", "1"), None);
        assert_eq!(tracking_url("UPS", ""), None);
    }
}
