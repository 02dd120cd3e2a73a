//! A prescription, a pharmacy and hand-overs to test with, built through the same doors as the real ones.

use std::path::Path;

use comptoir::domain::consent::Consent;
use comptoir::domain::dispense::{Circumstances, Decision, Dispense, LineOutcome, Proposal, Supply};
use comptoir::domain::identifiers::{Boxes, DispenseId, LineNumber};
use comptoir::domain::number::PrescriptionNumber;
use comptoir::domain::people::{Operator, OperatorRole, Patient, Pharmacy, Prescriber, Sex};
use comptoir::domain::prescription::{LineKind, LineStanding, Prescription, PrescriptionLine};
use comptoir::domain::product::ProductCode;
use comptoir::domain::reasons::{NotDeliveredReason, PartialReason};
use comptoir::domain::substitution::SubstitutionPermission;
use comptoir::store::StoreKey;
use jiff::civil::{Date, date};
use jiff::{SignedDuration, Timestamp};
use rusqlite::Connection;
use uuid::Uuid;

/// The moment at which the tests begin.
pub(crate) fn noon() -> Timestamp {
    "2026-11-22T11:00:00.123456Z".parse().unwrap()
}

/// That many seconds later.
pub(crate) fn later(seconds: i64) -> Timestamp {
    noon() + SignedDuration::from_secs(seconds)
}

/// The day it is then.
pub(crate) fn today() -> Date {
    date(2026, 11, 22)
}

pub(crate) fn number(last: u8) -> PrescriptionNumber {
    format!("01S2TBPZ2JCNZZYG{last:02}").parse().unwrap()
}

pub(crate) fn pharmacy() -> Pharmacy {
    Pharmacy {
        finess: "750000001".parse().unwrap(),
        name: "Pharmacie de l’Étoile".into(),
        address: "1 place d’Essai, 75001 Paris".into(),
        phone: "0199000001".into(),
    }
}

pub(crate) fn operator() -> Operator {
    Operator {
        id: "cm".into(),
        name: "Camille Martin".into(),
        role: OperatorRole::Pharmacist,
        rpps: "10100000024".parse().unwrap(),
    }
}

pub(crate) fn line(line: u16, boxes: u16) -> PrescriptionLine {
    PrescriptionLine {
        number: LineNumber(line),
        kind: LineKind::Medication,
        label: format!("MÉDICAMENT {line}, comprimé"),
        code: ProductCode::Cip13("3400933857042".parse().unwrap()),
        dosage: "1 comprimé par jour".into(),
        boxes: Some(Boxes(boxes)),
        repeats: 0,
        days: Some(30),
        to_pharmacist: String::new(),
        named_pharmacy: None,
        substitution: SubstitutionPermission::Allowed,
        standing: LineStanding::Active,
        deliveries: Vec::new(),
    }
}

/// Three lines: 2, 1 and 3 boxes.
pub(crate) fn prescription(last: u8) -> Prescription {
    Prescription {
        paper: None,
        number: number(last),
        kinds: Vec::new(),
        written_on: date(2026, 11, 20),
        valid_until: Some(date(2027, 2, 19)),
        patient: Patient {
            ins: "279035121518989".parse().ok(),
            family: "ZZCANARY".into(),
            given: "Anne".into(),
            born: Some(date(1979, 3, 5)),
            sex: Sex::Female,
        },
        prescriber: Prescriber {
            rpps: "10100000016".parse().ok(),
            family: "Rivière".into(),
            given: "Hélène".into(),
            specialty: "Médecine générale".into(),
            phone: "0199000010".into(),
        },
        consent: Consent::Agreed,
        hold: None,
        lines: vec![line(1, 2), line(2, 1), line(3, 3)],
        history: Vec::new(),
    }
}

pub(crate) fn dispense_id(of: u128) -> DispenseId {
    DispenseId(Uuid::from_u128(of))
}

pub(crate) fn circumstances(of: u128, at: Timestamp) -> Circumstances {
    Circumstances {
        gone: Vec::new(),
        id: dispense_id(of),
        operator: operator(),
        pharmacy: pharmacy(),
        at,
        today: today(),
    }
}

/// Some boxes of a line, as it was ordered; a reason when they are fewer than due.
pub(crate) fn some_boxes(line: &PrescriptionLine, boxes: u16) -> Decision {
    let supply = Supply {
        code: line.code.clone(),
        label: line.label.clone(),
        boxes: Boxes(boxes),
        lot: "A12".parse().ok(),
        expiry: Some(date(2028, 6, 30)),
        read: Vec::new(),
        stands_for: None,
    };
    Decision {
        line: line.number,
        outcome: LineOutcome::Conforming(supply),
        partial: (Some(Boxes(boxes)) < line.due()).then_some(PartialReason::Owed),
        note: String::new(),
    }
}

/// Lines 1 and 3 as ordered, line 2 not delivered.
pub(crate) fn proposal(prescription: &Prescription) -> Proposal {
    let not_delivered = Decision {
        line: LineNumber(2),
        outcome: LineOutcome::NotDelivered(NotDeliveredReason::PatientHasSome),
        partial: None,
        note: "armoire pleine".into(),
    };
    Proposal {
        decisions: vec![
            some_boxes(&prescription.lines[0], 2),
            not_delivered,
            some_boxes(&prescription.lines[2], 3),
        ],
        overrides: Vec::new(),
    }
}

/// That proposal, checked.
pub(crate) fn dispense(of: u128, prescription: &Prescription, at: Timestamp) -> Dispense {
    Dispense::check(
        prescription,
        proposal(prescription),
        circumstances(of, at),
        &|_| None,
    )
    .unwrap()
}

/// One box of the first line, checked.
pub(crate) fn one_box(of: u128, prescription: &Prescription, at: Timestamp) -> Dispense {
    boxes_of(0, 1, of, prescription, at)
}

/// The three boxes of the third line, checked.
pub(crate) fn line_3(of: u128, prescription: &Prescription, at: Timestamp) -> Dispense {
    boxes_of(2, 3, of, prescription, at)
}

fn boxes_of(place: usize, boxes: u16, of: u128, prescription: &Prescription, at: Timestamp) -> Dispense {
    let proposal = Proposal {
        decisions: vec![some_boxes(&prescription.lines[place], boxes)],
        overrides: Vec::new(),
    };
    Dispense::check(prescription, proposal, circumstances(of, at), &|_| None).unwrap()
}

/// The key of every store of these tests.
pub(crate) fn store_key() -> StoreKey {
    StoreKey::from_bytes([7; 32])
}

/// The database of such a store, opened behind the program's back by somebody who has the key.
pub(crate) fn raw_store(path: &Path) -> Connection {
    let connection = Connection::open(path).unwrap();
    connection
        .execute_batch(&format!("PRAGMA key = \"x'{}'\"", "07".repeat(32)))
        .unwrap();
    connection
}
