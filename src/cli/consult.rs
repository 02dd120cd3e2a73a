//! `comptoir consult NUMBER|FILE`: the prescription, what remains of it, and what the rules remark.

use std::ffi::OsStr;

use serde_json::{Value, json};

use super::failure::Failure;
use super::output::{Format, complain, show};
use super::{documents, target};
use crate::config::Config;
use crate::counter::{Consultation, ConsultationAnswer, Freshness};
use crate::domain::number::PrescriptionNumber;
use crate::domain::reasons::PaperReason;
use crate::domain::units;
use crate::session::{Session, now};
use crate::ui::wording;
use crate::ui::wording::command_line as words;
use crate::ui::wording::command_line::answers;

/// Consults it.
pub(super) async fn consult(config: &Config, target: &OsStr, format: Format) -> Result<(), Failure> {
    let number = target::number(target)?;
    let session = Session::open(config).await?;
    let consultation = opened(&session, &number).await?;
    let today = session.counter.day(now());
    if let Some(breakdown) = consultation.not_kept {
        complain(&wording::breakdowns::copy_not_kept(breakdown));
    }
    show(format, &document(&consultation, config, &session), || {
        let mut text = match consultation.freshness {
            Freshness::Fresh | Freshness::Transcribed => String::new(),
            Freshness::FromStore { received_at, why } => {
                let received = wording::dates::at(received_at, now(), &config.time_zone);
                words::from_store(&received, why) + "\n"
            }
        };
        text.push_str(&answers::prescription(
            &consultation.prescription,
            &consultation.findings,
            today,
        ));
        text
    });
    Ok(())
}

/// The prescription, or the sentence that says why there is none.
pub(super) async fn opened(session: &Session, number: &PrescriptionNumber) -> Result<Consultation, Failure> {
    match session.counter.consult(number, now()).await? {
        ConsultationAnswer::Opened(consultation) => Ok(*consultation),
        ConsultationAnswer::Refused(refusal) => Err(Failure::refused(words::refused(number, &refusal))),
    }
}

fn document(consultation: &Consultation, config: &Config, session: &Session) -> Value {
    let today = session.counter.day(now());
    let finess = &config.pharmacy.finess;
    let mut document =
        documents::prescription(&consultation.prescription, &consultation.findings, finess, today);
    document["kept"] = json!(consultation.not_kept.is_none());
    document["paper"] = json!(consultation.prescription.paper.map(PaperReason::code));
    add_conditions(&mut document, consultation);
    document["freshness"] = match consultation.freshness {
        Freshness::Fresh => json!({ "from": "base", "received_at": null, "why": null }),
        Freshness::FromStore { received_at, why } => {
            json!({ "from": "store", "received_at": received_at, "why": why.code() })
        }
        Freshness::Transcribed => json!({ "from": "paper", "received_at": null, "why": null }),
    };
    document
}

/// The official conditions of each line's product, word for word, null when none is known; and the packs of up to three
/// months that it may be given in.
fn add_conditions(document: &mut Value, consultation: &Consultation) {
    let Some(lines) = document["lines"].as_array_mut() else {
        return;
    };
    for (shown, line) in lines.iter_mut().zip(&consultation.prescription.lines) {
        let product = consultation.products.find(&line.code);
        let packs = units::long_packs(line, &consultation.products).into_iter();
        let packs =
            packs.map(|(pack, stands_for)| json!({"cip13": pack.cip13.as_str(), "stands_for": stands_for.0}));
        shown["long_packs"] = packs.collect();
        shown["conditions"] = json!(product.and_then(|product| product.conditions.as_ref()));
    }
}
