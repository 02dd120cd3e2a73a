//! Small files in the official format, ours, with each known anomaly as a row.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use comptoir::domain::identifiers::ean_check_digit_is_right;

/// The official names.
pub(super) const NAMES: [&str; 9] = [
    "CIS_bdpm.txt",
    "CIS_CIP_bdpm.txt",
    "CIS_COMPO_bdpm.txt",
    "CIS_GENER_bdpm.txt",
    "CIS_CPD_bdpm.txt",
    "CIS_CIP_Dispo_Spec.txt",
    "CIS_MITM.txt",
    "fic02grp.txt",
    "fic03spe.txt",
];

/// One file of each name.
#[derive(Debug, Clone)]
pub(super) struct Files(BTreeMap<&'static str, Vec<u8>>);

impl Files {
    /// Eight presentations of seven specialities.
    pub(super) fn sample() -> Self {
        let specialities = [
            // Windows-1252 and UTF-8 side by side; a space before the holder, spaces around the form.
            windows_1252(
                "60000001\tÉTALON 40 mg, solution d’essai\t solution \tcutanée\tAutorisation active\tProcédure nationale\tCommercialisée\t12/03/1998\t\t\t LABO UN\tNon\r\n",
            ),
            speciality("60000002", "CONTRAMOL 50 mg, gélule"),
            speciality("60000003", "TRAMOL 50 mg, gélule"),
            speciality("60000004", "TRAMOL 100 mg, gélule"),
            speciality("60000005", "HYBRINOL 10 mg, collyre"),
            speciality("60000006", "HYBRITEX 10 mg, collyre"),
            speciality("60000007", "HUMIRA 40 mg, solution injectable"),
        ];
        let presentations = [
            // The comma twice, a space before the percent sign and before the label.
            presentation(
                "60000001",
                "000001",
                " 2 seringue(s) préremplie(s) en verre de 0,4 ml",
                "100 %",
                "1,463,53\t1,466,29\t2,76",
            ),
            presentation(
                "60000002",
                "000002",
                "plaquette(s) aluminium de 30 gélule(s)",
                "65%;30 %",
                "3,42\t4,44\t1,02",
            ),
            presentation(
                "69999999",
                "000009",
                "boîte d’une spécialité disparue",
                "",
                "\t\t",
            ),
            presentation(
                "60000003",
                "000003",
                "plaquette(s) aluminium de 30 gélule(s)",
                "65%",
                "2,42\t3,44\t1,02",
            ),
            presentation(
                "60000004",
                "000004",
                "plaquette(s) aluminium de 15 gélule(s)",
                "65%",
                "2,42\t3,44\t1,02",
            ),
            presentation("60000005", "000005", "1 flacon(s) de 5 ml", "", "\t\t"),
            presentation("60000006", "000006", "1 flacon(s) de 5 ml", "", "\t\t"),
            presentation("60000005", "000008", "3 flacon(s) de 5 ml", "", "\t\t").replace(
                "Déclaration de commercialisation",
                "Déclaration d'arrêt de commercialisation",
            ),
            presentation(
                "60000007",
                "000007",
                "2 stylo(s) de 0,4 ml",
                "65%",
                "500,00\t502,76\t2,76",
            ),
        ];
        let mut files = Self(BTreeMap::new());
        files.set("CIS_bdpm.txt", &specialities.concat());
        files.set("CIS_CIP_bdpm.txt", presentations.concat().as_bytes());
        files.set(
            "CIS_COMPO_bdpm.txt",
            b"60000002\tg\xe9lule\t02202\t CHLORHYDRATE DE TRAMADOL \t50 mg\tune g\xe9lule\tSA\t1\r\n\
              60000002\tg\xe9lule\t02203\tTRAMADOL\t43,9 mg\tune g\xe9lule\tFT\t1\r\n\
              60000003\tg\xe9lule\t02202\tTRAMADOL (CHLORHYDRATE DE)\t50 mg\tune g\xe9lule\tSA\t1\r\n",
        );
        files.set(
            "CIS_GENER_bdpm.txt",
            b"242\tTRAMADOL 50 mg - CONTRAMOL 50 mg, g\xe9lule.\t60000002\t0\t1\r\n\
              242\tTRAMADOL 50 mg - CONTRAMOL 50 mg, g\xe9lule.\t60000003\t1\t2\r\n\
              242\tTRAMADOL 50 mg - CONTRAMOL 50 mg, g\xe9lule.\t60000004\t2\t3\r\n\
              242\tTRAMADOL 50 mg - CONTRAMOL 50 mg, g\xe9lule.\t69999998\t1\t4\r\n\
              243\tTRAMADOL 50 mg sans s\xe9parateur\t60000003\t4\t1\r\n",
        );
        files.set(
            "CIS_CPD_bdpm.txt",
            // A line that holds only a carriage return, the same row twice, a label with a space at its end.
            b"60000001\tliste I\r\r\n\r\r\n60000001\tprescription r\xe9serv\xe9e \xe0 l\x92essai \r\n60000001\tliste I\r\n60000002\tliste I\r\n60000004\tliste I\r\n",
        );
        files.set(
            "CIS_CIP_Dispo_Spec.txt",
            b"60000002\t\t2\tTension d'approvisionnement\t14/04/2026\t18/05/2026\t\thttps://ansm.example/a\r\n\
              60000002\t3400930000038\t1\tRupture de stock\t14/04/2026\t18/05/2026\t\thttps://ansm.example/b\r\n\
              60000005\t\t4\tremise \xe0 disposition\t18/05/2026\t18/05/2026\t18/05/2026\thttps://ansm.example/c\r\n",
        );
        // No end of line at the end.
        files.set(
            "CIS_MITM.txt",
            b"60000002\tN02AX02\tCONTRAMOL 50 mg\thttp://bdpm.example/60000002",
        );
        files.set(
            "fic02grp.txt",
            b"443\t65\tVoie ophtalmique\tHYBRINOL 10 mg - \tHYBRINOL 10 mg, collyre\r\n",
        );
        files.set(
            "fic03spe.txt",
            b"65\t60000005\tR\tHYBRINOL 10 mg, collyre\t   \r\n65\t60000006\tH\tHYBRITEX 10 mg, collyre\t   \r\n66\t60000006\tH\tHYBRITEX 10 mg, collyre\t   \r\n",
        );
        files
    }

    pub(super) fn get(&self, name: &str) -> &[u8] {
        &self.0[name]
    }

    pub(super) fn set(&mut self, name: &str, bytes: &[u8]) {
        let known = NAMES.into_iter().find(|known| *known == name).unwrap();
        self.0.insert(known, bytes.to_vec());
    }

    /// The same with another name in the specialities.
    pub(super) fn renamed(mut self, from: &str, to: &str) -> Self {
        let from = windows_1252(from);
        let old = self.get(NAMES[0]).to_vec();
        let place = old.windows(from.len()).position(|window| window == from).unwrap();
        let mut new = old;
        new.splice(place..place + from.len(), windows_1252(to));
        self.set(NAMES[0], &new);
        self
    }

    /// Many more specialities, each with one presentation.
    pub(super) fn grow(&mut self, count: u32) {
        let (mut specialities, mut presentations) = (self.0[NAMES[0]].clone(), self.0[NAMES[1]].clone());
        for place in 1..=count {
            let cis = format!("61{place:06}");
            specialities.extend(speciality(&cis, &format!("PRODUIT {place}, comprimé")));
            let first = format!("1{place:05}");
            let row = presentation(
                &cis,
                &first,
                "plaquette(s) de 30 comprimé(s)",
                "65%",
                "2,42\t3,44\t1,02",
            );
            presentations.extend(row.into_bytes());
        }
        self.set(NAMES[0], &specialities);
        self.set(NAMES[1], &presentations);
    }

    pub(super) fn write(&self, folder: &Path) {
        self.write_only(folder, &NAMES);
    }

    pub(super) fn write_only(&self, folder: &Path, names: &[&str]) {
        for name in names {
            fs::write(folder.join(name), self.get(name)).unwrap();
        }
    }
}

fn speciality(cis: &str, name: &str) -> Vec<u8> {
    format!(
        "{cis}\t{name}\tgélule\torale\tAutorisation active\tProcédure nationale\tCommercialisée\t07/07/1997\t\t\t LABO\tNon\r\n"
    )
    .into_bytes()
}

/// A row of the presentations: `first` is the CIP7 without its first digit, which is 3.
fn presentation(cis: &str, first: &str, label: &str, rates: &str, prices: &str) -> String {
    let cip7 = format!("3{first}");
    let cip13 = (0..10)
        .map(|digit| format!("34009{cip7}{digit}"))
        .find(|code| ean_check_digit_is_right(code))
        .unwrap();
    format!(
        "{cis}\t{cip7}\t{label}\tPrésentation active\tDéclaration de commercialisation\t16/03/2011\t{cip13}\toui\t{rates}\t{prices}\t\n"
    )
}

fn windows_1252(text: &str) -> Vec<u8> {
    text.chars()
        .map(|character| match character {
            '’' => 0x92,
            other => u8::try_from(u32::from(other)).unwrap(),
        })
        .collect()
}
