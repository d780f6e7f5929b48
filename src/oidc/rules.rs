//! What becomes of somebody whom a provider vouches for. The order of refusals is part of the interface.
use crate::error::Refusal;

/// What somebody is to the company whose provider it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Membership {
    /// Nothing.
    None,
    /// Invited, and the invitation is still open.
    Invited,
    /// A member.
    Confirmed,
}

/// Somebody who is known here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Known {
    /// Found by what the provider calls the person, and not only by the address.
    pub by_subject: bool,
    /// The provider called this person something else before.
    pub bound_to_another: bool,
    /// One of the vendor's people.
    pub staff: bool,
    /// Has no sign-in any more.
    pub deactivated: bool,
    /// What he or she is to the company.
    pub membership: Membership,
    /// Belongs to another company.
    pub elsewhere: bool,
    /// Has said that this provider may sign him or her in.
    pub confirmed: bool,
}

/// What there is to know before deciding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// The provider of the vendor's people.
    pub staff_provider: bool,
    /// The provider made sure of the address.
    pub verified: bool,
    /// The address's domain leads to this provider.
    pub own_domain: bool,
    /// Whoever is known by it.
    pub known: Option<Known>,
    /// An address that is new becomes a member at once.
    pub at_once: bool,
    /// What became of the last request to join: `waiting`, `granted`, `declined` or `withdrawn`.
    pub join: Option<String>,
}

/// What to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// A session.
    SignIn,
    /// The invitation counts as accepted: the provider has shown that it went to the right person.
    Accept,
    /// A member at once.
    Join,
    /// A Contract Manager is asked.
    Ask,
    /// One was asked already.
    Wait,
    /// The person is asked, at the own mailbox: a company speaks for its own people, and not for those of another.
    Confirm,
}

/// Decides.
pub fn decide(case: &Case) -> Result<Step, Refusal> {
    let no = |kind, words: &str| Err(Refusal::new(kind, words));
    if !case.verified {
        return no(
            "address-unverified",
            "your company's sign-in has not verified your e-mail address; ask whoever runs it to confirm the address there",
        );
    }
    if !case.own_domain {
        return no(
            "other-domain",
            "your e-mail address is of a domain that does not belong to this sign-in; use an address of your company, or \
             sign in by mail",
        );
    }
    if case.known.is_some_and(|known| known.deactivated) {
        return no("deactivated", "your sign-in here has ended; ask the people named below if that is not right");
    }
    let staff = case.known.is_some_and(|known| known.staff);
    if case.staff_provider && !staff {
        return no("not-staff", "you are not one of the vendor's people here; ask an administrator to add you");
    }
    if staff && !case.staff_provider {
        return no("is-staff", "you are one of the vendor's people; use the vendor's own sign-in");
    }
    if case.known.is_some_and(|known| known.bound_to_another && !known.by_subject) {
        return no(
            "other-subject",
            "this e-mail address belongs to another sign-in of your company; ask a Contract Manager to let it be used anew",
        );
    }
    Ok(step(case))
}

fn step(case: &Case) -> Step {
    let membership = case.known.map_or(Membership::None, |known| known.membership);
    match (membership, case.join.as_deref()) {
        _ if case.staff_provider => Step::SignIn,
        _ if case.known.is_some_and(|known| known.elsewhere && !known.confirmed) => Step::Confirm,
        (Membership::Confirmed, _) => Step::SignIn,
        (Membership::Invited, _) => Step::Accept,
        (Membership::None, Some("waiting" | "declined")) => Step::Wait,
        // Was a member, and is none any more: somebody took that away.
        (Membership::None, Some(_)) => Step::Ask,
        (Membership::None, None) if case.known.is_some_and(|known| known.by_subject) => Step::Ask,
        (Membership::None, None) => {
            if case.at_once {
                Step::Join
            } else {
                Step::Ask
            }
        }
    }
}

/// The domain of an address, as it is compared.
pub fn domain_of(address: &str) -> String {
    let key = crate::text::address_key(address);
    key.rsplit_once('@').map(|(_, domain)| domain.to_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(membership: Membership) -> Known {
        Known {
            by_subject: false,
            bound_to_another: false,
            staff: false,
            deactivated: false,
            membership,
            elsewhere: false,
            confirmed: false,
        }
    }

    fn case(known: Option<Known>) -> Case {
        Case { staff_provider: false, verified: true, own_domain: true, known, at_once: false, join: None }
    }

    fn refused(case: &Case) -> &'static str {
        decide(case).map_or_else(|refusal| refusal.kind, |step| panic!("{step:?}"))
    }

    #[test]
    fn who_comes_in_and_how() {
        use Membership::{Confirmed, Invited};
        let at_once = |case: Case| Case { at_once: true, ..case };
        let joined = |case: Case, outcome: &str| Case { join: Some(outcome.to_owned()), ..case };
        let elsewhere = |known: Known, confirmed| Known { elsewhere: true, confirmed, ..known };
        let by_subject = |known: Known| Known { by_subject: true, ..known };
        for (what, case, step) in [
            ("a member", case(Some(known(Confirmed))), Step::SignIn),
            ("somebody invited", case(Some(known(Invited))), Step::Accept),
            ("a new address", case(None), Step::Ask),
            ("a new address, at once", at_once(case(None)), Step::Join),
            ("a person of another company", case(Some(known(none()))), Step::Ask),
            ("asked already", joined(case(Some(known(none()))), "waiting"), Step::Wait),
            ("declined", joined(at_once(case(Some(known(none())))), "declined"), Step::Wait),
            ("removed, was approved", joined(at_once(case(Some(known(none())))), "granted"), Step::Ask),
            ("also of another company", case(Some(elsewhere(known(Confirmed), false))), Step::Confirm),
            ("also of another company, confirmed", case(Some(elsewhere(known(Confirmed), true))), Step::SignIn),
            ("of another, invited", case(Some(elsewhere(known(Invited), false))), Step::Confirm),
            ("of another, new", at_once(case(Some(elsewhere(known(none()), false)))), Step::Confirm),
            ("removed, was known", at_once(case(Some(by_subject(known(none()))))), Step::Ask),
        ] {
            assert_eq!(decide(&case), Ok(step), "{what}");
        }
    }

    fn none() -> Membership {
        Membership::None
    }

    #[test]
    fn refusals_in_their_order() {
        let everything = Case {
            staff_provider: false,
            verified: false,
            own_domain: false,
            known: Some(Known {
                by_subject: false,
                bound_to_another: true,
                staff: true,
                deactivated: true,
                membership: Membership::Confirmed,
                elsewhere: true,
                confirmed: true,
            }),
            at_once: true,
            join: None,
        };
        let mut case = everything;
        let mut seen = vec![refused(&case)];
        case.verified = true;
        seen.push(refused(&case));
        case.own_domain = true;
        seen.push(refused(&case));
        case.known = case.known.map(|k| Known { deactivated: false, ..k });
        seen.push(refused(&case));
        case.known = case.known.map(|k| Known { staff: false, ..k });
        seen.push(refused(&case));
        assert_eq!(seen, ["address-unverified", "other-domain", "deactivated", "is-staff", "other-subject"]);
        case.known = case.known.map(|k| Known { by_subject: true, ..k });
        assert_eq!(decide(&case), Ok(Step::SignIn));
        case.staff_provider = true;
        assert_eq!(refused(&case), "not-staff");
        case.known = None;
        assert_eq!(refused(&case), "not-staff");
        case.known = Some(Known { staff: true, ..known(Membership::None) });
        assert_eq!(decide(&case), Ok(Step::SignIn));
    }

    #[test]
    fn domains_compare_folded() {
        assert_eq!(domain_of(" Ana@Firm.Example "), "firm.example");
        assert_eq!(domain_of("nobody"), "");
        assert_eq!(domain_of("a@b@Evil.example"), "evil.example");
    }
}
