//! What is wrong in a file that a person wrote: where, what is there, and what is expected.

use crate::domain::identifiers::{Boxes, InvalidIdentifier};
use crate::safe::safe;

/// It is not the JSON that is expected. The reader's own words may quote a patient's name: only the kind of the
/// mistake and the names of keys are kept of them.
pub fn json(line: usize, column: usize, said: &str) -> String {
    format!("ligne {line}, caractère {column}, {}", mistake(said))
}

/// What a reader of JSON or TOML found wrong.
fn mistake(said: &str) -> String {
    let mut quoted = said.split('`').skip(1).step_by(2).map(safe);
    let mut name = || quoted.next().unwrap_or_default();
    let is = |start: &str| said.starts_with(start);
    if is("missing field") {
        format!("il manque la clé «\u{a0}{}\u{a0}»", name())
    } else if is("unknown field") {
        let wrong = name();
        let known: Vec<String> = quoted.collect();
        format!(
            "la clé «\u{a0}{wrong}\u{a0}» n’existe pas\u{202f}; il y a {}",
            known.join(", ")
        )
    } else if is("duplicate field") {
        format!("la clé «\u{a0}{}\u{a0}» est écrite deux fois", name())
    } else if is("invalid type") || is("invalid value") {
        format!("il faut ici {}", expected(said))
    } else if is("EOF") {
        "le fichier s’arrête avant la fin\u{202f}: il manque une accolade, un crochet ou un guillemet"
            .to_owned()
    } else if is("trailing comma") {
        "il y a une virgule de trop".to_owned()
    } else if is("trailing characters") {
        "il y a quelque chose après la fin".to_owned()
    } else if is("key must be a string") {
        "une clé s’écrit entre guillemets".to_owned()
    } else if is("expected `,`") {
        "il faut ici une virgule, ou la fin de la liste ou de l’objet".to_owned()
    } else if is("expected `:`") {
        "il faut ici deux points, entre une clé et sa valeur".to_owned()
    } else if is("control character") {
        "un texte entre guillemets tient sur une ligne".to_owned()
    } else if is("expected") {
        "il faut ici une valeur JSON (un texte va entre guillemets)".to_owned()
    } else if said.contains("date") || said.contains("datetime") || said.contains("parse") {
        "il faut ici une date comme \"2026-11-20\", ou un instant comme \"2026-11-20T10:05:00+01:00\""
            .to_owned()
    } else {
        "cette valeur n’a pas la forme attendue (voir README.md)".to_owned()
    }
}

/// What the reader expected, from the end of its sentence.
fn expected(said: &str) -> &'static str {
    let wanted = said.rsplit("expected ").next().unwrap_or_default();
    let wanted = wanted.split(" at line").next().unwrap_or_default().trim();
    match wanted {
        "a string" | "string" | "a borrowed string" => "un texte entre guillemets",
        "a boolean" => "true ou false",
        "a sequence" => "une liste entre crochets",
        "a map" => "un objet entre accolades",
        "u8" => "un nombre entier de 0 à 255",
        "u16" => "un nombre entier de 0 à 65535",
        "u32" | "u64" | "usize" | "i16" | "i32" | "i64" => "un nombre entier",
        wanted if wanted.starts_with("struct") => "un objet entre accolades",
        wanted if wanted.contains("date") || wanted.contains("timestamp") => {
            "une date comme \"2026-11-20\", ou un instant comme \"2026-11-20T10:05:00+01:00\""
        }
        _ => "une valeur d’une autre forme (voir README.md)",
    }
}

/// Where it is, before what is wrong.
pub fn at(place: &str, what: &str) -> String {
    format!("«\u{a0}{}\u{a0}»\u{202f}: {what}", safe(place))
}

/// A box read that names no product, for a line that has no presentation of its own.
pub const WHICH_PRESENTATION: &str = "quelle présentation\u{202f}? Donnez son «\u{a0}cip13\u{a0}»";

/// One box, read twice.
pub const SAME_SERIAL: &str = "le même numéro de série est écrit deux fois\u{202f}: c’est une seule boîte";

/// More boxes were read than the decision hands over.
pub fn read_more_than_handed(read: usize, boxes: Boxes) -> String {
    format!("{read} boîtes lues, et seulement {boxes} à remettre")
}

/// It is none of these.
pub fn none_of(given: &str, known: &[&str]) -> String {
    format!("{} n’est pas l’un de {}", quoted(given), known.join(", "))
}

/// One of these is missing.
pub fn missing_one_of(known: &[&str]) -> String {
    format!("manque, c’est l’un de {}", known.join(", "))
}

/// Somebody's own text.
pub fn quoted(text: &str) -> String {
    format!("«\u{a0}{}\u{a0}»", safe(text))
}

/// It is no identifier.
pub fn identifier(why: &InvalidIdentifier) -> String {
    match why {
        InvalidIdentifier::Length { expected, found, .. } => {
            format!("il a {found} caractères au lieu de {expected}")
        }
        InvalidIdentifier::Character { .. } => "il ne doit contenir que des chiffres".to_owned(),
        InvalidIdentifier::CheckDigit { .. } => "sa clé de contrôle ne concorde pas".to_owned(),
    }
}

/// It is outside its bounds.
pub fn count(least: u16, most: u16) -> String {
    format!("un nombre de {least} à {most}")
}

/// It is no day.
pub const NOT_A_DAY: &str = "une date s’écrit comme 2026-11-20";
/// Its end comes before its beginning.
pub const BEFORE_WRITTEN: &str = "cette date vient avant celle de l’ordonnance";
/// A prescription without a line, or with too many.
pub const LINES: &str = "une ordonnance a de 1 à 90 lignes";
/// What is drawn at random is of no use.
pub const UNLUCKY: &str = "le tirage n’a pas donné d’identifiant valable, recommencez";

/// A line names no product, or several.
pub fn not_one_product(keys: &[&str]) -> String {
    format!("une ligne porte une clé et une seule parmi {}", keys.join(", "))
}

/// No product is named where one must be.
pub const WHICH_PRODUCT: &str = "quel produit\u{202f}? Donnez cip13, lpp ou label";
/// A lot that is none.
pub const NOT_A_LOT: &str = "un lot a au plus 20 lettres, chiffres ou signes, sans accent ni espace";
/// Only some keep what was ordered.
pub const KEPT_CONFORMING: &str = "seule une délivrance conforme garde le produit prescrit";
/// Somebody else cannot agree.
pub const ONLY_THE_PRESCRIBER: &str =
    "seul le prescripteur (prescriber), ou un autre (other-prescriber), peut donner son accord";
/// Another prescriber has a name.
pub const WHO_AGREED: &str = "donnez le nom de l’autre prescripteur qui a donné son accord";
/// The author of the prescription is known.
pub const NAME_OF_ANOTHER: &str =
    "seul un autre prescripteur (other-prescriber) se nomme\u{202f}: l’auteur de l’ordonnance est connu";
/// The prescriber must agree.
pub const AGREEMENT_MISSING: &str =
    "un ajustement demande l’accord du prescripteur\u{202f}: {\"by\":\"prescriber\",\"channel\":…,\"at\":…}";

/// One decision is wrong.
pub fn decision(line: u16, what: &str) -> String {
    format!("décision de la ligne {line}, {what}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reader_s_words_become_french_and_quote_no_value() {
        for (said, french) in [
            (
                "missing field `lines` at line 1 column 2",
                "il manque la clé «\u{a0}lines\u{a0}»",
            ),
            (
                "unknown field `lin`, expected `lines` or `overrides` at line 1 column 6",
                "la clé «\u{a0}lin\u{a0}» n’existe pas\u{202f}; il y a lines, overrides",
            ),
            (
                "unknown field `boxs`, expected one of `line`, `boxes` at line 1 column 6",
                "la clé «\u{a0}boxs\u{a0}» n’existe pas\u{202f}; il y a line, boxes",
            ),
            (
                "duplicate field `line` at line 1 column 9",
                "la clé «\u{a0}line\u{a0}» est écrite deux fois",
            ),
            (
                "invalid type: string \"ZZCANARY expected a map\", expected u16 at line 1 column 9",
                "il faut ici un nombre entier de 0 à 65535",
            ),
            (
                "invalid type: null, expected a string at line 2 column 4",
                "il faut ici un texte entre guillemets",
            ),
            (
                "invalid type: integer `7`, expected struct Raw at line 1 column 1",
                "il faut ici un objet entre accolades",
            ),
            (
                "invalid value: integer `-1`, expected u16 at line 1 column 1",
                "il faut ici un nombre entier de 0 à 65535",
            ),
            (
                "expected `,` or `}` at line 3 column 5",
                "il faut ici une virgule, ou la fin de la liste ou de l’objet",
            ),
            ("trailing comma at line 3 column 5", "il y a une virgule de trop"),
        ] {
            let shown = json(1, 2, said);
            assert_eq!(shown, format!("ligne 1, caractère 2, {french}"), "{said}");
            assert!(!shown.contains("ZZCANARY"));
        }
    }
}
