//! The file that `prescribe --file` reads, as it is written.
//!
//! Unknown elements are refused: a misspelt "repeats" must not become a prescription without renewals.

use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OrderFile {
    pub(super) written_on: Option<String>,
    pub(super) valid_until: Option<String>,
    pub(super) consent: Option<String>,
    #[serde(default)]
    pub(super) kinds: Vec<String>,
    #[serde(default)]
    pub(super) patient: PatientFile,
    #[serde(default)]
    pub(super) prescriber: PrescriberFile,
    pub(super) lines: Vec<OrderedLine>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub(super) struct PatientFile {
    pub(super) ins: Option<String>,
    pub(super) family: Option<String>,
    pub(super) given: Option<String>,
    pub(super) born: Option<String>,
    pub(super) sex: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub(super) struct PrescriberFile {
    pub(super) rpps: Option<String>,
    pub(super) family: Option<String>,
    pub(super) given: Option<String>,
    pub(super) specialty: Option<String>,
    pub(super) phone: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OrderedLine {
    pub(super) cip13: Option<String>,
    pub(super) cis: Option<String>,
    pub(super) lpp: Option<String>,
    pub(super) compound: Option<String>,
    pub(super) other: Option<String>,
    pub(super) executor: Option<String>,
    pub(super) label: Option<String>,
    pub(super) dosage: Option<String>,
    pub(super) boxes: Option<u16>,
    pub(super) days: Option<u16>,
    pub(super) to_pharmacist: Option<String>,
    pub(super) named_pharmacy: Option<NamedPharmacyFile>,
    pub(super) repeats: Option<u16>,
    pub(super) non_substitutable: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub(super) struct NamedPharmacyFile {
    pub(super) finess: Option<String>,
    #[serde(default)]
    pub(super) name: String,
}
