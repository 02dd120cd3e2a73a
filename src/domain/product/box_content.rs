//! What a box holds, counted from its published label, or nothing: a label that leaves a number unexplained is not read.

use std::num::NonZeroU32;

/// What a box holds: so many units, each of so much.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct BoxContent {
    /// How many units are in the box.
    pub count: NonZeroU32,
    /// What is counted, in the singular, as the label names it: "comprimé", "flacon", "seringue".
    pub unit: String,
    /// How much each unit holds, where the label says it: 100 ml in a bottle.
    pub each: Option<Measure>,
}

/// An exact amount of something measured.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Measure {
    /// The amount in thousandths of the unit.
    pub thousandths: u64,
    /// The unit, in lower case: "ml", "g", "ui".
    pub unit: String,
}

impl BoxContent {
    /// Reads a label such as "plaquette(s) PVC aluminium de 30 comprimé(s)" or "6 ampoule(s) en verre de 2 ml".
    ///
    /// A blister pack without a count in front gives the total of the box: that is how the public database writes
    /// it. `None` is *unknown*: several parts, a unit of no list, a number left over. Nothing is guessed.
    pub fn read(label: &str) -> Option<Self> {
        let tokens = tokens(label)?;
        let mut rest = Rest(&tokens);
        let front = rest.whole();
        let holder = rest.words();
        let (noun, tail) = holder.split_first()?;
        if !is_one_of(HOLDERS, noun) && !is_one_of(COUNTED, noun) {
            return None;
        }
        if tail.last() != Some(&"de") {
            // "5 flacons en verre": the containers themselves are counted.
            return Self::of(front?, noun, None, rest.explained(&holder, noun));
        }
        let inner = rest.number()?;
        let times = if rest.sign('x') { rest.whole()? } else { 1 };
        let content = rest.words();
        let Some(first) = content.first() else {
            // "3 plaquettes de 28": units without a name.
            let is_blister = noun == &"plaquette" && times == 1;
            let count = front.unwrap_or(1).checked_mul(whole(inner)?)?;
            return Self::of(count, "unité", None, is_blister && rest.is_empty());
        };
        if is_one_of(MEASURES, first) {
            let each = Measure {
                thousandths: inner.checked_mul(u64::from(times))?,
                unit: (*first).to_owned(),
            };
            return Self::of(front?, noun, Some(each), rest.explained(&content, noun));
        }
        if !is_one_of(COUNTED, first) {
            return None;
        }
        // Only a blister pack or a container of loose units gives its total without a count in front.
        let count = front
            .unwrap_or(1)
            .checked_mul(whole(inner)?)?
            .checked_mul(times)?;
        if content.last() == Some(&"de") {
            let each = rest.number()?;
            let measure = rest.words();
            let unit = measure.first().filter(|unit| is_one_of(MEASURES, unit))?;
            let each = Measure {
                thousandths: each,
                unit: (*unit).to_owned(),
            };
            return Self::of(count, first, Some(each), rest.explained(&measure, first));
        }
        Self::of(count, first, None, rest.explained(&content, first))
    }

    fn of(count: u32, unit: &str, each: Option<Measure>, is_explained: Explained) -> Option<Self> {
        let count = NonZeroU32::new(count).filter(|_| is_explained)?;
        Some(Self {
            count,
            unit: unit.to_owned(),
            each,
        })
    }
}

/// Whether nothing of the label is left that could change the count.
type Explained = bool;

/// What holds units.
const HOLDERS: &[&str] = &[
    "aérosol",
    "bidon",
    "bocal",
    "boîte",
    "bouteille",
    "conteneur",
    "distributeur",
    "étui",
    "flacon",
    "flacon-pompe",
    "inhalateur",
    "pilulier",
    "plaquette",
    "pot",
    "pulvérisateur",
    "sac",
    "tube",
    "blister",
    "film",
    "générateur",
    "récipient",
    "barquette",
    "fût",
    "citerne",
];

/// What is counted at the counter; containers of one dose or of a liquid among them.
const COUNTED: &[&str] = &[
    "ampoule",
    "ampoule-bouteille",
    "ampoule-seringue",
    "applicateur",
    "bâton",
    "bâtonnet",
    "cachet",
    "capsule",
    "cartouche",
    "comprimé",
    "compresse",
    "film",
    "dispositif",
    "dose",
    "dragée",
    "emplâtre",
    "flacon",
    "flacon-ampoule",
    "gélule",
    "gomme",
    "granule",
    "implant",
    "lyophilisat",
    "minidose",
    "ovule",
    "pansement",
    "pastille",
    "patch",
    "pilule",
    "poche",
    "récipient",
    "récipient-unidose",
    "sachet",
    "sachet-dose",
    "seringue",
    "stylo",
    "suppositoire",
    "système",
    "tablette",
    "unidose",
    "insert",
    "éponge",
    "tampon",
    "lentille",
    "cône",
    "crayon",
    "dispositif-transdermique",
    "bouteille",
    "pot",
    "tube",
    "bouffée",
    "pulvérisation",
    "mini-comprimé",
    "microgranule",
    "comprimé-gomme",
    "récipient-dose",
    "injecteur",
    "stylo-injecteur",
    "auto-injecteur",
];

/// What is measured.
const MEASURES: &[&str] = &[
    "ml",
    "l",
    "cl",
    "g",
    "mg",
    "kg",
    "µg",
    "microgramme",
    "gramme",
    "milligramme",
    "litre",
    "millilitre",
    "ui",
    "u",
    "mbq",
    "gbq",
    "cm2",
    "cm²",
    "m3",
];

/// What comes with a medicine without being it.
const ACCESSORIES: &[&str] = &[
    "aiguille",
    "adaptateur",
    "applicateur",
    "bouchon",
    "canule",
    "compte-gouttes",
    "cuillère",
    "cuillère-mesure",
    "cuiller",
    "cuillère-doseuse",
    "dispositif",
    "embout",
    "fermeture",
    "gobelet",
    "gobelet-doseur",
    "godet",
    "godet-doseur",
    "mesurette",
    "nécessaire",
    "perforateur",
    "pinceau",
    "pipette",
    "pompe",
    "seringue-doseuse",
    "spatule",
    "système",
    "tampon",
    "valve",
    "pulvérisateur",
    "inhalateur",
    "mesure",
    "doseur",
];

fn is_one_of(list: &[&str], word: &str) -> bool {
    list.contains(&word)
}

fn whole(thousandths: u64) -> Option<u32> {
    thousandths
        .is_multiple_of(1_000)
        .then(|| u32::try_from(thousandths / 1_000).ok())
        .flatten()
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    /// In thousandths.
    Number(u64),
    Word(String),
    Sign(char),
}

/// The tokens not read yet. Two numbers side by side ("10 000 UI") explain nothing, and end the reading.
struct Rest<'t>(&'t [Token]);

impl<'t> Rest<'t> {
    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn number(&mut self) -> Option<u64> {
        match self.0 {
            [Token::Number(number), rest @ ..] => {
                self.0 = rest;
                Some(*number)
            }
            _ => None,
        }
    }

    fn whole(&mut self) -> Option<u32> {
        let before = self.0;
        let read = self.number().and_then(whole);
        if read.is_none() {
            self.0 = before;
        }
        read
    }

    fn sign(&mut self, wanted: char) -> bool {
        match self.0 {
            [Token::Sign(sign), rest @ ..] if *sign == wanted => {
                self.0 = rest;
                true
            }
            _ => false,
        }
    }

    fn words(&mut self) -> Vec<&'t str> {
        let mut words = Vec::new();
        while let [Token::Word(word), rest @ ..] = self.0 {
            words.push(word.as_str());
            self.0 = rest;
        }
        words
    }

    /// Whether what follows those words says nothing of the count: words, a grouping of the same units, accessories.
    fn explained(mut self, words: &[&'t str], unit: &str) -> Explained {
        let mut before = words.to_vec();
        loop {
            if self.is_empty() {
                return true;
            }
            if self.sign('-') || self.sign('+') || self.sign(',') {
                before = self.words();
                if before.first().is_none_or(|first| is_one_of(ACCESSORIES, first)) {
                    continue;
                }
            }
            let is_grouping = before.contains(&"par") && before.last() == Some(&"de");
            let is_beside = matches!(before.last(), None | Some(&("avec" | "et")));
            if self.number().is_none() {
                return false;
            }
            let after = self.words();
            let noun = after.first().copied().unwrap_or_default();
            let is_known = (is_grouping && noun == unit) || (is_beside && is_one_of(ACCESSORIES, noun));
            if !is_known || after.last() == Some(&"de") {
                return false;
            }
            before = after;
        }
    }
}

/// Words in lower case and in the singular, numbers, and the signs that stand apart. `None`: a number is part of a
/// word, and what it counts cannot be told.
fn tokens(label: &str) -> Option<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut characters = label.trim().chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            _ if character.is_whitespace() => {}
            '0'..='9' => {
                let mut text = String::from(character);
                while let Some(next) =
                    characters.next_if(|next| next.is_ascii_digit() || matches!(next, ',' | '.'))
                {
                    text.push(next);
                }
                let number = number(&text)?;
                tokens.push(Token::Number(number));
            }
            '(' => {
                // "comprimé(s)", "(PEHD)": what is bracketed is read only for numbers, which would have to be explained.
                let inside: String = characters.by_ref().take_while(|next| *next != ')').collect();
                let is_end_of_licence = inside.trim_start().starts_with("abrogée");
                if !is_end_of_licence && inside.chars().any(|next| next.is_ascii_digit()) {
                    return None;
                }
            }
            '+' | ',' | ';' | '×' => {
                tokens.push(Token::Sign(if character == '×' { 'x' } else { character }));
            }
            '-' | '–'
                if characters
                    .peek()
                    .is_none_or(|next| next.is_whitespace() || next.is_ascii_digit()) =>
            {
                tokens.push(Token::Sign('-'));
            }
            _ => {
                let mut word: String = character.to_lowercase().collect();
                while let Some(next) =
                    characters.next_if(|next| !next.is_whitespace() && !matches!(next, '(' | '+' | ',' | ';'))
                {
                    word.extend(next.to_lowercase());
                }
                match word.as_str() {
                    "x" => tokens.push(Token::Sign('x')),
                    _ if word
                        .strip_prefix('x')
                        .is_some_and(|rest| rest.chars().all(|c| c.is_ascii_digit())) =>
                    {
                        tokens.push(Token::Sign('x'));
                        tokens.push(Token::Number(number(&word[1..])?));
                    }
                    "cm2" | "m3" => tokens.push(Token::Word(word)),
                    _ if word.chars().any(|next| next.is_ascii_digit()) => return None,
                    "contenant" => tokens.push(Token::Word("de".to_owned())),
                    _ => tokens.push(Token::Word(singular(&word))),
                }
            }
        }
    }
    Some(tokens)
}

/// In thousandths; at most three decimals.
fn number(text: &str) -> Option<u64> {
    let text = text.trim_end_matches([',', '.']);
    let (units, decimals) = text.split_once([',', '.']).unwrap_or((text, ""));
    if decimals.len() > 3 || !decimals.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let units: u64 = units.parse().ok()?;
    let decimals: u64 = format!("{decimals:0<3}").parse().ok()?;
    units.checked_mul(1_000)?.checked_add(decimals)
}

fn singular(word: &str) -> String {
    let word = word.trim_end_matches([':', '.']);
    let is_plural = |singular: &&str| singular.chars().count() > 2;
    word.strip_suffix('s')
        .filter(is_plural)
        .unwrap_or(word)
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[expect(clippy::too_many_lines, reason = "one row per label, read as a table")]
    fn a_label_gives_its_count_its_unit_and_how_much_each_holds() {
        for (label, count, unit, each) in [
            (
                "plaquette(s) PVC PVDC aluminium de 30 comprimé(s)",
                30,
                "comprimé",
                None,
            ),
            (
                "3 plaquette(s) PVC-Aluminium de 28 comprimé(s)",
                84,
                "comprimé",
                None,
            ),
            ("3 plaquettes de 28", 84, "unité", None),
            (
                "30 plaquette(s) prédécoupées unitaires aluminium de 1 gélule",
                30,
                "gélule",
                None,
            ),
            (
                "plaquette(s) unidose(s) aluminium de 10 x 1 gélule + 1 inhalateur",
                10,
                "gélule",
                None,
            ),
            (
                "plaquette(s) PVC aluminium de 30 comprimé(s) ( abrogée le 11/08/2014)",
                30,
                "comprimé",
                None,
            ),
            (
                "  1 flacon(s) polyéthylène haute densité (PEHD) de 100 gélule(s)",
                100,
                "gélule",
                None,
            ),
            (
                "1 flacon(s) en verre jaune(brun) de 2,5 ml",
                1,
                "flacon",
                Some((2_500, "ml")),
            ),
            (
                "6 seringue(s) préremplie(s) en verre de 0,4 ml avec 6 aiguille(s)",
                6,
                "seringue",
                Some((400, "ml")),
            ),
            (
                "4 sachet(s) aluminium de 5 récipient(s) de 1 ml",
                20,
                "récipient",
                Some((1_000, "ml")),
            ),
            (
                "20 récipient(s) unidose(s) polyéthylène de 2 ml suremballée(s)/surpochée(s) par plaquette de 5 récipients unidoses",
                20,
                "récipient",
                Some((2_000, "ml")),
            ),
            (
                "2 cartouche(s) polypropylène de 100 dose(s) avec inhalateur(s)",
                200,
                "dose",
                None,
            ),
            ("5 flacons en verre", 5, "flacon", None),
        ] {
            let expected = BoxContent {
                count: NonZeroU32::new(count).unwrap(),
                unit: unit.to_owned(),
                each: each.map(|(thousandths, unit): (u64, &str)| Measure {
                    thousandths,
                    unit: unit.to_owned(),
                }),
            };
            assert_eq!(BoxContent::read(label), Some(expected), "{label}");
        }
    }

    #[test]
    fn what_could_be_counted_in_two_ways_is_unknown() {
        for label in [
            "",
            "1 flacon(s) en verre de 10 ml - 1 flacon(s) de 5 ml",
            "1 flacon(s) en verre - 1 seringue(s) préremplie(s) en verre de 1 ml",
            "plaquette(s) de 21 comprimé(s) bleus et 7 comprimé(s) blancs",
            "3 plaquette(s) aluminium de 10 comprimé(s) (2x15)",
            "flacon(s) en verre de 5 ml",
            "5 flacon(s) en verre de 370 MBq/ml",
            "1 flacon en verre de 10 000 UI",
            "0 plaquette(s) de 30 comprimé(s)",
            "99999999 plaquette(s) de 99999999 comprimé(s)",
            "plaquette(s) de 2,5 comprimé(s)",
            "récipient unidose",
            "12",
        ] {
            assert_eq!(BoxContent::read(label), None, "{label}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_label_is_read_or_unknown(label in "\\PC*", words in "([0-9,x ]{1,6}(plaquette|flacon|de|comprimé\\(s\\)|-|ml) ?){0,8}") {
            let _ = BoxContent::read(&label);
            let _ = BoxContent::read(&words);
        }
    }
}
