//! The decisions file of `comptoir dispense --decisions`: read whole, checked whole, or refused whole.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::Deserialize;

use crate::domain::box_read::{BoxRead, common_lot, earliest_expiry};
use crate::domain::dispense::{AgreedBy, Agreement, Decision, LineOutcome, Override, Proposal, Supply};
use crate::domain::identifiers::{Boxes, InvalidIdentifier, LineNumber, Lot};
use crate::domain::prescription::{Prescription, PrescriptionLine};
use crate::domain::product::{Product, ProductCode};
use crate::domain::reasons::{
    AdjustmentReason, AgreementChannel, KeptReason, NotDeliveredReason, PartialReason, SubstitutionReason,
};
use crate::ui::wording::files as words;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawDecisions {
    lines: Vec<RawDecision>,
    #[serde(default)]
    overrides: Vec<RawOverride>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawDecision {
    line: u16,
    outcome: String,
    cip13: Option<String>,
    lpp: Option<String>,
    label: Option<String>,
    boxes: Option<u16>,
    lot: Option<String>,
    expiry: Option<Date>,
    #[serde(default)]
    read: Vec<RawBox>,
    reason: Option<String>,
    partial: Option<String>,
    kept: Option<String>,
    agreement: Option<RawAgreement>,
    #[serde(default)]
    note: String,
}

/// One box that was read.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawBox {
    cip13: Option<String>,
    lot: Option<String>,
    expiry: Option<Date>,
    serial: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawAgreement {
    by: String,
    /// Who, when it is another prescriber.
    name: Option<String>,
    #[serde(default)]
    changed: String,
    channel: String,
    at: Timestamp,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawOverride {
    finding: String,
    reason: String,
}

/// Reads a decisions file against the prescription it is for; else says what is wrong in it, and nothing of it is used.
pub(super) fn proposal(
    text: &str,
    prescription: &Prescription,
    product: &dyn Fn(&ProductCode) -> Option<Product>,
) -> Result<Proposal, String> {
    let raw: RawDecisions = serde_json::from_str(text)
        .map_err(|error| words::json(error.line(), error.column(), &error.to_string()))?;
    let decisions = raw
        .lines
        .into_iter()
        .map(|decision| {
            let line = decision.line;
            read(decision, prescription, product).map_err(|problem| words::decision(line, &problem))
        })
        .collect::<Result<_, _>>()?;
    let overrides = raw.overrides.into_iter().map(|o| Override {
        finding: o.finding,
        reason: o.reason,
    });
    Ok(Proposal {
        decisions,
        overrides: overrides.collect(),
    })
}

fn read(
    raw: RawDecision,
    prescription: &Prescription,
    product: &dyn Fn(&ProductCode) -> Option<Product>,
) -> Result<Decision, String> {
    let line = LineNumber(raw.line);
    // A line that does not exist gets a decision all the same: the rules refuse it, with their source.
    let ordered = prescription.line(line);
    let (outcome, partial) = match raw.outcome.as_str() {
        "conforming" => {
            let said = raw.partial.as_deref().or(raw.reason.as_deref());
            (
                LineOutcome::Conforming(supply(&raw, ordered, product)?),
                partial(said)?,
            )
        }
        "substituted" => {
            let reason = coded(
                raw.reason.as_deref(),
                "reason",
                SubstitutionReason::ALL,
                SubstitutionReason::code,
            )?;
            let supply = supply(&raw, ordered, product)?;
            (
                LineOutcome::Substituted { supply, reason },
                partial(raw.partial.as_deref())?,
            )
        }
        "adjusted" => {
            let reason = coded(
                raw.reason.as_deref(),
                "reason",
                AdjustmentReason::ALL,
                AdjustmentReason::code,
            )?;
            let agreement = agreement(raw.agreement.as_ref())?;
            let supply = supply(&raw, ordered, product)?;
            (
                LineOutcome::Adjusted {
                    supply,
                    reason,
                    agreement,
                },
                partial(raw.partial.as_deref())?,
            )
        }
        "not-delivered" => {
            let reason = coded(
                raw.reason.as_deref(),
                "reason",
                NotDeliveredReason::ALL,
                NotDeliveredReason::code,
            )?;
            (LineOutcome::NotDelivered(reason), None)
        }
        other => {
            let known = ["conforming", "substituted", "adjusted", "not-delivered"];
            return Err(words::at("outcome", &words::none_of(other, &known)));
        }
    };
    let note = match raw.kept.as_deref() {
        None => raw.note,
        Some(_) if raw.outcome != "conforming" => {
            return Err(words::at("kept", words::KEPT_CONFORMING));
        }
        said => coded(said, "kept", KeptReason::ALL, KeptReason::code)?.noted(&raw.note),
    };
    Ok(Decision {
        line,
        outcome,
        partial,
        note,
    })
}

fn supply(
    raw: &RawDecision,
    ordered: Option<&PrescriptionLine>,
    product: &dyn Fn(&ProductCode) -> Option<Product>,
) -> Result<Supply, String> {
    let code = match (&raw.cip13, &raw.lpp) {
        (Some(cip13), _) => Some(ProductCode::Cip13(
            cip13.parse().map_err(|why| wrong("cip13", &why))?,
        )),
        (None, Some(lpp)) => Some(ProductCode::Lpp(lpp.parse().map_err(|why| wrong("lpp", &why))?)),
        (None, None) => None,
    };
    let is_conforming = raw.outcome == "conforming";
    if code.is_none() && raw.label.is_none() && !is_conforming {
        return Err(words::WHICH_PRODUCT.to_owned());
    }
    let known = code.as_ref().and_then(product).map(|product| product.name);
    let ordered_label = ordered.map(|line| line.label.clone());
    let label = raw
        .label
        .clone()
        .or(known)
        .or(
            if code.is_none() || code.as_ref() == ordered.map(|line| &line.code) {
                ordered_label
            } else {
                None
            },
        )
        .or_else(|| code.as_ref().map(|code| code.code().to_owned()))
        .unwrap_or_default();
    let code = code
        .or_else(|| ordered.filter(|_| is_conforming).map(|line| line.code.clone()))
        .unwrap_or(ProductCode::None);
    let due = ordered.and_then(PrescriptionLine::due).unwrap_or(Boxes(1));
    let read = boxes_read(raw, &code)?;
    // Boxes that were read one by one are as many as were read, unless their count is said.
    let count = if read.is_empty() {
        due
    } else {
        Boxes(u16::try_from(read.len()).unwrap_or(u16::MAX))
    };
    let boxes = raw.boxes.map_or(count, Boxes);
    if usize::from(boxes.0) < read.len() {
        return Err(words::at(
            "read",
            &words::read_more_than_handed(read.len(), boxes),
        ));
    }
    let (lot, expiry) = if read.is_empty() {
        (lot(raw.lot.as_deref())?, raw.expiry)
    } else {
        (common_lot(&read).cloned(), earliest_expiry(&read))
    };
    Ok(Supply {
        code,
        label,
        boxes,
        lot,
        expiry,
        read,
        stands_for: None,
    })
}

fn wrong(key: &str, why: &InvalidIdentifier) -> String {
    words::at(key, &words::identifier(why))
}

fn lot(said: Option<&str>) -> Result<Option<Lot>, String> {
    said.map(|lot| lot.parse().map_err(|_| words::at("lot", words::NOT_A_LOT)))
        .transpose()
}

/// The boxes read one by one; what they do not say of themselves, the decision says of them all.
fn boxes_read(raw: &RawDecision, code: &ProductCode) -> Result<Vec<BoxRead>, String> {
    let mut read: Vec<BoxRead> = Vec::new();
    for one in &raw.read {
        let cip13 = match (&one.cip13, code) {
            (Some(cip13), _) => cip13.parse().map_err(|why| wrong("read.cip13", &why))?,
            (None, ProductCode::Cip13(cip13)) => cip13.clone(),
            (None, _) => return Err(words::at("read", words::WHICH_PRESENTATION)),
        };
        let serial = one
            .serial
            .as_ref()
            .map(|serial| serial.parse().map_err(|why| wrong("read.serial", &why)));
        let one = BoxRead {
            cip13,
            lot: lot(one.lot.as_deref().or(raw.lot.as_deref()))?,
            expiry: one.expiry.or(raw.expiry),
            serial: serial.transpose()?,
        };
        if read.iter().any(|known| known.is_the_same_box(&one)) {
            return Err(words::at("read", words::SAME_SERIAL));
        }
        read.push(one);
    }
    Ok(read)
}

fn agreement(raw: Option<&RawAgreement>) -> Result<Agreement, String> {
    let Some(raw) = raw else {
        return Err(words::AGREEMENT_MISSING.to_owned());
    };
    let name = raw.name.as_deref().map(str::trim).filter(|name| !name.is_empty());
    let by = match (raw.by.as_str(), name) {
        ("prescriber", None) => AgreedBy::Author,
        ("other-prescriber", Some(name)) => AgreedBy::Other(name.to_owned()),
        ("other-prescriber", None) => return Err(words::at("agreement.name", words::WHO_AGREED)),
        ("prescriber", Some(_)) => return Err(words::at("agreement.name", words::NAME_OF_ANOTHER)),
        _ => return Err(words::at("agreement.by", words::ONLY_THE_PRESCRIBER)),
    };
    let channel = coded(
        Some(&raw.channel),
        "agreement.channel",
        AgreementChannel::ALL,
        AgreementChannel::code,
    )?;
    Ok(Agreement {
        by,
        channel,
        at: raw.at,
        changed: raw.changed.trim().to_owned(),
    })
}

fn partial(said: Option<&str>) -> Result<Option<PartialReason>, String> {
    let Some(said) = said else { return Ok(None) };
    coded(Some(said), "partial", PartialReason::ALL, PartialReason::code).map(Some)
}

/// The reason with that code, or a sentence that lists those there are.
fn coded<T: Copy>(
    said: Option<&str>,
    key: &str,
    all: &[T],
    code: impl Fn(T) -> &'static str,
) -> Result<T, String> {
    let known = || all.iter().map(|one| code(*one)).collect::<Vec<_>>();
    let Some(said) = said else {
        return Err(words::at(key, &words::missing_one_of(&known())));
    };
    all.iter()
        .copied()
        .find(|one| code(*one) == said)
        .ok_or_else(|| words::at(key, &words::none_of(said, &known())))
}
