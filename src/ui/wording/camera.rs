//! A camera that the counter opens itself.

use std::path::Path;

use crate::app::camera::CameraTrouble;
use crate::safe::safe;

/// A camera may offer eighty formats: what follows them would not be seen.
const FORMATS_MAX: usize = 8;

/// It gives no frames.
pub fn lost(device: &Path, trouble: &CameraTrouble) -> String {
    let device = safe(&device.display().to_string());
    let why = match trouble {
        CameraTrouble::Absent => format!("La caméra {device} n’est pas branchée"),
        CameraTrouble::NotAllowed => {
            format!("Ce compte n’a pas le droit d’ouvrir la caméra {device} (groupe « video »)")
        }
        CameraTrouble::Busy => format!("La caméra {device} est prise par un autre programme"),
        CameraTrouble::Gone => format!("La caméra {device} a été débranchée"),
        CameraTrouble::Silent => format!("La caméra {device} n’envoie pas d’image"),
        CameraTrouble::NotACamera => format!("{device} n’est pas une caméra (réglage « camera »)"),
        CameraTrouble::SeveralPlanes => {
            format!("Les images de la caméra {device} ne sont pas lues ici (elles arrivent en plans séparés)")
        }
        CameraTrouble::NoKnownFormat(offered) if offered.is_empty() => {
            format!("La caméra {device} n’offre aucun format d’image")
        }
        CameraTrouble::NoKnownFormat(offered) => {
            let more = if offered.len() > FORMATS_MAX { ", …" } else { "" };
            let offered: Vec<&str> = offered.iter().take(FORMATS_MAX).map(String::as_str).collect();
            format!(
                "Les images de la caméra {device} ne sont pas lues ici (formats offerts : {}{more})",
                safe(&offered.join(", "))
            )
        }
        CameraTrouble::Other(Some(number)) => {
            format!("La caméra {device} ne fonctionne pas (erreur {number} du système)")
        }
        CameraTrouble::Other(None) => format!("La caméra {device} ne fonctionne pas"),
        CameraTrouble::NotBuilt => {
            return format!(
                "La caméra {device} n’est pas lue : ce programme a été construit sans caméra. Les autres lecteurs fonctionnent."
            );
        }
    };
    format!("{why}. Elle est cherchée toutes les deux secondes ; les autres lecteurs fonctionnent.")
}

/// It gives frames again.
pub fn found(device: &Path) -> String {
    format!(
        "La caméra {} est de nouveau là.",
        safe(&device.display().to_string())
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_trouble_is_one_true_sentence() {
        let device = Path::new("/dev/video0");
        for (trouble, expected) in [
            (
                CameraTrouble::Busy,
                "est prise par un autre programme. Elle est cherchée",
            ),
            (
                CameraTrouble::NoKnownFormat(vec!["H264".into(), "BA81".into()]),
                "(formats offerts : H264, BA81). Elle est cherchée",
            ),
            (
                CameraTrouble::NoKnownFormat((10..90).map(|number| format!("RG{number}")).collect()),
                "(formats offerts : RG10, RG11, RG12, RG13, RG14, RG15, RG16, RG17, …). Elle est cherchée",
            ),
            (
                CameraTrouble::SeveralPlanes,
                "ne sont pas lues ici (elles arrivent en plans séparés). Elle est cherchée",
            ),
            (
                // It may be open already.
                CameraTrouble::Other(Some(28)),
                "ne fonctionne pas (erreur 28 du système)",
            ),
        ] {
            let said = lost(device, &trouble);
            assert!(said.contains("/dev/video0") && said.contains(expected), "{said}");
        }
        // Nothing is looked for that can never be found.
        assert!(!lost(device, &CameraTrouble::NotBuilt).contains("cherchée"));
    }
}
