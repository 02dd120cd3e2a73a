//! The rules as a pharmacist reads them: `docs/rules.md`, written from the rules' own table.

use std::fmt::Write;

use crate::domain::finding::{Family, Rule};
use crate::domain::reasons::{
    AdjustmentReason, AgreementChannel, KeptReason, NotDeliveredReason, PartialReason, SubstitutionReason,
};
use crate::domain::substances;
use crate::ui::wording::{day, reasons, severity};

/// The whole page, in Markdown.
pub fn page() -> String {
    let mut page = String::from(INTRODUCTION);
    for family in Family::ALL {
        // Writing into a text does not fail.
        let _ = write!(
            page,
            "\n## {}\n\nComparées à leurs sources publiques le {}.\n\n| règle | poids | ce qu’elle dit | source |\n|---|---|---|---|\n",
            title(*family),
            day(family.checked())
        );
        for rule in family.rules() {
            let card = rule.card();
            let _ = writeln!(
                page,
                "| `{}` | {} | {} | {} |",
                card.id,
                severity(card.severity),
                what(*rule),
                card.source
            );
        }
    }
    lists(&mut page);
    codes(&mut page);
    page
}

const INTRODUCTION: &str = "# Les règles que le programme applique

Cette page est écrite par le programme lui-même, à partir de la table de ses règles
(`cargo test --test it rule_book`, avec `COMPTOIR_WRITE_RULES=1` pour la réécrire).

* **Bloquant** : la loi, ou le sens même de l’enregistrement, ne laisse pas le choix.
* **À vérifier** : se passe avec un motif, qui est enregistré.
* **Bon à savoir** : se lit, et n’arrête rien.

Les jours sont ceux de la France (Europe/Paris). Les conditions de prescription et de délivrance (CPD) sont celles que
l’ANSM publie dans la base de données publique des médicaments (BDPM), montrées telles quelles ; un produit sans condition
publiée est *inconnu*, jamais libre. Une règle ne lit que ce qui lui est donné : l’ordonnance, la ligne, les produits, ce qui
a déjà été délivré, le jour et la pharmacie.
";

fn lists(page: &mut String) {
    page.push_str("\n## Listes fermées\n\n| liste | contenu | source | comparée le |\n|---|---|---|---|\n");
    for list in substances::ALL {
        let _ = writeln!(
            page,
            "| {} | {} | {} | {} |",
            list.title,
            list.names.join(", "),
            list.source,
            day(list.checked)
        );
    }
}

/// The coded reasons, which are the pharmacist's own words for the same rules.
fn codes(page: &mut String) {
    fn rows<T: Copy>(
        page: &mut String,
        title: &str,
        all: &[T],
        code: fn(T) -> &'static str,
        words: fn(T) -> &'static str,
    ) {
        let each: Vec<String> = all
            .iter()
            .map(|reason| format!("`{}` {}", code(*reason), words(*reason)))
            .collect();
        let _ = writeln!(page, "| {title} | {} |", each.join(" · "));
    }
    page.push_str("\n## Motifs codés\n\nLes codes du téléservice national ne sont pas publics : ceux-ci sont les nôtres. Un texte libre peut accompagner chacun.\n\n| motif | codes |\n|---|---|\n");
    rows(
        page,
        "substituer",
        SubstitutionReason::ALL,
        SubstitutionReason::code,
        reasons::substitution_reason,
    );
    rows(
        page,
        "ne pas substituer (écrit en tête de la remarque)",
        KeptReason::ALL,
        KeptReason::code,
        reasons::kept_reason,
    );
    rows(
        page,
        "ajuster, avec l’accord du prescripteur",
        AdjustmentReason::ALL,
        AdjustmentReason::code,
        reasons::adjustment_reason,
    );
    rows(
        page,
        "obtenir cet accord",
        AgreementChannel::ALL,
        AgreementChannel::code,
        reasons::channel,
    );
    rows(
        page,
        "ne pas délivrer",
        NotDeliveredReason::ALL,
        NotDeliveredReason::code,
        reasons::not_delivered_reason,
    );
    rows(
        page,
        "délivrer en partie",
        PartialReason::ALL,
        PartialReason::code,
        reasons::partial_reason,
    );
}

const fn title(family: Family) -> &'static str {
    match family {
        Family::Standing => "État de l’ordonnance",
        Family::Presentation => "Délai de présentation et fin de validité",
        Family::Narcotics => "Stupéfiants",
        Family::Duration => "Durée de prescription et fractions",
        Family::Quantity => "Quantité par délivrance",
        Family::Renewal => "Renouvellement et chevauchement",
        Family::Support => "Support de l’ordonnance et pharmacie désignée",
        Family::Restricted => "Prescription restreinte et conditions officielles",
        Family::Vigilance => "Vigilance",
        Family::BoxInHand => "La boîte dans la main",
        Family::Substitution => "Substitution",
        Family::Biosimilars => "Biosimilaires",
    }
}

#[rustfmt::skip] // one row per rule, to be read as a table
#[expect(clippy::too_many_lines, reason = "one row per rule, read as a table")]
const fn what(rule: Rule) -> &'static str {
    match rule {
        Rule::PrescriptionCancelled => "Le prescripteur a annulé l’ordonnance : rien ne se délivre.",
        Rule::PrescriptionExpired => "Le dernier jour porté par l’ordonnance est passé.",
        Rule::ValidityUnstated => "La base n’indique aucun dernier jour : il est inconnu, pas illimité.",
        Rule::NothingLeft => "Tout a été délivré.",
        Rule::HeldElsewhere => "Une autre pharmacie a pris l’ordonnance en charge ; son nom et son téléphone sont donnés.",
        Rule::NothingDecided => "Aucune ligne n’est décidée.",
        Rule::LineUnknown => "La décision porte sur une ligne qui n’existe pas.",
        Rule::LineTwice => "Deux décisions portent sur la même ligne.",
        Rule::LineCancelled => "Le prescripteur a annulé la ligne.",
        Rule::LineSuspended => "Le prescripteur a suspendu la ligne, ou son état n’est pas connu.",
        Rule::LineForOthers => "La ligne s’adresse à une autre profession : elle est montrée, elle ne se délivre pas ici.",
        Rule::FirstPresentationLate => "Listes I et II, stupéfiants : la première délivrance se fait sur une ordonnance de moins de trois mois. Dernier jour : la veille du même quantième, trois mois plus tard.",
        Rule::PresentationUnverified => "Hors listes et dispositifs : plus d’un an à la première présentation ; conditions inconnues : plus de trois mois. À vérifier.",
        Rule::OlderThanAYear => "Médicament listé : plus de douze mois après la rédaction, rien ne se délivre plus.",
        Rule::DatedAhead => "L’ordonnance porte une date à venir ; la date la plus proche est donnée.",
        Rule::ExceptionalSupply => "Ordonnance renouvelable expirée depuis un mois au plus, traitement de trois mois ou plus (84 jours), ni stupéfiant, ni ordonnance sécurisée, ni durée plafonnée : une boîte par ligne, une fois. L’ordonnance expirée n’est alors pas bloquante.",
        Rule::ContraceptiveSupply => "Contraceptif oral, ordonnance de moins d’un an expirée : trois mois au plus à la fois, pendant six mois.",
        Rule::AboveExceptional => "Plus de boîtes que la dispensation supplémentaire n’en permet.",
        Rule::ExceptionalOutside => "L’ordonnance est expirée et épuisée : la boîte exceptionnelle se donne hors de l’ordonnance numérique, sur le papier.",
        Rule::NarcoticLate => "Stupéfiant présenté plus de trois jours après la date (le jour même ne compte pas), ou après la fin de la fraction précédente : autant de jours sont retirés. Écrite le 1er février : entière jusqu’au 4 ; le 5, quatre jours retirés.",
        Rule::NarcoticLapsed => "Tous les jours prescrits sont écoulés.",
        Rule::AboveNarcoticShare => "Plus de boîtes que les jours restants n’en demandent (arrondi à la boîte supérieure).",
        Rule::SurgeryWindow => "Intervention programmée et datée : de trois jours avant elle à trois jours après la sortie prévue.",
        Rule::OutsideSurgeryWindow => "Intervention programmée, et nous sommes hors de ces jours.",
        Rule::SurgeryUndated => "Une intervention est nommée, sa date n’est pas lisible.",
        Rule::BeyondCap => "Durée prescrite, renouvellements compris, au-delà de la durée du libellé officiel (« prescription limitée à… »). Le dernier jour permis est donné.",
        Rule::FractionDue => "« Délivrance fractionnée de… » : la fraction et la date de la suivante sont données.",
        Rule::AboveFraction => "Plus d’une fraction dans la main.",
        Rule::FractionExcluded => "Le prescripteur demande « en une seule fois ».",
        Rule::NoBox => "Une délivrance de zéro boîte : c’est une non-délivrance.",
        Rule::AboveRemaining => "Plus de boîtes qu’il n’en reste.",
        Rule::CountUnstated => "Aucun nombre de boîtes n’est prescrit.",
        Rule::PartialUnexplained => "Moins de boîtes que dues, sans motif.",
        Rule::AboveAMonth => "Médicament listé : plus de trente jours (contraceptif : douze semaines) en une délivrance de plusieurs boîtes.",
        Rule::OtherBoxSize => "Boîtes d’une autre taille : les unités sont comparées, et ce qui reste est compté en boîtes prescrites.",
        Rule::LongPack => "Une boîte couvre plus d’un mois : elle se délivre entière, et la date de la suivante est donnée.",
        Rule::RenewalEarly => "Ce qui a été délivré couvre encore : chaque délivrance commence à la fin de la précédente, ou à son jour. La date la plus proche est donnée.",
        Rule::Overlap => "Stupéfiant ou libellé « chevauchement interdit » : une autre ordonnance du même patient, délivrée ici, couvre encore.",
        Rule::OverlapAllowed => "La même chose, et le prescripteur l’autorise en toutes lettres.",
        Rule::SecuredSupport => "L’ordonnance numérique vaut ordonnance sécurisée ; dit en grand.",
        Rule::SecuredByLaw => "Tramadol, codéine, dihydrocodéine, prégabaline, zolpidem, ou stupéfiant présumé : la règle s’applique même si le fichier officiel tarde.",
        Rule::ExceptionSupport => "L’ordonnance numérique tient lieu d’ordonnance de médicaments d’exception.",
        Rule::NamedPharmacyMissing => "Méthadone ou buprénorphine haut dosage : aucune pharmacie désignée.",
        Rule::NamedPharmacyOther => "Méthadone ou buprénorphine haut dosage : une autre pharmacie est désignée, ou la désignation ne porte pas notre FINESS.",
        Rule::HospitalOnly => "Libellé « réservé à l’usage HOSPITALIER » ou « réservée aux pharmacies à usage intérieur ».",
        Rule::ReservedPrescriber => "Libellés « prescription réservée aux… » : la spécialité du prescripteur n’est aucune des leurs (comparée sans accents).",
        Rule::InitialPrescription => "Libellés « prescription initiale… » ou « hospitalière » : la première ordonnance est à vérifier.",
        Rule::OfficialConditions => "Tout libellé officiel qu’aucune règle ne lit : montré tel quel, jamais écarté.",
        Rule::ConditionsUnknown => "Aucune condition n’est publiée : inconnue, jamais libre.",
        Rule::ConditionalLine => "Ligne à délivrer si le test (TROD, bandelette urinaire) est positif, dans les sept jours.",
        Rule::ConditionalLapsed => "Les sept jours sont passés, celui de la rédaction compris.",
        Rule::SameSubstance => "La même substance deux fois : même spécialité, même groupe générique, ou dans une association.",
        Rule::SameSubstanceOtherForm => "La même substance seule, sous deux formes ou deux dosages.",
        Rule::ExpensiveBox => "Une boîte de plus de 300 €.",
        Rule::Availability => "Rupture, tension ou arrêt publié par l’ANSM.",
        Rule::ProductUnknown => "Le code n’est pas dans la base des médicaments : cela n’empêche pas de délivrer.",
        Rule::BoxGone => "Une boîte en main porte le numéro de série d’une boîte déjà inscrite comme sortie.",
        Rule::PreparationUnrecorded => "Une préparation magistrale sans sa composition complète ni pharmacie sous-traitante\u{202f}: dit, jamais bloqué.",
        Rule::LotRecalled => "Le lot en main, ou tous les lots du produit, sont rappelés.",
        Rule::LotToCompare => "Des lots du produit sont rappelés et celui d’une boîte n’est pas connu.",
        Rule::RecallsUnread => "La liste des lots rappelés (`[catalogue] recalled_lots`) n’a pas pu être lue en entier.",
        Rule::BoxExpired => "La boîte est périmée ; son dernier jour est encore bon.",
        Rule::OtherUnexplained => "Un motif « autre » sans explication.",
        Rule::NothingCorrected => "Une rectification qui dit la même chose que l’inscription.",
        Rule::NotWhatWasOrdered => "Délivré comme conforme, et ce n’est pas le produit prescrit.",
        Rule::SubstitutionForbidden => "« Non substituable » avec un motif qui tient : respecté, sauf accord du prescripteur.",
        Rule::RefusalDoubtful => "MTE hors de la liste fermée, EFG à six ans ou plus (à la date de l’ordonnance), aucun des trois motifs : un doute, jamais un blocage.",
        Rule::SubstitutionWithoutBasis => "Aucun groupe ne réunit les deux produits.",
        Rule::SubstitutionUnverified => "Un des deux produits est inconnu : le fondement n’a pas pu être vérifié.",
        Rule::ShortageUnverified => "Remplacement pour rupture : la recommandation de l’ANSM n’a pas pu être vérifiée ici.",
        Rule::DeviceSubstituted => "Un dispositif ne se remplace pas sans l’accord du prescripteur.",
        Rule::BiosimilarLot => "Substitution par un biosimilaire sans numéro de lot.",
        Rule::BiosimilarToTell => "Le prescripteur et le patient sont informés ; le texte est prêt.",
        Rule::BiosimilarChanged => "Un autre produit du groupe que la fois précédente.",
        Rule::BiosimilarStrength => "Étanercept : un autre dosage que celui prescrit.",
    }
}
