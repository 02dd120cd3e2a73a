//! The sentences of the command line: what happened, why, what to do now.

use std::io::ErrorKind;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::domain::closure::NotAClosure;
use crate::domain::number::{NUMBER_LENGTH, NotANumber, PrescriptionNumber};
use crate::domain::outbox::DelayReason;
use crate::domain::refusal::Refusal;
use crate::domain::scanned::Scanned;
use crate::safe::{Safe, safe};
use crate::scan::ReadError;
use crate::ui::wording;

/// Something of ours is broken.
pub fn broken(chain: &str) -> String {
    format!(
        "Quelque chose ne fonctionne pas sur ce poste ; rien n’a été perdu. Détail technique : {}. \
         « comptoir doctor » vérifie l’installation.",
        Safe(chain)
    )
}

/// The program stopped where it never should.
pub fn broke_off(place: &str) -> String {
    format!(
        "Le programme s’est interrompu ({}). Ce qui était inscrit l’est toujours : relancez-le et vérifiez la file d’envoi.",
        Safe(place)
    )
}

/// The configuration has no meaning.
pub fn configuration(chain: &str) -> String {
    format!(
        "La configuration ne peut pas être utilisée : {}. Corrigez-la, puis relancez la commande.",
        Safe(chain)
    )
}

/// A typed number holds letters that people confuse with digits.
pub fn doubtful_number(typed: &str, perhaps: &PrescriptionNumber) -> String {
    format!(
        "Le numéro « {} » contient une lettre O, I ou L, que l’on confond avec 0 et 1. Rien n’a été deviné : \
         vérifiez l’ordonnance, puis relancez avec {perhaps} si c’est bien ce qui est imprimé.",
        Safe(typed)
    )
}

/// A typed text is not a number.
pub fn not_a_number(typed: &str, why: &NotANumber) -> String {
    let reason = match why {
        NotANumber::Length(found) => format!("il en a {found} au lieu de {NUMBER_LENGTH}"),
        NotANumber::Character(character) => {
            format!(
                "« {} » n’est ni un chiffre ni une lettre de A à Z",
                Safe(&character.to_string())
            )
        }
        NotANumber::Shape => "un numéro commence par deux chiffres et contient des lettres".to_owned(),
    };
    format!(
        "« {} » n’est pas un numéro d’ordonnance de {NUMBER_LENGTH} caractères : {reason}. \
         Recopiez le numéro imprimé à côté du code, ou donnez une image de l’ordonnance.",
        Safe(typed)
    )
}

/// A file that does not exist.
pub fn no_such_file(path: &str) -> String {
    format!(
        "Le fichier « {} » n’existe pas. Vérifiez son nom et son dossier.",
        Safe(path)
    )
}

/// Two prescriptions on one picture.
pub fn several_prescriptions(path: &str, numbers: &str) -> String {
    format!(
        "« {} » porte plusieurs ordonnances ({numbers}). Choisissez-en une et donnez son numéro.",
        Safe(path)
    )
}

/// Readable, and not a prescription.
pub fn no_prescription_in_file(path: &str, read: Option<&Scanned>) -> String {
    let what = match read {
        Some(scanned) => format!(
            "le code lu n’est pas une ordonnance numérique mais {}",
            scanned_as(scanned)
        ),
        None => "aucun code n’y a été trouvé".to_owned(),
    };
    format!(
        "« {} » : {what}. Une ordonnance sans son QR code n’est pas une ordonnance numérique : \
         présentez le code imprimé en bas de l’ordonnance, ou saisissez son numéro.",
        Safe(path)
    )
}

/// No "no" of the base stands open there.
pub const fn nothing_to_settle() -> &'static str {
    "Rien n’est à régler : la base n’a ni refusé ni contredit cette délivrance, ou elle est déjà réglée."
}

/// A choice needs words.
pub const fn settle_reason_missing() -> &'static str {
    "Un motif est nécessaire : --reason, en quelques mots. Il est gardé avec le choix."
}

/// Never recorded here.
pub const fn no_such_hand_over() -> &'static str {
    "Aucune délivrance de ce poste ne porte cet identifiant."
}

/// What a code is, in a few words.
pub fn scanned_as(scanned: &Scanned) -> &'static str {
    match scanned {
        Scanned::Prescription(_) => "une ordonnance numérique",
        Scanned::Box(_) => "une boîte de médicament",
        Scanned::Ins(_) => "l’identité du patient (INS)",
        Scanned::ForeignPrescription => "une ordonnance d’un autre pays",
        Scanned::Url => "une adresse internet (elle n’a pas été ouverte)",
        Scanned::InsuredPerson => "un numéro d’assuré (carte Vitale, attestation)",
        Scanned::Professional => "un numéro de professionnel de santé (RPPS)",
        Scanned::Text => "un texte quelconque",
    }
}

/// The official files are not read by this version.
pub fn import_not_offered(directory: &str) -> String {
    format!(
        "Cette version n’importe pas encore les fichiers officiels : « {} » n’a pas été lu, \
         et le catalogue de formation reste en service.",
        Safe(directory)
    )
}

/// Which catalogue is in use.
pub fn catalogue_status(products: usize) -> String {
    format!(
        "Catalogue de formation : {products} présentations, un extrait de la base de données publique des médicaments. \
         L’absence d’un produit n’y prouve rien."
    )
}

/// No product has this code.
pub fn product_not_found(code: &str) -> String {
    format!(
        "Aucun produit du catalogue de formation n’a le code « {} ». Ce catalogue est un extrait : \
         l’absence d’un produit n’y prouve rien.",
        Safe(code)
    )
}

/// No condition is published: unknown, never free.
pub const fn conditions_unknown() -> &'static str {
    "conditions de délivrance : aucune publiée, donc inconnues"
}

/// No entry has this number.
pub fn no_such_entry(number: u32) -> String {
    format!("L’ordonnancier n’a pas d’inscription n° {number}. « comptoir register list » les énumère.")
}

/// The chain holds.
pub fn register_verified(entries: u32, head: &str) -> String {
    match entries {
        0 => "L’ordonnancier est vide.".to_owned(),
        _ => format!(
            "Ordonnancier vérifié : {entries} inscriptions se suivent sans lacune. Tête de chaîne : {head}."
        ),
    }
}

/// The chain is broken.
pub fn register_tampered(number: u32) -> String {
    format!(
        "L’ordonnancier ne concorde plus à partir de l’inscription n° {number} : elle a été modifiée, retirée ou déplacée \
         hors de ce programme (CSP art. R. 5132-9). Ne continuez pas sur ce fichier : conservez-le et comparez-le au second support."
    )
}

/// The chain does not meet a closure, or the closure proves nothing.
pub fn closure_not_met(entries: u32, closed: u32, from: u32) -> String {
    let what = if entries < closed {
        format!("il n’a plus que {entries} inscriptions")
    } else {
        "il n’est plus ce qui avait été signé, ou la signature n’est pas de ce poste".to_owned()
    };
    format!(
        "L’ordonnancier ne concorde pas avec sa clôture à {closed} inscriptions : {what}. Plus rien n’est garanti à partir \
         de l’inscription n° {from} (CSP art. R. 5132-9). Ne continuez pas sur ce fichier : conservez-le et comparez-le au second support."
    )
}

/// The register was closed.
pub fn register_closed(entries: u32, public_key: &str) -> String {
    format!(
        "Ordonnancier clos à {entries} inscriptions. Conservez cette clôture hors de ce poste, imprimée par exemple : \
         « comptoir register verify --against FICHIER » s’y compare. Clé publique : {public_key}"
    )
}

/// It was closed before.
pub const fn register_already_closed() -> &'static str {
    "Rien n’a été inscrit depuis la dernière clôture : la voici de nouveau."
}

/// An empty register.
pub const fn nothing_to_close() -> &'static str {
    "L’ordonnancier est vide : il n’y a rien à clore."
}

/// The key of earlier closures is gone.
pub const fn closing_key_missing() -> &'static str {
    "La clé qui a signé les clôtures précédentes n’est plus à sa place. Une autre clé ne les garantirait pas : \
     remettez « closure.key » dans le dossier du poste, ou restaurez une sauvegarde. Rien n’a été clos."
}

/// A closure that cannot be opened.
pub fn closure_unreadable(path: &str, why: &str) -> String {
    format!(
        "La clôture « {} » ne peut pas être lue : {}.",
        Safe(path),
        Safe(why)
    )
}

/// A file that is not a closure of this counter.
pub fn closure_proves_nothing(path: &str, why: NotAClosure) -> String {
    let why = match why {
        NotAClosure::Shape => "ce n’est pas une clôture d’ordonnancier, ou elle a été modifiée",
        NotAClosure::AnotherKey => "elle n’a pas été signée par la clé de ce poste",
        NotAClosure::Signature => "son texte n’est pas celui qui a été signé",
    };
    format!(
        "« {} » : {why}. Elle ne prouve rien, et l’ordonnancier n’a pas été comparé.",
        Safe(path)
    )
}

/// A correction was added.
pub fn entry_corrected(number: u32, correction: u32) -> String {
    format!(
        "L’inscription n° {number} est corrigée par l’inscription n° {correction} ; elle reste lisible telle quelle. \
         Ce que la base a déjà accepté n’est pas modifié par cette correction."
    )
}

/// It was corrected before.
pub fn already_corrected(number: u32, by: u32) -> String {
    format!("L’inscription n° {number} a déjà été corrigée par l’inscription n° {by}. Rien n’a été ajouté.")
}

/// A correction needs a reason.
pub const fn correction_without_reason() -> &'static str {
    "Une correction doit dire pourquoi : donnez --reason avec quelques mots. Rien n’a été ajouté."
}

/// The period ends before it begins.
pub const fn period_backwards() -> &'static str {
    "La période finit avant de commencer : --from est le premier jour, --to le dernier. Rien n’a été édité."
}

/// The edition was written.
pub fn edition_written(entries: usize, path: &str) -> String {
    format!(
        "Ordonnancier édité dans « {} » : {}. Ce fichier nomme des patients : gardez-le comme l’ordonnancier.",
        Safe(path),
        wording::edition::count(entries)
    )
}

/// A file cannot be written, and why.
pub fn not_written(path: &str, why: &str) -> String {
    format!("« {} » ne peut pas être écrit : {}.", Safe(path), Safe(why))
}

/// A file that cannot be read, and why.
pub fn unreadable_file(path: &str, error: &ReadError) -> String {
    let why = match error {
        ReadError::NotOpened(ErrorKind::NotFound) => "ce fichier n’existe pas",
        ReadError::NotOpened(ErrorKind::PermissionDenied) => "le système n’autorise pas sa lecture",
        ReadError::NotOpened(_) => "le système n’a pas pu l’ouvrir",
        ReadError::TooLarge => "il est trop grand pour une ordonnance, et n’a pas été décodé",
        ReadError::NotAPicture => "ce n’est ni une image ni un PDF que ce programme connaît",
        ReadError::Truncated => "il est incomplet ou abîmé (tronqué)",
        ReadError::Locked => "ce PDF demande un mot de passe",
        ReadError::NoCode => "aucun code n’y a été trouvé",
        ReadError::DecoderFailed => "il n’a pas pu être décodé",
    };
    format!(
        "« {} » : {why}. Prenez une nouvelle image de l’ordonnance, ou saisissez le numéro imprimé à côté du code.",
        Safe(path)
    )
}

/// `dispense` was not told what to deliver.
pub const fn decide_first() -> &'static str {
    "Que faut-il délivrer ? Donnez --all (chaque ligne ouverte comme prescrite) ou --decisions FICHIER. Rien n’a été enregistré."
}

/// The decisions file cannot be opened.
pub fn decisions_unreadable(path: &str, why: &str) -> String {
    format!(
        "Le fichier de décisions « {} » ne peut pas être lu : {}. Rien n’a été enregistré.",
        Safe(path),
        Safe(why)
    )
}

/// The decisions file means nothing.
pub fn decisions_meaningless(why: &str) -> String {
    format!(
        "Le fichier de décisions n’a pas de sens : {}. Corrigez-le ; rien n’a été enregistré.",
        Safe(why)
    )
}

/// The rules stop the delivery.
pub fn stopped_by_rules() -> String {
    "Cette délivrance ne peut pas être enregistrée ; rien ne l’a été. \
     Une alerte se lève avec --override ALERTE=RAISON, sauf si elle est bloquante :"
        .to_owned()
}

/// Somebody answered one of its lines since it was read.
pub const fn changed_meanwhile() -> &'static str {
    "Un autre poste a délivré sur cette ordonnance depuis sa lecture. Rien n’a été enregistré : relancez la commande."
}

/// Nothing was recorded on purpose.
pub fn dry_run(lines: usize) -> String {
    format!(
        "Essai seulement, rien n’a été enregistré. {} à enregistrer.\n",
        wording::counted(lines, "ligne", "lignes")
    )
}

/// Recorded, and the post failed on our side.
pub fn recorded_not_posted(chain: &str) -> String {
    format!(
        "La délivrance est enregistrée ; son envoi n’a pas abouti et sera retenté (détail technique : {}).",
        Safe(chain)
    )
}

/// Recorded, and the base has not acknowledged it.
pub fn recorded_not_acknowledged(reason: DelayReason) -> String {
    format!(
        "Enregistrée ici, pas encore acceptée par la base. {} « comptoir outbox flush » renvoie ce qui attend.",
        wording::delay(reason)
    )
}

/// Recorded, and the base said no.
pub fn recorded_but_refused(refusal: &Refusal) -> String {
    format!(
        "La délivrance est inscrite à l’ordonnancier, mais la base ne l’a pas acceptée. {} \
         « comptoir outbox list » la garde visible.",
        wording::refusal(refusal)
    )
}

/// The base refuses to show it.
pub fn refused(number: &PrescriptionNumber, refusal: &Refusal) -> String {
    format!("Ordonnance {} — {}", number.grouped(), wording::refusal(refusal))
}

/// The base gave no usable answer, and nothing can be done without it.
pub fn base_failed(reason: DelayReason) -> String {
    let what = wording::delay(reason);
    let now = match reason {
        DelayReason::LoginRefused => "Reconnectez-vous (carte CPS ou e-CPS), puis relancez la commande.",
        _ => "Réessayez dans un instant.",
    };
    format!(
        "{what} Cette ordonnance n’a jamais été consultée sur ce poste, ou la demande ne peut se faire sans la base : \
         rien n’a été enregistré. {now}"
    )
}

/// A stored copy is shown instead of the base's answer.
pub fn from_store(received: &str, why: DelayReason) -> String {
    format!(
        "Copie conservée ici, reçue {received}. {} Une autre pharmacie a pu délivrer depuis.",
        wording::delay(why)
    )
}

/// The outbox could not be emptied.
pub fn flush_stopped(reason: DelayReason) -> String {
    format!(
        "{} Rien n’est perdu : l’envoi sera retenté.",
        wording::delay(reason)
    )
}

/// The training base is reachable from other machines.
pub const fn training_base_in_the_open() -> &'static str {
    "Attention : cette base de formation est joignable depuis d’autres postes, et donne accès à qui le demande. \
     N’y mettez aucun patient réel."
}

/// The training base listens.
pub fn training_base_listens(address: &str) -> String {
    format!("Base de formation ouverte sur {address} — comptoir --base {address} ; Ctrl+C pour l’arrêter.")
}

/// Usage figures.
pub fn report(registered: u32, waiting: usize) -> String {
    format!(
        "Inscriptions à l’ordonnancier : {registered}. Délivrances que la base n’a pas encore acceptées : {waiting}."
    )
}

/// One check of the doctor.
pub fn check(name: &str, sound: bool) -> String {
    let what = match name {
        "configuration" => "configuration",
        "store" => "fichier du comptoir",
        "register" => "ordonnancier",
        "catalogue" => "catalogue (extrait de formation)",
        _ => "base",
    };
    format!("{} {what}", if sound { "✓ en ordre " } else { "✗ à revoir " })
}

/// Something is not in order.
pub const fn not_sound() -> &'static str {
    "Au moins un point est à revoir : voyez la liste ci-dessus."
}

/// No scenario has this name.
pub fn no_such_scenario(name: &str, known: &str) -> String {
    format!(
        "Aucun scénario ne s’appelle « {} ». Il y a : {known}.",
        Safe(name)
    )
}

/// Neither a file nor a scenario.
pub const fn prescribe_what() -> &'static str {
    "Que faut-il prescrire ? Donnez --file F.json ou --scenario NOM."
}

/// The order's file cannot be opened.
pub fn order_unreadable(path: &str, why: &str) -> String {
    format!(
        "Le fichier « {} » ne peut pas être lu : {}. Rien n’a été prescrit.",
        Safe(path),
        Safe(why)
    )
}

/// The order means nothing.
pub fn order_meaningless(why: &str) -> String {
    format!(
        "Cette ordonnance n’a pas de sens : {}. Rien n’a été prescrit.",
        Safe(why)
    )
}

/// A prescription was written.
pub fn prescribed(number: &PrescriptionNumber, png: &str) -> String {
    format!(
        "Ordonnance {} écrite dans la base de formation. Feuille : {}",
        number.grouped(),
        Safe(png)
    )
}

/// A prescription was withdrawn.
pub fn cancelled(number: &PrescriptionNumber) -> String {
    format!("Ordonnance {} annulée par son prescripteur.", number.grouped())
}

/// Not an INS.
pub const fn not_an_ins() -> &'static str {
    "Ce n’est pas un matricule INS : 15 caractères, dont une clé de deux chiffres qui doit concorder."
}

/// The patient's choice was recorded.
pub fn patient_chose(number: &PrescriptionNumber, consent: &str) -> String {
    let choice = if consent == "agreed" {
        "accord"
    } else {
        "opposition"
    };
    format!(
        "Ordonnance {} : {choice} du patient, par le prescripteur ou la caisse (CSP art. R. 4072-1).",
        number.grouped()
    )
}

/// The prescription names no patient.
pub const fn anonymous_patient() -> &'static str {
    "Cette ordonnance ne nomme pas son patient : personne ne peut choisir pour lui."
}

/// Prescriber and patient can only be played against a base that answers.
pub const fn actor_without_base() -> &'static str {
    "La base ne répond pas : le prescripteur et le patient ne peuvent être joués qu’avec elle. Vérifiez son adresse (--base), puis réessayez."
}

/// What the prescriber sees.
pub fn prescriber_sees(number: &str, status: &str) -> String {
    let number = grouped(number);
    let status = match status {
        "open" => "à exécuter",
        "partial" => "partiellement exécutée",
        "done" => "exécutée",
        "cancelled" => "annulée",
        _ => "expirée",
    };
    format!("Le prescripteur voit l’ordonnance {number} : {status}.")
}

/// A prescription that was found, in a row.
pub fn found(number: &str, written_on: &str, lines: usize) -> String {
    let day = written_on
        .parse::<Date>()
        .map_or_else(|_| safe(written_on), wording::day);
    let lines = wording::counted(lines, "ligne", "lignes");
    format!("{}, écrite le {day}, {lines}", grouped(number))
}

/// A number as it is read aloud, or as the base wrote it when it is none.
fn grouped(number: &str) -> String {
    let parsed = number.parse::<PrescriptionNumber>();
    parsed.map_or_else(|_| safe(number), |number| number.grouped())
}

/// Where and when a delivery was made, as the base wrote it.
pub fn made_at(pharmacy: &str, at: Option<&str>, zone: &TimeZone) -> String {
    let pharmacy = safe(pharmacy);
    match at.map(|at| (at, at.parse::<Timestamp>())) {
        None => pharmacy,
        Some((_, Ok(instant))) => {
            let moment = instant.to_zoned(zone.clone());
            format!("{pharmacy}, le {}", moment.strftime("%d/%m/%Y à %H:%M"))
        }
        // A day without its hour, or what no clock says: shown as it came.
        Some((at, Err(_))) => format!("{pharmacy}, {}", safe(at)),
    }
}

/// The prescriber sees no delivery; why is not told to a prescriber.
pub const fn no_delivery_visible() -> &'static str {
    "    aucune délivrance visible"
}

/// An outcome, from its code.
pub fn outcome(code: &str) -> &'static str {
    match code {
        "conforming" => "conforme",
        "substituted" => "substitué",
        "adjusted" => "ajusté",
        _ => "non délivré",
    }
}

/// The demonstration opens.
pub fn demo_opens(address: &str) -> String {
    format!(
        "FORMATION — démonstration : la base de formation répond sur {address}. \
         Patients et prescripteurs sont fictifs ; rien n’en sera conservé.\n"
    )
}

/// One scenario begins.
pub fn demo_scenario(title: &str) -> String {
    format!(
        "── {title} {}",
        "─".repeat(70_usize.saturating_sub(title.chars().count()))
    )
}

/// The prescriber wrote it.
pub fn demo_prescribed(number: &PrescriptionNumber) -> String {
    format!(
        "1. Le prescripteur écrit l’ordonnance {} ; sa feuille est imprimée avec son QR code.",
        number.grouped()
    )
}

/// The sheet was scanned.
pub fn demo_scanned(number: &PrescriptionNumber) -> String {
    format!(
        "2. Au comptoir, l’image de la feuille est scannée : {}. L’ordonnance est lue dans la base :\n",
        number.grouped()
    )
}

/// The demonstration ends.
pub const fn demo_ends() -> &'static str {
    "Dans un terminal, « comptoir » ouvre la même chose à l’écran ; « comptoir --help » donne les commandes."
}
