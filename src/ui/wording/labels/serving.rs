//! Titles and labels of the sheet, of decisions, of the review, and of what was recorded.

use jiff::civil::Date;

use crate::app::message::RegisterCheck;
use crate::domain::hold::Hold;
use crate::domain::identifiers::{Boxes, LineNumber};
use crate::domain::number::PrescriptionNumber;
use crate::domain::prescription::{LineKind, LineStanding, PrescriptionLine};
use crate::domain::register::{RegisterNumber, Sha256Digest};
use crate::domain::share::Share;
use crate::safe::safe;
use crate::ui::wording::{boxes, counted, day, people};

// A prescription.

/// Its number, as it is read aloud.
pub fn prescription_title(number: &PrescriptionNumber) -> String {
    format!("Ordonnance {}", number.grouped())
}

/// When it was written, until when it is valid.
pub fn dates(written: Date, until: Option<Date>) -> String {
    match until {
        Some(until) => format!("du {}, valable jusqu’au {}", day(written), day(until)),
        None => format!("du {}, fin de validité inconnue", day(written)),
    }
}

/// The words that must be seen.
pub const SECURED: &str = "VAUT ORDONNANCE SÉCURISÉE";
/// Title.
pub const PRESCRIBER: &str = "Prescripteur";
/// Title.
pub const PATIENT: &str = "Patient";
/// Title.
pub const CONSENT: &str = "Accord du patient";
/// The prescription holds no INS.
pub const NO_INS: &str = "INS non communiqué";

/// The prescriber's number.
pub fn rpps(rpps: &str) -> String {
    format!("RPPS {rpps}")
}

/// The patient's number.
pub fn ins(grouped: &str) -> String {
    format!("INS {grouped}")
}

/// A statement and what follows from it.
pub fn joined(statement: &str, consequence: &str) -> String {
    format!("{statement} : {consequence}")
}

/// Two texts side by side.
pub fn joined_dot(first: &str, second: &str) -> String {
    format!("{first} · {second}")
}

/// A ground and its article.
pub fn joined_source(ground: &str, source: &str) -> String {
    format!("{ground} ({source})")
}

/// The hold was asked for.
pub const HOLD_ASKED: &str = "prise en charge demandée";
/// This base knows no holds.
pub const HOLD_NOT_OFFERED: &str = "sans prise en charge (la base n’en propose pas)";
/// It could not be told, and why.
pub fn hold_unanswered(why: &str) -> String {
    format!("prise en charge non signalée ({why})")
}

/// It is ours.
pub fn hold_ours(until: Option<&str>) -> String {
    match until {
        Some(until) => format!("prise en charge par vous {until}"),
        None => "prise en charge par vous".to_owned(),
    }
}

/// It was ours, and ran out.
pub fn hold_over(until: &str) -> String {
    format!("prise en charge échue {until} : F5 pour la reprendre")
}

/// Another pharmacy has it.
pub fn hold_elsewhere(hold: &Hold, since: Option<&str>, until: Option<&str>) -> String {
    let phone = match hold.phone.trim() {
        "" => String::new(),
        phone => format!(", {}", people::phone(phone)),
    };
    format!(
        "prise en charge par une autre pharmacie : {}{phone}{}",
        holder(hold),
        moments(since, until)
    )
}

/// A colleague has it.
pub fn hold_of_colleague(hold: &Hold, since: Option<&str>, until: Option<&str>) -> String {
    format!(
        "prise en charge à un autre poste : {}{} · t la reprendre ici",
        holder(hold),
        moments(since, until)
    )
}

/// Who has it, in a sentence of news.
pub fn hold_of_others(hold: &Hold) -> String {
    if hold.terminal.is_some() {
        format!("Cette ordonnance est servie par {}.", holder(hold))
    } else {
        format!("Elle est prise en charge par {}.", holder(hold))
    }
}

/// What an abrupt end left held.
pub fn holds_given_back(numbers: &[PrescriptionNumber]) -> String {
    let numbers: Vec<String> = numbers.iter().map(PrescriptionNumber::grouped).collect();
    format!(
        "Après l’arrêt de ce poste, prise en charge rendue : {}. Rien n’y avait été enregistré.",
        numbers.join(", ")
    )
}

fn holder(hold: &Hold) -> String {
    let name = if hold.name.trim().is_empty() {
        format!("FINESS {}", hold.owner)
    } else {
        safe(hold.name.trim())
    };
    match &hold.terminal {
        Some(terminal) if !terminal.words.trim().is_empty() => {
            format!("{} ({name})", safe(terminal.words.trim()))
        }
        _ => name,
    }
}

fn moments(since: Option<&str>, until: Option<&str>) -> String {
    let said: Vec<&str> = [Some(""), since, until].into_iter().flatten().collect();
    said.join(", ")
}

/// The base answered.
pub fn read_at(moment: &str) -> String {
    format!("lue à la base {moment}")
}

/// The store's copy.
pub fn read_from_store(moment: &str, why: &str) -> String {
    format!("copie lue ici, reçue {moment} ({why}) : une délivrance faite ailleurs depuis n’y est pas")
}

/// Title of the lines.
pub fn lines_heading(count: usize, status: &str) -> String {
    format!("{} · {status}", counted(count, "ligne", "lignes"))
}

/// Title of one line.
pub fn line_heading(line: LineNumber) -> String {
    format!("Ligne {line}")
}

/// A code.
pub fn code(code: &str) -> String {
    format!("code {code}")
}

/// Title.
pub const ALREADY_DELIVERED: &str = "Déjà délivré";
/// Nothing was.
pub const NEVER_DELIVERED: &str = "Rien, dans aucune pharmacie connue de la base.";
/// Field: why the product ordered is kept although another could be given.
pub const KEPT: &str = "Gardé car";
/// Title.
pub const CONDITIONS: &str = "Conditions officielles";
/// Title.
pub const SUBSTITUTES: &str = "Substituts connus";
/// There are none.
pub const NO_SUBSTITUTE: &str = "Aucun dans la base des médicaments.";
/// A pharmacy declined.
pub const DECLINED: &str = "non délivré";
/// It never happened.
pub const WITHDRAWN: &str = "retirée";
/// No date.
pub const UNDATED: &str = "sans date";

// A line.

/// Nothing was decided.
pub const TO_DECIDE: &str = "à décider";
/// Something is missing.
pub const TO_COMPLETE: &str = "… à compléter";
/// Nothing is handed over.
pub const NO_BOX: &str = "—";
/// The prescriber stated no count.
pub const COUNT_UNSTATED: &str = "quantité ?";
/// Nothing forbids it.
pub const SUBSTITUTABLE: &str = "substituable";

/// Why a line cannot be delivered, in a word.
pub fn closed(line: &PrescriptionLine) -> &'static str {
    match (&line.kind, line.standing) {
        (LineKind::Other { .. }, _) => "hors officine",
        (_, LineStanding::Cancelled) => "✗ annulée",
        (_, LineStanding::Suspended) => "✗ suspendue",
        (_, LineStanding::Active) => "déjà délivrée",
    }
}

/// Fewer, or more, than due.
pub fn boxes_of(given: Boxes, due: Boxes) -> String {
    format!("{} sur {}", given.0, due.0)
}

/// What kind of thing it orders, when it is not a medicine.
pub fn line_kind(kind: &LineKind) -> Option<String> {
    match kind {
        LineKind::Medication => None,
        LineKind::Device => Some("dispositif".to_owned()),
        LineKind::Compound => Some("préparation magistrale".to_owned()),
        LineKind::Other { executor } if executor.trim().is_empty() => Some("autre profession".to_owned()),
        LineKind::Other { executor } => Some(safe(executor.trim())),
    }
}

/// How long one delivery lasts.
pub fn for_days(days: u16) -> String {
    format!("pour {}", counted(days.into(), "jour", "jours"))
}

/// How often it may be repeated.
pub fn repeats(repeats: u16) -> String {
    format!("renouvelable {repeats} fois")
}

/// What was delivered.
pub fn delivered(delivered: Boxes) -> String {
    format!("délivré {}", boxes(delivered))
}

/// What remains.
pub fn remaining(remaining: Boxes) -> String {
    match remaining.0 {
        0 => "il ne reste rien".to_owned(),
        _ => format!("reste {}", boxes(remaining)),
    }
}

/// The prescriber forbids it.
pub fn not_substitutable(why: &str) -> String {
    format!("NON SUBSTITUABLE : {why}")
}

/// The lot.
pub fn lot(lot: &str) -> String {
    format!("lot {lot}")
}

/// What makes each box the one it is.
pub fn serials(serials: &str) -> String {
    format!("n° de série {serials}")
}

/// Boxes scanned.
pub fn scanned(count: usize, of: Boxes) -> String {
    let plural = if count < 2 { "" } else { "s" };
    format!("{count}/{of} scannée{plural}")
}

/// One lot, scanned, says what the boxes counted by hand are.
pub fn stands_for(boxes: Boxes) -> String {
    format!("vaut pour les {boxes}")
}

/// Boxes of another size than those ordered.
pub fn other_size(given: Boxes, of: Share) -> String {
    let verb = if given.0 < 2 { "tient" } else { "tiennent" };
    format!(
        "{} d’une autre taille, {verb} lieu de {}",
        boxes(given),
        prescribed(of)
    )
}

/// « 3 boîtes prescrites », « 1/3 de boîte prescrite ».
pub fn prescribed(of: Share) -> String {
    match (of.boxes(), of.per()) {
        (count @ (0 | 1), 1) => format!("{count} boîte prescrite"),
        (count, 1) => format!("{count} boîtes prescrites"),
        (count, per) => format!("{count}/{per} de boîte prescrite"),
    }
}

/// Boxes scanned, of a count that is not told.
pub fn scanned_so_far(count: usize) -> String {
    let plural = if count < 2 { "" } else { "s" };
    format!("{count} scannée{plural}")
}

/// A pack of up to three months may be given.
pub fn long_pack(presentation: &str, cip13: &str, stands_for: Boxes) -> String {
    format!(
        "Grand conditionnement possible\u{202f}: {presentation} (CIP {cip13}) tient lieu de {}. [CSP art. R. 5132-12]",
        boxes(stands_for)
    )
}

/// A box of which no lot was read.
pub const LOT_NOT_READ: &str = "sans lot lu";

/// The last day.
pub fn expiry(day: &str) -> String {
    format!("à utiliser avant le {day}")
}

/// Somebody's words.
pub fn quoted(text: &str) -> String {
    format!("« {text} »")
}

/// A reason.
pub fn reason(reason: &str) -> String {
    format!("motif : {reason}")
}

/// Fewer boxes.
pub fn partial(reason: &str) -> String {
    format!("partiel : {reason}")
}

// The decision.

/// Title.
pub fn ordered_heading(line: LineNumber) -> String {
    format!("Ligne {line}, telle que prescrite")
}

/// Title.
pub const DECISION: &str = "Décision";
/// Field.
pub const OUTCOME: &str = "Décision";
/// Field.
pub const PRODUCT: &str = "Produit";
/// Field.
pub const BOXES: &str = "Boîtes";
/// Field.
pub const REASON: &str = "Motif";
/// Field.
pub const AGREEMENT: &str = "Accord";
/// Field.
pub const LOT: &str = "Lot";
/// Field.
pub const EXPIRY: &str = "Péremption";
/// Field.
pub const NOTE: &str = "Remarque";
/// The product ordered.
pub const AS_ORDERED: &str = "celui qui est prescrit";
/// Title.
pub const SEARCH: &str = "Chercher dans la base des médicaments";
/// What can be typed.
pub const SEARCH_HINT: &str = "Tapez le début du nom, la substance ou le code CIP.";
/// Nothing was found.
pub const NOTHING_FOUND: &str = "Aucun produit ne correspond.";

/// The agreement on which an entry rests.
pub fn agreement(agreed: &str) -> String {
    format!("Accord {agreed}")
}

/// The box of a product.
pub fn in_a_box(presentation: &str) -> String {
    format!("boîte : {presentation}")
}

/// The list is not all there is.
pub fn or_search(key: &str) -> String {
    format!("Un autre produit : {key} pour chercher dans la base des médicaments.")
}

// The review.

/// Title.
pub const REVIEW: &str = "Sera inscrit à l’ordonnancier et envoyé à la base";
/// Title.
pub const SEEN: &str = "Le prescripteur";
/// Nothing was handed over.
pub const NOT_IN_REGISTER: &str = "pas d’inscription à l’ordonnancier ; le motif est envoyé à la base";
/// No finding.
pub const NO_FINDING: &str = "Aucune alerte.";
/// A warning nobody answered for.
pub const TO_PASS: &str = "À passer avec un motif, qui sera inscrit : Entrée.";
/// Title.
pub const OVERRIDE: &str = "Pourquoi passer outre ? (inscrit à l’ordonnancier)";

/// Lines without a decision.
pub fn left_open(lines: &str) -> String {
    format!("Restent à délivrer plus tard : lignes {lines}.")
}

/// What was ordered.
pub fn instead_of(ordered: &str) -> String {
    format!("prescrit : {ordered}")
}

/// The legal ground.
pub fn ground(ground: &str) -> String {
    format!("fondement : {ground}")
}

/// The base does not answer at this moment.
pub fn posted_later(why: &str) -> String {
    format!("{why} : la délivrance sera inscrite ici et envoyée dès que possible.")
}

/// Who hands over, where.
pub fn handed_over_by(operator: &str, pharmacy: &str) -> String {
    format!("Délivré par {operator}, {pharmacy}.")
}

/// Title.
pub fn findings_heading(count: usize) -> String {
    match count {
        0 => "Alertes".to_owned(),
        count => format!("Alertes : {count}"),
    }
}

/// Which line a finding is about.
pub fn severity_of_line(severity: &str, line: LineNumber) -> String {
    format!("{severity}, ligne {line} :")
}

/// A warning that was passed.
pub fn passed(reason: &str) -> String {
    format!("✓ passée : « {reason} »")
}

/// The store writes.
pub const RECORDING: &str = "… Enregistrement en cours";

// Done.

/// It is in the register.
pub const RECORDED: &str = "DÉLIVRANCE ENREGISTRÉE";
/// Title.
pub const REGISTER: &str = "Ordonnancier";
/// Title.
pub const TO_THE_BASE: &str = "Envoi à la base";
/// Nothing was delivered, so nothing is numbered.
pub const NO_REGISTER_NUMBER: &str = "sans numéro";
/// Step.
pub const STEP_RECORDED: &str = "enregistrée ici";
/// Step.
pub const STEP_SENT: &str = "envoyée";
/// Step.
pub const STEP_ACCEPTED: &str = "acceptée";
/// Step.
pub const STEP_REFUSED: &str = "refusée";
/// Step.
pub const STEP_PARTLY_REFUSED: &str = "refusée en partie";
/// Step.
pub const STEP_VISIBLE: &str = "visible";
/// Step.
pub const STEP_HIDDEN_OPPOSED: &str = "masquée (opposition)";
/// Step.
pub const STEP_HIDDEN_NOT_RECORDED: &str = "masquée (non recueilli)";
/// The answer is awaited.
pub const ON_THE_WAY: &str = "Envoyée à la base, réponse attendue…";
/// The base said no afterwards.
pub const REFUSED_AFTER_RECORDING: &str =
    "La base ne l’a pas acceptée : lisez pourquoi ligne par ligne. L’inscription à l’ordonnancier demeure.";

/// A register number.
pub fn register_number(number: RegisterNumber) -> String {
    format!("n° {number}")
}

/// The base accepted it.
pub fn accepted(visibility: &str) -> String {
    format!("Acceptée par la base, {visibility}.")
}

// Outbox and register.

/// Since when it waits.
pub fn recorded_since(since: &str) -> String {
    format!("Enregistrée ici {since}")
}

/// Nobody asked.
pub const CHECK_NOT_ASKED: &str = "Chaîne non vérifiée pendant cette session.";
/// It is being verified.
pub const CHECK_RUNNING: &str = "Vérification de la chaîne en cours…";
/// The store is broken.
pub const STORE_FAILED: &str = "Le fichier de données de ce poste ne répond pas.";
/// No entry.
pub const REGISTER_EMPTY: &str = "L’ordonnancier est vide.";
/// The first entry is above.
pub const REGISTER_BEGINS: &str = "— début de l’ordonnancier —";
/// The content of an entry was erased.
pub const ERASED: &str = "contenu effacé";
/// Why.
pub const ERASED_WHY: &str =
    "Contenu effacé à la fin de sa durée de conservation (10 ans) ; la chaîne tient toujours.";

/// Every link holds.
pub fn chain_holds(check: &RegisterCheck) -> String {
    let entries = usize::try_from(check.entries).unwrap_or(usize::MAX);
    format!(
        "Chaîne intacte : {}, empreinte {}…",
        counted(entries, "inscription vérifiée", "inscriptions vérifiées"),
        &check.head.to_string()[..12]
    )
}

/// One does not.
pub fn chain_broken(number: RegisterNumber) -> String {
    format!(
        "L’ordonnancier a été altéré à partir du n° {number} : ne le modifiez pas, prévenez le titulaire."
    )
}

/// A correction.
pub fn correction_of(number: RegisterNumber) -> String {
    format!("Correction du n° {number}")
}

/// The link of an entry.
pub fn chain_link(link: &Sha256Digest) -> String {
    format!("maillon {}…", &link.to_string()[..16])
}
