//! Where a delivery stands with the base, never a word ahead of the truth.

use crate::domain::consent::Consent;
use crate::domain::outbox::{DelayReason, PostState};
use crate::domain::register::RegisterNumber;
use crate::ui::wording::refusals::refusal;

/// Why the base has not answered for it yet.
pub const fn delay(reason: DelayReason) -> &'static str {
    match reason {
        DelayReason::NotTried => "L’envoi n’a pas encore été tenté.",
        DelayReason::Unreachable => "La base est injoignable : le réseau ou la base ne répond pas.",
        DelayReason::NoAnswer => "La base n’a pas répondu dans le délai.",
        DelayReason::Unavailable => "La base répond qu’elle est momentanément indisponible.",
        DelayReason::Throttled => "La base demande de patienter : elle reçoit trop de demandes.",
        DelayReason::AccessRefused => "La base refuse l’accès à votre pharmacie.",
        DelayReason::LoginRefused => "La base refuse la connexion de ce poste.",
        DelayReason::Garbled => "La base a répondu quelque chose d’illisible.",
        DelayReason::OutcomeUnknown => {
            "La réponse s’est perdue : l’envoi est peut-être arrivé, cela sera vérifié avant tout nouvel envoi."
        }
    }
}

/// The same in a few words, for a list.
pub const fn delay_short(reason: DelayReason) -> &'static str {
    match reason {
        DelayReason::NotTried => "pas encore tenté",
        DelayReason::Unreachable => "base injoignable",
        DelayReason::NoAnswer => "délai dépassé",
        DelayReason::Unavailable => "base indisponible",
        DelayReason::Throttled => "base saturée",
        DelayReason::AccessRefused => "accès refusé",
        DelayReason::LoginRefused => "connexion refusée",
        DelayReason::Garbled => "réponse illisible",
        DelayReason::OutcomeUnknown => "réponse perdue, à vérifier",
    }
}

/// What the light says when the base does not answer usefully: what is wrong, and since when.
pub fn light(reason: DelayReason, since: &str) -> String {
    match reason {
        DelayReason::NotTried => format!("base pas encore interrogée depuis {since}"),
        DelayReason::Unreachable => format!("base injoignable depuis {since}"),
        DelayReason::NoAnswer => format!("base muette depuis {since} (délai dépassé)"),
        DelayReason::Unavailable => format!("base indisponible depuis {since}"),
        DelayReason::Throttled => format!("base saturée depuis {since}"),
        DelayReason::AccessRefused => format!("accès à la base refusé depuis {since}"),
        DelayReason::LoginRefused => format!("connexion refusée depuis {since}"),
        DelayReason::Garbled => format!("base illisible depuis {since}"),
        DelayReason::OutcomeUnknown => format!("base muette depuis {since} (réponse perdue)"),
    }
}

/// What a person can do about it meanwhile.
pub const fn delay_way_out(reason: DelayReason) -> &'static str {
    match reason {
        DelayReason::NotTried => "Rien à faire : l’envoi part tout seul.",
        DelayReason::Unreachable
        | DelayReason::NoAnswer
        | DelayReason::Unavailable
        | DelayReason::Throttled
        | DelayReason::Garbled
        | DelayReason::OutcomeUnknown => {
            "Rien à faire : la délivrance est inscrite ici et l’envoi est retenté tout seul."
        }
        DelayReason::LoginRefused => "Reconnectez-vous (carte CPS ou e-CPS) : l’envoi repartira tout seul.",
        DelayReason::AccessRefused => {
            "Appelez l’assistance de la base : l’accès de la pharmacie est à rétablir."
        }
    }
}

/// Whether it is on its way at this moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Travel {
    /// It waits here.
    AtRest,
    /// It was sent; the answer is awaited.
    OnTheWay,
}

/// It stays here.
pub const OFF_BASE: &str = "Délivrance hors base (mode dégradé)\u{202f}: elle est inscrite à l’ordonnancier et n’est pas envoyée à la base.";

/// The sign of a state.
pub const fn state_sign(state: &PostState, travel: Travel) -> &'static str {
    match (state, travel) {
        (PostState::Accepted, _) => "✓",
        (PostState::Pending, Travel::OnTheWay) => "→",
        (PostState::Pending, Travel::AtRest) => "…",
        (PostState::Refused(_) | PostState::Conflict(_), _) => "✗",
        (PostState::Local, _) => "•",
    }
}

/// The state in a word or two, for a list.
pub const fn state_short(state: &PostState, travel: Travel, consent: Consent) -> &'static str {
    match (state, travel, consent) {
        (PostState::Accepted, _, Consent::Agreed) => "acceptée, visible",
        (PostState::Accepted, _, Consent::Opposed | Consent::NotRecorded) => "acceptée, masquée",
        (PostState::Pending, Travel::OnTheWay, _) => "envoi en cours",
        (PostState::Pending, Travel::AtRest, _) => "à envoyer",
        (PostState::Refused(_), ..) => "refusée",
        (PostState::Conflict(_), ..) => "contredite",
        (PostState::Local, ..) => "hors base",
    }
}

/// Why the base did not accept it, when it said so.
pub fn state_reason(state: &PostState) -> Option<String> {
    match state {
        PostState::Refused(no) => Some(refusal(no)),
        PostState::Conflict(no) => Some(format!(
            "{} Une personne doit trancher ; l’ordonnancier garde l’inscription.",
            refusal(no)
        )),
        PostState::Pending | PostState::Accepted | PostState::Local => None,
    }
}

/// A hand-over that was recorded before this terminal opened, after a crash perhaps.
pub fn resumed(at: &str, patient: &str, numbers: &[RegisterNumber], state: &str, others: u32) -> String {
    let numbers = match numbers {
        [] => String::new(),
        [only] => format!(", au n°\u{a0}{only} de l’ordonnancier"),
        [first, .., last] => format!(", aux n°\u{a0}{first} à {last} de l’ordonnancier"),
    };
    let others = match others {
        0 => "",
        1 => " Une autre attendait avant elle.",
        _ => " D’autres attendaient avant elle.",
    };
    format!(
        "Reprise\u{202f}: la délivrance faite {at} pour {patient} est bien enregistrée{numbers}. Ne la refaites pas. {state}{others}"
    )
}

/// Where that hand-over stands now.
pub const fn resumed_state(state: &PostState, travel: Travel) -> &'static str {
    match (state, travel) {
        (PostState::Pending, Travel::OnTheWay) => "Envoi en cours.",
        (PostState::Pending, Travel::AtRest) => "L’envoi reprend tout seul.",
        (PostState::Accepted, _) => "La base l’a acceptée depuis.",
        (PostState::Local, _) => OFF_BASE,
        (PostState::Refused(_) | PostState::Conflict(_), _) => {
            "La base ne l’a pas acceptée\u{202f}: F2 dit pourquoi."
        }
    }
}

/// Whether the prescriber sees an accepted delivery.
pub const fn visibility(consent: Consent) -> &'static str {
    match consent {
        Consent::Agreed => "visible du prescripteur",
        Consent::Opposed => "masquée au prescripteur (opposition)",
        Consent::NotRecorded => "masquée au prescripteur (choix non recueilli)",
    }
}

/// The patient's choice, in a sentence.
pub const fn consent(consent: Consent) -> &'static str {
    match consent {
        Consent::Agreed => "Le patient a donné son accord",
        Consent::Opposed => "Opposition du patient",
        Consent::NotRecorded => "Accord du patient non recueilli",
    }
}

/// The sign that goes with it.
pub const fn consent_sign(consent: Consent) -> &'static str {
    match consent {
        Consent::Agreed => "✓",
        Consent::Opposed => "✗",
        Consent::NotRecorded => "?",
    }
}

/// What the choice means for this delivery, before it is posted.
pub const fn consent_consequence(consent: Consent) -> &'static str {
    match consent {
        Consent::Agreed => "le prescripteur verra cette délivrance.",
        Consent::Opposed | Consent::NotRecorded => "le prescripteur ne verra pas cette délivrance.",
    }
}

/// It is no longer the one that was read before the hand-over.
pub const CONSENT_CHANGED_SINCE: &str = "Le choix du patient a changé entre la lecture de l’ordonnance au comptoir et l’envoi : c’est le nouveau qui vaut.";

/// Who can change it: never the pharmacy.
pub const CONSENT_CHANGED_BY: &str = "Ce choix ne se modifie pas ici : le patient s’adresse au prescripteur, lors de la prescription, ou ensuite à sa caisse (CSP art. R. 4072-1). La délivrance se fait et s’enregistre dans tous les cas.";
