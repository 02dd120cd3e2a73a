//! What the rules have to say, in sentences, with their figures.

use std::cmp::Ordering;

use crate::domain::calendar::{days_before, days_between};
use crate::domain::finding::{
    BiosimilarNotice, Coverage, Deadline, Fact, Finding, Fraction, LateSince, Lateness, RefusalDoubt,
    Severity,
};
use crate::domain::identifiers::{Boxes, Lot};
use crate::domain::recall::Recall;
use crate::domain::share::Share;
use crate::domain::substitution::NonSubstitutable;
use crate::safe::{Safe, safe};
use crate::ui::wording::catalogue::{amount, euros, supply, units};
use crate::ui::wording::labels;
use crate::ui::wording::{boxes, counted, day, or_dash, people};

/// The word for how much a finding weighs.
pub const fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Blocking => "Bloquant",
        Severity::Warning => "À vérifier",
        Severity::Information => "Bon à savoir",
    }
}

/// The sign that goes with that word.
pub const fn severity_sign(severity: Severity) -> &'static str {
    match severity {
        Severity::Blocking => "✗",
        Severity::Warning => "!",
        Severity::Information => "i",
    }
}

/// What was found, with its figures and what can be done about it. The source is said beside it.
pub fn explanation(finding: &Finding) -> String {
    fact(&finding.fact)
}

#[expect(clippy::too_many_lines, reason = "a table: one row per fact")]
#[rustfmt::skip]
fn fact(fact: &Fact) -> String {
    match fact {
        Fact::PrescriptionCancelled => "Le prescripteur a annulé cette ordonnance : rien ne peut en être délivré.".into(),
        Fact::PrescriptionExpired { last_day, today } => format!(
            "Ordonnance expirée : elle était valable jusqu’au {} et nous sommes le {}.", day(*last_day), day(*today)),
        Fact::ValidityUnstated => "Aucune date de fin de validité n’est indiquée : elle est inconnue, pas illimitée.".into(),
        Fact::NothingLeft => "Tout a déjà été délivré : il ne reste rien à servir sur cette ordonnance.".into(),
        Fact::SecuredSupport => "VAUT ORDONNANCE SÉCURISÉE : l’ordonnance numérique est elle-même le support, aucun papier sécurisé n’est exigé.".into(),
        Fact::HeldElsewhere(hold) => held_elsewhere(hold),
        Fact::NothingDecided => "Aucune ligne n’est décidée : il n’y a rien à enregistrer.".into(),
        Fact::LineUnknown => "Cette ligne n’existe pas sur l’ordonnance.".into(),
        Fact::LineTwice => "Cette ligne est décidée deux fois.".into(),
        Fact::LineCancelled => "Le prescripteur a annulé cette ligne : elle ne peut pas être délivrée.".into(),
        Fact::LineSuspended => "Cette ligne est suspendue par le prescripteur, ou dans un état inconnu : elle ne peut pas être délivrée.".into(),
        Fact::LineForOthers { executor } => line_for_others(executor),
        Fact::FirstPresentationLate(late) => format!(
            "Première présentation trop tardive : {}. Une nouvelle ordonnance est nécessaire.", past(late, "trois mois")),
        Fact::PresentationUnverified(late) => format!(
            "Présentée pour la première fois bien après sa rédaction : {}. Vérifiez qu’elle est encore actuelle.", past(late, "délai")),
        Fact::OlderThanAYear(late) => format!(
            "Ordonnance de plus de douze mois : {}. Une nouvelle ordonnance est nécessaire.", past(late, "douze mois")),
        Fact::DatedAhead { written_on, today } => format!(
            "Ordonnance datée du {}, nous sommes le {} : au plus tôt le {}.", day(*written_on), day(*today), day(*written_on)),
        Fact::ExceptionalSupply(extension) => format!(
            "Ordonnance renouvelable expirée depuis le {} : {} peut être délivrée à titre exceptionnel jusqu’au {}, pour ne pas interrompre le traitement. Mention « dispensation supplémentaire exceptionnelle », prescripteur à informer.",
            day(extension.last_day), boxes(extension.most), day(extension.until)),
        Fact::ContraceptiveSupply(extension) => format!(
            "Ordonnance de contraceptif expirée depuis le {} : trois mois au plus ({}) peuvent être délivrés, jusqu’au {}. Mention « dispensation supplémentaire de contraceptifs oraux » et sa durée.",
            day(extension.last_day), boxes(extension.most), day(extension.until)),
        Fact::AboveExceptional { asked, most } => format!(
            "{} {} : une dispensation supplémentaire ne dépasse pas {}.", boxes(*asked), agreed(*asked, "demandée"), boxes(*most)),
        Fact::ExceptionalOutside(extension) => format!(
            "Traitement chronique expiré depuis le {} : {} peut être délivrée à titre exceptionnel jusqu’au {}, hors de cette ordonnance numérique qui est épuisée. Inscrivez-la sur le papier et informez le prescripteur.",
            day(extension.last_day), boxes(extension.most), day(extension.until)),
        Fact::NarcoticLate(late) => narcotic_late(late),
        Fact::NarcoticLapsed(late) => format!(
            "Stupéfiant {} : {} écoulés, il ne reste rien à délivrer. Une nouvelle ordonnance est nécessaire.", since_then(late), days(late.lost)),
        Fact::AboveNarcoticShare { asked, share } => format!(
            "{} {} : la durée qui reste à courir en permet {}.", boxes(*asked), agreed(*asked, "demandée"), share.0),
        Fact::SurgeryWindow(window) => format!(
            "Stupéfiant pour une intervention le {} : à délivrer du {} au {}.", day(window.operation), day(window.first), day(window.last)),
        Fact::OutsideSurgeryWindow { window, today } => format!(
            "Stupéfiant pour une intervention le {} : à délivrer du {} au {} seulement, et nous sommes le {}.",
            day(window.operation), day(window.first), day(window.last), day(*today)),
        Fact::SurgeryUndated => "Stupéfiant pour une intervention dont la date n’est pas lisible : vérifiez-la, le délai de délivrance en dépend.".into(),
        Fact::BeyondCap { label, days: prescribed, written_on, last_day } => format!(
            "« {} » : {} prescrits à compter du {}, le dernier jour permis est le {}.", safe(label), days(*prescribed), day(*written_on), day(*last_day)),
        Fact::FractionDue(part) => format!("« {} » : {}.", safe(&part.label), fraction(part)),
        Fact::AboveFraction { asked, fraction: part } => format!(
            "« {} » : {} {} ; {}.", safe(&part.label), boxes(*asked), agreed(*asked, "demandée"), fraction(part)),
        Fact::FractionExcluded { label } => format!(
            "« {} », mais le prescripteur demande une délivrance en une seule fois.", safe(label)),
        Fact::NoBox => "Aucune boîte : pour ne rien délivrer, choisissez « non délivré » et son motif.".into(),
        Fact::AboveRemaining { asked, remaining } => format!(
            "{} {} pour {} restant à délivrer.", boxes(*asked), agreed(*asked, "demandée"), remaining.0),
        Fact::CountUnstated => "Le prescripteur n’a indiqué aucun nombre de boîtes : vérifiez la quantité.".into(),
        Fact::PartialUnexplained { asked, due } if asked >= due => format!(
            "{} d’une autre taille, moins que {} à délivrer : indiquez pourquoi.", boxes(*asked), boxes(*due)),
        Fact::PartialUnexplained { asked, due } => format!(
            "{} {} sur {} à délivrer : indiquez pourquoi.", boxes(*asked), agreed(*asked, "remise"), due.0),
        Fact::AboveAMonth { asked, lasts, most, share, next } => format!(
            "{} couvrent {} ; une délivrance en couvre {most} au plus : {} aujourd’hui, la suite au plus tôt le {}.",
            boxes(*asked), days(*lasts), boxes(*share), day(*next)),
        Fact::OtherBoxSize { stands_for, given, of_one, unit } => other_size(*stands_for, (*given, *of_one), unit),
        Fact::LongPack { lasts, next } => format!(
            "Une boîte couvre {} : elle se délivre entière, la suivante au plus tôt le {}.", days(*lasts), day(*next)),
        Fact::RenewalEarly(covered) => format!(
            "Délivré le {}, couvert jusqu’au {} : {} d’avance. Au plus tôt le {}.",
            day(covered.given_on), last_covered(covered), days(days_between(covered.today, covered.earliest)), day(covered.earliest)),
        Fact::Overlap(covered) => format!(
            "Chevauchement : « {} » délivré ici le {} sur une autre ordonnance couvre jusqu’au {}. Au plus tôt le {}, sauf mention expresse du prescripteur.",
            safe(&covered.product), day(covered.given_on), last_covered(covered), day(covered.earliest)),
        Fact::OverlapAllowed(covered) => format!(
            "Chevauchement autorisé par le prescripteur : « {} » délivré ici le {} couvre jusqu’au {}.",
            safe(&covered.product), day(covered.given_on), last_covered(covered)),
        Fact::SecuredByLaw { list, substance } => format!("{} — {}.", safe(list), safe(substance)),
        Fact::ExceptionSupport => "Médicaments d’exception : l’ordonnance numérique en tient lieu, l’imprimé à quatre volets n’est pas exigé.".into(),
        Fact::NamedPharmacyMissing { substance } => format!(
            "Traitement substitutif ({}) : le prescripteur doit désigner la pharmacie, et n’en désigne aucune.", safe(substance)),
        Fact::NamedPharmacyOther { name } => format!(
            "Le prescripteur désigne une autre pharmacie pour ce traitement : {}. Appelez-la avant de délivrer.", or_dash(name)),
        Fact::HospitalOnly { label } => format!("« {} » : ne se délivre pas en officine.", safe(label)),
        Fact::ReservedPrescriber { labels, specialty } => format!(
            "{} Le prescripteur : {}.", quoted(labels, "ou"), if specialty.is_empty() { "spécialité non indiquée".to_owned() } else { safe(specialty) }),
        Fact::InitialPrescription { labels } => format!(
            "{} Vérifiez la prescription initiale et sa date.", quoted(labels, "et")),
        Fact::OfficialConditions { labels } => quoted(labels, "et"),
        Fact::ConditionsUnknown { product } => format!(
            "Aucune condition de délivrance n’est publiée pour « {} » : elle est inconnue, pas libre.", safe(product)),
        Fact::ConditionalLine { last_day } => format!(
            "Dispensation conditionnelle : à délivrer seulement après un test positif, jusqu’au {}. Notez le résultat du test.", day(*last_day)),
        Fact::ConditionalLapsed(late) => format!("Dispensation conditionnelle caduque : {}.", past(late, "sept jours")),
        Fact::SameSubstance { substance, other } => format!(
            "{} déjà prescrit à la ligne {} : vérifiez la dose totale.", initial_capital(&safe(substance)), other.0),
        Fact::SameSubstanceOtherForm { substance, other } => format!(
            "{} aussi à la ligne {}, sous une autre forme ou un autre dosage.", initial_capital(&safe(substance)), other.0),
        Fact::ExpensiveBox { price } => format!(
            "Boîte à {} : contrôle renforcé. L’ordonnance, lue à la base, est authentique ; vérifiez l’identité du patient et le prescripteur.", euros(*price)),
        Fact::Availability(availability) => format!("{}.", initial_capital(&supply(availability))),
        Fact::NotWhatWasOrdered { given } => format!(
            "« {} » n’est pas le produit prescrit : c’est une substitution ou un ajustement.", safe(given)),
        Fact::SubstitutionForbidden(why) => format!(
            "Le prescripteur interdit la substitution : {}. Reste l’ajustement, avec son accord.", non_substitutable(why)),
        Fact::RefusalDoubtful { why, doubt } => format!(
            "« Non substituable », {} : {}. Le patient peut perdre le tiers payant ; voyez avec le prescripteur.", non_substitutable(why), refusal_doubt(*doubt)),
        Fact::SubstitutionWithoutBasis { given } => format!(
            "Aucun groupe ne permet de remplacer le produit prescrit par « {} » : il faut l’accord exprès et préalable du prescripteur.", safe(given)),
        Fact::SubstitutionUnverified { given } => format!(
            "« {} » ou le produit prescrit est absent de la base des médicaments : le fondement de la substitution n’a pas pu être vérifié.", safe(given)),
        Fact::ShortageUnverified { given } => format!(
            "Rupture : le remplacement par « {} » doit suivre une recommandation de l’ANSM, qui n’a pas pu être vérifiée ici.", safe(given)),
        Fact::DeviceSubstituted => "Un dispositif ne se remplace pas sans l’accord du prescripteur.".into(),
        Fact::BiosimilarLot { given } => format!(
            "Biosimilaire « {} » : le numéro de lot doit être enregistré. Scannez la boîte ou saisissez-le.", safe(given)),
        Fact::BiosimilarToTell(notice) => biosimilar_notice(notice),
        Fact::BiosimilarChanged { before, given } => format!(
            "Dernière délivrance : « {} » ; proposé : « {} ». Le même produit est à garder, sauf nécessité.", safe(before), safe(given)),
        Fact::BiosimilarStrength { ordered, given } => format!(
            "Dosage prescrit : {}, dosage proposé : {}. La substitution exige le même dosage.", safe(ordered), safe(given)),
        Fact::ProductUnknown { code } => format!(
            "Le code {} est absent de la base des médicaments. Cela n’empêche pas de délivrer.", safe(code)),
        Fact::BoxGone { entry } => format!(
            "Cette boîte est déjà sortie (ordonnancier n° {entry}) : prenez-en une autre, ou dites pourquoi elle est revenue."),
        Fact::PreparationUnrecorded => "Préparation magistrale\u{202f}: composition complète, lots et fournisseurs des matières premières (touche f de la décision), ou pharmacie sous-traitante. Cela n’empêche pas de délivrer.".into(),
        Fact::LotRecalled(recall) => recalled(recall, "ne pas délivrer"),
        Fact::LotToCompare { lots } => format!(
            "Des lots de ce produit sont rappelés ({}) et le lot d’une boîte n’est pas connu : scannez-la, ou comparez.", listed(lots)),
        Fact::RecallsUnread => "La liste des lots rappelés n’a pas pu être lue en entier : un rappel peut manquer (comptoir doctor dit où).".into(),
        Fact::BoxExpired { expiry, today } => format!(
            "Boîte périmée depuis le {} (nous sommes le {}) : prenez-en une autre.", day(*expiry), day(*today)),
        Fact::OtherUnexplained => "Un motif « autre » doit être expliqué en quelques mots.".into(),
        Fact::NothingCorrected => "La rectification dit la même chose que l’inscription : il n’y a rien à corriger.".into(),
    }
}

fn held_elsewhere(hold: &crate::domain::hold::Hold) -> String {
    let phone = people::phone(&hold.phone);
    let call = if phone.is_empty() {
        String::new()
    } else {
        format!(" Appelez-la au {phone}.")
    };
    let name = if hold.name.trim().is_empty() {
        format!("FINESS {}", hold.owner)
    } else {
        safe(hold.name.trim())
    };
    format!("Une autre pharmacie sert cette ordonnance en ce moment : {name}.{call}")
}

fn line_for_others(executor: &str) -> String {
    if executor.trim().is_empty() {
        "Cette ligne s’adresse à une autre profession : elle ne se délivre pas ici.".into()
    } else {
        format!(
            "Cette ligne s’adresse à une autre profession ({}) : elle ne se délivre pas ici.",
            safe(executor.trim())
        )
    }
}

fn past(late: &Deadline, what: &str) -> String {
    format!(
        "écrite le {}, {what} jusqu’au {}, présentée le {} ({} de trop)",
        day(late.written_on),
        day(late.last_day),
        day(late.today),
        days(days_between(late.last_day, late.today))
    )
}

/// « écrit le 1er février, présenté le 5 ».
fn since_then(late: &Lateness) -> String {
    let from = match late.since {
        LateSince::Writing => format!("écrit le {}", day(late.from)),
        LateSince::EndOfFraction => format!("couvert jusqu’au {}", day(late.from)),
    };
    format!("{from}, présenté le {}", day(late.today))
}

fn narcotic_late(late: &Lateness) -> String {
    let left = late.days.map_or_else(String::new, |whole| {
        let left = whole.saturating_sub(late.lost);
        let share = late
            .share
            .map_or_else(String::new, |share| format!(", soit {} au plus", boxes(share)));
        format!(" ; il en reste {left} sur {whole}{share}")
    });
    format!(
        "Stupéfiant {}, plus de trois jours après : {} retirés{left}.",
        since_then(late),
        days(late.lost)
    )
}

fn fraction(part: &Fraction) -> String {
    let share = part.boxes.map_or_else(String::new, |(one, all)| {
        format!(", {} sur {} aujourd’hui", boxes(one), all.0)
    });
    format!(
        "{} sur {}{share}, la suite le {}",
        days(part.days.into()),
        part.of_days,
        day(part.next)
    )
}

fn last_covered(covered: &Coverage) -> String {
    day(days_before(covered.earliest, 1))
}

fn days(count: u32) -> String {
    counted(usize::try_from(count).unwrap_or(usize::MAX), "jour", "jours")
}

/// Official labels, verbatim.
fn quoted(labels: &[String], and: &str) -> String {
    let each: Vec<String> = labels
        .iter()
        .map(|label| format!("« {} »", safe(label)))
        .collect();
    match each.split_last() {
        Some((last, [])) => format!("{last}."),
        Some((last, others)) => format!("{} {and} {last}.", others.join(", ")),
        None => String::new(),
    }
}

fn initial_capital(text: &str) -> String {
    let mut characters = text.chars();
    let first = characters.next().map(char::to_uppercase);
    first.into_iter().flatten().chain(characters).collect()
}

fn refusal_doubt(doubt: RefusalDoubt) -> String {
    match doubt {
        RefusalDoubt::NotNarrow => "ce médicament n’est pas sur la liste MTE".into(),
        RefusalDoubt::TooOld(years) => format!(
            "le patient avait {} à la date de l’ordonnance",
            counted(years.into(), "an", "ans")
        ),
        RefusalDoubt::AgeUnknown => "l’âge du patient n’est pas connu".into(),
        RefusalDoubt::NoReason => "ni MTE, ni EFG, ni CIF".into(),
        RefusalDoubt::Hybrid => "un hybride ne connaît que EFG et CIF".into(),
    }
}

/// « 28 comprimés pour 1 boîte prescrite de 30 : 2 de moins. »
fn other_size(of: Share, (given, of_one): (u64, u64), unit: &str) -> String {
    let due = of_one.saturating_mul(of.boxes().into()) / u64::from(of.per());
    let difference = match given.cmp(&due) {
        Ordering::Equal => "autant".to_owned(),
        Ordering::Less => format!("{} de moins", amount(due - given)),
        Ordering::Greater => format!("{} de plus", amount(given - due)),
    };
    format!(
        "{} pour {} de {}\u{202f}: {difference}.",
        units(given, unit),
        labels::prescribed(of),
        amount(of_one),
    )
}

/// What is read or sent to the prescriber, as it is.
fn biosimilar_notice(notice: &BiosimilarNotice) -> String {
    let lots: Vec<String> = notice.lots.iter().map(|lot| safe(lot.as_str())).collect();
    let lot = match &lots[..] {
        [] => String::new(),
        [lot] => format!(" (lot {lot})"),
        several => format!(" (lots {})", several.join(", ")),
    };
    format!(
        "Informez le patient et le prescripteur. Texte prêt : « J’ai délivré {}{lot} à la place de {} à votre patient, qui en est informé ; le même produit lui sera redonné. »",
        safe(&notice.given),
        safe(&notice.ordered)
    )
}

fn agreed(boxes: Boxes, participle: &str) -> String {
    let plural = if boxes.0 < 2 { "" } else { "s" };
    format!("{participle}{plural}")
}

/// The reason for "non substituable".
pub fn non_substitutable(why: &NonSubstitutable) -> String {
    match why {
        NonSubstitutable::NarrowMargin => "marge thérapeutique étroite (MTE)".into(),
        NonSubstitutable::ChildForm => "enfant de moins de six ans, forme galénique (EFG)".into(),
        NonSubstitutable::Excipient => "contre-indication à un excipient (CIF)".into(),
        NonSubstitutable::Unstated(text) if text.trim().is_empty() => "sans motif indiqué".into(),
        NonSubstitutable::Unstated(text) => format!("« {} »", safe(text.trim())),
    }
}

/// A recall in words, and what comes of it.
pub fn recalled(recall: &Recall, so: &str) -> String {
    let lot = match &recall.lot {
        Some(lot) => format!("Lot {} RAPPELÉ", Safe(lot.as_str())),
        None => "Tous les lots sont RAPPELÉS".to_owned(),
    };
    let reference = match recall.reference.trim() {
        "" => String::new(),
        reference => format!(" {}.", Safe(reference)),
    };
    format!("{lot} depuis le {} : {so}.{reference}", day(recall.since))
}

/// Lots, the first few of them: a long list is read elsewhere.
fn listed(lots: &[Lot]) -> String {
    const SHOWN_MAX: usize = 6;
    let mut words: Vec<String> = lots
        .iter()
        .take(SHOWN_MAX)
        .map(|lot| safe(lot.as_str()))
        .collect();
    if lots.len() > SHOWN_MAX {
        words.push("…".to_owned());
    }
    words.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn figures_and_dates_are_said_in_french() {
        for (fact, said) in [
            (
                Fact::PrescriptionExpired {
                    last_day: date(2026, 11, 1),
                    today: date(2026, 11, 22),
                },
                "01/11/2026",
            ),
            (
                Fact::AboveRemaining {
                    asked: Boxes(3),
                    remaining: Boxes(2),
                },
                "3 boîtes demandées pour 2",
            ),
            (
                Fact::PartialUnexplained {
                    asked: Boxes(1),
                    due: Boxes(2),
                },
                "1 boîte remise sur 2",
            ),
            (
                Fact::SubstitutionForbidden(NonSubstitutable::NarrowMargin),
                "marge thérapeutique étroite (MTE)",
            ),
        ] {
            let sentence = explanation(&Finding::whole(fact));
            assert!(sentence.contains(said), "{sentence}");
        }
    }

    #[test]
    fn a_hostile_name_cannot_act_through_a_sentence() {
        let sentence = explanation(&Finding::whole(Fact::NotWhatWasOrdered {
            given: "\u{1b}[2J\u{202e}gm 01".into(),
        }));
        assert!(!sentence.chars().any(char::is_control) && !sentence.contains('\u{202e}'));
    }
}
