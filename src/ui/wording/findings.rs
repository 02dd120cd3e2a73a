//! What the rules have to say, in sentences, with their figures.

use crate::domain::finding::{Fact, Finding, Severity};
use crate::domain::identifiers::Boxes;
use crate::domain::substitution::NonSubstitutable;
use crate::safe::safe;
use crate::ui::wording::{boxes, day, people};

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

#[rustfmt::skip] // one row per fact, to be read as a table
fn fact(fact: &Fact) -> String {
    match fact {
        Fact::PrescriptionCancelled => "Le prescripteur a annulé cette ordonnance : rien ne peut en être délivré.".into(),
        Fact::PrescriptionExpired { last_day, today } => format!(
            "Ordonnance expirée : elle était valable jusqu’au {} et nous sommes le {}.", day(*last_day), day(*today)),
        Fact::ValidityUnstated => "La base n’indique aucune date de fin de validité : elle est inconnue, pas illimitée.".into(),
        Fact::NothingLeft => "Tout a déjà été délivré : il ne reste rien à servir sur cette ordonnance.".into(),
        Fact::SecuredSupport => "Ordonnance numérique : elle vaut ordonnance sécurisée, le papier sécurisé n’est pas exigé.".into(),
        Fact::HeldElsewhere(hold) => held_elsewhere(hold),
        Fact::NothingDecided => "Aucune ligne n’est décidée : il n’y a rien à enregistrer.".into(),
        Fact::LineUnknown => "Cette ligne n’existe pas sur l’ordonnance.".into(),
        Fact::LineTwice => "Cette ligne est décidée deux fois.".into(),
        Fact::LineCancelled => "Le prescripteur a annulé cette ligne : elle ne peut pas être délivrée.".into(),
        Fact::LineSuspended => "Cette ligne est suspendue par le prescripteur, ou dans un état inconnu : elle ne peut pas être délivrée.".into(),
        Fact::LineForOthers { executor } => line_for_others(executor),
        Fact::NoBox => "Aucune boîte : pour ne rien délivrer, choisissez « non délivré » et son motif.".into(),
        Fact::AboveRemaining { asked, remaining } => format!(
            "{} {} pour {} restant à délivrer.", boxes(*asked), agreed(*asked, "demandée"), remaining.0),
        Fact::CountUnstated => "Le prescripteur n’a indiqué aucun nombre de boîtes : vérifiez la quantité.".into(),
        Fact::PartialUnexplained { asked, due } => format!(
            "{} {} sur {} à délivrer : indiquez pourquoi.", boxes(*asked), agreed(*asked, "remise"), due.0),
        Fact::NotWhatWasOrdered { given } => format!(
            "« {} » n’est pas le produit prescrit : c’est une substitution ou un ajustement.", safe(given)),
        Fact::SubstitutionForbidden(why) => format!(
            "Le prescripteur interdit la substitution : {}. Reste l’ajustement, avec son accord.", non_substitutable(why)),
        Fact::SubstitutionWithoutBasis { given } => format!(
            "Aucun groupe ne permet de remplacer le produit prescrit par « {} » : il faut l’accord exprès et préalable du prescripteur.", safe(given)),
        Fact::SubstitutionUnverified { given } => format!(
            "« {} » ou le produit prescrit est absent de la base des médicaments : le fondement de la substitution n’a pas pu être vérifié.", safe(given)),
        Fact::ShortageUnverified { given } => format!(
            "Rupture : le remplacement par « {} » doit suivre une recommandation de l’ANSM, qui n’a pas pu être vérifiée ici.", safe(given)),
        Fact::DeviceSubstituted => "Un dispositif ne se remplace pas sans l’accord du prescripteur.".into(),
        Fact::ProductUnknown { code } => format!(
            "Le code {} est absent de la base des médicaments. Cela n’empêche pas de délivrer.", safe(code)),
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
