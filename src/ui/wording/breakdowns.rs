//! What broke on this machine, and what to do about it now.

use crate::domain::breakdown::Breakdown;

/// What broke, as the end of a sentence: « … : le disque est plein ».
pub const fn why(breakdown: Breakdown) -> &'static str {
    match breakdown {
        Breakdown::DiskFull => "le disque est plein",
        Breakdown::ReadOnly => "le disque ou le fichier est en lecture seule",
        Breakdown::NotAllowed => "le système n’autorise pas ce programme à y accéder",
        Breakdown::Missing => "ce fichier ou ce dossier n’existe pas",
        Breakdown::Busy => "un autre programme l’utilise depuis trop longtemps",
        Breakdown::Disk => "le disque signale une panne",
        Breakdown::Damaged => "son contenu est abîmé",
        Breakdown::Foreign => "ce n’est pas un fichier de ce programme",
        Breakdown::Newer => "il vient d’une version plus récente de ce programme",
        Breakdown::KeyMissing => "sa clé manque",
        Breakdown::KeyWrong => "sa clé ne l’ouvre pas",
        Breakdown::KeyExposed => "d’autres comptes peuvent lire sa clé",
        Breakdown::Other => "le système n’a pas pu le faire",
    }
}

/// A prescription is open, and no copy of it is kept.
pub fn copy_not_kept(breakdown: Breakdown) -> String {
    format!(
        "Ordonnance ouverte, mais sa copie n’a pas pu être gardée ici\u{202f}: {}. Libérez de la place avant d’enregistrer.",
        why(breakdown)
    )
}

/// The same of the file that this counter keeps everything in, as a sentence.
pub const fn store(breakdown: Breakdown) -> &'static str {
    match breakdown {
        Breakdown::DiskFull => "Le disque de ce poste est plein.",
        Breakdown::ReadOnly => "Le fichier du comptoir, ou son disque, est en lecture seule.",
        Breakdown::NotAllowed => "Le système n’autorise pas ce programme à ouvrir le fichier du comptoir.",
        Breakdown::Missing => "Le fichier du comptoir n’est plus à sa place.",
        Breakdown::Busy => "Un autre programme occupe le fichier du comptoir depuis trop longtemps.",
        Breakdown::Disk => "Le disque de ce poste signale une panne.",
        Breakdown::Damaged => "Le fichier du comptoir est abîmé.",
        Breakdown::Foreign => {
            "Le fichier du comptoir n’est pas un fichier de ce programme. Il n’a pas été touché."
        }
        Breakdown::Newer => {
            "Le fichier du comptoir vient d’une version plus récente de ce programme. Il n’a pas été touché."
        }
        Breakdown::KeyMissing => "Le fichier du comptoir est chiffré, et sa clé n’est plus à sa place.",
        Breakdown::KeyWrong => {
            "Le fichier du comptoir est chiffré, et sa clé ne l’ouvre pas\u{202f}: ce n’est pas la sienne, ou il est abîmé."
        }
        Breakdown::KeyExposed => "D’autres comptes de ce poste peuvent lire la clé du fichier du comptoir.",
        Breakdown::Other => "Quelque chose ne fonctionne pas sur ce poste.",
    }
}

/// What to do now.
pub const fn way_out(breakdown: Breakdown) -> &'static str {
    match breakdown {
        Breakdown::DiskFull => "Libérez de la place sur le disque.",
        Breakdown::ReadOnly => "Rendez le disque et le fichier inscriptibles.",
        Breakdown::NotAllowed => "Rendez le dossier et ses fichiers à la personne qui lance ce programme.",
        Breakdown::Missing => "Vérifiez que le disque est branché et que le dossier existe.",
        Breakdown::Busy => "Fermez les autres programmes qui l’utilisent.",
        Breakdown::Disk => {
            "Ne comptez plus sur ce disque\u{202f}: mettez le dossier du comptoir en lieu sûr, sur un autre support."
        }
        Breakdown::Damaged => {
            "N’y inscrivez plus rien\u{202f}: conservez-le tel quel et reprenez le second support."
        }
        Breakdown::Foreign => "Donnez un autre dossier avec --data-dir.",
        Breakdown::Newer => "Installez cette version.",
        Breakdown::KeyMissing | Breakdown::KeyWrong => {
            "Remettez la clé qui a été imprimée ou sauvegardée avec ce fichier."
        }
        Breakdown::KeyExposed => "Retirez-leur ce droit (chmod go-rwx store.key).",
        Breakdown::Other => {
            "Le journal comptoir.log dit pourquoi\u{202f}; «\u{a0}comptoir doctor\u{a0}» vérifie l’installation."
        }
    }
}

/// What was being done when it broke is not done. Said only where it is true: what a damaged file held may be lost.
pub const fn assurance(breakdown: Breakdown) -> &'static str {
    match breakdown {
        Breakdown::DiskFull | Breakdown::ReadOnly | Breakdown::NotAllowed | Breakdown::Busy => {
            "Ce qui était inscrit l’est toujours\u{202f}; rien d’autre n’a été inscrit."
        }
        Breakdown::Disk => {
            "Ce qui n’a pas été confirmé n’est pas garanti\u{202f}: relancez, et vérifiez l’ordonnancier."
        }
        Breakdown::Missing
        | Breakdown::Damaged
        | Breakdown::Foreign
        | Breakdown::Newer
        | Breakdown::KeyMissing
        | Breakdown::KeyWrong
        | Breakdown::KeyExposed
        | Breakdown::Other => "Rien n’a été inscrit.",
    }
}

/// A command that this machine could not carry out.
pub fn command_failed(breakdown: Breakdown) -> String {
    format!(
        "{} {} {}",
        store(breakdown),
        assurance(breakdown),
        way_out(breakdown)
    )
}

/// The same on the first screen, until something is recorded again.
pub fn at_the_counter(breakdown: Breakdown) -> String {
    format!("{} {}", store(breakdown), way_out(breakdown))
}

/// A recording that the store did not confirm; the confirmation key tries again.
pub fn recording_failed(breakdown: Option<Breakdown>) -> String {
    match breakdown {
        None => "L’inscription n’a pas pu être confirmée sur ce poste. Entrée pour réessayer\u{202f}: rien ne sera inscrit deux fois.".to_owned(),
        Some(breakdown) => format!(
            "Inscription non confirmée\u{202f}: {} {} Puis Entrée pour réessayer\u{202f}: rien ne sera inscrit deux fois.",
            lower_first(store(breakdown)),
            way_out(breakdown)
        ),
    }
}

fn lower_first(sentence: &str) -> String {
    let mut characters = sentence.chars();
    let first = characters.next().map(|first| first.to_lowercase().to_string());
    first.unwrap_or_default() + characters.as_str()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_breakdown_is_told_in_french_with_what_to_do() {
        for breakdown in Breakdown::ALL {
            let sentence = command_failed(breakdown);
            assert!(
                sentence.ends_with('.') && sentence.matches('.').count() >= 3,
                "{sentence}"
            );
            assert!(!recording_failed(Some(breakdown)).contains(": L"), "{sentence}");
        }
    }
}
