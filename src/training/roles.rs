//! Who is asking, what that role may do, and what it sees.
//!
//! # What each role sees
//!
//! * A **pharmacy** sees what it finds, and finds by number or by INS only.
//! * A **patient** sees what is theirs, all of it.
//! * A **prescriber** who knows a number, or the patient's INS, reads the prescription. Deliveries, and what
//!   traces them, exist for prescribers only while the patient agrees: without an agreement a search
//!   finds none and a read answers 404, as if they had never been. The Task is then shown veiled, as if
//!   nobody had touched it, its version and what a search by status finds included.
//! * **No prescriber reads a Consent**, its author included: the patient's later choice would show.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::domain::consent::Consent;
use crate::domain::identifiers::{Finess, InvalidIdentifier, Rpps};
use crate::domain::people::Ins;
use crate::training::outcome::Refusal;
use crate::training::storage::TrainingBase;
use crate::training::wire::ResourceType;

/// The parts that people play at the base.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Writes and cancels prescriptions.
    Prescriber,
    /// Serves them.
    Pharmacy,
    /// Agrees or objects.
    Patient,
}

impl Role {
    const ALL: [Self; 3] = [Self::Prescriber, Self::Pharmacy, Self::Patient];

    /// The code that tokens and requests carry.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Prescriber => "prescriber",
            Self::Pharmacy => "pharmacy",
            Self::Patient => "patient",
        }
    }

    /// The role with that code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.code() == code)
    }
}

/// Who is asking, as its token says. `Debug` would hold an INS, so there is none.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum Caller {
    Prescriber(Rpps),
    Pharmacy(Finess),
    Patient(Ins),
}

impl Caller {
    /// Reads an identity: a FINESS, an RPPS or an INS, by the role.
    pub(super) fn new(role: Role, identity: &str) -> Result<Self, InvalidIdentifier> {
        Ok(match role {
            Role::Prescriber => Self::Prescriber(identity.parse()?),
            Role::Pharmacy => Self::Pharmacy(identity.parse()?),
            Role::Patient => Self::Patient(identity.parse()?),
        })
    }

    pub(super) fn role(&self) -> Role {
        match self {
            Self::Prescriber(_) => Role::Prescriber,
            Self::Pharmacy(_) => Role::Pharmacy,
            Self::Patient(_) => Role::Patient,
        }
    }
}

impl TrainingBase {
    /// A bearer token for that role: what it says, then its HMAC-SHA256 under this base's key, in hexadecimal.
    ///
    /// It does not expire: it lives as long as the base's file.
    pub fn token(&self, role: Role, identity: &str, name: &str) -> String {
        let said = hexadecimal(format!("{}.{identity}.{name}", role.code()).as_bytes());
        let seal = hexadecimal(&self.seal(&said).finalize().into_bytes());
        format!("{said}.{seal}")
    }

    /// Who holds that token. The comparison takes the same time wherever the first difference is.
    pub(super) fn caller(&self, token: &str) -> Result<Caller, Refusal> {
        let read = || {
            let (said, seal) = token.split_once('.')?;
            self.seal(said).verify_slice(&bytes(seal)?).ok()?;
            let said = String::from_utf8(bytes(said)?).ok()?;
            let mut parts = said.splitn(3, '.');
            Caller::new(Role::from_code(parts.next()?)?, parts.next()?).ok()
        };
        read().ok_or(Refusal::LoginRefused)
    }

    fn seal(&self, said: &str) -> Hmac<Sha256> {
        let mut seal = Hmac::<Sha256>::new(self.key().into());
        seal.update(said.as_bytes());
        seal
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    let digit = |half: u8| char::from_digit(u32::from(half), 16).unwrap_or('0');
    bytes
        .iter()
        .flat_map(|byte| [digit(byte >> 4), digit(byte & 15)])
        .collect()
}

fn bytes(hexadecimal: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> = hexadecimal
        .chars()
        .map(|c| u8::try_from(c.to_digit(16)?).ok())
        .collect();
    let digits = digits.filter(|digits| digits.len() % 2 == 0)?;
    Some(digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect())
}

/// What is done to a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Act {
    Create,
    Update,
}

/// Whether the role may do that at all; whether it may do it to *this* resource is for the transitions.
pub(super) fn may(role: Role, act: Act, kind: ResourceType) -> Result<(), Refusal> {
    use ResourceType as R;
    let (allowed, why): (&[Role], _) = match (act, kind) {
        (Act::Create, R::Patient | R::MedicationRequest | R::DeviceRequest | R::ServiceRequest | R::Task) => {
            (&[Role::Prescriber], "Seul un prescripteur écrit une ordonnance.")
        }
        (Act::Update, R::MedicationRequest | R::DeviceRequest | R::ServiceRequest) => (
            &[Role::Prescriber],
            "Seul son prescripteur peut annuler une ligne.",
        ),
        (Act::Update, R::Task) => (
            &[Role::Prescriber, Role::Pharmacy],
            "Un patient ne prend pas une ordonnance en charge.",
        ),
        (_, R::MedicationDispense | R::SupplyDelivery) => (
            &[Role::Pharmacy],
            "Seule une pharmacie enregistre ou rectifie une délivrance.",
        ),
        (Act::Create, R::Consent) => (
            &[Role::Prescriber, Role::Patient],
            "Une pharmacie lit l’accord ou l’opposition du patient, elle ne l’écrit jamais.",
        ),
        (Act::Update, R::Provenance) => (&[Role::Pharmacy], "Seule une pharmacie trace une délivrance."),
        (Act::Create, R::Provenance) => (
            &[],
            "Une trace s’écrit par PUT, avec l’identifiant de la délivrance.",
        ),
        (Act::Update, R::Consent) => (
            &[],
            "Un choix ne se modifie pas : le patient en écrit un nouveau.",
        ),
        (Act::Update, R::Patient) => (&[], "L’identité d’un patient ne se modifie pas ici."),
    };
    if allowed.contains(&role) {
        Ok(())
    } else {
        Err(Refusal::RoleForbidden(why))
    }
}

/// How much of a resource is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sight {
    Whole,
    /// As if no pharmacy had touched it.
    Veiled,
    Nothing,
}

/// Whose resource it is, for a patient.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Belongs {
    ToCaller,
    ToOthers,
}

/// What a role sees of a resource, under the patient's present choice for its prescription.
pub(super) fn sight(role: Role, kind: ResourceType, belongs: Belongs, consent: Consent) -> Sight {
    use ResourceType as R;
    match role {
        Role::Pharmacy => Sight::Whole,
        Role::Patient => match belongs {
            Belongs::ToCaller => Sight::Whole,
            Belongs::ToOthers => Sight::Nothing,
        },
        Role::Prescriber => match kind {
            R::Patient | R::MedicationRequest | R::DeviceRequest | R::ServiceRequest => Sight::Whole,
            R::Consent => Sight::Nothing,
            _ if consent.lets_prescribers_see() => Sight::Whole,
            R::Task => Sight::Veiled,
            R::MedicationDispense | R::SupplyDelivery | R::Provenance => Sight::Nothing,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_names_its_holder_and_any_change_voids_it() {
        let base = TrainingBase::in_memory().unwrap();
        let token = base.token(Role::Pharmacy, "990000001", "Pharmacie de l’Étoile");
        assert!(
            base.caller(&token)
                .is_ok_and(|caller| caller == Caller::Pharmacy("990000001".parse().unwrap()))
        );
        let other = TrainingBase::in_memory().unwrap();
        assert!(other.caller(&token).is_err(), "another base has another key");
        for place in 0..token.len() {
            let mut changed = token.clone().into_bytes();
            changed[place] = if changed[place] == b'0' { b'1' } else { b'0' };
            let changed = String::from_utf8(changed).unwrap();
            assert!(base.caller(&changed).is_err(), "changed at {place}");
        }
        for wrong in ["", ".", "é.é", &token[..token.len() - 2], &format!("{token}00")] {
            assert!(base.caller(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_token_survives_a_restart_of_the_base() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("base.sqlite");
        let token = TrainingBase::open(&path)
            .unwrap()
            .token(Role::Prescriber, "10100000016", "Dr Rivière");
        assert!(TrainingBase::open(&path).unwrap().caller(&token).is_ok());
    }

    #[test]
    fn each_role_may_do_its_own_part_only() {
        use ResourceType as R;
        let may = |role, act, kind| may(role, act, kind).is_ok();
        for (act, kind, roles) in [
            (Act::Create, R::MedicationRequest, vec![Role::Prescriber]),
            (Act::Create, R::Task, vec![Role::Prescriber]),
            (Act::Create, R::Consent, vec![Role::Prescriber, Role::Patient]),
            (Act::Create, R::MedicationDispense, vec![Role::Pharmacy]),
            (Act::Create, R::SupplyDelivery, vec![Role::Pharmacy]),
            (Act::Create, R::Provenance, vec![]),
            (Act::Update, R::MedicationRequest, vec![Role::Prescriber]),
            (Act::Update, R::Task, vec![Role::Prescriber, Role::Pharmacy]),
            (Act::Update, R::MedicationDispense, vec![Role::Pharmacy]),
            (Act::Update, R::Consent, vec![]),
            (Act::Update, R::Patient, vec![]),
            (Act::Update, R::Provenance, vec![Role::Pharmacy]),
        ] {
            for role in Role::ALL {
                assert_eq!(
                    may(role, act, kind),
                    roles.contains(&role),
                    "{role:?} {act:?} {kind}"
                );
            }
        }
    }

    #[test]
    fn without_an_agreement_prescribers_see_nothing_of_deliveries() {
        use Belongs::{ToCaller, ToOthers};
        use Consent::{Agreed, NotRecorded, Opposed};
        use ResourceType as R;
        for (role, kind, belongs, consent, expected) in [
            (
                Role::Prescriber,
                R::MedicationDispense,
                ToOthers,
                Agreed,
                Sight::Whole,
            ),
            (
                Role::Prescriber,
                R::MedicationDispense,
                ToOthers,
                Opposed,
                Sight::Nothing,
            ),
            (
                Role::Prescriber,
                R::SupplyDelivery,
                ToOthers,
                NotRecorded,
                Sight::Nothing,
            ),
            (Role::Prescriber, R::Provenance, ToOthers, Opposed, Sight::Nothing),
            (Role::Prescriber, R::Task, ToOthers, Agreed, Sight::Whole),
            (Role::Prescriber, R::Task, ToOthers, Opposed, Sight::Veiled),
            (Role::Prescriber, R::Consent, ToOthers, Agreed, Sight::Nothing),
            (
                Role::Prescriber,
                R::MedicationRequest,
                ToOthers,
                Opposed,
                Sight::Whole,
            ),
            (
                Role::Pharmacy,
                R::MedicationDispense,
                ToOthers,
                Opposed,
                Sight::Whole,
            ),
            (Role::Pharmacy, R::Consent, ToOthers, Opposed, Sight::Whole),
            (
                Role::Patient,
                R::MedicationDispense,
                ToCaller,
                Opposed,
                Sight::Whole,
            ),
            (
                Role::Patient,
                R::MedicationDispense,
                ToOthers,
                Agreed,
                Sight::Nothing,
            ),
            (Role::Patient, R::Patient, ToOthers, Agreed, Sight::Nothing),
        ] {
            assert_eq!(
                sight(role, kind, belongs, consent),
                expected,
                "{role:?} {kind} {belongs:?} {consent:?}"
            );
        }
    }
}
