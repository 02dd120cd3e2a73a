//! Words for the coded reasons.

use crate::app::decision::{Choice, TextField};
use crate::app::form::{Missing, OutcomeKind};
use crate::domain::dispense::{AgreedBy, Agreement, LineOutcome};
use crate::domain::people::Prescriber;
use crate::domain::prescription::{PrescriptionKind, Status};
use crate::domain::reasons::{
    AdjustmentReason, AgreementChannel, CorrectionReason, KeptReason, NotDeliveredReason, PartialReason,
    SubstitutionReason,
};
use crate::domain::substitution::SubstitutionBasis;
use crate::safe::{Safe, safe};
use crate::ui::wording::people;

/// Why another product was given.
pub const fn substitution_reason(reason: SubstitutionReason) -> &'static str {
    match reason {
        SubstitutionReason::Generic => "générique, hybride ou biosimilaire",
        SubstitutionReason::OutOfStock => "pas en stock aujourd’hui",
        SubstitutionReason::Shortage => "rupture d’approvisionnement",
        SubstitutionReason::ContinuingTherapy => "le patient prend déjà ce produit",
        SubstitutionReason::PatientRequest => "demande du patient",
        SubstitutionReason::Other => "autre, à préciser",
    }
}

/// What was adjusted.
pub const fn adjustment_reason(reason: AdjustmentReason) -> &'static str {
    match reason {
        AdjustmentReason::Dose => "la dose",
        AdjustmentReason::Form => "la forme",
        AdjustmentReason::Duration => "la durée",
        AdjustmentReason::Quantity => "le nombre de boîtes",
        AdjustmentReason::Product => "le produit",
        AdjustmentReason::Interaction => "interaction ou contre-indication",
        AdjustmentReason::Other => "autre, à préciser",
    }
}

/// Why nothing was delivered.
pub const fn not_delivered_reason(reason: NotDeliveredReason) -> &'static str {
    match reason {
        NotDeliveredReason::PatientHasSome => "le patient en a encore",
        NotDeliveredReason::PatientRefuses => "le patient n’en veut pas",
        NotDeliveredReason::OutOfStock => "pas en stock aujourd’hui",
        NotDeliveredReason::Contraindication => "contre-indication ou interaction",
        NotDeliveredReason::AwaitingPrescriber => "avis du prescripteur attendu",
        NotDeliveredReason::DeliveredElsewhere => "déjà délivré dans une autre pharmacie",
        NotDeliveredReason::Shortage => "rupture d’approvisionnement",
        NotDeliveredReason::NotPermitted => "délivrance non permise (délai, hôpital, ordonnance irrégulière)",
        NotDeliveredReason::Other => "autre, à préciser",
    }
}

/// Why fewer boxes than due.
pub const fn partial_reason(reason: PartialReason) -> &'static str {
    match reason {
        PartialReason::Owed => "stock insuffisant, le reste est dû",
        PartialReason::PatientRequest => "demande du patient",
        PartialReason::PatientHasSome => "le patient en a encore",
        PartialReason::Fraction => "délivrance fractionnée, la suite plus tard",
        PartialReason::MonthByMonth => "délivrance mois par mois",
        PartialReason::LegalLimit => "quantité permise par la loi",
        PartialReason::Other => "autre, à préciser",
    }
}

/// Why a delivery is corrected.
pub const fn correction_reason(reason: CorrectionReason) -> &'static str {
    match reason {
        CorrectionReason::WrongProduct => "erreur de produit",
        CorrectionReason::WrongQuantity => "erreur de quantité",
        CorrectionReason::WrongLot => "erreur de lot ou de péremption",
        CorrectionReason::WrongDecision => "erreur de décision ou de motif",
        CorrectionReason::WrongLine => "erreur de ligne ou de patient",
        CorrectionReason::RecordedTwice => "délivrance saisie deux fois",
        CorrectionReason::NotHandedOver => "boîtes finalement non remises",
        CorrectionReason::Returned => "boîtes rendues",
        CorrectionReason::Other => "autre, à préciser",
    }
}

/// Why, with the operator's words beside the code; those of a correction without a code stand alone.
pub fn motive(code: Option<CorrectionReason>, words: &str) -> String {
    match code.filter(|code| *code != CorrectionReason::Other) {
        None => words.to_owned(),
        Some(code) if words.is_empty() => correction_reason(code).to_owned(),
        Some(code) => format!("{} – {words}", correction_reason(code)),
    }
}

/// Why the product ordered was kept.
pub const fn kept_reason(reason: KeptReason) -> &'static str {
    match reason {
        KeptReason::PatientRefuses => "le patient refuse la substitution",
        KeptReason::NarrowMargin => "MTE-PH, marge thérapeutique étroite (informer le prescripteur)",
        KeptReason::OutOfStock => "aucun substitut en stock aujourd’hui",
        KeptReason::Adherence => "le patient se tromperait de produit",
    }
}

/// How the prescriber agreed.
pub const fn channel(channel: AgreementChannel) -> &'static str {
    match channel {
        AgreementChannel::Phone => "par téléphone",
        AgreementChannel::SecureMail => "par messagerie sécurisée (MSSanté)",
        AgreementChannel::InPerson => "de vive voix",
        AgreementChannel::Other => "autrement, à préciser",
    }
}

/// The legal ground of a substitution.
pub const fn basis(basis: SubstitutionBasis) -> &'static str {
    match basis {
        SubstitutionBasis::Generic => "même groupe générique",
        SubstitutionBasis::Hybrid => "même groupe hybride",
        SubstitutionBasis::Biosimilar => "même groupe de biosimilaires",
        SubstitutionBasis::Shortage => "rupture d’approvisionnement",
        SubstitutionBasis::ParallelImport => "importation parallèle",
        SubstitutionBasis::PrescriberAgreement => "accord du prescripteur",
    }
}

/// The article behind a ground.
pub const fn basis_source(basis: SubstitutionBasis) -> &'static str {
    match basis {
        SubstitutionBasis::Generic | SubstitutionBasis::Hybrid => "CSP art. L. 5125-23, II",
        SubstitutionBasis::Biosimilar => "CSP art. L. 5125-23-2",
        SubstitutionBasis::Shortage => "CSP art. L. 5125-23, V",
        SubstitutionBasis::ParallelImport => "CSP art. R. 5121-115",
        SubstitutionBasis::PrescriberAgreement => "CSP art. L. 5125-23",
    }
}

/// The four outcomes.
pub const fn outcome_kind(kind: OutcomeKind) -> &'static str {
    match kind {
        OutcomeKind::Conforming => "Conforme",
        OutcomeKind::Substituted => "Substitué",
        OutcomeKind::Adjusted => "Ajusté",
        OutcomeKind::NotDelivered => "Non délivré",
    }
}

/// Which of the four an outcome is.
pub const fn kind_of(outcome: &LineOutcome) -> OutcomeKind {
    match outcome {
        LineOutcome::Conforming(_) => OutcomeKind::Conforming,
        LineOutcome::Substituted { .. } => OutcomeKind::Substituted,
        LineOutcome::Adjusted { .. } => OutcomeKind::Adjusted,
        LineOutcome::NotDelivered(_) => OutcomeKind::NotDelivered,
    }
}

/// The sign of an outcome.
pub const fn outcome_sign(kind: OutcomeKind) -> &'static str {
    match kind {
        OutcomeKind::Conforming => "✓",
        OutcomeKind::Substituted => "⇄",
        OutcomeKind::Adjusted => "±",
        OutcomeKind::NotDelivered => "✗",
    }
}

/// The reason of an outcome in words; a conforming delivery needs none.
pub fn outcome_reason(outcome: &LineOutcome) -> Option<String> {
    match outcome {
        LineOutcome::Conforming(_) => None,
        LineOutcome::Substituted { reason, .. } => Some(substitution_reason(*reason).to_owned()),
        LineOutcome::Adjusted {
            reason, agreement, ..
        } => Some(format!("{}, {}", adjustment_reason(*reason), agreed(agreement))),
        LineOutcome::NotDelivered(reason) => Some(not_delivered_reason(*reason).to_owned()),
    }
}

/// The agreement: who gave it, how, and to what.
pub fn agreed(agreement: &Agreement) -> String {
    format!("accord {}{}", agreeing_by(agreement), changed(agreement))
}

/// The same with its moment, after the word "accord".
pub fn agreed_at(agreement: &Agreement, moment: &str) -> String {
    format!("{}, {moment}{}", agreeing_by(agreement), changed(agreement))
}

fn agreeing_by(agreement: &Agreement) -> String {
    let channel = channel(agreement.channel);
    match &agreement.by {
        AgreedBy::Author => format!("du prescripteur, {channel}"),
        AgreedBy::Other(name) => format!("d’un autre prescripteur, {}, {channel}", Safe(name)),
    }
}

fn changed(agreement: &Agreement) -> String {
    match agreement.changed.trim() {
        "" => String::new(),
        words => format!(" : « {} »", Safe(words)),
    }
}

/// Who can have agreed, in the order of the list.
pub fn agreeing(author: &Prescriber) -> Vec<String> {
    vec![
        format!("l’auteur de l’ordonnance, {}", people::prescriber_name(author)),
        "un autre prescripteur (remplaçant, même service)".to_owned(),
    ]
}

/// What a numbered list asks.
pub const fn choice_question(choice: Choice) -> &'static str {
    match choice {
        Choice::Substitute => "Quel produit est délivré à la place ?",
        Choice::SubstitutionReason => "Pourquoi un autre produit ?",
        Choice::AdjustmentReason => "Qu’est-ce qui est ajusté ?",
        Choice::AgreedBy => "Qui a donné son accord ?",
        Choice::Channel => "Comment le prescripteur a-t-il donné son accord ?",
        Choice::NotDeliveredReason => "Pourquoi cette ligne n’est-elle pas délivrée ?",
        Choice::KeptReason => "Pourquoi garder le produit prescrit ?",
        Choice::PartialReason => "Pourquoi moins de boîtes que prévu ?",
    }
}

/// What a short text asks.
pub const fn text_question(of: TextField) -> &'static str {
    match of {
        TextField::Lot => "Numéro de lot (facultatif)",
        TextField::Expiry => "Date de péremption, JJ/MM/AAAA ou MM/AAAA (facultative)",
        TextField::RawMaterial => {
            "Matière première\u{202f}: nom\u{202f}; quantité\u{202f}; lot\u{202f}; fournisseur (rien\u{202f}: c’est tout)"
        }
        TextField::MadeBy => "Préparée par (rien\u{202f}: la personne qui délivre)",
        TextField::Subcontractor => "Pharmacie sous-traitante (rien\u{202f}: faite ici)",
        TextField::Note => "Remarque, en quelques mots",
        TextField::AgreedBy => "Nom du prescripteur qui a donné son accord",
        TextField::Changed => "Ce qui est pris désormais : nouvelle posologie ou durée (facultatif)",
    }
}

/// What is still to be said about a line.
pub const fn missing(missing: Missing) -> &'static str {
    match missing {
        Missing::Product => "le produit délivré",
        Missing::SubstitutionReason => "le motif de la substitution",
        Missing::AdjustmentReason => "ce qui est ajusté",
        Missing::Agreement => "l’accord du prescripteur",
        Missing::NotDeliveredReason => "le motif de non-délivrance",
        Missing::PartialReason => "le motif de la délivrance partielle",
        Missing::Note => "quelques mots pour le motif « autre »",
    }
}

/// The state of a line or a prescription.
pub const fn status(status: Status) -> &'static str {
    match status {
        Status::Open => "à délivrer",
        Status::Partial => "délivrée en partie",
        Status::Done => "entièrement délivrée",
        Status::Cancelled => "annulée",
        Status::Expired => "expirée",
    }
}

/// A subtype of the prescription.
pub fn prescription_kind(kind: &PrescriptionKind) -> String {
    match kind {
        PrescriptionKind::Secured => "ordonnance sécurisée".into(),
        PrescriptionKind::Exception => "médicaments d’exception".into(),
        PrescriptionKind::AldTwoZone => "bizone (ALD)".into(),
        PrescriptionKind::Urgent => "urgent".into(),
        PrescriptionKind::Other(code) => safe(code),
    }
}
