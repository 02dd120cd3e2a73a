//! Fictitious people, prescriptions and hand-overs for the tests of the terminal.
#![expect(clippy::panic, reason = "a test fails by panicking")]

use std::path::PathBuf;

use comptoir::app::correcting::CorrectionKind;
use comptoir::app::keys::Key;
use comptoir::app::message::{Consultation, Freshness, HoldAnswer, Message, OpenedCorrection};
use comptoir::app::{App, Effect, Mode, Setting};
use comptoir::domain::consent::Consent;
use comptoir::domain::correction::Standing;
use comptoir::domain::dispense::{Dispense, HandOver};
use comptoir::domain::hold::Hold;
use comptoir::domain::identifiers::{
    Boxes, Cip13, DispenseId, DispensedLineId, LineNumber, ean_check_digit_is_right,
};
use comptoir::domain::number::PrescriptionNumber;
use comptoir::domain::outbox::{DelayReason, OutboxEntry, PostState};
use comptoir::domain::people::{Ins, Operator, OperatorRole, Patient, Pharmacy, Prescriber, Sex};
use comptoir::domain::prescription::{
    Delivery, DeliveryStanding, LineKind, LineStanding, Prescription, PrescriptionKind, PrescriptionLine,
};
use comptoir::domain::product::{CatalogueScope, GenericGroup, KnownProducts, Product, ProductCode};
use comptoir::domain::register::{
    RegisterContent, RegisterEntry, RegisterNumber, RegisteredDelivery, Sha256Digest,
};
use comptoir::domain::scanned::Scanned;
use comptoir::domain::substitution::{NonSubstitutable, SubstitutionPermission};
use jiff::civil::date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use uuid::Uuid;

/// The number most tests serve.
pub(crate) const NUMBER: &str = "01S2TBPZ2JCNZZYGHZ";
/// Another one.
pub(crate) const OTHER_NUMBER: &str = "01K7M4QX2RT9WBHV6P";

pub(crate) fn number(text: &str) -> PrescriptionNumber {
    text.parse().unwrap()
}

/// 22 November 2026, 10:42 in Paris.
pub(crate) fn now() -> Timestamp {
    "2026-11-22T09:42:00Z".parse().unwrap()
}

pub(crate) fn minutes_ago(minutes: i64) -> Timestamp {
    now().checked_sub(minutes.minutes()).unwrap()
}

pub(crate) fn in_minutes(minutes: i64) -> Timestamp {
    now().checked_add(minutes.minutes()).unwrap()
}

pub(crate) fn pharmacy() -> Pharmacy {
    Pharmacy {
        finess: "130012345".parse().unwrap(),
        name: "Pharmacie du Vieux-Port".into(),
        address: "3 quai des Essais, 13002 Marseille".into(),
        phone: "04 91 00 00 01".into(),
    }
}

pub(crate) fn operator() -> Operator {
    Operator {
        id: "cm".into(),
        name: "Claire Martin".into(),
        role: OperatorRole::Pharmacist,
        rpps: "10003456789".parse().unwrap(),
    }
}

pub(crate) fn setting() -> Setting {
    Setting {
        pharmacy: pharmacy(),
        operator: operator(),
        terminal: None,
        mode: Mode::Training,
        zone: TimeZone::get("Europe/Paris").unwrap(),
        sheets: Some(PathBuf::from("/home/claire/comptoir/feuilles")),
        inbox: Some(PathBuf::from("/home/claire/comptoir/entrants")),
        frames: None,
        left_waiting: None,
        catalogue: CatalogueScope::TrainingSubset,
    }
}

pub(crate) fn app() -> App {
    App::new(setting(), now())
}

/// A CIP13 with its check digit.
pub(crate) fn cip13(first_12: &str) -> Cip13 {
    (0..10)
        .map(|digit| format!("{first_12}{digit}"))
        .find(|text| ean_check_digit_is_right(text))
        .unwrap()
        .parse()
        .unwrap()
}

pub(crate) fn ins(first_13: &str) -> Ins {
    format!("{first_13}{:02}", Ins::key_of(first_13).unwrap())
        .parse()
        .unwrap()
}

/// The code of a patient's identity, with nothing but the matricule.
pub(crate) fn identity(ins: Option<Ins>) -> Scanned {
    Scanned::Ins(ins.map(|ins| Box::new(ins.into())))
}

pub(crate) fn product(cip: &str, cis: &str, name: &str, group: &str) -> Product {
    Product {
        cip13: cip13(cip),
        cis: cis.parse().unwrap(),
        name: name.into(),
        presentation: "plaquette(s) PVC-Aluminium de 12 gélule(s)".into(),
        substances: group.into(),
        generic_groups: vec![GenericGroup(group.into())],
        hybrid_group: None,
        biosimilar_group: None,
        conditions: (!group.starts_with("paracétamol")).then(|| vec!["liste I".into()]),
        published: Box::default(),
    }
}

pub(crate) const AMOXICILLIN: &str = "340093385704";
pub(crate) const PARACETAMOL: &str = "340093500162";
pub(crate) const LEVOTHYROXINE: &str = "340093100001";

pub(crate) fn products() -> KnownProducts {
    KnownProducts(vec![
        product(
            AMOXICILLIN,
            "60234100",
            "CLAMOXYL 500 mg, gélule",
            "amoxicilline 500",
        ),
        product(
            "340093385711",
            "61111111",
            "AMOXICILLINE BIOGARAN 500 mg, gélule",
            "amoxicilline 500",
        ),
        product(
            "340093385712",
            "61111112",
            "AMOXICILLINE ARROW 500 mg, gélule",
            "amoxicilline 500",
        ),
        product(
            PARACETAMOL,
            "60234200",
            "DOLIPRANE 1000 mg, comprimé",
            "paracétamol 1000",
        ),
        product(
            "340093500170",
            "62222222",
            "PARACÉTAMOL EG 1 g, comprimé",
            "paracétamol 1000",
        ),
        product(
            LEVOTHYROXINE,
            "60234300",
            "LEVOTHYROX 75 microgrammes, comprimé sécable",
            "lévothyroxine 75",
        ),
    ])
}

pub(crate) fn line(place: u16, cip: &str, label: &str, dosage: &str, boxes: u16) -> PrescriptionLine {
    PrescriptionLine {
        number: LineNumber(place),
        kind: LineKind::Medication,
        label: label.into(),
        code: ProductCode::Cip13(cip13(cip)),
        dosage: dosage.into(),
        boxes: Some(Boxes(boxes)),
        repeats: 0,
        days: None,
        to_pharmacist: String::new(),
        named_pharmacy: None,
        substitution: SubstitutionPermission::Allowed,
        standing: LineStanding::Active,
        deliveries: Vec::new(),
    }
}

pub(crate) fn patient() -> Patient {
    Patient {
        ins: Some(ins("2700375108123")),
        family: "LEFÈVRE".into(),
        given: "Jeanne".into(),
        born: Some(date(1970, 3, 28)),
        sex: Sex::Female,
    }
}

pub(crate) fn prescriber() -> Prescriber {
    Prescriber {
        rpps: Some("10001234567".parse().unwrap()),
        family: "MARCHAND".into(),
        given: "Hélène".into(),
        specialty: "médecine générale".into(),
        phone: "04 91 00 00 00".into(),
    }
}

/// Three lines that nothing prevents, with the patient's agreement.
pub(crate) fn prescription() -> Prescription {
    Prescription {
        paper: None,
        number: number(NUMBER),
        kinds: Vec::new(),
        written_on: date(2026, 11, 20),
        valid_until: Some(date(2027, 2, 20)),
        patient: patient(),
        prescriber: prescriber(),
        consent: Consent::Agreed,
        hold: None,
        lines: vec![
            line(
                1,
                AMOXICILLIN,
                "CLAMOXYL 500 mg, gélule",
                "1 gélule 3 fois par jour pendant 6 jours",
                2,
            ),
            line(
                2,
                PARACETAMOL,
                "DOLIPRANE 1000 mg, comprimé",
                "1 comprimé si douleur, au plus 4 par jour",
                1,
            ),
            PrescriptionLine {
                substitution: SubstitutionPermission::Forbidden(NonSubstitutable::NarrowMargin),
                repeats: 2,
                days: Some(28),
                to_pharmacist: String::new(),
                named_pharmacy: None,
                ..line(
                    3,
                    LEVOTHYROXINE,
                    "LEVOTHYROX 75 microgrammes, comprimé sécable",
                    "1 comprimé le matin à jeun",
                    1,
                )
            },
        ],
        history: Vec::new(),
    }
}

/// Everything that can be remarkable at once: secured, opposed, partly delivered elsewhere, closed lines.
pub(crate) fn remarkable_prescription() -> Prescription {
    let mut prescription = prescription();
    prescription.kinds = vec![PrescriptionKind::Secured, PrescriptionKind::AldTwoZone];
    prescription.consent = Consent::Opposed;
    prescription.valid_until = None;
    prescription.lines[2].deliveries = vec![Delivery {
        stands_for: None,
        id: None,
        product: "LEVOTHYROX 75 microgrammes, comprimé sécable".into(),
        boxes: Boxes(1),
        standing: DeliveryStanding::Completed,
        pharmacy: "Pharmacie de la Gare".into(),
        at: Some("2026-11-21T08:00:00Z".parse().unwrap()),
    }];
    prescription.lines.push(PrescriptionLine {
        kind: LineKind::Device,
        code: ProductCode::Lpp("1163922".parse().unwrap()),
        boxes: None,
        ..line(
            4,
            AMOXICILLIN,
            "Bandelettes de contrôle glycémique",
            "1 par jour",
            1,
        )
    });
    prescription.lines.push(PrescriptionLine {
        kind: LineKind::Other {
            executor: "laboratoire".into(),
        },
        code: ProductCode::None,
        boxes: None,
        ..line(5, AMOXICILLIN, "TSH, à jeun", "", 1)
    });
    prescription.lines.push(PrescriptionLine {
        standing: LineStanding::Cancelled,
        ..line(6, AMOXICILLIN, "CLAMOXYL 500 mg, gélule", "", 1)
    });
    prescription
}

pub(crate) const ID: DispenseId = DispenseId(Uuid::from_u128(0x0001_0001));

pub(crate) fn consultation_of(prescription: Prescription) -> Consultation {
    Consultation {
        id: ID,
        prescription,
        products: products(),
        freshness: Freshness::Base { at: now() },
        not_kept: None,
    }
}

pub(crate) fn consulted(prescription: Prescription) -> Message {
    Message::Consulted(Box::new(consultation_of(prescription)))
}

pub(crate) fn scan(text: &str) -> Message {
    Message::Scanned {
        text: text.into(),
        scanned: Scanned::Prescription(number(text)),
    }
}

pub(crate) fn our_hold() -> Hold {
    Hold {
        owner: pharmacy().finess,
        name: pharmacy().name,
        phone: pharmacy().phone,
        since: Some(now()),
        until: Some(in_minutes(30)),
        terminal: None,
    }
}

pub(crate) fn their_hold() -> Hold {
    Hold {
        owner: "750098765".parse().unwrap(),
        name: "Pharmacie de la Gare".into(),
        phone: "01 40 00 00 09".into(),
        since: Some(minutes_ago(12)),
        until: Some(in_minutes(18)),
        terminal: None,
    }
}

pub(crate) fn hold_answered(answer: HoldAnswer) -> Message {
    Message::HoldAnswered {
        number: number(NUMBER),
        answer,
    }
}

/// The keys one types: letters as they are, `⏎` Enter, `⎋` Escape, `⌫` Backspace, arrows, `②` F2…
pub(crate) fn keys(typed: &str) -> Vec<Key> {
    typed
        .chars()
        .map(|character| match character {
            '⏎' => Key::Enter,
            '⎋' => Key::Escape,
            '⌫' => Key::Backspace,
            '⌦' => Key::Delete,
            '↑' => Key::Up,
            '↓' => Key::Down,
            '←' => Key::Left,
            '→' => Key::Right,
            '⇞' => Key::PageUp,
            '⇟' => Key::PageDown,
            '⇱' => Key::Home,
            '⇲' => Key::End,
            '①' => Key::Function(1),
            '②' => Key::Function(2),
            '③' => Key::Function(3),
            '④' => Key::Function(4),
            '⑨' => Key::Function(9),
            '⑤' => Key::Function(5),
            '⑩' => Key::Function(10),
            other => Key::Character(other),
        })
        .collect()
}

/// Presses keys; returns the effects of all of them.
pub(crate) fn press(app: &mut App, typed: &str) -> Vec<Effect> {
    keys(typed)
        .into_iter()
        .flat_map(|key| app.update(Message::KeyPressed(key)))
        .collect()
}

/// A terminal with that prescription open and its hold taken.
pub(crate) fn serving(prescription: Prescription) -> App {
    let mut app = app();
    app.update(Message::Started);
    app.update(Message::BaseAnswered);
    app.update(Message::OutboxListed(Vec::new()));
    app.update(Message::PostingEnded { next_attempt: None });
    app.update(scan(prescription.number.as_str()));
    app.update(consulted(prescription));
    app.update(hold_answered(HoldAnswer::Taken(our_hold())));
    app
}

/// What the store answers to a request to record, by the real rules.
pub(crate) fn recorded(effects: &[Effect]) -> Message {
    let Some(Effect::Record(request)) = effects.iter().find(|e| matches!(e, Effect::Record(_))) else {
        panic!("nothing was to be recorded: {effects:?}");
    };
    let known = products();
    let find = |code: &ProductCode| known.find(code).cloned();
    let dispense = Dispense::check(
        &request.prescription,
        request.proposal.clone(),
        request.circumstances.clone(),
        &find,
    )
    .unwrap_or_else(|findings| panic!("refused: {findings:?}"));
    let hand_over = dispense.hand_over().clone();
    let numbers = hand_over
        .lines
        .iter()
        .zip(128..)
        .map(|(line, place)| (line.id, line.outcome.supply().map(|_| RegisterNumber(place))))
        .collect();
    Message::Recorded {
        entry: Box::new(entry(hand_over, &PostState::Pending)),
        numbers,
    }
}

/// An outbox entry whose lines are all in that state.
pub(crate) fn entry(hand_over: HandOver, state: &PostState) -> OutboxEntry {
    let states = hand_over
        .lines
        .iter()
        .map(|line| (line.id, state.clone()))
        .collect();
    OutboxEntry {
        since: hand_over.at,
        consent_since: None,
        states,
        attempts: 0,
        next_attempt: now(),
        reason: DelayReason::NotTried,
        settlement: None,
        hand_over,
    }
}

/// A hand-over of the whole sample prescription, some minutes ago, by the real rules.
pub(crate) fn hand_over(seed: u128, minutes: i64) -> HandOver {
    let mut app = serving(prescription());
    let effects = press(&mut app, "⏎⏎");
    let Message::Recorded { entry, .. } = recorded(&effects) else {
        panic!("recorded() builds Recorded");
    };
    let id = DispenseId(Uuid::from_u128(seed));
    let mut hand_over = entry.hand_over;
    hand_over.id = id;
    hand_over.at = minutes_ago(minutes);
    for (place, line) in hand_over.lines.iter_mut().enumerate() {
        line.id = id.line(place + 1);
    }
    hand_over
}

pub(crate) fn register_entry(place: u32) -> RegisterEntry {
    let hand_over = hand_over(u128::from(place), 60 - i64::from(place));
    RegisterEntry {
        number: RegisterNumber(place),
        recorded_at: hand_over.at,
        content: Some(RegisterContent::Delivery(Box::new(RegisteredDelivery {
            dispense: hand_over.id,
            dispensed_line: DispensedLineId(Uuid::from_u128(u128::from(place))),
            prescription: hand_over.number,
            line: LineNumber(1),
            pharmacy: pharmacy(),
            operator: operator(),
            patient: patient(),
            prescriber: prescriber(),
            ordered: "CLAMOXYL 500 mg, gélule".into(),
            product: "AMOXICILLINE BIOGARAN 500 mg, gélule".into(),
            code: cip13(AMOXICILLIN).to_string(),
            boxes: Boxes(2),
            lot: "A12B".parse().ok(),
            expiry: Some(date(2028, 6, 30)),
            serials: Vec::new(),
            outcome: "substituted".into(),
            basis: None,
            reason: Some("generic".into()),
            agreement: None,
            note: String::new(),
            replaces: None,
            paper: None,
        }))),
        link: Sha256Digest([u8::try_from(place % 251).unwrap(); 32]),
    }
}

/// The first line of the sample prescription, recorded as that entry and opened to be corrected.
pub(crate) fn correction_opened(id: DispenseId, entry: RegisterNumber, kind: CorrectionKind) -> Message {
    let hand_over = hand_over(77, 60);
    let standing = Standing {
        entry,
        line: hand_over.lines[0].clone(),
        hand_over,
        earlier: Vec::new(),
    };
    let consultation = (kind == CorrectionKind::Rectification)
        .then(|| Box::new(consultation_of(standing.taken_out_of(prescription()))));
    Message::CorrectionOpened(Box::new(OpenedCorrection {
        id,
        standing,
        consultation,
    }))
}
