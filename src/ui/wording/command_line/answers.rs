//! Answers at a shell, laid out for people: the same words as on the screens.

use std::fmt::Write;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::domain::consent::Consent;
use crate::domain::finding::Finding;
use crate::domain::outbox::{OutboxEntry, PostState, Settlement};
use crate::domain::prescription::{LineKind, Prescription, PrescriptionLine};
use crate::domain::register::{RegisterContent, RegisterEntry, RegisterNumber};
use crate::domain::substitution::SubstitutionPermission;
use crate::safe::Safe;
use crate::ui::wording::{
    self, command_line as words, corrections, findings as rules, handwritten, labels, people, posts, reasons,
    settling,
};

/// Lines, one after the other. Writing to a `String` cannot fail, so nothing is lost by not asking.
macro_rules! line {
    ($text:expr) => { $text.push('\n') };
    ($text:expr, $($argument:tt)*) => {{
        let _ = writeln!($text, $($argument)*);
    }};
}

/// A prescription, laid out like its sheet.
pub fn prescription(prescription: &Prescription, findings: &[Finding], today: Date) -> String {
    let mut text = String::new();
    let status = reasons::status(prescription.status(today));
    line!(text, "Ordonnance {} — {status}", prescription.number.grouped());
    line!(
        text,
        "Patient       {}, {}",
        people::patient_name(&prescription.patient),
        people::patient_birth(&prescription.patient, today)
    );
    line!(
        text,
        "Prescripteur  {}",
        people::prescriber_name(&prescription.prescriber)
    );
    let until = prescription.valid_until.map_or_else(
        || "validité non indiquée".to_owned(),
        |last_day| format!("valable jusqu’au {}", wording::day(last_day)),
    );
    line!(
        text,
        "Écrite le     {}, {until}",
        wording::day(prescription.written_on)
    );
    line!(
        text,
        "{} — {}",
        posts::consent(prescription.consent),
        posts::consent_consequence(prescription.consent)
    );
    line!(text);
    for one in &prescription.lines {
        text.push_str(&prescription_line(one));
    }
    if !findings.is_empty() {
        line!(text);
        text.push_str(&remarks(findings));
    }
    text
}

fn prescription_line(line: &PrescriptionLine) -> String {
    let mut text = String::new();
    let code = line.code.code();
    let head = format!("{:>2}. {}  {}", line.number.0, Safe(&line.label), Safe(code));
    line!(text, "{}", head.trim_end());
    if line.is_handwritten {
        line!(text, "    {}", handwritten::stays_here(line));
    }
    if !line.dosage.is_empty() {
        line!(text, "    {}", Safe(&line.dosage));
    }
    let remains = match (line.ordered(), line.remaining()) {
        (Some(ordered), Some(remaining)) => {
            format!(
                "prescrit {}, reste {}",
                wording::boxes(ordered),
                wording::boxes(remaining)
            )
        }
        _ if !line.is_open() => labels::closed(line).to_owned(),
        _ => labels::COUNT_UNSTATED.to_owned(),
    };
    let substitution = match &line.substitution {
        SubstitutionPermission::Allowed => String::new(),
        SubstitutionPermission::Forbidden(why) => format!(", {}", rules::non_substitutable(why)),
    };
    line!(text, "    {remains}{substitution}{}", state_of(line));
    text
}

/// What can still be done with a line; nothing is said of one that was never for this pharmacy.
fn state_of(line: &PrescriptionLine) -> String {
    match line.kind {
        LineKind::Other { .. } => String::new(),
        _ => format!(" — {}", reasons::status(line.status())),
    }
}

/// What the rules remark, each with its source.
pub fn remarks(findings: &[Finding]) -> String {
    let mut text = String::new();
    for finding in findings {
        let place = finding
            .line
            .map_or_else(String::new, |line| format!("ligne {} — ", line.0));
        line!(
            text,
            "{} {} — {place}{} [{}]",
            rules::severity_sign(finding.severity()),
            rules::severity(finding.severity()),
            rules::explanation(finding),
            finding.source()
        );
    }
    text
}

/// A hand-over, line by line, with its true state.
pub fn hand_over(entry: &OutboxEntry, numbers: &[Option<RegisterNumber>], visible: Option<bool>) -> String {
    let mut text = String::new();
    line!(
        text,
        "Délivrance de l’ordonnance {}",
        entry.hand_over.number.grouped()
    );
    for (place, (one, (_, state))) in entry.hand_over.lines.iter().zip(&entry.states).enumerate() {
        let kind = reasons::kind_of(&one.outcome);
        let product = one.outcome.supply().map_or(&one.ordered, |supply| &supply.label);
        let number = numbers
            .get(place)
            .copied()
            .flatten()
            .map_or_else(String::new, |number| format!(" — ordonnancier n° {number}"));
        line!(
            text,
            "{:>2}. {} {}  {}, {}{number} — {}",
            one.line.0,
            reasons::outcome_sign(kind),
            reasons::outcome_kind(kind),
            Safe(product),
            wording::boxes(one.outcome.boxes()),
            state_word(state, entry.hand_over.consent)
        );
        if one.handwritten.is_some() {
            line!(text, "    {}", handwritten::STAYS_HERE);
        }
        if let Some(reason) = posts::state_reason(state) {
            line!(text, "    {reason}");
        }
    }
    if let Some(reason) = entry.hand_over.paper {
        line!(text, "{}.", wording::paper::mark(reason));
    }
    line!(text, "{}", outcome(entry, visible));
    text
}

fn outcome(entry: &OutboxEntry, visible: Option<bool>) -> String {
    let consent = entry.hand_over.consent;
    match (entry.state(), visible) {
        (PostState::Accepted, Some(_)) => labels::accepted(posts::visibility(consent)),
        (PostState::Local, _) => handwritten::off_base(entry).to_owned(),
        (PostState::Pending, _) => words::recorded_not_acknowledged(entry.reason),
        (state, _) => format!("État : {}.", state_word(state, consent)),
    }
}

fn state_word(state: &PostState, consent: Consent) -> &'static str {
    posts::state_short(state, posts::Travel::AtRest, consent)
}

/// A choice that was kept.
pub fn settled(entry: &OutboxEntry) -> String {
    let choice = entry.settlement.as_ref().map(|settlement| settlement.choice);
    let state = state_word(entry.state(), entry.hand_over.consent);
    format!("{} État : {state}.", choice.map_or("", settling::done))
}

/// Every choice, the first one first.
pub fn settlements(choices: &[Settlement], now: Timestamp, zone: &TimeZone) -> String {
    if choices.is_empty() {
        return "Rien n’a été décidé pour cette délivrance.".to_owned();
    }
    let lines: Vec<String> = choices
        .iter()
        .map(|one| {
            let at = wording::dates::at(one.at, now, zone);
            settling::settled(one.choice, &one.operator.name, &at, &one.reason)
        })
        .collect();
    lines.join("\n")
}

/// What the base has not acknowledged.
pub fn outbox(entries: &[OutboxEntry], now: Timestamp, zone: &TimeZone) -> String {
    if entries.is_empty() {
        return "La file d’envoi est vide.".to_owned();
    }
    let mut text = String::new();
    for entry in entries {
        let why =
            posts::state_reason(entry.state()).unwrap_or_else(|| wording::delay(entry.reason).to_owned());
        line!(
            text,
            "{}  {}{}  {} — {why}",
            entry.hand_over.number.grouped(),
            corrections::kind(&entry.hand_over).map_or_else(String::new, |kind| format!("{kind}  ")),
            wording::since(entry.since, now, zone),
            state_word(entry.state(), entry.hand_over.consent)
        );
    }
    text
}

/// Entries of the register, one a line.
pub fn register(entries: &[RegisterEntry], zone: &TimeZone) -> String {
    if entries.is_empty() {
        return "L’ordonnancier ne contient aucune inscription ici.".to_owned();
    }
    entries
        .iter()
        .map(|entry| summary(entry, zone))
        .collect::<Vec<_>>()
        .join("\n")
}

fn summary(entry: &RegisterEntry, zone: &TimeZone) -> String {
    let at = entry.recorded_at.to_zoned(zone.clone());
    let content = match &entry.content {
        None => "contenu effacé au terme de sa conservation".to_owned(),
        Some(RegisterContent::Correction {
            of,
            code,
            reason,
            operator,
        }) => {
            let motive = reasons::motive(*code, reason);
            format!(
                "corrige le n° {of} : {} ({})",
                Safe(&motive),
                Safe(&operator.name)
            )
        }
        Some(RegisterContent::Delivery(delivery)) => format!(
            "{}, {} — {} — {}{}",
            Safe(&delivery.product),
            wording::boxes(delivery.boxes),
            people::patient_name(&delivery.patient),
            people::prescriber_name(&delivery.prescriber),
            delivery
                .replaces
                .map_or_else(String::new, |of| format!(" (remplace le n° {of})"))
        ),
    };
    format!(
        "{:>6}  {}  {content}",
        entry.number.0,
        at.strftime("%d/%m/%Y %H:%M")
    )
}

/// One entry, whole.
pub fn register_entry(
    entry: &RegisterEntry,
    corrected_by: Option<RegisterNumber>,
    zone: &TimeZone,
) -> String {
    let mut text = summary(entry, zone);
    text.push('\n');
    if let Some(RegisterContent::Delivery(delivery)) = &entry.content {
        line!(text, "Prescrit      {}", Safe(&delivery.ordered));
        line!(
            text,
            "Délivré       {}  {}",
            Safe(&delivery.product),
            Safe(&delivery.code)
        );
        if let Some(basis) = delivery.basis {
            line!(
                text,
                "Fondement     {} ({})",
                wording::reasons::basis(basis),
                wording::reasons::basis_source(basis)
            );
        }
        if let Some(agreement) = &delivery.agreement {
            let at = agreement.at.to_zoned(zone.clone());
            let moment = at.strftime("le %d/%m/%Y à %H:%M").to_string();
            let agreed = wording::reasons::agreed_at(agreement, &moment);
            line!(text, "Accord        {agreed}");
        }
        let lot = delivery.lot.as_ref().map_or("—", |lot| lot.as_str());
        let expiry = delivery.expiry.map_or_else(|| "—".to_owned(), wording::day);
        line!(text, "Lot           {}, péremption {expiry}", Safe(lot));
        if !delivery.serials.is_empty() {
            line!(text, "N° de série   {}", wording::edition::serials(delivery));
        }
        line!(
            text,
            "Ordonnance    {}, ligne {}",
            delivery.prescription.grouped(),
            delivery.line
        );
        if delivery.is_unlisted {
            line!(text, "Code          {}", wording::unlisted::MARK);
        }
        for said in delivery
            .preparation
            .iter()
            .flat_map(wording::preparation::registered)
        {
            line!(text, "              {said}");
        }
        if delivery.is_handwritten {
            line!(text, "Ligne         {}", handwritten::MARK);
        }
        if let Some(reason) = delivery.paper {
            line!(text, "Mode dégradé  {}", wording::paper::reason(reason));
        }
        line!(text, "Opérateur     {}", people::operator(&delivery.operator));
        line!(
            text,
            "Pharmacie     {}, {}",
            Safe(&delivery.pharmacy.name),
            Safe(&delivery.pharmacy.address)
        );
        if !delivery.note.is_empty() {
            line!(text, "Note          {}", Safe(&delivery.note));
        }
    }
    if let Some(number) = corrected_by {
        line!(text, "Corrigée par l’inscription n° {number}.");
    }
    line!(text, "Chaîne        {}", entry.link);
    text
}
