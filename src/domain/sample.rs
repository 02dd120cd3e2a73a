//! A prescription, products and decisions for the tests of the rules.

use jiff::Timestamp;
use jiff::civil::{Date, date};
use uuid::Uuid;

use crate::domain::consent::Consent;
use crate::domain::dispense::{
    AgreedBy, Agreement, Circumstances, Decision, Dispense, LineOutcome, Override, Proposal, Supply,
};
use crate::domain::finding::Finding;
use crate::domain::hold::Hold;
use crate::domain::identifiers::{Boxes, DispenseId, LineNumber};
use crate::domain::people::{Operator, OperatorRole, Patient, Pharmacy, Prescriber, Sex};
use crate::domain::prescription::{
    Delivery, DeliveryStanding, LineKind, LineStanding, Prescription, PrescriptionLine,
};
use crate::domain::product::{GenericGroup, Product, ProductCode};
use crate::domain::reasons::{AdjustmentReason, AgreementChannel, NotDeliveredReason, SubstitutionReason};
use crate::domain::rules::Case;
use crate::domain::substitution::SubstitutionPermission;

/// What the prescription orders; its other box; a generic of it; something else; something nobody knows.
pub(super) const ORDERED: &str = "3400900000013";
pub(super) const OTHER_BOX: &str = "3400900000020";
pub(super) const GENERIC: &str = "3400900000037";
pub(super) const UNRELATED: &str = "3400900000044";
pub(super) const UNKNOWN: &str = "3400900000051";

pub(super) const TODAY: Date = date(2026, 11, 22);

pub(super) fn now() -> Timestamp {
    "2026-11-22T11:00:00Z".parse().unwrap()
}

pub(super) fn cip13(digits: &str) -> ProductCode {
    ProductCode::Cip13(digits.parse().unwrap())
}

pub(super) fn cis(digits: &str) -> ProductCode {
    ProductCode::Cis(digits.parse().unwrap())
}

pub(super) fn lpp(digits: &str) -> ProductCode {
    ProductCode::Lpp(digits.parse().unwrap())
}

/// A medicines database of four presentations.
pub(super) fn product(code: &ProductCode) -> Option<Product> {
    let known = [
        (ORDERED, "60000001", Some("G1")),
        (OTHER_BOX, "60000001", Some("G1")),
        (GENERIC, "60000002", Some("G1")),
        (UNRELATED, "60000003", None),
    ];
    let is_it = |cip13: &str, cis: &str| match code {
        ProductCode::Cip13(wanted) => wanted.as_str() == cip13,
        ProductCode::Cis(wanted) => wanted.as_str() == cis,
        _ => false,
    };
    let (cip13, cis, group) = known.into_iter().find(|(cip13, cis, _)| is_it(cip13, cis))?;
    Some(Product {
        cip13: cip13.parse().unwrap(),
        cis: cis.parse().unwrap(),
        name: format!("PRODUIT {cis}"),
        presentation: "boîte de 30".into(),
        substances: "lévothyroxine sodique".into(),
        generic_groups: group
            .map(|group| GenericGroup(group.into()))
            .into_iter()
            .collect(),
        hybrid_group: None,
        biosimilar_group: None,
        conditions: Some(vec!["liste I".into()]),
        published: Box::default(),
    })
}

/// A medicine of that composition under those official conditions.
pub(super) fn medicine(substances: &str, conditions: &[&str]) -> Product {
    let labels: Vec<String> = conditions.iter().map(|label| (*label).to_owned()).collect();
    Product {
        substances: substances.into(),
        conditions: (!labels.is_empty()).then_some(labels),
        name: "PRODUIT".into(),
        cip13: ORDERED.parse().unwrap(),
        cis: "60000001".parse().unwrap(),
        presentation: "boîte de 30".into(),
        generic_groups: Vec::new(),
        hybrid_group: None,
        biosimilar_group: None,
        published: Box::default(),
    }
}

/// That prescription, looked at today by our pharmacy.
pub(super) fn case(prescription: &Prescription) -> Case<'_> {
    Case {
        prescription,
        pharmacy: Box::leak(Box::new(pharmacy().finess)),
        now: now(),
        today: TODAY,
        product: &product,
    }
}

/// A line that orders two boxes.
pub(super) fn line(number: u16) -> PrescriptionLine {
    PrescriptionLine {
        number: LineNumber(number),
        kind: LineKind::Medication,
        label: format!("PRODUIT {number}"),
        code: cip13(ORDERED),
        dosage: "1 par jour".into(),
        boxes: Some(Boxes(2)),
        repeats: 0,
        days: Some(30),
        to_pharmacist: String::new(),
        named_pharmacy: None,
        substitution: SubstitutionPermission::Allowed,
        standing: LineStanding::Active,
        deliveries: Vec::new(),
    }
}

/// The same line, once so many boxes of it were handed over.
pub(super) fn delivered(mut line: PrescriptionLine, boxes: u16) -> PrescriptionLine {
    line.deliveries.push(delivery(boxes, DeliveryStanding::Completed));
    line
}

pub(super) fn delivery(boxes: u16, standing: DeliveryStanding) -> Delivery {
    Delivery {
        stands_for: None,
        id: None,
        product: "PRODUIT".into(),
        boxes: Boxes(boxes),
        standing,
        pharmacy: String::new(),
        at: None,
    }
}

/// A prescription of one such line, or of others.
pub(super) fn prescription(lines: Vec<PrescriptionLine>) -> Prescription {
    Prescription {
        number: "01S2TBPZ2JCNZZYGHZ".parse().unwrap(),
        kinds: Vec::new(),
        written_on: date(2026, 11, 20),
        valid_until: Some(date(2027, 2, 19)),
        patient: Patient {
            ins: None,
            family: "ESSAI".into(),
            given: "Anne".into(),
            born: None,
            sex: Sex::Unknown,
        },
        prescriber: Prescriber {
            rpps: None,
            family: "Rivière".into(),
            given: String::new(),
            specialty: String::new(),
            phone: String::new(),
        },
        consent: Consent::Agreed,
        hold: None,
        lines,
        paper: None,
        history: Vec::new(),
    }
}

pub(super) fn pharmacy() -> Pharmacy {
    Pharmacy {
        finess: "750000001".parse().unwrap(),
        name: "Pharmacie d’Essai".into(),
        address: "1 place d’Essai".into(),
        phone: "0199000001".into(),
    }
}

pub(super) fn hold(finess: &str) -> Hold {
    Hold {
        owner: finess.parse().unwrap(),
        name: "Pharmacie".into(),
        phone: String::new(),
        since: None,
        until: Some("2026-11-22T11:30:00Z".parse().unwrap()),
        terminal: None,
    }
}

pub(super) fn circumstances() -> Circumstances {
    Circumstances {
        id: DispenseId(Uuid::from_u128(1)),
        operator: Operator {
            id: "cm".into(),
            name: "Camille Martin".into(),
            role: OperatorRole::Pharmacist,
            rpps: "10100000024".parse().unwrap(),
        },
        pharmacy: pharmacy(),
        at: now(),
        today: TODAY,
        gone: Vec::new(),
    }
}

pub(super) fn supply(code: ProductCode, boxes: u16) -> Supply {
    Supply {
        label: format!("BOÎTE {}", code.code()),
        code,
        boxes: Boxes(boxes),
        lot: None,
        expiry: None,
        read: Vec::new(),
        stands_for: None,
    }
}

pub(super) fn conforming(code: ProductCode, boxes: u16) -> LineOutcome {
    LineOutcome::Conforming(supply(code, boxes))
}

pub(super) fn substituted(code: ProductCode, reason: SubstitutionReason) -> LineOutcome {
    LineOutcome::Substituted {
        supply: supply(code, 2),
        reason,
    }
}

pub(super) fn adjusted(code: ProductCode, boxes: u16, reason: AdjustmentReason) -> LineOutcome {
    LineOutcome::Adjusted {
        supply: supply(code, boxes),
        reason,
        agreement: Agreement {
            by: AgreedBy::Author,
            channel: AgreementChannel::Phone,
            at: now(),
            changed: String::new(),
        },
    }
}

pub(super) fn not_delivered() -> LineOutcome {
    LineOutcome::NotDelivered(NotDeliveredReason::PatientHasSome)
}

/// That decision for line 1, without a word.
pub(super) fn decision(outcome: LineOutcome) -> Decision {
    Decision {
        line: LineNumber(1),
        outcome,
        partial: None,
        note: String::new(),
    }
}

pub(super) fn proposal(decisions: Vec<Decision>) -> Proposal {
    Proposal {
        decisions,
        overrides: Vec::new(),
    }
}

pub(super) fn passed(finding: &str, reason: &str) -> Override {
    Override {
        finding: finding.into(),
        reason: reason.into(),
    }
}

pub(super) fn check(prescription: &Prescription, proposal: Proposal) -> Result<Dispense, Vec<Finding>> {
    Dispense::check(prescription, proposal, circumstances(), &product)
}

/// The ids of findings: what tables of cases compare.
pub(super) fn ids<'a>(findings: impl IntoIterator<Item = &'a Finding>) -> Vec<&'static str> {
    findings.into_iter().map(Finding::id).collect()
}
