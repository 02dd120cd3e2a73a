//! Where everything stands on the sheet, and the French it is said in.

use jiff::civil::Date;
use qrcode::types::QrError;
use qrcode::{EcLevel, QrCode};

use crate::domain::consent::Consent;
use crate::domain::identifiers::Rpps;
use crate::domain::people::{Ins, Patient, Sex};
use crate::domain::prescription::{LineKind, Prescription, PrescriptionKind, PrescriptionLine};
use crate::domain::substitution::{NonSubstitutable, SubstitutionPermission};
use crate::print::page::{Page, Style};
use crate::print::typeface::Typeface;
use crate::print::{Paper, outside};

/// A4, to the nearest pixel of the PNG (0.48 points); a hair above 1754 such pixels in height: what is left of a pixel
/// is not drawn.
pub(super) const PAPER: Paper = Paper {
    width: 595.2,
    height: 841.93,
};

const LEFT: f32 = 50.4;
const RIGHT: f32 = PAPER.width - LEFT;
const MIDDLE: f32 = PAPER.width / 2.0;

/// Where the lines must end: below is the foot, with the code.
const FOOT_TOP: f32 = 664.0;

/// A module of the code, 1.2 mm: seven whole pixels of the PNG, so that its edges are sharp there too.
const MODULE: f32 = 3.36;

/// Top of the code: a whole count of the PNG's pixels too.
const CODE_TOP: f32 = 690.24;

/// Where the text beside the code begins: the code of 21 modules, then its quiet zone of four.
const BESIDE_CODE: f32 = LEFT + 26.0 * MODULE;

const NAME: Style = Style::new(Typeface::Bold, 13.0);
const TITLE: Style = Style::new(Typeface::Bold, 12.0);
const PLAIN: Style = Style::new(Typeface::Regular, 10.0);
const STRONG: Style = Style::new(Typeface::Bold, 11.0);
const SMALL: Style = Style::new(Typeface::Regular, 8.5).shaded(0.25);
const SPACE: Style = Style::new(Typeface::Regular, 4.0);
const WATERMARK: Style = Style::new(Typeface::Bold, 96.0).shaded(0.92);

/// The pages of the sheet.
pub(super) fn pages(prescription: &Prescription) -> Result<Vec<Page>, QrError> {
    let code = QrCode::with_error_correction_level(prescription.number.as_str(), EcLevel::M)?;
    let mut pages = vec![blank()];
    let mut y = header(&mut pages[0], prescription);
    for line in &prescription.lines {
        let paragraphs = paragraphs(line);
        let height: f32 = paragraphs.iter().map(|(style, _)| style.leading()).sum();
        if y + height > FOOT_TOP {
            pages.push(blank());
            y = 64.0;
        }
        if let Some(page) = pages.last_mut() {
            page.text(
                STRONG.shaded(0.45),
                LEFT,
                y + STRONG.leading(),
                &format!("{}.", line.number),
            );
            y = page.column(&paragraphs, LEFT + 24.0, y) + 13.0;
        }
    }
    let count = pages.len();
    Ok((1..)
        .zip(pages)
        .map(|(place, mut page)| {
            foot(&mut page, prescription, &code);
            page.text_up_to(SMALL, RIGHT, 806.0, &format!("Page {place} sur {count}"));
            page
        })
        .collect())
}

/// An empty page, marked so that nobody takes it for a real one.
fn blank() -> Page {
    let mut page = Page::new(PAPER);
    page.text_across(WATERMARK, MIDDLE + 30.0, 440.0, 52.0, "FORMATION");
    page
}

/// Prescriber, date, title, patient. Says where it ends.
fn header(page: &mut Page, prescription: &Prescription) -> f32 {
    let prescriber = &prescription.prescriber;
    let half = MIDDLE - LEFT - 10.0;
    let mut left = outside(NAME, &format!("{} {}", prescriber.given, prescriber.family), half);
    left.extend(outside(PLAIN, &prescriber.specialty, half));
    let rpps = prescriber.rpps.as_ref().map_or("non communiqué", Rpps::as_str);
    left.push((SMALL, format!("N° RPPS\u{a0}: {rpps}")));
    if !prescriber.phone.is_empty() {
        left.extend(outside(SMALL, &format!("Tél.\u{a0}: {}", prescriber.phone), half));
    }

    let mut right = vec![(TITLE, "ORDONNANCE NUMÉRIQUE".to_owned())];
    let kinds: Vec<&str> = prescription.kinds.iter().map(kind).collect();
    right.extend(outside(PLAIN, &kinds.join(" · "), half));
    right.push((PLAIN, format!("Le {}", day(prescription.written_on))));

    let top = 42.0;
    let left_end = page.column(&left, LEFT, top);
    let mut right_end = top;
    for (style, text) in &right {
        right_end += style.leading();
        page.text_up_to(*style, RIGHT, right_end, text);
    }
    let rule = left_end.max(right_end) + 12.0;
    page.rule(0.3, LEFT, RIGHT, rule);
    patient(page, &prescription.patient, rule + 14.0) + 22.0
}

/// The frame with the patient's identity. Says where it ends.
fn patient(page: &mut Page, patient: &Patient, top: f32) -> f32 {
    let born = match patient.sex {
        Sex::Female => "Née le",
        Sex::Male => "Né le",
        Sex::Unknown => "Né(e) le",
    };
    let mut lines = outside(
        STRONG,
        &format!("{} {}", patient.family, patient.given),
        RIGHT - LEFT - 24.0,
    );
    if let Some(date) = patient.born {
        lines.push((PLAIN, format!("{born} {}", day(date))));
    }
    let ins = patient
        .ins
        .as_ref()
        .map_or_else(|| "non communiqué".to_owned(), Ins::grouped);
    lines.push((SMALL, format!("INS\u{a0}: {ins}")));
    let height: f32 = lines.iter().map(|(style, _)| style.leading()).sum::<f32>() + 14.0;
    page.area(0.955, [LEFT, top, RIGHT - LEFT, height]);
    page.area(0.35, [LEFT, top, 2.4, height]);
    page.column(&lines, LEFT + 14.0, top + 4.0);
    top + height
}

/// What is printed of one line.
fn paragraphs(line: &PrescriptionLine) -> Vec<(Style, String)> {
    let length = RIGHT - LEFT - 24.0;
    let mut text = outside(STRONG, &line.label, length);
    text.extend(outside(PLAIN, &line.dosage, length));
    let mut remarks = Vec::new();
    if let Some(boxes) = line.boxes {
        remarks.push(match line.kind {
            LineKind::Medication => format!("{boxes} {}", plural(boxes.0, "boîte")),
            _ => format!("Quantité\u{a0}: {boxes}"),
        });
    }
    if let Some(days) = line.days {
        remarks.push(format!("pour {days} {}", plural(days, "jour")));
    }
    if line.repeats > 0 {
        remarks.push(format!("à renouveler {} fois", line.repeats));
    }
    if let LineKind::Other { executor } = &line.kind {
        remarks.push(format!("Exécutant\u{a0}: {executor}"));
    }
    text.extend(outside(SMALL, &remarks.join(" – "), length));
    if let SubstitutionPermission::Forbidden(reason) = &line.substitution {
        let mention = match reason {
            NonSubstitutable::Unstated(words) if words.is_empty() => "Non substituable".to_owned(),
            reason => format!("Non substituable ({})", reason.code()),
        };
        text.extend(outside(Style::new(Typeface::Bold, 9.0), &mention, length));
    }
    text
}

/// The code, the number in groups, what the patient chose, and that none of it is real.
fn foot(page: &mut Page, prescription: &Prescription, code: &QrCode) {
    page.rule(0.3, LEFT, RIGHT, FOOT_TOP + 8.0);
    // Paper under the code and its quiet zone: the watermark must not reach it.
    let side = 29.0 * MODULE;
    page.area(1.0, [LEFT - 4.0 * MODULE, CODE_TOP - 4.0 * MODULE, side, side]);
    page.code(code, MODULE, LEFT, CODE_TOP);

    let mut beside = vec![
        (SMALL, "Numéro de l’ordonnance".to_owned()),
        (Style::new(Typeface::Bold, 14.0), prescription.number.grouped()),
        (SPACE, String::new()),
        (
            SMALL,
            "À présenter au pharmacien, qui lit le code ou saisit le numéro.".to_owned(),
        ),
    ];
    if let Some(last_day) = prescription.valid_until {
        beside.push((SMALL, format!("À exécuter au plus tard le {}.", day(last_day))));
    }
    beside.extend(outside(
        SMALL.shaded(0.0),
        consent(prescription.consent),
        RIGHT - BESIDE_CODE,
    ));
    page.column(&beside, BESIDE_CODE, CODE_TOP - 4.0);
    page.text(
        SMALL,
        LEFT,
        806.0,
        "Ordonnance fictive, sans valeur\u{a0}: éditée par la base de formation.",
    );
}

/// The mention that the prescriber prints (CSP art. R. 4072-1 and following).
fn consent(consent: Consent) -> &'static str {
    match consent {
        Consent::Agreed => {
            "Le patient accepte que les prescripteurs consultent l’exécution de cette ordonnance."
        }
        Consent::Opposed => {
            "Le patient s’oppose à ce que les prescripteurs consultent l’exécution de cette ordonnance."
        }
        Consent::NotRecorded => {
            "Consultation de l’exécution par les prescripteurs\u{a0}: choix du patient non recueilli."
        }
    }
}

fn kind(kind: &PrescriptionKind) -> &str {
    match kind {
        PrescriptionKind::Secured => "Ordonnance sécurisée",
        PrescriptionKind::Exception => "Médicaments d’exception",
        PrescriptionKind::AldTwoZone => "Ordonnance bizone (ALD)",
        PrescriptionKind::Urgent => "En urgence",
        PrescriptionKind::Other(code) => code,
    }
}

fn plural(count: u16, word: &str) -> String {
    if count > 1 {
        format!("{word}s")
    } else {
        word.to_owned()
    }
}

/// A date as French writes it.
fn day(date: Date) -> String {
    const MONTHS: [&str; 12] = [
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ];
    let month = usize::try_from(date.month())
        .ok()
        .and_then(|month| MONTHS.get(month - 1))
        .copied()
        .unwrap_or_default();
    let day = if date.day() == 1 {
        "1er".to_owned()
    } else {
        date.day().to_string()
    };
    format!("{day} {month} {}", date.year())
}
