//! A magistral preparation as hand-overs and register entries keep it.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::domain::preparation::{Preparation, PreparationNumber, RawMaterial, RegisteredPreparation};

#[derive(Serialize, Deserialize)]
struct Material {
    name: String,
    quantity: String,
    lot: String,
    supplier: String,
}

#[derive(Serialize, Deserialize)]
struct Record {
    materials: Vec<Material>,
    made_by: String,
    subcontractor: String,
}

#[derive(Serialize, Deserialize)]
struct Registered {
    number: u32,
    #[serde(flatten)]
    record: Record,
}

impl From<Preparation> for Record {
    fn from(preparation: Preparation) -> Self {
        let materials = preparation.materials.into_iter().map(|one| Material {
            name: one.name,
            quantity: one.quantity,
            lot: one.lot,
            supplier: one.supplier,
        });
        Self {
            materials: materials.collect(),
            made_by: preparation.made_by,
            subcontractor: preparation.subcontractor,
        }
    }
}

impl From<Record> for Preparation {
    fn from(record: Record) -> Self {
        let materials = record.materials.into_iter().map(|one| RawMaterial {
            name: one.name,
            quantity: one.quantity,
            lot: one.lot,
            supplier: one.supplier,
        });
        Self {
            materials: materials.collect(),
            made_by: record.made_by,
            subcontractor: record.subcontractor,
        }
    }
}

/// Of a hand-over.
pub(super) mod handed_over {
    use super::{Deserialize, Deserializer, Preparation, Record, Serialize, Serializer};

    #[expect(clippy::ref_option, reason = "serde asks for this signature")]
    pub(in crate::store::record) fn serialize<S: Serializer>(
        preparation: &Option<Preparation>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        preparation.clone().map(Record::from).serialize(serializer)
    }

    pub(in crate::store::record) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Preparation>, D::Error> {
        Ok(Some(Record::deserialize(deserializer)?.into()))
    }
}

/// Of a register entry.
pub(super) mod registered {
    use super::{
        Deserialize, Deserializer, PreparationNumber, Record, Registered, RegisteredPreparation, Serialize,
        Serializer,
    };

    #[expect(clippy::ref_option, reason = "serde asks for this signature")]
    pub(in crate::store::record) fn serialize<S: Serializer>(
        preparation: &Option<RegisteredPreparation>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let registered = preparation.clone().map(|preparation| Registered {
            number: preparation.number.0,
            record: Record::from(preparation.record),
        });
        registered.serialize(serializer)
    }

    pub(in crate::store::record) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<RegisteredPreparation>, D::Error> {
        let Registered { number, record } = Registered::deserialize(deserializer)?;
        Ok(Some(RegisteredPreparation {
            number: PreparationNumber(number),
            record: record.into(),
        }))
    }
}
