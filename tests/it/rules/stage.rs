//! A prescription of one line, a medicine under some official conditions, and a day to look at them.

use comptoir::domain::dispense::{Circumstances, Decision, LineOutcome, Proposal, Supply};
use comptoir::domain::finding::{Finding, Severity};
use comptoir::domain::identifiers::{Boxes, LineNumber};
use comptoir::domain::prescription::{
    Delivery, DeliveryStanding, LineKind, LineStanding, PastDelivery, Prescription, PrescriptionLine,
};
use comptoir::domain::product::{BiosimilarGroup, GenericGroup, HybridGroup, Product, ProductCode};
use comptoir::domain::reasons::SubstitutionReason;
use comptoir::domain::rules::{self, Case};
use comptoir::domain::substitution::SubstitutionPermission;
use comptoir::ui::wording;
use jiff::Timestamp;
use jiff::civil::Date;

use crate::sample;

/// The medicine that line 1 orders, and others.
pub(super) const ORDERED: &str = "3400933857042";
pub(super) const OTHER: &str = "3400931587538";
pub(super) const THIRD: &str = "3400930219911";

pub(super) fn code(cip13: &str) -> ProductCode {
    ProductCode::Cip13(cip13.parse().unwrap())
}

/// A medicine of that composition under those conditions; none published when there are none.
pub(super) fn medicine(cip13: &str, substances: &str, conditions: &[&str]) -> Product {
    let labels: Vec<String> = conditions.iter().map(|label| (*label).to_owned()).collect();
    Product {
        cip13: cip13.parse().unwrap(),
        cis: format!("6{}", &cip13[5..12]).parse().unwrap(),
        name: format!("{substances}, comprimé"),
        presentation: "30 comprimés".into(),
        substances: substances.into(),
        generic_groups: Vec::new(),
        hybrid_group: None,
        biosimilar_group: None,
        conditions: (!labels.is_empty()).then_some(labels),
        published: Box::default(),
    }
}

pub(super) fn in_generic_group(product: Product) -> Product {
    Product {
        generic_groups: vec![GenericGroup("G".into())],
        ..product
    }
}

pub(super) fn in_hybrid_group(product: Product) -> Product {
    Product {
        hybrid_group: Some(HybridGroup("H".into())),
        ..product
    }
}

pub(super) fn in_biosimilar_group(product: Product) -> Product {
    Product {
        biosimilar_group: Some(BiosimilarGroup("6".into())),
        ..product
    }
}

/// One box for so many days.
pub(super) fn line(days: u16) -> PrescriptionLine {
    PrescriptionLine {
        number: LineNumber(1),
        kind: LineKind::Medication,
        label: "MÉDICAMENT PRESCRIT".into(),
        code: code(ORDERED),
        dosage: "1 par jour".into(),
        boxes: Some(Boxes(1)),
        repeats: 0,
        days: Some(days),
        to_pharmacist: String::new(),
        named_pharmacy: None,
        is_handwritten: false,
        substitution: SubstitutionPermission::Allowed,
        standing: LineStanding::Active,
        deliveries: Vec::new(),
    }
}

/// Boxes handed over at that moment.
pub(super) fn given(line: PrescriptionLine, boxes: u16, at: &str) -> PrescriptionLine {
    given_of(line, boxes, at, "MÉDICAMENT PRESCRIT")
}

pub(super) fn given_of(mut line: PrescriptionLine, boxes: u16, at: &str, product: &str) -> PrescriptionLine {
    line.deliveries.push(Delivery {
        stands_for: None,
        id: None,
        product: product.into(),
        boxes: Boxes(boxes),
        standing: DeliveryStanding::Completed,
        pharmacy: "Pharmacie".into(),
        at: Some(at.parse().unwrap()),
    });
    line
}

/// Those lines, written on that day; its last day is far unless said otherwise.
pub(super) fn written(on: Date, lines: Vec<PrescriptionLine>) -> Prescription {
    Prescription {
        written_on: on,
        valid_until: Some(Date::MAX),
        lines,
        ..sample::prescription(1)
    }
}

pub(super) fn past(cip13: &str, on: Date, days: Option<u32>) -> PastDelivery {
    PastDelivery {
        number: sample::number(9),
        prescriber: None,
        on,
        code: code(cip13),
        product: "MÉDICAMENT DÉJÀ DÉLIVRÉ".into(),
        days,
    }
}

/// Noon of that day in Paris.
fn noon(day: Date) -> Timestamp {
    let noon = day.at(12, 0, 0, 0).in_tz("Europe/Paris");
    noon.map_or(Timestamp::MAX, |zoned| zoned.timestamp())
}

fn known(products: &[Product]) -> impl Fn(&ProductCode) -> Option<Product> + '_ {
    |code| {
        let is_it = |product: &&Product| ProductCode::Cip13(product.cip13.clone()) == *code;
        products.iter().find(is_it).cloned()
    }
}

/// What is said before anything is decided.
pub(super) fn remarks(prescription: &Prescription, products: &[Product], today: Date) -> Vec<Finding> {
    rules::of_prescription(&Case {
        prescription,
        pharmacy: &sample::pharmacy().finess,
        now: noon(today),
        today,
        product: &known(products),
    })
}

/// What is said of those decisions.
pub(super) fn of_decisions(
    prescription: &Prescription,
    products: &[Product],
    today: Date,
    decisions: Vec<Decision>,
) -> Vec<Finding> {
    let proposal = Proposal {
        decisions,
        overrides: Vec::new(),
    };
    let circumstances = Circumstances {
        today,
        ..sample::circumstances(1, noon(today))
    };
    rules::findings(prescription, &proposal, &circumstances, &known(products))
}

pub(super) fn decision(line: u16, outcome: LineOutcome) -> Decision {
    Decision {
        line: LineNumber(line),
        outcome,
        partial: None,
        note: String::new(),
    }
}

/// What is said when so many boxes of what line 1 orders are handed over.
pub(super) fn handing(
    prescription: &Prescription,
    products: &[Product],
    today: Date,
    boxes: u16,
) -> Vec<Finding> {
    let supply = supply(ORDERED, boxes);
    let decided = decision(1, LineOutcome::Conforming(supply));
    of_decisions(prescription, products, today, vec![decided])
}

pub(super) fn supply(cip13: &str, boxes: u16) -> Supply {
    Supply {
        preparation: None,
        code: code(cip13),
        label: format!("BOÎTE {cip13}"),
        boxes: Boxes(boxes),
        lot: None,
        expiry: None,
        read: Vec::new(),
        stands_for: None,
    }
}

pub(super) fn substituted(supply: Supply) -> LineOutcome {
    LineOutcome::Substituted {
        supply,
        reason: SubstitutionReason::Generic,
    }
}

/// The ids of what was found.
pub(super) fn ids(findings: &[Finding]) -> Vec<&'static str> {
    findings.iter().map(Finding::id).collect()
}

/// The finding with that id, as it is read.
#[track_caller]
pub(super) fn said(findings: &[Finding], id: &str) -> (Severity, String) {
    let Some(found) = findings.iter().find(|finding| finding.id() == id) else {
        panic!("{id} is not among {findings:?}");
    };
    (found.severity(), wording::explanation(found))
}

/// Whether that id was found.
pub(super) fn is_said(findings: &[Finding], id: &str) -> bool {
    findings.iter().any(|finding| finding.id() == id)
}
